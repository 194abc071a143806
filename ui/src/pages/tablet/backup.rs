//! A backup of what is on this tablet and nowhere else, and bringing one back.

use ipc::FilePurpose;
use leptos::{ev, prelude::*};

use crate::{
    backend, browser,
    components::{Asking, ChoosePassphrase, Chosen, Far, Passphrase, Problem, ShowPassphrase, Work},
    pages::path::PathField,
    state::{app, words},
    time,
};

/// Making one.
#[component]
pub(super) fn Backup() -> impl IntoView {
    let words = words();
    let path = RwSignal::new(String::new());
    let passphrase = Chosen::new();
    let asking = Asking::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(chosen) = passphrase.agreed(asking, "backup-again") else {
            return;
        };
        browser::leave_field();
        asking.run(
            || backend::back_up(path.get_untracked(), chosen),
            move |made| {
                passphrase.clear();
                let size = time::bytes(words, made.bytes);
                let said = words.backup_made(u64::from(made.changes), made.pictures, size);
                asking.done.set(Some(said));
            },
        );
    };
    view! {
        <details class="card">
            <summary data-test="backup-open">{words.backup_title()}</summary>
            <form class="stack" on:submit=submit>
                <p class="hint">{words.backup_lead()}</p>
                <PathField id="backup-path" value=path purpose=FilePurpose::NewBackup asking=asking />
                <ChoosePassphrase
                    id="backup-passphrase"
                    again="backup-again"
                    chosen=passphrase
                    label=words.backup_passphrase()
                    hint=words.backup_passphrase_help()
                />
                <Problem text=asking.problem hook="backup-error" />
                <button type="submit" class="button" data-test="backup-submit" disabled=asking.busy>
                    {words.backup_make()}
                </button>
                {progress(asking)}
                <p class="muted" role="status" data-test="backup-done">{move || asking.done.get()}</p>
            </form>
        </details>
    }
}

/// Bringing one back.
#[component]
pub(super) fn Restore() -> impl IntoView {
    let words = words();
    let path = RwSignal::new(String::new());
    let passphrase = RwSignal::new(String::new());
    let shown = RwSignal::new(false);
    let asking = Asking::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        browser::leave_field();
        asking.run(
            || backend::restore(path.get_untracked(), passphrase.get_untracked()),
            move |restored| {
                passphrase.set(String::new());
                let mut said = words.backup_restored(u64::from(restored.changes), restored.pictures, restored.already);
                if restored.not_placed > 0 {
                    said = format!("{said} {}", words.backup_not_placed(u64::from(restored.not_placed)));
                }
                asking.done.set(Some(said));
            },
        );
    };
    view! {
        <details class="card">
            <summary data-test="restore-open">{words.backup_restore_title()}</summary>
            <form class="stack" on:submit=submit>
                <p class="hint">{words.backup_restore_lead()}</p>
                <PathField id="restore-path" value=path purpose=FilePurpose::Backup asking=asking />
                <div class="question">
                    <label class="label" for="restore-passphrase">{words.backup_passphrase()}</label>
                    <Passphrase id="restore-passphrase" value=passphrase shown=shown complete="off" />
                    <ShowPassphrase shown=shown />
                </div>
                <Problem text=asking.problem hook="restore-error" />
                <button type="submit" class="button" data-test="restore-submit" disabled=asking.busy>
                    {words.backup_restore()}
                </button>
                {progress(asking)}
                <p class="muted" role="status" data-test="restore-done">{move || asking.done.get()}</p>
            </form>
        </details>
    }
}

fn progress(asking: Asking) -> impl IntoView {
    let app = app();
    let words = words();
    let opening = Memo::new(move |_| {
        let opening = app.start.with(|start| start.as_ref().and_then(|start| start.opening));
        opening.filter(|_| asking.busy.get())
    });
    let said = Signal::derive(move || {
        let progress = opening.get()?;
        Some(words.backup_making(u64::from(progress.done), progress.total))
    });
    let far = Signal::derive(move || {
        let progress = opening.get()?;
        Some(Far {
            done: progress.done.into(),
            of: progress.total.into(),
        })
    });
    view! { <Work said=said far=far /> }
}
