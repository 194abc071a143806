//! Every table that is not shown elsewhere: those with rows, then a list of those that may be begun.

use leptos::prelude::*;

use super::{CaseTable, MaskedNote, open_case};
use crate::{
    components::{Empty, Icon, icon},
    state::words,
};

/// Tables that have their own place.
const ELSEWHERE: [&str; 17] = [
    "custody",
    "orders",
    "hearings",
    "leaves",
    "clock_extensions",
    "links",
    "plan_items",
    "plan_progress",
    "plan_reviews",
    "visits",
    "progress_reports",
    "growth",
    "disabilities",
    "medicines",
    "immunisations",
    "health_reviews",
    "counselling",
];

/// The tab.
#[component]
pub(crate) fn Records() -> impl IntoView {
    let words = words();
    let open = open_case();
    let names = open.part(|view| {
        // What is hidden is neither there nor missing.
        let is_told =
            |table: &&ipc::TableView| view.revealed || table.compartment == casework::Compartment::Core.into();
        let own = view
            .tables
            .iter()
            .filter(|table| !ELSEWHERE.contains(&table.table.as_str()))
            .filter(is_told);
        own.map(|table| {
            (
                table.table.clone(),
                table.label.clone(),
                table.rows.is_empty(),
                table.writable,
            )
        })
        .collect::<Vec<_>>()
    });
    // Begun here: it stays where it is while the officer is on this page.
    let begun = RwSignal::new(Vec::<String>::new());
    let revealed = open.part(|view| view.revealed);
    let filled = Memo::new(move |_| {
        let begun = begun.get();
        names.with(|names| {
            let shown = names
                .iter()
                .filter(|(name, _, is_empty, _)| !is_empty || begun.contains(name));
            shown.map(|(name, ..)| name.clone()).collect::<Vec<_>>()
        })
    });
    let empty = move || {
        let filled = filled.get();
        let left = names
            .get()
            .into_iter()
            .filter(|(name, _, _, writable)| *writable && !filled.contains(name));
        let left: Vec<_> = left
            .map(|(name, label, ..)| {
                let test = format!("begin-{name}");
                view! {
                    <button
                        type="button"
                        class="button"
                        data-test=test
                        on:click=move |_| begun.update(|begun| begun.push(name.clone()))
                    >
                        {icon(Icon::Add)}
                        <span>{words.label(&label)}</span>
                    </button>
                }
            })
            .collect();
        (!left.is_empty()).then(|| {
            view! {
                <section class="stack">
                    <h3>{words.records_begin()}</h3>
                    <div class="steps">{left}</div>
                </section>
            }
        })
    };
    view! {
        {move || (revealed.get() && filled.with(Vec::is_empty)).then(|| view! { <Empty title=words.records_empty() help=words.records_empty_help() /> })}
        <MaskedNote />
        <For each=move || filled.get() key=Clone::clone let:name>
            <CaseTable name=name />
        </For>
        {empty}
    }
}
