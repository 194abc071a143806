//! The page: signing in, the frame, and its parts.

mod bars;
mod channels;
mod clocks;
mod deed;
mod desk;
mod devices;
mod figures_part;
mod frame;
mod institutions;
mod referrals;
mod rows;
mod sign_in;
mod today;

use leptos::{ev, prelude::*};

use super::{
    answers::Moment,
    hub::Trouble,
    office::{Loaded, Signed, office},
    place::Place,
};
use crate::{
    browser,
    components::{Icon, Languages, Loading, Problem, Said as _, icon},
    reader::{settings, words},
    time,
};

/// How often it is looked whether the session was left, in milliseconds.
const IDLE_LOOK_MS: u64 = 15_000;
/// What is less long ago is just now, in milliseconds.
const JUST_NOW_MS: i64 = 60_000;

/// The whole page.
#[component]
pub(crate) fn Root() -> impl IntoView {
    let office = office();
    office.ask_who();
    Effect::new(move |_| {
        browser::apply_settings(settings().get());
        document().set_title(words().console_title());
    });
    let moved = window_event_listener(ev::hashchange, move |_| office.go(Place::parse(&browser::hash())));
    on_cleanup(move || moved.remove());
    set_interval(
        move || office.end_idle(),
        std::time::Duration::from_millis(IDLE_LOOK_MS),
    );
    let lang = Memo::new(move |_| settings().get().lang);
    // Drawn anew when the language changes or somebody signs in or out; its parts follow the rest by themselves.
    move || {
        lang.get();
        match office.signed.get() {
            Signed::In(session) => view! { <frame::Frame session=session /> }.into_any(),
            Signed::Out { ended } => view! { <Gate><sign_in::SignIn ended=ended /></Gate> }.into_any(),
            Signed::Asking => view! { <Gate><Loading text=words().console_opening() /></Gate> }.into_any(),
            Signed::Unknown(trouble) => view! { <Gate><NotKnown trouble=trouble /></Gate> }.into_any(),
        }
    }
}

/// The page while nobody is signed in.
#[component]
fn Gate(children: Children) -> impl IntoView {
    view! {
        <div class="gate">
            <header class="gate-head">
                <img class="gate-mark" src="mark.svg" alt="" />
                <p class="gate-name">{words().console_title()}</p>
                <Languages />
            </header>
            <main class="gate-card" id="main">{children()}</main>
        </div>
    }
}

/// The hub could not be asked who is signed in.
#[component]
fn NotKnown(trouble: Trouble) -> impl IntoView {
    view! {
        <div class="stack">
            <Problem text=Signal::stored(Some(trouble.said())) hook="console-problem" />
            <button type="button" class="button primary" data-test="try-again" on:click=move |_| office().ask_who()>
                {icon(Icon::Sync)}
                <span>{words().app_try_again()}</span>
            </button>
        </div>
    }
}

/// What the hub said of something, once it has; until then that it is being asked, or what is wrong.
fn shown<T: Clone + Send + Sync + 'static>(
    loaded: Loaded<T>,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    move || match (loaded.value.get(), loaded.trouble.with(Option::is_some)) {
        (Some(value), _) => show(value),
        // What is wrong is said above.
        (None, true) => ().into_any(),
        (None, false) => view! { <Loading text=words().console_reading() /> }.into_any(),
    }
}

/// What is wrong with something that was asked for, and how old what is shown is.
#[component]
fn Alert<T: Send + Sync + 'static>(
    /// What was asked for.
    loaded: Loaded<T>,
    /// Whether it was asked for beside the overview, where the same is said already.
    #[prop(optional)]
    beside: bool,
) -> impl IntoView {
    let said = Signal::derive(move || {
        if beside && office().overview.trouble.with(Option::is_some) {
            return None;
        }
        loaded.trouble.get().map(|trouble| {
            let still = loaded.at_ms.get().map(|at_ms| {
                let time = time::near(words(), at_ms, browser::now_ms());
                words().console_still_of(time)
            });
            [Some(trouble.said()), still]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ")
        })
    });
    view! { <Problem text=said hook="console-problem" /> }
}

/// The hub's time, where it has said it.
fn hub_now() -> Moment {
    let said = office()
        .overview
        .value
        .with_untracked(|seen| seen.as_ref().map(|seen| seen.at));
    said.unwrap_or_else(|| Moment(browser::now_ms()))
}

/// How long ago something was.
fn ago(at: Moment, now: Moment) -> String {
    let words = words();
    let ms = now.0 - at.0;
    if ms < JUST_NOW_MS {
        return words.console_just_now().to_owned();
    }
    words.console_ago(time::span(words, ms))
}

/// A moment, with its day unless it is today's.
fn at(moment: Moment, now: Moment) -> String {
    time::near(words(), moment.0, now.0)
}
