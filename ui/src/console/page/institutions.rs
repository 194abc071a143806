//! How full institutions are.

use leptos::prelude::*;

use super::{
    bars::Bars,
    rows::{Head, Rows, head_with, number},
    shown,
    today::called,
};
use crate::{
    components::Empty,
    console::{
        answers::Institution,
        figures::{Bar, Tone},
        office::office,
    },
    reader::words,
};

/// The part.
#[component]
pub(super) fn Institutions() -> impl IntoView {
    let words = words();
    view! {
        <section class="card stack" aria-labelledby="institutions">
            <h1 class="part-title" id="institutions">{words.console_institutions()}</h1>
            <p class="hint">{words.console_institutions_help()}</p>
            {shown(office().overview, |seen| view! { <All all=seen.institutions /> }.into_any())}
        </section>
    }
}

/// What is written is what somebody typed: less than nothing is nothing.
fn count(written: Option<i64>) -> Option<u64> {
    written.map(|number| u64::try_from(number).unwrap_or(0))
}

fn bar(one: &Institution) -> Bar {
    let words = words();
    let (present, capacity) = (count(one.present), count(one.capacity));
    let over = present
        .zip(capacity)
        .map_or(0, |(present, capacity)| present.saturating_sub(capacity));
    let said = match (present, capacity) {
        (Some(present), Some(capacity)) if over > 0 => {
            format!(
                "{} · {}",
                words.console_full_of(present, capacity),
                words.console_crowded(over)
            )
        }
        (Some(present), Some(capacity)) => words.console_full_of(present, capacity),
        (Some(present), None) => present.to_string(),
        (None, _) => words.console_unknown().to_owned(),
    };
    Bar {
        label: one.name.clone(),
        value: Some(present.unwrap_or(0)),
        of: capacity,
        said,
        tone: if over > 0 { Tone::Danger } else { Tone::Plain },
    }
}

#[component]
fn All(all: Vec<Institution>) -> impl IntoView {
    let words = words();
    if all.is_empty() {
        return view! { <Empty title=words.console_institutions_none() /> }.into_any();
    }
    let bars = all.iter().map(bar).collect();
    let heads = vec![
        Head::Words(words.console_institution()),
        Head::Number(words.console_capacity()),
        Head::Number(words.console_present()),
        Head::Number(words.console_free_beds()),
        Head::Number(words.console_overdue()),
    ];
    let rows = all.len();
    let row = move |index: usize| {
        let one = &all[index];
        let unknown = words.console_unknown();
        vec![
            head_with(one.name.clone(), called(&one.kind_words, &one.kind)),
            number(one.capacity, unknown),
            number(one.present, unknown),
            number(one.free_beds, unknown),
            number(Some(one.overdue), unknown),
        ]
    };
    view! {
        <Bars bars=bars />
        <Rows caption=words.console_institutions() heads=heads count=rows row=row hook="institutions" />
    }
    .into_any()
}
