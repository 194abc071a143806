//! Tablets: when each was last heard and what waits for it; and shutting one out.

use leptos::prelude::*;

use super::{
    Alert, ago, at,
    bars::Bars,
    deed::{Outcome, Retype, decide},
    hub_now,
    rows::{Head, Rows, cell, cell_with, head_with, number},
    shown,
};
use crate::{
    components::{Asking, Empty},
    console::{
        answers::{Device, Heard},
        figures::{Bar, Tone},
        hub,
        office::office,
    },
    reader::words,
};

/// The part.
#[component]
pub(super) fn Devices() -> impl IntoView {
    let words = words();
    let office = office();
    let asking = Asking::new();
    let ending = RwSignal::new(None::<Device>);
    view! {
        <section class="card stack" aria-labelledby="devices">
            <h1 class="part-title" id="devices">{words.console_devices()}</h1>
            <p class="hint">{words.console_devices_help()}</p>
            {shown(office.overview, |seen| view! { <Bars bars=heard(seen.heard) /> }.into_any())}
            <Alert loaded=office.devices beside=true />
            {move || ending.with(Option::is_none).then(|| view! { <Outcome asking=asking /> })}
            {shown(office.devices, move |devices| view! { <All devices=devices ending=ending asking=asking /> }.into_any())}
        </section>
        {move || ending.get().map(|device| view! { <ShutOut device=device ending=ending asking=asking /> })}
    }
}

fn heard(heard: Heard) -> Vec<Bar> {
    let words = words();
    let bar = |label: &str, count: u64, tone| Bar {
        label: label.to_owned(),
        value: Some(count),
        of: None,
        said: count.to_string(),
        tone,
    };
    vec![
        bar(words.console_heard_day(), heard.within_a_day, Tone::Plain),
        bar(words.console_heard_week(), heard.within_a_week, Tone::Plain),
        bar(words.console_heard_longer(), heard.longer_ago, Tone::Warn),
        bar(words.console_heard_never(), heard.never, Tone::Warn),
    ]
}

fn standing(code: &str) -> String {
    let words = words();
    match code {
        "enrolled" => words.console_standing_enrolled(),
        "shut-out" => words.console_standing_out(),
        "shut-out-heard" => words.console_standing_heard(),
        "wiped" => words.console_standing_wiped(),
        other => other,
    }
    .to_owned()
}

#[component]
fn All(devices: Vec<Device>, ending: RwSignal<Option<Device>>, asking: Asking) -> impl IntoView {
    let words = words();
    if devices.is_empty() {
        return view! { <Empty title=words.console_devices_none() /> }.into_any();
    }
    let heads = vec![
        Head::Words(words.console_officer()),
        Head::Words(words.console_tablet()),
        Head::Words(words.console_heard()),
        Head::Number(words.console_behind()),
        Head::Words(words.console_app()),
        Head::Words(words.console_standing()),
        Head::Press(words.console_shut_out()),
    ];
    let (count, now) = (devices.len(), hub_now());
    let row = move |index: usize| {
        let one = devices[index].clone();
        let heard = match one.heard_at {
            Some(heard) => cell_with(ago(heard, now), at(heard, now)),
            None => cell(words.console_never()),
        };
        vec![
            head_with(one.user_name.clone(), words.console_tablet_id(one.short_id())),
            cell(one.name.clone()),
            heard,
            number(Some(one.behind), ""),
            cell(one.app.clone().unwrap_or_else(|| words.console_unknown().to_owned())),
            cell(standing(&one.standing)),
            end_button(one, ending, asking),
        ]
    };
    view! {
        <Rows caption=words.console_devices() heads=heads count=count row=row hook="devices" />
        <p class="hint">{words.console_behind()} ": " {words.console_behind_help()}</p>
    }
    .into_any()
}

fn end_button(device: Device, ending: RwSignal<Option<Device>>, asking: Asking) -> AnyView {
    if !device.is_enrolled() {
        return cell("");
    }
    let words = words();
    let label = format!(
        "{}: {} {}",
        words.console_shut_out(),
        device.user_name,
        device.short_id()
    );
    let press = move |_| {
        asking.problem.set(None);
        asking.done.set(None);
        ending.set(Some(device.clone()));
    };
    view! {
        <td class="press">
            <button type="button" class="button small" aria-label=label data-test="shut-out" on:click=press>
                {words.console_shut_out()}
            </button>
        </td>
    }
    .into_any()
}

#[component]
fn ShutOut(device: Device, ending: RwSignal<Option<Device>>, asking: Asking) -> impl IntoView {
    let words = words();
    let (id, author) = (device.short_id().to_owned(), device.author.clone());
    let sure = Callback::new(move |()| {
        decide(
            asking,
            || hub::shut_out(author.clone()),
            move |()| words.console_shut_out_done(),
            move || ending.set(None),
        );
    });
    view! {
        <Retype
            title=words.console_shut_out_title()
            what=words.console_shut_out_what(device.user_name)
            ask=words.console_shut_out_type(&id)
            differs=words.console_shut_out_differs(&id)
            expected=id
            button=words.console_shut_out()
            asking=asking
            on_sure=sure
            on_close=Callback::new(move |()| ending.set(None))
        />
    }
}
