//! Referrals that nobody has taken up, and for how long they wait.

use leptos::prelude::*;

use super::{
    at,
    bars::Bars,
    rows::{Head, Rows, cell, cell_with, head_with},
    shown,
};
use crate::{
    components::Empty,
    console::{
        answers::{Moment, Overview, Referral, short},
        figures::{Bar, Tone},
        office::office,
    },
    reader::words,
    time,
};

/// The part.
#[component]
pub(super) fn Referrals() -> impl IntoView {
    let words = words();
    view! {
        <section class="card stack" aria-labelledby="referrals">
            <h1 class="part-title" id="referrals">{words.console_referrals()}</h1>
            <p class="hint">{words.console_referrals_help()}</p>
            {shown(office().overview, |seen| view! { <Waiting seen=seen /> }.into_any())}
        </section>
    }
}

fn waits_ms(referral: &Referral, now: Moment) -> i64 {
    (now.0 - referral.since.0).max(0)
}

fn bar(referral: &Referral, now: Moment) -> Bar {
    let ms = waits_ms(referral, now);
    let pressing = referral.escalated || referral.name.is_none();
    Bar {
        label: short(&referral.case).to_owned(),
        value: u64::try_from(ms / 60_000).ok(),
        of: None,
        said: time::span(words(), ms),
        tone: if pressing { Tone::Danger } else { Tone::Warn },
    }
}

fn cells(one: &Referral, now: Moment) -> Vec<AnyView> {
    let words = words();
    let asked = match &one.name {
        None => cell(words.console_asked_nobody()),
        Some(name) if one.escalated => cell_with(name.clone(), words.console_escalated()),
        Some(name) => cell(name.clone()),
    };
    let until = match (one.until, &one.name) {
        (Some(until), _) => at(until, now),
        (None, _) => words.console_answer_end().to_owned(),
    };
    vec![
        head_with(time::span(words, waits_ms(one, now)), at(one.since, now)),
        cell(short(&one.case)),
        cell(words.console_asked_count(one.asked)),
        asked,
        cell(until),
    ]
}

#[component]
fn Waiting(seen: Overview) -> impl IntoView {
    let words = words();
    if seen.referrals.is_empty() {
        return view! { <Empty title=words.console_referrals_none() /> }.into_any();
    }
    let now = seen.at;
    let bars = seen.referrals.iter().map(|one| bar(one, now)).collect();
    let heads = vec![
        Head::Words(words.console_waits()),
        Head::Words(words.console_referral()),
        Head::Words(words.console_asked()),
        Head::Words(words.console_asked_last()),
        Head::Words(words.console_answer_until()),
    ];
    let (count, more) = (seen.referrals.len(), seen.more_referrals);
    let row = move |index: usize| cells(&seen.referrals[index], now);
    view! {
        <Bars bars=bars />
        <Rows caption=words.console_referrals() heads=heads count=count row=row hook="referrals" />
        {more.then(|| view! { <p class="hint">{words.console_referrals_more(count)}</p> })}
    }
    .into_any()
}
