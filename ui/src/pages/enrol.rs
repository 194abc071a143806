//! Setting the tablet up: server, one-time code, passphrase.

use ipc::{FailureCode, PASSPHRASE_CHARS_MIN};
use leptos::{ev, html, prelude::*, task::spawn_local};

use crate::{
    backend, browser,
    components::{Asking, ChoosePassphrase, Chosen, Icon, Problem, failure_text, icon},
    state::{app, words},
};

/// The panel that sets the tablet up for one more person.
#[component]
pub(crate) fn EnrolPanel(
    /// The way back, where somebody is on this tablet already.
    back: Option<Callback<()>>,
) -> impl IntoView {
    let app = app();
    let words = words();
    let link = app
        .start
        .with_untracked(|start| start.as_ref().and_then(|start| start.link.clone()));
    let hub = RwSignal::new(link.as_ref().map(|link| link.hub.clone()).unwrap_or_default());
    let code = RwSignal::new(link.map(|link| link.code).unwrap_or_default());
    let passphrase = Chosen::new();
    let asking = Asking::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if passphrase.first().with_untracked(|text| text.chars().count()) < PASSPHRASE_CHARS_MIN {
            let weak = FailureCode::WeakPassphrase {
                chars_min: PASSPHRASE_CHARS_MIN,
            };
            return asking.refuse(failure_text(&weak.into()), "enrol-passphrase");
        }
        let Some(chosen) = passphrase.agreed(asking, "enrol-passphrase-again") else {
            return;
        };
        let typed = |field: RwSignal<String>| field.with_untracked(|text| text.trim().to_owned());
        asking.run(
            || backend::enrol(typed(hub), typed(code), chosen),
            move |session| app.signed_in(session),
        );
    };
    let typed_so_far = passphrase.first();
    let count =
        Signal::derive(move || typed_so_far.with(|text| words.enrol_passphrase_count(text.chars().count() as u64)));
    view! {
        <form class="stack" on:submit=submit>
            <h1>{words.enrol_title()}</h1>
            <p class="lead">{words.enrol_lead()}</p>
            <QrReader hub=hub code=code />
            <p class="divider">{words.enrol_or()}</p>
            <div class="question">
                <label class="label" for="enrol-hub">{words.enrol_hub()}</label>
                <p class="hint" id="enrol-hub-hint">{words.enrol_hub_help()}</p>
                <TextLine id="enrol-hub" value=hub kind="url" />
            </div>
            <div class="question">
                <label class="label" for="enrol-code">{words.enrol_code()}</label>
                <p class="hint" id="enrol-code-hint">{words.enrol_code_help()}</p>
                <TextLine id="enrol-code" value=code kind="text" />
            </div>
            <ChoosePassphrase
                id="enrol-passphrase"
                again="enrol-passphrase-again"
                chosen=passphrase
                label=words.enrol_passphrase()
                hint=words.enrol_passphrase_help(PASSPHRASE_CHARS_MIN)
                so_far=count
            />
            <p class="note">{words.enrol_warning()}</p>
            <Problem text=asking.problem />
            <button type="submit" class="button primary wide" data-test="enrol-submit" disabled=asking.busy>
                {words.enrol_submit()}
            </button>
            <p class="muted" role="status">{move || asking.busy.get().then(|| words.enrol_busy())}</p>
            {back
                .map(|back| {
                    view! {
                        <button type="button" class="button quiet" data-test="enrol-back" on:click=move |_| back.run(())>
                            {icon(Icon::Back)}
                            <span>{words.enrol_back()}</span>
                        </button>
                    }
                })}
        </form>
    }
}

#[component]
fn TextLine(id: &'static str, value: RwSignal<String>, kind: &'static str) -> impl IntoView {
    view! {
        <input
            class="input"
            type=kind
            id=id
            data-test=id
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            aria-describedby=format!("{id}-hint")
            prop:value=value
            on:input=move |event| value.set(event_target_value(&event))
        />
    }
}

/// Reads the code from a picture of the printed sheet.
#[component]
fn QrReader(hub: RwSignal<String>, code: RwSignal<String>) -> impl IntoView {
    let words = words();
    let input: NodeRef<html::Input> = NodeRef::new();
    let status = RwSignal::new(None::<&'static str>);
    let problem = RwSignal::new(None::<String>);
    let read = move |_| {
        let Some(input) = input.get_untracked() else { return };
        problem.set(None);
        status.set(Some(words.enrol_qr_busy()));
        spawn_local(async move {
            let answer = match browser::chosen_file(&input).await {
                None => return status.set(None),
                Some(Ok(picture)) => backend::read_qr(picture).await,
                Some(Err(failure)) => Err(failure),
            };
            input.set_value("");
            match answer {
                Ok(link) => {
                    hub.set(link.hub);
                    code.set(link.code);
                    status.set(Some(words.enrol_qr_read()));
                    browser::focus("enrol-passphrase");
                }
                Err(failure) => {
                    status.set(None);
                    problem.set(Some(failure_text(&failure)));
                }
            }
        });
    };
    view! {
        <div class="question">
            <label class="button file">
                {icon(Icon::Photo)}
                <span>{words.enrol_qr()}</span>
                <input type="file" accept="image/*" node_ref=input data-test="enrol-qr" on:change=read />
            </label>
            <p class="hint">{words.enrol_qr_help()}</p>
            <p class="muted" role="status">{move || status.get()}</p>
            <Problem text=problem hook="enrol-qr-error" />
        </div>
    }
}
