//! Room on the tablet: how much there is, how much the vault may hold, and what was cleared away.

use ipc::{QUOTA_MIB, SpaceState, SpaceView};
use leptos::prelude::*;

use crate::{
    backend,
    components::{Asking, Icon, Problem, icon},
    state::{app, words},
    time,
    words::Words,
};

/// What may be chosen for the quota, in MiB.
const QUOTA_CHOICES: [u32; 4] = [512, QUOTA_MIB, 8_192, 32_768];
const MIB: u64 = 1024 * 1024;

/// A part of the page.
#[component]
pub(super) fn Room() -> impl IntoView {
    let app = app();
    let words = words();
    let asking = Asking::new();
    let make_room = move |_| asking.run(backend::make_room, |()| {});
    let choosing = Asking::new();
    let choose = move |mib: u32| choosing.run(|| backend::set_quota(mib), |()| {});
    let space = move || app.sync.with(|sync| sync.as_ref().map(|view| view.space.clone()));
    let chosen = move || space().map_or(0, |space| space.quota_bytes);
    let options = QUOTA_CHOICES.into_iter().map(|mib| {
        let bytes = u64::from(mib) * MIB;
        view! {
            <label class="option" class:chosen=move || chosen() == bytes>
                <input
                    type="radio"
                    name="quota"
                    data-test=format!("quota-{mib}")
                    prop:checked=move || chosen() == bytes
                    on:change=move |_| choose(mib)
                />
                <span class="option-text">{time::bytes(words, bytes)}</span>
            </label>
        }
    });
    view! {
        <section class="card stack" data-test="room">
            <h2>{words.room_title()}</h2>
            {move || space().map(|space| standing(words, &space))}
            <button type="button" class="button" data-test="room-make" disabled=asking.busy on:click=make_room>
                {words.room_make()}
            </button>
            <p class="muted">{words.room_make_help()}</p>
            <Problem text=asking.problem />
            <fieldset>
                <legend class="label">{words.room_quota()}</legend>
                <p class="hint">{words.room_quota_help()}</p>
                <div class="options two">{options.collect_view()}</div>
                <Problem text=choosing.problem />
            </fieldset>
        </section>
    }
}

fn standing(words: Words, space: &SpaceView) -> impl IntoView + use<> {
    let warning = match space.state {
        SpaceState::Enough => None,
        SpaceState::Low => Some(words.room_low()),
        SpaceState::Full => Some(words.room_full()),
        SpaceState::OverQuota => Some(words.room_over_quota()),
    };
    let warning = warning.map(|said| {
        view! { <p class="warn-line" data-test="room-warning">{icon(Icon::Warning)} <span>{said}</span></p> }
    });
    let free = space
        .free_bytes
        .map(|free| words.room_free(time::bytes(words, free)))
        .unwrap_or_default();
    let reserve = if space.has_reserve {
        words.room_reserve()
    } else {
        words.room_no_reserve()
    };
    let purged = space.purged.map(|purged| {
        let when = time::date_time(words, purged.at_ms);
        view! { <p data-test="room-purged">{words.room_purged(purged.items, when, time::bytes(words, purged.bytes))}</p> }
    });
    view! {
        {warning}
        <p data-test="room-used">{words.room_used(time::bytes(words, space.used_bytes))} " " {free}</p>
        <p class="muted">{reserve}</p>
        {purged}
    }
}
