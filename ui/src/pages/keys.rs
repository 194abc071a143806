//! What protects this vault, when it locks itself, and another passphrase or key for it.

use ipc::IDLE_MINUTES_MAX;
use leptos::{ev, prelude::*, task::spawn_local};

use super::start::{Passphrase, ShowPassphrase};
use crate::{
    backend, browser,
    components::{Problem, failure_text},
    state::{app, words},
    time,
};

/// What may be chosen for the idle time, in minutes.
const IDLE_CHOICES: [u32; 5] = [1, 2, 5, 10, IDLE_MINUTES_MAX];

/// What the officer may rely on, in plain words.
#[component]
pub(crate) fn Protection() -> impl IntoView {
    let app = app();
    let words = words();
    move || {
        app.session.get().map(|session| {
            let bound = if session.bound {
                words.keys_bound()
            } else {
                words.keys_not_bound()
            };
            let recoverable = if session.recoverable {
                words.keys_recoverable()
            } else {
                words.keys_not_recoverable()
            };
            let until = session
                .open_until_ms
                .map(|until_ms| view! { <p>{words.keys_open_until(time::date_time(words, until_ms))}</p> });
            view! {
                <section class="card stack" data-test="protection">
                    <h2 class="label">{words.keys_title()}</h2>
                    <p data-test="protection-bound">{bound}</p>
                    <p>{recoverable}</p>
                    {until}
                </section>
            }
        })
    }
}

/// After how many idle minutes the tablet locks itself.
#[component]
pub(crate) fn IdleTime() -> impl IntoView {
    let app = app();
    let words = words();
    let problem = RwSignal::new(None::<String>);
    let chosen = move || {
        app.session
            .with(|session| session.as_ref().map_or(0, |session| session.idle_minutes))
    };
    let choose = move |minutes: u32| {
        problem.set(None);
        spawn_local(async move {
            match backend::set_idle(minutes).await {
                Ok(()) => app.session.update(|session| {
                    if let Some(session) = session {
                        session.idle_minutes = minutes;
                    }
                }),
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
        });
    };
    let options = IDLE_CHOICES.into_iter().map(|minutes| {
        view! {
            <label class="option" class:chosen=move || chosen() == minutes>
                <input
                    type="radio"
                    name="idle"
                    data-test=format!("idle-{minutes}")
                    prop:checked=move || chosen() == minutes
                    on:change=move |_| choose(minutes)
                />
                <span class="option-text">{words.keys_idle_minutes(u64::from(minutes))}</span>
            </label>
        }
    });
    view! {
        <fieldset class="card">
            <legend class="label">{words.keys_idle()}</legend>
            <p class="hint">{words.keys_idle_help()}</p>
            <div class="options two">{options.collect_view()}</div>
            <Problem text=problem />
        </fieldset>
    }
}

/// Another passphrase for the same vault.
#[component]
pub(crate) fn ChangePassphrase() -> impl IntoView {
    let words = words();
    let old = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let again = RwSignal::new(String::new());
    let shown = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let done = RwSignal::new(false);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        done.set(false);
        if new.get_untracked() != again.get_untracked() {
            problem.set(Some(words.enrol_differ().to_owned()));
            browser::focus("passphrase-again");
            return;
        }
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = backend::change_passphrase(old.get_untracked(), new.get_untracked()).await;
            busy.set(false);
            match answer {
                Ok(()) => {
                    for field in [old, new, again] {
                        field.set(String::new());
                    }
                    done.set(true);
                }
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
        });
    };
    view! {
        <details class="card">
            <summary data-test="passphrase-open">{words.keys_change()}</summary>
            <form class="stack" on:submit=submit>
                <div class="question">
                    <label class="label" for="passphrase-old">{words.keys_old()}</label>
                    <Passphrase id="passphrase-old" value=old shown=shown complete="current-password" />
                </div>
                <div class="question">
                    <label class="label" for="passphrase-new">{words.recovery_passphrase()}</label>
                    <Passphrase id="passphrase-new" value=new shown=shown complete="new-password" />
                </div>
                <div class="question">
                    <label class="label" for="passphrase-again">{words.enrol_again()}</label>
                    <Passphrase id="passphrase-again" value=again shown=shown complete="new-password" />
                    <ShowPassphrase shown=shown />
                </div>
                <Problem text=problem hook="passphrase-error" />
                <button type="submit" class="button" data-test="passphrase-submit" disabled=busy>
                    {words.keys_change_submit()}
                </button>
                <p class="muted" role="status" data-test="passphrase-done">
                    {move || done.get().then(|| words.keys_changed())}
                </p>
            </form>
        </details>
    }
}

/// Everything encrypted anew under another key.
#[component]
pub(crate) fn RotateKey() -> impl IntoView {
    let app = app();
    let words = words();
    let passphrase = RwSignal::new(String::new());
    let shown = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let done = RwSignal::new(false);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        browser::leave_field();
        busy.set(true);
        done.set(false);
        problem.set(None);
        spawn_local(async move {
            let answer = backend::rotate_key(passphrase.get_untracked()).await;
            busy.set(false);
            passphrase.set(String::new());
            match answer {
                Ok(session) => {
                    app.signed_in(session);
                    done.set(true);
                }
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
        });
    };
    let progress = move || {
        let opening = app.start.with(|start| start.as_ref().and_then(|start| start.opening));
        busy.get()
            .then(|| words.keys_rotating(opening.map_or(0, |progress| progress.done)))
    };
    view! {
        <details class="card">
            <summary data-test="rotate-open">{words.keys_rotate()}</summary>
            <form class="stack" on:submit=submit>
                <p class="hint">{words.keys_rotate_help()}</p>
                <div class="question">
                    <label class="label" for="rotate-passphrase">{words.keys_old()}</label>
                    <Passphrase id="rotate-passphrase" value=passphrase shown=shown complete="current-password" />
                    <ShowPassphrase shown=shown />
                </div>
                <Problem text=problem hook="rotate-error" />
                <button type="submit" class="button" data-test="rotate-submit" disabled=busy>
                    {words.keys_rotate_submit()}
                </button>
                <p class="muted" role="status" data-test="rotate-done">
                    {progress} {move || done.get().then(|| words.keys_rotated())}
                </p>
            </form>
        </details>
    }
}
