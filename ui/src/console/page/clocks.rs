//! Time limits that have run out: by officer, by institution, by which.

use leptos::prelude::*;

use super::{
    bars::Bars,
    rows::{Head, Rows, head, number},
    shown,
    today::{called, told},
};
use crate::{
    components::Empty,
    console::{
        answers::Overview,
        figures::{self, Bar, Tone},
        office::office,
    },
    reader::words,
};

/// The part.
#[component]
pub(super) fn Clocks() -> impl IntoView {
    let words = words();
    view! {
        <h1 class="office-heading">{words.console_clocks()}</h1>
        <p class="hint">{words.console_clocks_help()}</p>
        {shown(office().overview, |seen| view! { <Tables seen=seen /> }.into_any())}
    }
}

fn bar(label: String, value: Option<u64>) -> Bar {
    Bar {
        label,
        value,
        of: None,
        said: told(value),
        tone: Tone::Warn,
    }
}

#[component]
fn Tables(seen: Overview) -> impl IntoView {
    let words = words();
    if seen.overdue_of_officers.is_empty() && seen.overdue_clocks.is_empty() {
        return view! { <section class="card"><Empty title=words.console_clocks_none() /></section> }.into_any();
    }
    let officers = seen.overdue_of_officers.iter().map(|one| {
        let name = one.name.clone().unwrap_or_else(|| words.console_nobody().to_owned());
        bar(name, Some(one.count))
    });
    let institutions = seen.institutions.iter().filter(|one| one.overdue > 0);
    let institutions = institutions.map(|one| bar(one.name.clone(), Some(one.overdue)));
    let clocks = seen.overdue_clocks.iter();
    let clocks: Vec<Bar> = clocks
        .map(|one| bar(called(&one.words, &one.clock), one.count))
        .collect();
    let is_hidden = clocks.iter().any(|bar| bar.value.is_none());
    view! {
        <Card
            title=words.console_by_officer()
            column=words.console_officer()
            bars=officers.collect()
            hook="overdue-officers"
        />
        <Card
            title=words.console_by_institution()
            column=words.console_institution()
            bars=institutions.collect()
            hook="overdue-institutions"
            hint=words.console_by_institution_help().to_owned()
        />
        <Card
            title=words.console_by_clock()
            column=words.console_clock()
            bars=clocks
            hook="overdue-clocks"
            hint=if is_hidden { words.console_not_told_why(seen.few) } else { String::new() }
        />
    }
    .into_any()
}

/// A chart and its table of the same rows.
#[component]
fn Card(
    title: &'static str,
    column: &'static str,
    mut bars: Vec<Bar>,
    hook: &'static str,
    #[prop(optional)] hint: String,
) -> impl IntoView {
    let words = words();
    figures::largest_first(&mut bars);
    let heads = vec![Head::Words(column), Head::Number(words.console_overdue())];
    let (rows, count) = (bars.clone(), bars.len());
    let row = move |index: usize| {
        let one = &rows[index];
        vec![head(one.label.clone()), number(one.value, words.console_not_told())]
    };
    let heading = format!("{hook}-title");
    let labelled_by = heading.clone();
    let body = if count == 0 {
        view! { <p class="muted">{words.console_none()}</p> }.into_any()
    } else {
        view! {
            <Bars bars=bars />
            <Rows caption=title heads=heads count=count row=row hook=hook />
        }
        .into_any()
    };
    view! {
        <section class="card stack" aria-labelledby=labelled_by>
            <h2 id=heading>{title}</h2>
            {(!hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> })}
            {body}
        </section>
    }
}
