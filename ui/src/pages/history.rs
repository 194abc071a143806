//! The history of a field or a row: who wrote it, on which device, when by their clock and by the hub's, and what stood
//! before.

use casework::CaseId;
use ipc::{RowChange, RowDeed, VersionView};
use leptos::{prelude::*, task::spawn_local};

use super::desk::{OpenPast, Past};
use crate::{
    backend,
    components::{Empty, Loading, Problem, Sheet, VersionText, failure_text},
    state::words,
    value::Spec,
};

/// Most entries that are shown; older ones stay in the record.
const SHOWN_MAX: usize = 200;

/// The sheet, while a past is open.
#[component]
pub(crate) fn PastSheet(
    /// The case.
    case: CaseId,
    /// Which past is open.
    past: OpenPast,
) -> impl IntoView {
    let words = words();
    move || {
        past.get().map(|(what, label)| {
            let close = Callback::new(move |()| past.set(None));
            let body = match what {
                Past::Register(register, spec) => {
                    view! { <Versions case=case register=register spec=spec /> }.into_any()
                }
                Past::Row(table, row) => view! { <Changes case=case table=table row=row /> }.into_any(),
            };
            view! {
                <Sheet title=words.case_history_of(label) test="history-sheet" on_close=close>
                    {body}
                </Sheet>
            }
        })
    }
}

/// Reads and shows, with what is said meanwhile.
fn read_and_show<T: Send + Sync + Clone + 'static>(
    asked: impl Future<Output = backend::Answer<Vec<T>>> + 'static,
    show: impl Fn(usize, T) -> AnyView + Send + 'static,
) -> impl IntoView {
    let words = words();
    let found = RwSignal::new(None::<Vec<T>>);
    let problem = RwSignal::new(None::<String>);
    spawn_local(async move {
        match asked.await {
            Ok(read) => drop(found.try_set(Some(read))),
            Err(failure) => drop(problem.try_set(Some(failure_text(&failure)))),
        }
    });
    let list = move || match found.get() {
        None if problem.with(Option::is_some) => ().into_any(),
        None => view! { <Loading text=words.history_reading() /> }.into_any(),
        Some(found) if found.is_empty() => view! { <Empty title=words.history_empty() /> }.into_any(),
        Some(found) => {
            let too_many = found.len() > SHOWN_MAX;
            let items: Vec<_> = found
                .into_iter()
                .take(SHOWN_MAX)
                .enumerate()
                .map(|(index, one)| show(index, one))
                .collect();
            view! {
                <ol class="history">{items}</ol>
                {too_many.then(|| view! { <p class="muted">{words.history_limit(SHOWN_MAX)}</p> })}
            }
            .into_any()
        }
    };
    view! {
        <Problem text=problem />
        {list}
    }
}

#[component]
fn Versions(case: CaseId, register: ipc::RegisterRef, spec: Option<Spec>) -> impl IntoView {
    let words = words();
    read_and_show(backend::history(case, register), move |index, version: VersionView| {
        let said = match &spec {
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
        .into_any()
    })
}

#[component]
fn Changes(case: CaseId, table: String, row: casework::RowId) -> impl IntoView {
    let words = words();
    read_and_show(backend::row_history(case, table, row), move |_, change: RowChange| {
        let (title, said) = match &change.deed {
            RowDeed::Added => (words.history_added().to_owned(), Some(String::new())),
            RowDeed::Removed => (words.history_removed().to_owned(), Some(String::new())),
            RowDeed::Written { label, .. } => (words.label(label), None),
        };
        let said =
            said.unwrap_or_else(|| crate::value::say(words, change.version.value.as_ref(), &change.version.words));
        view! {
            <li class="version" data-test="history-item">
                <p class="tag">{title}</p>
                <VersionText version=change.version said=said />
            </li>
        }
        .into_any()
    })
}
