//! A backup of what is on this tablet and nowhere else, and bringing one back.

use leptos::{ev, prelude::*, task::spawn_local};

use super::super::start::{Passphrase, ShowPassphrase};
use crate::{
    backend, browser,
    components::{Problem, failure_text},
    state::{app, words},
    time,
};

/// Making one.
#[component]
pub(super) fn Backup() -> impl IntoView {
    let words = words();
    let again = RwSignal::new(String::new());
    let form = Fields::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if form.passphrase.get_untracked() != again.get_untracked() {
            form.problem.set(Some(words.enrol_differ().to_owned()));
            browser::focus("backup-again");
            return;
        }
        form.run(move |path, passphrase| async move {
            let made = backend::back_up(path, passphrase).await?;
            again.set(String::new());
            let size = time::bytes(words, made.bytes);
            Ok(words.backup_made(u64::from(made.changes), made.pictures, size))
        });
    };
    view! {
        <details class="card">
            <summary data-test="backup-open">{words.backup_title()}</summary>
            <form class="stack" on:submit=submit>
                <p class="hint">{words.backup_lead()}</p>
                <PathField id="backup-path" value=form.path />
                <div class="question">
                    <label class="label" for="backup-passphrase">{words.backup_passphrase()}</label>
                    <p class="hint">{words.backup_passphrase_help()}</p>
                    <Passphrase id="backup-passphrase" value=form.passphrase shown=form.shown complete="new-password" />
                </div>
                <div class="question">
                    <label class="label" for="backup-again">{words.enrol_again()}</label>
                    <Passphrase id="backup-again" value=again shown=form.shown complete="new-password" />
                    <ShowPassphrase shown=form.shown />
                </div>
                <Problem text=form.problem hook="backup-error" />
                <button type="submit" class="button" data-test="backup-submit" disabled=form.busy>
                    {words.backup_make()}
                </button>
                <p class="muted" role="status" data-test="backup-done">{progress(form)} {move || form.done.get()}</p>
            </form>
        </details>
    }
}

/// Bringing one back.
#[component]
pub(super) fn Restore() -> impl IntoView {
    let words = words();
    let form = Fields::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        form.run(move |path, passphrase| async move {
            let restored = backend::restore(path, passphrase).await?;
            let said = words.backup_restored(u64::from(restored.changes), restored.pictures, restored.already);
            Ok(if restored.not_placed > 0 {
                format!("{said} {}", words.backup_not_placed(u64::from(restored.not_placed)))
            } else {
                said
            })
        });
    };
    view! {
        <details class="card">
            <summary data-test="restore-open">{words.backup_restore_title()}</summary>
            <form class="stack" on:submit=submit>
                <p class="hint">{words.backup_restore_lead()}</p>
                <PathField id="restore-path" value=form.path />
                <div class="question">
                    <label class="label" for="restore-passphrase">{words.backup_passphrase()}</label>
                    <Passphrase id="restore-passphrase" value=form.passphrase shown=form.shown complete="off" />
                    <ShowPassphrase shown=form.shown />
                </div>
                <Problem text=form.problem hook="restore-error" />
                <button type="submit" class="button" data-test="restore-submit" disabled=form.busy>
                    {words.backup_restore()}
                </button>
                <p class="muted" role="status" data-test="restore-done">{progress(form)} {move || form.done.get()}</p>
            </form>
        </details>
    }
}

#[component]
fn PathField(id: &'static str, value: RwSignal<String>) -> impl IntoView {
    let words = words();
    view! {
        <div class="question">
            <label class="label" for=id>{words.backup_path()}</label>
            <p class="hint">{words.backup_path_help()}</p>
            <input
                id=id
                data-test=id
                type="text"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </div>
    }
}

/// What both forms hold.
#[derive(Clone, Copy)]
struct Fields {
    path: RwSignal<String>,
    passphrase: RwSignal<String>,
    shown: RwSignal<bool>,
    busy: RwSignal<bool>,
    problem: RwSignal<Option<String>>,
    done: RwSignal<Option<String>>,
}

impl Fields {
    fn new() -> Self {
        Self {
            path: RwSignal::new(String::new()),
            passphrase: RwSignal::new(String::new()),
            shown: RwSignal::new(false),
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
            done: RwSignal::new(None),
        }
    }

    /// Asks the device, once at a time, and says what came of it.
    fn run<F: Future<Output = Result<String, ipc::Failure>> + 'static>(self, ask: impl FnOnce(String, String) -> F) {
        if self.busy.get_untracked() {
            return;
        }
        browser::leave_field();
        self.busy.set(true);
        self.problem.set(None);
        self.done.set(None);
        let asked = ask(self.path.get_untracked(), self.passphrase.get_untracked());
        spawn_local(async move {
            match asked.await {
                Ok(said) => {
                    self.passphrase.set(String::new());
                    self.done.set(Some(said));
                }
                Err(failure) => self.problem.set(Some(failure_text(&failure))),
            }
            self.busy.set(false);
        });
    }
}

fn progress(form: Fields) -> impl IntoView {
    let app = app();
    let words = words();
    move || {
        let opening = app.start.with(|start| start.as_ref().and_then(|start| start.opening));
        let opening = opening.filter(|_| form.busy.get());
        opening.map(|progress| words.backup_making(u64::from(progress.done), progress.total))
    }
}
