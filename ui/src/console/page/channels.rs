//! Channels: what waits for each, since when, what none of them took.

use leptos::prelude::*;

use super::{
    ago, at,
    bars::Bars,
    rows::{Head, Rows, cell, cell_with, head, head_with, number},
    shown,
};
use crate::{
    console::{
        answers::{Feed, Moment, Overview},
        figures::{self, Bar, Tone},
        office::office,
    },
    reader::words,
};

/// The part.
#[component]
pub(super) fn Channels() -> impl IntoView {
    let words = words();
    view! {
        <section class="card stack" aria-labelledby="channels">
            <h1 class="part-title" id="channels">{words.console_channels()}</h1>
            <p class="hint">{words.console_channels_help()}</p>
            {shown(office().overview, |seen| view! { <All seen=seen /> }.into_any())}
        </section>
    }
}

fn bar(feed: &Feed) -> Bar {
    let words = words();
    let dead = match feed.dead {
        0 => String::new(),
        dead => format!(" · {}: {dead}", words.console_dead()),
    };
    Bar {
        label: words.channel(&feed.channel),
        value: Some(feed.waiting),
        of: None,
        said: format!("{}{dead}", feed.waiting),
        tone: if feed.dead > 0 { Tone::Danger } else { Tone::Plain },
    }
}

fn cells(feed: &Feed, now: Moment) -> Vec<AnyView> {
    let words = words();
    let moment = |moment: Option<Moment>, none| match moment {
        Some(moment) => cell_with(ago(moment, now), at(moment, now)),
        None => cell(none),
    };
    let name = words.channel(&feed.channel);
    vec![
        if feed.set_up {
            head(name)
        } else {
            head_with(name, words.console_not_set_up())
        },
        number(Some(feed.waiting), ""),
        moment(feed.since, words.console_none()),
        number(Some(feed.dead), ""),
        moment(feed.accepted, words.console_never()),
        number(Some(feed.faulty), ""),
    ]
}

#[component]
fn All(seen: Overview) -> impl IntoView {
    let words = words();
    let bars = seen.feeds.iter().map(bar).collect();
    let heads = vec![
        Head::Words(words.console_channel()),
        Head::Number(words.console_waiting()),
        Head::Words(words.console_oldest()),
        Head::Number(words.console_dead()),
        Head::Words(words.console_accepted()),
        Head::Number(words.console_faulty()),
    ];
    let (count, faulty) = (seen.feeds.len(), figures::faulty(&seen));
    let row = move |index: usize| cells(&seen.feeds[index], seen.at);
    view! {
        <Bars bars=bars />
        <Rows caption=words.console_channels() heads=heads count=count row=row hook="channels" />
        {(faulty > 0).then(|| view! { <p class="note">{words.console_faulty_help()}</p> })}
    }
}
