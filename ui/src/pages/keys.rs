//! What protects this vault, when it locks itself, and another passphrase or key for it.

use ipc::IDLE_MINUTES_MAX;
use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    backend, browser,
    components::{Asking, ChoosePassphrase, Chosen, Passphrase, Problem, ShowPassphrase, failure_text},
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
                    <h2>{words.keys_title()}</h2>
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
    let shown = RwSignal::new(false);
    let new = Chosen::new();
    let asking = Asking::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(chosen) = new.agreed(asking, "passphrase-again") else {
            return;
        };
        asking.run(
            || backend::change_passphrase(old.get_untracked(), chosen),
            move |()| {
                old.set(String::new());
                new.clear();
                asking.done.set(Some(words.keys_changed().to_owned()));
            },
        );
    };
    view! {
        <details class="card">
            <summary data-test="passphrase-open">{words.keys_change()}</summary>
            <form class="stack" on:submit=submit>
                <div class="question">
                    <label class="label" for="passphrase-old">{words.keys_old()}</label>
                    <Passphrase id="passphrase-old" value=old shown=shown complete="current-password" />
                    <ShowPassphrase shown=shown />
                </div>
                <ChoosePassphrase id="passphrase-new" again="passphrase-again" chosen=new label=words.recovery_passphrase() />
                <Problem text=asking.problem hook="passphrase-error" />
                <button type="submit" class="button" data-test="passphrase-submit" disabled=asking.busy>
                    {words.keys_change_submit()}
                </button>
                <p class="muted" role="status" data-test="passphrase-done">{move || asking.done.get()}</p>
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
    let asking = Asking::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        browser::leave_field();
        asking.run_or(
            || backend::rotate_key(passphrase.get_untracked()),
            move |session| {
                passphrase.set(String::new());
                app.signed_in(session);
                asking.done.set(Some(words.keys_rotated().to_owned()));
            },
            move |_| passphrase.set(String::new()),
        );
    };
    let progress = move || {
        let opening = app.start.with(|start| start.as_ref().and_then(|start| start.opening));
        asking
            .busy
            .get()
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
                <Problem text=asking.problem hook="rotate-error" />
                <button type="submit" class="button" data-test="rotate-submit" disabled=asking.busy>
                    {words.keys_rotate_submit()}
                </button>
                <p class="muted" role="status" data-test="rotate-done">
                    {progress} {move || asking.done.get()}
                </p>
            </form>
        </details>
    }
}
