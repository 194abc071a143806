//! A lost passphrase, or an erased key: the vault is opened again together with an officer of the district.

use ipc::{FailureCode, PASSPHRASE_CHARS_MIN, RecoveryAsk, TabletUser};
use leptos::{ev, prelude::*};

use crate::{
    backend, browser,
    components::{Asking, ChoosePassphrase, Chosen, Icon, Problem, icon},
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
    let asking = Asking::new();
    let id = StoredValue::new(user.id.clone());
    let ask = move |_| {
        asking.run(
            || backend::ask_recovery(id.get_value()),
            move |ask| asked.set(Some(ask)),
        );
    };
    view! {
        <section class="stack" data-test="recovery">
            <h1>{words.recovery_title(&user.name)}</h1>
            <p class="lead">{words.recovery_lead()}</p>
            <button type="button" class="button wide" data-test="recovery-ask" disabled=asking.busy on:click=ask>
                {icon(Icon::Sync)}
                <span>{move || if asked.with(Option::is_some) { words.recovery_ask_again() } else { words.recovery_ask() }}</span>
            </button>
            <Problem text=asking.problem />
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
    let passphrase = Chosen::new();
    let asking = Asking::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(chosen) = passphrase.agreed(asking, "recovery-passphrase-again") else {
            return;
        };
        let carried = Some(answer.get_untracked().trim().to_owned()).filter(|text| !text.is_empty());
        let user = user.clone();
        asking.run_or(
            || backend::recover(user, carried, chosen),
            move |session| app.signed_in(session),
            |failure| {
                if matches!(
                    failure.code,
                    FailureCode::WeakPassphrase { .. } | FailureCode::WeakPin { .. }
                ) {
                    browser::focus("recovery-passphrase");
                }
            },
        );
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
            <ChoosePassphrase
                id="recovery-passphrase"
                again="recovery-passphrase-again"
                chosen=passphrase
                label=words.recovery_passphrase()
                hint=words.enrol_passphrase_help(PASSPHRASE_CHARS_MIN)
            />
            <Problem text=asking.problem hook="recovery-error" />
            <button type="submit" class="button primary wide" data-test="recovery-submit" disabled=asking.busy>
                {icon(Icon::Lock)}
                <span>{words.recovery_submit()}</span>
            </button>
            <p class="muted" role="status">{move || asking.busy.get().then(|| words.unlock_busy())}</p>
        </form>
    }
}
