//! All at one look: what needs somebody, and how many cases there are.

use leptos::prelude::*;

use super::{
    bars::Bars,
    rows::{Head, Rows, cell, number},
    shown,
};
use crate::{
    components::{Empty, Icon, icon},
    console::{
        answers::{Cases, Overview},
        figures::{self, Bar, Tone},
        office::office,
        place::Place,
    },
    reader::words,
};

/// The part.
#[component]
pub(super) fn Today() -> impl IntoView {
    shown(office().overview, |seen| {
        view! {
            <h1 class="unseen">{words().console_part_today()}</h1>
            <Needs seen=seen.clone() />
            <CasesCard seen=seen />
        }
        .into_any()
    })
}

/// Something that needs somebody: how many, what, where to go, and how it presses.
struct Need {
    count: u64,
    says: String,
    place: Place,
    tone: Tone,
}

fn needs(seen: &Overview) -> Vec<Need> {
    let words = words();
    let escalated = figures::escalated(seen) as u64;
    let waiting = seen.referrals.len() as u64 - escalated;
    let (overdue, silent) = (figures::overdue(seen), figures::silent(seen));
    let (dead, faulty) = (figures::dead(seen), figures::faulty(seen));
    let (appeals, quarantine) = (seen.waiting.appeals, seen.waiting.quarantine);
    let need = |count, says, place, tone| Need {
        count,
        says,
        place,
        tone,
    };
    let mut all = vec![
        need(
            escalated,
            words.console_today_urgent(escalated),
            Place::Referrals,
            Tone::Danger,
        ),
        need(
            waiting,
            words.console_today_referrals(waiting),
            Place::Referrals,
            Tone::Warn,
        ),
        need(overdue, words.console_today_overdue(overdue), Place::Clocks, Tone::Warn),
        need(silent, words.console_today_silent(silent), Place::Devices, Tone::Warn),
        need(appeals, words.console_today_appeals(appeals), Place::Desk, Tone::Plain),
        need(
            quarantine,
            words.console_today_quarantine(quarantine),
            Place::Desk,
            Tone::Plain,
        ),
        need(dead, words.console_today_dead(dead), Place::Channels, Tone::Plain),
        need(faulty, words.console_today_faulty(faulty), Place::Channels, Tone::Plain),
    ];
    all.retain(|need| need.count > 0);
    all
}

#[component]
fn Needs(seen: Overview) -> impl IntoView {
    let words = words();
    let all = needs(&seen);
    if all.is_empty() {
        return view! {
            <section class="card">
                <Empty title=words.console_today_calm() help=words.console_today_calm_help() />
            </section>
        }
        .into_any();
    }
    let items = all.into_iter().map(|need| {
        view! {
            <li>
                <a class="need" href=need.place.hash() data-tone=need.tone.code() data-test="need">
                    <strong class="need-count">{need.count}</strong>
                    <span class="need-says">{need.says}</span>
                    {icon(Icon::Next)}
                </a>
            </li>
        }
    });
    view! {
        <section aria-labelledby="needs">
            <h2 id="needs" class="office-heading">{words.console_today_needs()}</h2>
            <ul class="needs">{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// What a code is called; the code itself where the pack has no words for it.
pub(super) fn called(labels: &casework::Labels, code: &str) -> String {
    let said = words().label(labels);
    if said.is_empty() { code.to_owned() } else { said }
}

fn bar(cases: &Cases) -> Bar {
    let (kind, stage) = (
        called(&cases.kind_words, &cases.kind),
        called(&cases.stage_words, &cases.stage),
    );
    Bar {
        label: format!("{kind} · {stage}"),
        value: cases.count,
        of: None,
        said: told(cases.count),
        tone: Tone::Plain,
    }
}

/// A count of children, or that it is not told.
pub(super) fn told(count: Option<u64>) -> String {
    count.map_or_else(|| words().console_not_told().to_owned(), |count| count.to_string())
}

#[component]
fn CasesCard(seen: Overview) -> impl IntoView {
    let words = words();
    let cases = seen.cases;
    if cases.is_empty() {
        return view! { <section class="card"><Empty title=words.console_cases_none() /></section> }.into_any();
    }
    let mut bars: Vec<Bar> = cases.iter().map(bar).collect();
    figures::largest_first(&mut bars);
    let is_hidden = cases.iter().any(|one| one.count.is_none());
    let heads = vec![
        Head::Words(words.console_kind()),
        Head::Words(words.console_stage()),
        Head::Number(words.console_count()),
    ];
    let count = cases.len();
    let row = move |index: usize| {
        let one = &cases[index];
        vec![
            cell(called(&one.kind_words, &one.kind)),
            cell(called(&one.stage_words, &one.stage)),
            number(one.count, words.console_not_told()),
        ]
    };
    view! {
        <section class="card stack" aria-labelledby="cases">
            <h2 id="cases">{words.console_cases()}</h2>
            {is_hidden.then(|| view! { <p class="hint" data-test="few">{words.console_not_told_why(seen.few)}</p> })}
            <Bars bars=bars />
            <Rows caption=words.console_cases() heads=heads count=count row=row hook="cases" />
        </section>
    }
    .into_any()
}
