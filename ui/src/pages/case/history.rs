//! A field's history: who wrote it, when, and what stood before.

use casework::CaseId;
use ipc::{RegisterRef, VersionView};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    backend,
    components::{Empty, Loading, Problem, Sheet, VersionText, failure_text},
    state::words,
    value::Spec,
};

/// The sheet.
#[component]
pub(crate) fn HistorySheet(
    /// The case.
    case: CaseId,
    /// Which register.
    register: RegisterRef,
    /// What it is called.
    label: String,
    /// How its values are said, where the caller knows.
    #[prop(optional)]
    spec: Option<Spec>,
    /// The officer closes it.
    on_close: Callback<()>,
) -> impl IntoView {
    let words = words();
    let versions = RwSignal::new(None::<Vec<VersionView>>);
    let problem = RwSignal::new(None::<String>);
    spawn_local(async move {
        match backend::history(case, register).await {
            Ok(found) => drop(versions.try_set(Some(found))),
            Err(failure) => drop(problem.try_set(Some(failure_text(&failure)))),
        }
    });
    let spec = StoredValue::new(spec);
    let list = move || match versions.get() {
        None if problem.with(Option::is_some) => ().into_any(),
        None => view! { <Loading text=words.history_reading() /> }.into_any(),
        Some(versions) if versions.is_empty() => view! { <Empty title=words.history_empty() /> }.into_any(),
        Some(versions) => {
            let items = versions.into_iter().enumerate().map(|(index, version)| {
                let said = match spec.get_value() {
                    Some(spec) if version.words.is_empty() => spec.say(words, version.value.as_ref()),
                    _ => crate::value::say(words, version.value.as_ref(), &version.words),
                };
                let title = if index == 0 {
                    words.history_now()
                } else {
                    words.history_before()
                };
                view! {
                    <li class="version" data-test="history-item">
                        <p class="tag">{title}</p>
                        <VersionText version=version said=said />
                    </li>
                }
            });
            view! { <ol class="history">{items.collect_view()}</ol> }.into_any()
        }
    };
    view! {
        <Sheet title=words.case_history_of(label) test="history-sheet" on_close=on_close>
            <Problem text=problem />
            {list}
        </Sheet>
    }
}
