//! A lost passphrase, or an erased key: the vault is opened again together with an officer of the district.

use ipc::{FailureCode, PASSPHRASE_CHARS_MIN, RecoveryAsk, TabletUser};
use leptos::{ev, prelude::*, task::spawn_local};

use super::start::{Passphrase, ShowPassphrase};
use crate::{
    backend, browser,
    components::{Icon, Problem, failure_text, icon},
    state::{app, words},
};

/// Asks the district, shows the check code, and takes the answer.
#[component]
pub(crate) fn RecoveryPanel(
    /// Whose vault it is.
    user: TabletUser,
    /// The way back.
    back: Callback<()>,
) -> impl IntoView {
    let words = words();
    let asked = RwSignal::new(user.recovery.clone());
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let id = StoredValue::new(user.id.clone());
    let ask = move |_| {
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = backend::ask_recovery(id.get_value()).await;
            busy.set(false);
            match answer {
                Ok(ask) => asked.set(Some(ask)),
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
        });
    };
    view! {
        <section class="stack" data-test="recovery">
            <h1>{words.recovery_title(&user.name)}</h1>
            <p class="lead">{words.recovery_lead()}</p>
            <button type="button" class="button wide" data-test="recovery-ask" disabled=busy on:click=ask>
                {icon(Icon::Sync)}
                <span>{move || if asked.with(Option::is_some) { words.recovery_ask_again() } else { words.recovery_ask() }}</span>
            </button>
            <Problem text=problem />
            {move || asked.get().map(|ask| view! { <Asked ask=ask user=id.get_value() /> })}
            <button type="button" class="button quiet" data-test="recovery-back" on:click=move |_| back.run(())>
                {icon(Icon::Back)}
                <span>{words.enrol_back()}</span>
            </button>
        </section>
    }
}

/// The request on its way: what to tell the officer, and the new passphrase.
#[component]
fn Asked(ask: RecoveryAsk, user: String) -> impl IntoView {
    let app = app();
    let words = words();
    let answer = RwSignal::new(String::new());
    let passphrase = RwSignal::new(String::new());
    let again = RwSignal::new(String::new());
    let shown = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let chosen = passphrase.get_untracked();
        if chosen != again.get_untracked() {
            problem.set(Some(words.enrol_differ().to_owned()));
            browser::focus("recovery-passphrase-again");
            return;
        }
        busy.set(true);
        problem.set(None);
        let carried = Some(answer.get_untracked().trim().to_owned()).filter(|text| !text.is_empty());
        let user = user.clone();
        spawn_local(async move {
            let opened = backend::recover(user, carried, chosen).await;
            busy.set(false);
            match opened {
                Ok(session) => app.signed_in(session),
                Err(failure) => {
                    if matches!(
                        failure.code,
                        FailureCode::WeakPassphrase { .. } | FailureCode::WeakPin { .. }
                    ) {
                        browser::focus("recovery-passphrase");
                    }
                    problem.set(Some(failure_text(&failure)));
                }
            }
        });
    };
    let told = match ask.at_hub {
        Some(true) => words.recovery_at_hub(),
        Some(false) => words.recovery_not_at_hub(),
        None => words.recovery_asked(),
    };
    view! {
        <form class="stack" on:submit=submit>
            <p class="note">{told}</p>
            <p>
                {words.recovery_code()} " " <strong class="code" data-test="recovery-code">{ask.code}</strong>
            </p>
            <details>
                <summary>{words.recovery_by_hand()}</summary>
                <p class="hint">{words.recovery_by_hand_help()}</p>
                <textarea class="input" readonly rows="4" data-test="recovery-request" prop:value=ask.text></textarea>
                <label class="label" for="recovery-answer">{words.recovery_answer()}</label>
                <textarea
                    class="input"
                    id="recovery-answer"
                    rows="4"
                    data-test="recovery-answer"
                    prop:value=answer
                    on:input=move |event| answer.set(event_target_value(&event))
                ></textarea>
            </details>
            <div class="question">
                <label class="label" for="recovery-passphrase">{words.recovery_passphrase()}</label>
                <p class="hint">{words.enrol_passphrase_help(PASSPHRASE_CHARS_MIN)}</p>
                <Passphrase id="recovery-passphrase" value=passphrase shown=shown complete="new-password" />
            </div>
            <div class="question">
                <label class="label" for="recovery-passphrase-again">{words.enrol_again()}</label>
                <Passphrase id="recovery-passphrase-again" value=again shown=shown complete="new-password" />
                <ShowPassphrase shown=shown />
            </div>
            <Problem text=problem hook="recovery-error" />
            <button type="submit" class="button primary wide" data-test="recovery-submit" disabled=busy>
                {icon(Icon::Lock)}
                <span>{words.recovery_submit()}</span>
            </button>
            <p class="muted" role="status">{move || busy.get().then(|| words.unlock_busy())}</p>
        </form>
    }
}
