//! What a screen says while it reads, when there is nothing, and when something went wrong.

use ipc::Failure;
use leptos::prelude::*;

use super::{Icon, icon};
use crate::{browser, reader::words};

/// The sentence for a failure.
pub(crate) fn failure_text(failure: &Failure) -> String {
    words().failure(failure, browser::now_ms())
}

/// Says what is being read; never a lone spinner.
#[component]
pub(crate) fn Loading(text: &'static str) -> impl IntoView {
    view! {
        <div class="loading" role="status" data-test="loading">
            <span class="loading-bar" aria-hidden="true"></span>
            <p>{text}</p>
        </div>
    }
}

/// Nothing is there, and what to do about it.
#[component]
pub(crate) fn Empty(
    /// What is not there.
    title: &'static str,
    /// What to do.
    #[prop(optional)]
    help: Option<&'static str>,
    /// A way on.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty" data-test="empty">
            <p class="empty-title">{title}</p>
            {help.map(|help| view! { <p class="muted">{help}</p> })}
            {children.map(|children| children())}
        </div>
    }
}

/// What went wrong and what to do next; `None` shows nothing, but stays ready to be read out.
#[component]
pub(crate) fn Problem(
    /// The sentence.
    #[prop(into)]
    text: Signal<Option<String>>,
    /// The hook for tests.
    #[prop(default = "error-message")]
    hook: &'static str,
) -> impl IntoView {
    view! {
        <div role="alert">
            {move || {
                text.get()
                    .map(|text| {
                        view! {
                            <p class="problem" data-test=hook>
                                {icon(Icon::Warning)}
                                <span>{text}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
}
