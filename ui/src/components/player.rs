//! Plays a recording from memory. No controls of the web view's own: theirs offer to save the sound to a file.

use std::sync::Arc;

use leptos::{ev, html, prelude::*};
use web_sys::{Blob, HtmlAudioElement, Url};

use super::{Icon, icon};
use crate::{reader::words, time};

/// Sound in memory, for as long as somebody holds it.
#[derive(Debug, Clone)]
pub(crate) struct Source(Arc<Address>);

#[derive(Debug)]
struct Address(String);

impl Source {
    /// `None` where the web view has no memory for it.
    pub(crate) fn new(sound: &Blob) -> Option<Self> {
        Some(Self(Arc::new(Address(Url::create_object_url_with_blob(sound).ok()?))))
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// A button, a bar and the time. `ms` is 0 where nobody has measured the sound yet; then its own word is taken.
#[component]
pub(crate) fn Player(source: Source, ms: u64) -> impl IntoView {
    let words = words();
    let audio: NodeRef<html::Audio> = NodeRef::new();
    let (playing, at_ms, broken) = (RwSignal::new(false), RwSignal::new(0_u64), RwSignal::new(false));
    let length_ms = RwSignal::new(ms);
    let address = source.0.0.clone();
    // The address holds while the player is there.
    on_cleanup(move || drop(source));
    let element = move || -> Option<HtmlAudioElement> { audio.get_untracked() };
    let press = move |_| {
        let Some(element) = element() else { return };
        if playing.get_untracked() {
            let _ = element.pause();
        } else {
            let _ = element.play();
        }
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "minutes in milliseconds"
    )]
    let in_ms = |seconds: f64| {
        if seconds.is_finite() {
            (seconds * 1_000.0) as u64
        } else {
            0
        }
    };
    let moved = move |_| at_ms.set(element().map_or(0, |element| in_ms(element.current_time())));
    let known = move |_| {
        if ms == 0 {
            length_ms.set(element().map_or(0, |element| in_ms(element.duration())));
        }
    };
    let seek = move |event: ev::Event| {
        let place = event_target_value(&event).parse::<f64>().unwrap_or_default();
        if let Some(element) = element() {
            element.set_current_time(place / 1_000.0);
        }
    };
    let ended = move |_| {
        playing.set(false);
        at_ms.set(0);
        if let Some(element) = element() {
            element.set_current_time(0.0);
        }
    };
    let said = move || match (at_ms.get(), length_ms.get()) {
        (at, 0) => time::minutes(at),
        (at, length) => words.sound_of(time::minutes(at.min(length)), time::minutes(length)),
    };
    view! {
        <audio
            node_ref=audio
            src=address
            preload="auto"
            on:play=move |_| playing.set(true)
            on:pause=move |_| playing.set(false)
            on:timeupdate=moved
            on:loadedmetadata=known
            on:ended=ended
            on:error=move |_| broken.set(true)
        ></audio>
        {move || {
            if broken.get() {
                return view! { <p class="note" role="alert">{words.sound_unplayable()}</p> }.into_any();
            }
            view! {
                <div class="player" data-test="player" data-playing=move || playing.get().to_string()>
                    <button type="button" class="button" data-test="player-play" on:click=press>
                        {move || icon(if playing.get() { Icon::Pause } else { Icon::Play })}
                        <span>{move || if playing.get() { words.sound_halt() } else { words.sound_play() }}</span>
                    </button>
                    <input
                        type="range"
                        min="0"
                        max=move || length_ms.get().to_string()
                        hidden=move || length_ms.get() == 0
                        step="100"
                        aria-label=words.sound_place()
                        aria-valuetext=said
                        prop:value=move || at_ms.get().to_string()
                        on:input=seek
                    />
                    <span class="player-time">{said}</span>
                </div>
            }
                .into_any()
        }}
    }
}
