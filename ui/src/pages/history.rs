//! The history of a field or a row: who wrote it, on which device, when by their clock and by the hub's, and what stood
//! before.

use casework::Subject;
use ipc::{RowChange, RowDeed, VersionView};
use leptos::{prelude::*, task::spawn_local};

use super::desk::{OpenPast, Past};
use crate::{
    backend,
    components::{Empty, Loading, Problem, Sheet, VersionText, failure_text},
    state::words,
    value::Spec,
};

/// The sheet, while a past is open.
#[component]
pub(crate) fn PastSheet(
    /// The case or institution.
    subject: Subject,
    /// Which past is open.
    past: OpenPast,
) -> impl IntoView {
    let words = words();
    move || {
        past.get().map(|(what, label)| {
            let close = Callback::new(move |()| past.set(None));
            let body = match what {
                Past::Register(register, spec) => {
                    view! { <Versions subject=subject register=register spec=spec /> }.into_any()
                }
                Past::Row(table, row) => view! { <Changes subject=subject table=table row=row /> }.into_any(),
            };
            view! {
                <Sheet title=words.case_history_of(label) test="history-sheet" on_close=close>
                    {body}
                </Sheet>
            }
        })
    }
}

/// Reads and shows a page, with what is said meanwhile, and the older ones when somebody asks for them.
fn read_and_show<T, F>(
    ask: impl Fn(Option<u32>) -> F + Copy + Send + 'static,
    show: impl Fn(usize, T) -> AnyView + Send + 'static,
) -> impl IntoView
where
    T: Send + Sync + Clone + 'static,
    F: Future<Output = backend::Answer<(Vec<T>, u32)>> + 'static,
{
    let words = words();
    let found = RwSignal::new(None::<Vec<T>>);
    let older = RwSignal::new(0_u32);
    let reading = RwSignal::new(true);
    let problem = RwSignal::new(None::<String>);
    let read = move |before: Option<u32>| {
        reading.set(true);
        spawn_local(async move {
            match ask(before).await {
                Ok((page, left)) => {
                    problem.try_set(None);
                    older.try_set(left);
                    found.try_update(|found| found.get_or_insert_default().extend(page));
                }
                Err(failure) => drop(problem.try_set(Some(failure_text(&failure)))),
            }
            reading.try_set(false);
        });
    };
    read(None);
    let list = move || match found.get() {
        None if problem.with(Option::is_some) => ().into_any(),
        None => view! { <Loading text=words.history_reading() /> }.into_any(),
        Some(found) if found.is_empty() => view! { <Empty title=words.history_empty() /> }.into_any(),
        Some(found) => {
            let items: Vec<_> = found
                .into_iter()
                .enumerate()
                .map(|(index, one)| show(index, one))
                .collect();
            view! { <ol class="history">{items}</ol> }.into_any()
        }
    };
    let more = move || {
        let left = older.get();
        let go = move |_| {
            if !reading.get_untracked() {
                read(Some(older.get_untracked()));
            }
        };
        (left > 0).then(|| {
            view! {
                <button type="button" class="button wide" data-test="history-older" disabled=reading on:click=go>
                    {words.history_older(u64::from(left))}
                </button>
            }
        })
    };
    view! {
        {list}
        <Problem text=problem />
        {more}
    }
}

#[component]
fn Versions(subject: Subject, register: ipc::RegisterRef, spec: Option<Spec>) -> impl IntoView {
    let words = words();
    let register = StoredValue::new(register);
    let ask = move |older| backend::history(subject, register.get_value(), older);
    read_and_show(ask, move |index, version: VersionView| {
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
fn Changes(subject: Subject, table: String, row: casework::RowId) -> impl IntoView {
    let words = words();
    let table = StoredValue::new(table);
    let ask = move |older| backend::row_history(subject, table.get_value(), row, older);
    read_and_show(ask, move |_, change: RowChange| {
        let (title, said) = match &change.deed {
            RowDeed::Added => (words.history_added().to_owned(), Some(String::new())),
            RowDeed::Removed => (words.history_removed().to_owned(), Some(String::new())),
            RowDeed::Restored => (words.history_restored().to_owned(), Some(String::new())),
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
