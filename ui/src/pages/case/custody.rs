//! Who has the child: a line of places, with gaps and doubts; then orders, hearings, leave and linked cases.

use std::collections::BTreeMap;

use casework::custody::{Chain, Finding, Link};
use ipc::Life;
use leptos::prelude::*;

use super::{CaseTable, MaskedNote, links::Links, open_case, term};
use crate::{
    components::{Icon, icon},
    pages::{
        desk::{Desk, Past},
        table::{RowSheet, Writing},
    },
    state::{app, words},
    time,
};

/// The table of the chain.
const CUSTODY: &str = "custody";

/// The tab.
#[component]
pub(crate) fn Custody() -> impl IntoView {
    view! {
        <ChainLine />
        <MaskedNote />
        <CaseTable name="orders" />
        <CaseTable name="hearings" />
        <CaseTable name="leaves" />
        <CaseTable name="clock_extensions" />
        <Links />
    }
}

/// The chain.
#[component]
fn ChainLine() -> impl IntoView {
    let words = words();
    let open = open_case();
    let life = open.life();
    let table = open.table(CUSTODY);
    let writing = RwSignal::new(None::<Writing>);
    let may_write = Memo::new(move |_| table.with(|table| table.as_ref().is_some_and(|table| table.writable)));
    let line = move || {
        let life = life.get()?;
        let chain = life.custody.clone();
        if chain.links.is_empty() {
            let doubts: Vec<_> = chain.findings.iter().map(finding).collect();
            return Some(
                view! { <p class="muted">{words.custody_empty()}</p> <ul class="warn-lines">{doubts}</ul> }.into_any(),
            );
        }
        let items: Vec<_> = (0..chain.links.len())
            .rev()
            .map(|index| link_view(&life, &chain, index, writing))
            .collect();
        Some(view! { <ol class="timeline chain" data-test="chain">{items}</ol> }.into_any())
    };
    view! {
        <section class="card stack" data-test="custody">
            <h3>{words.custody_title()}</h3>
            {line}
            {move || {
                may_write
                    .get()
                    .then(|| {
                        let add = move |_| writing.set(Some(Writing::New(BTreeMap::new())));
                        view! {
                            <button type="button" class="button" data-test="add-custody" on:click=add>
                                {icon(Icon::Add)}
                                <span>{words.custody_add()}</span>
                            </button>
                        }
                    })
            }}
            {move || {
                let (row, table) = (writing.get()?, table.get_untracked()?);
                let close = Callback::new(move |()| writing.set(None));
                Some(
                    view! {
                        <RowSheet
                            title=words.custody_add()
                            table=CUSTODY.to_owned()
                            columns=table.columns
                            row=row
                            on_close=close
                        />
                    },
                )
            }}
        </section>
    }
}

fn link_view(life: &Life, chain: &Chain, index: usize, writing: RwSignal<Option<Writing>>) -> impl IntoView + use<> {
    let words = words();
    let link = &chain.links[index];
    let now = app().now_ms.get_untracked();
    let is_current = chain.current(now) == Some(link);
    let kind = link
        .place
        .as_deref()
        .map(|place| term(words, life, "place_kind", place));
    let place: Vec<String> = [kind, link.name.clone()].into_iter().flatten().collect();
    let place = if place.is_empty() {
        words.custody_place_unknown().to_owned()
    } else {
        place.join(" · ")
    };
    let details = [
        link.order.as_ref().map(|order| words.custody_order(order)),
        link.handed_over_by.as_ref().map(|by| words.custody_handed_over(by)),
        link.note.clone(),
    ];
    let details: Vec<_> = details
        .into_iter()
        .flatten()
        .map(|said| view! { <p class="muted">{said}</p> })
        .collect();
    let doubts: Vec<_> = chain
        .findings
        .iter()
        .filter(|finding| finding.link == index)
        .map(finding)
        .collect();
    view! {
        <li class="entry" class:current=is_current data-test="chain-link">
            <p class="entry-head">{span(link)} {is_current.then(|| view! { <span class="tag good">{words.custody_now()}</span> })}</p>
            <p class="chain-place">{place}</p>
            {details}
            <ul class="warn-lines">{doubts}</ul>
            {link.row.map(|row| link_actions(row, writing))}
        </li>
    }
}

fn link_actions(row: casework::RowId, writing: RwSignal<Option<Writing>>) -> impl IntoView {
    let words = words();
    let desk = Desk::here();
    let table = open_case().table(CUSTODY);
    let edit = move |_| {
        let found = table.with_untracked(|table| {
            let table = table.as_ref().filter(|table| table.writable)?;
            table.rows.iter().find(|known| known.row == row).cloned()
        });
        if let Some(found) = found {
            writing.set(Some(Writing::Row(Box::new(found))));
        }
    };
    let past = move |_| desk.show_past(Past::Row(CUSTODY.to_owned(), row), words.custody_title().to_owned());
    let may_write = move || table.with(|table| table.as_ref().is_some_and(|table| table.writable));
    view! {
        <div class="actions">
            {move || {
                may_write()
                    .then(|| {
                        view! { <button type="button" class="button small" data-test="chain-edit" on:click=edit>{words.table_edit()}</button> }
                    })
            }}
            <button type="button" class="button small quiet" data-test="row-history" on:click=past>
                {icon(Icon::History)}
                <span>{words.form_history()}</span>
            </button>
        </div>
    }
}

fn span(link: &Link) -> String {
    let words = words();
    match (link.since_ms, link.until_ms) {
        (Some(since), Some(until)) => words.custody_span(time::date(words, since), time::date(words, until)),
        (Some(since), None) => words.custody_since(time::date(words, since)),
        (None, _) => words.custody_no_date().to_owned(),
    }
}

/// A gap, an overlap or another doubt, in a sentence.
fn finding(finding: &Finding) -> impl IntoView + use<> {
    let words = words();
    let says = if finding.says.is_empty() {
        finding.code.replace('_', " ")
    } else {
        words.label(&finding.says)
    };
    let when = finding.stretch.map(|stretch| {
        words.custody_span(
            time::date_time(words, stretch.from_ms),
            time::date_time(words, stretch.to_ms),
        )
    });
    let source = finding
        .source
        .clone()
        .map(|source| view! { <span class="option-source">{source}</span> });
    view! {
        <li class="warn-line" data-test="custody-finding" data-code=finding.code.clone()>
            {icon(Icon::Warning)}
            <span>{says} {when.map(|when| format!(" ({when})"))} " " {source}</span>
        </li>
    }
}
