//! The sync strip: always on the screen, never claims more than is so.

use ipc::{NetState, SpaceState, SyncView};
use leptos::{prelude::*, task::spawn_local};

use super::{Icon, icon};
use crate::{
    backend,
    route::Route,
    state::{app, words},
    time,
};

/// The strip's state as one word, for the style sheet and the tests.
pub(crate) fn state_of(view: &SyncView) -> &'static str {
    match &view.net {
        NetState::Syncing => "syncing",
        NetState::Offline { .. } => "offline",
        NetState::Trouble { .. } => "trouble",
        NetState::NotTried => "not_tried",
        NetState::Reached if !view.refused.is_empty() => "refused",
        NetState::Reached if view.waiting > 0 || view.pictures_waiting > 0 => "waiting",
        NetState::Reached => "in_step",
    }
}

fn headline(view: &SyncView) -> String {
    let words = words();
    match &view.net {
        NetState::Offline { since_ms } => words.strip_offline_since(time::near(words, *since_ms, view.now_ms)),
        NetState::Trouble { .. } => words.strip_trouble().to_owned(),
        NetState::Syncing => words.strip_syncing().to_owned(),
        NetState::NotTried => words.strip_not_tried().to_owned(),
        NetState::Reached if view.waiting > 0 => words.strip_waiting(u64::from(view.waiting)),
        NetState::Reached if view.pictures_waiting > 0 => words.strip_pictures(u64::from(view.pictures_waiting)),
        NetState::Reached if !view.refused.is_empty() => words.strip_refused(view.refused.len() as u64),
        NetState::Reached => words.strip_in_step().to_owned(),
    }
}

/// What waits, beside the headline.
fn details(view: &SyncView) -> String {
    let words = words();
    let mut parts = Vec::new();
    if view.waiting > 0 {
        parts.push(words.strip_waiting(u64::from(view.waiting)));
    }
    if view.pictures_waiting > 0 {
        parts.push(words.strip_pictures(u64::from(view.pictures_waiting)));
    }
    if !view.refused.is_empty() {
        parts.push(words.strip_refused(view.refused.len() as u64));
    }
    // Where the hub was reached, the first of these is the headline already.
    let said = usize::from(matches!(view.net, NetState::Reached)).min(parts.len());
    parts.split_off(said).join(" · ")
}

/// What is to be said of the tablet's storage, if anything.
fn room(view: &SyncView) -> Option<&'static str> {
    let words = words();
    match view.space.state {
        SpaceState::Enough => None,
        SpaceState::Low => Some(words.strip_room_low()),
        SpaceState::Full => Some(words.strip_room_full()),
        SpaceState::OverQuota => Some(words.strip_room_quota()),
    }
}

fn last_reached(view: &SyncView) -> String {
    let words = words();
    match view.reached_at_ms {
        Some(at) => words.strip_reached_at(time::near(words, at, view.now_ms)),
        None => words.strip_never_reached().to_owned(),
    }
}

fn strip_icon(state: &str) -> Icon {
    match state {
        "offline" => Icon::Offline,
        "trouble" | "refused" => Icon::Warning,
        "in_step" => Icon::Done,
        "waiting" => Icon::Waiting,
        _ => Icon::Sync,
    }
}

/// The strip.
#[component]
pub(crate) fn SyncStrip() -> impl IntoView {
    let app = app();
    let state = move || app.sync.with(|sync| sync.as_ref().map_or("reading", state_of));
    let waiting = move || app.sync.with(|sync| sync.as_ref().map_or(0, |view| view.waiting));
    let sync_now = move |_| {
        spawn_local(async move {
            if let Err(failure) = backend::sync_now().await {
                app.announce(&super::failure_text(&failure));
            }
        });
    };
    view! {
        <aside
            class="strip"
            aria-label=words().strip_label()
            data-test="sync-strip"
            data-state=state
            data-waiting=move || waiting().to_string()
        >
            <a class="strip-text" href=Route::Sync.to_string()>
                {move || icon(strip_icon(state()))}
                <span role="status">
                    <strong>
                        {move || app.sync.with(|sync| match sync {
                            Some(view) => headline(view),
                            None => words().strip_reading().to_owned(),
                        })}
                    </strong>
                    <span class="strip-details">{move || app.sync.with(|sync| sync.as_ref().map(details))}</span>
                    {move || app.sync.with(|sync| sync.as_ref().and_then(room)).map(|said| view! {
                        <span class="strip-details strip-room" data-test="strip-room">{said}</span>
                    })}
                    <span class="strip-details strip-reached">
                        {move || app.sync.with(|sync| sync.as_ref().map(last_reached))}
                    </span>
                </span>
            </a>
            <button type="button" class="button strip-button" data-test="sync-now" on:click=sync_now>
                {icon(Icon::Sync)}
                <span>{words().strip_sync_now()}</span>
            </button>
        </aside>
    }
}
