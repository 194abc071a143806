//! Whether a field is saved, said beside the field.

use leptos::prelude::*;

use super::{Icon, icon};
use crate::state::words;

/// How a field stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum SaveState {
    /// Nothing was written since the screen was opened.
    #[default]
    Quiet,
    /// Being typed; it is saved when the field is left.
    Typing,
    /// On its way into the vault.
    Saving,
    /// In the vault.
    Saved,
    /// Not saved, and why.
    Failed(String),
}

impl SaveState {
    const fn code(&self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Typing => "typing",
            Self::Saving => "saving",
            Self::Saved => "saved",
            Self::Failed(_) => "failed",
        }
    }
}

/// Says how a field stands; read out by screen readers.
#[component]
pub(crate) fn SaveMark(
    /// How it stands.
    #[prop(into)]
    state: Signal<SaveState>,
    /// The id of the element, for `aria-describedby`.
    id: String,
    /// The hook for tests.
    test: String,
) -> impl IntoView {
    let words = words();
    let said = move || match state.get() {
        SaveState::Quiet => ().into_any(),
        SaveState::Typing => view! { <span class="muted">{words.form_unsaved()}</span> }.into_any(),
        SaveState::Saving => view! { <span class="muted">{words.app_saving()}</span> }.into_any(),
        SaveState::Saved => view! { {icon(Icon::Tick)} <span>{words.app_saved()}</span> }.into_any(),
        SaveState::Failed(why) => view! {
            {icon(Icon::Warning)}
            <span>{words.app_not_saved()} ": " {why}</span>
        }
        .into_any(),
    };
    view! {
        <p class="save-mark" id=id role="status" data-test=test data-state=move || state.with(SaveState::code)>
            {said}
        </p>
    }
}
