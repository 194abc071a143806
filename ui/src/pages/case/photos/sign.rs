//! Signing on the glass: the pad, who signed, as what, on which form.

use casework::{Compartment, attachment};
use ipc::{Request, SIGNER_CHARS_MAX};
use leptos::{prelude::*, task::spawn_local};

use super::add::{Caption, Readers, done};
use crate::{
    backend, browser,
    components::{DropDown, Icon, Pad, Problem, SignaturePad, failure_text, icon},
    pages::case::open_case,
    state::words,
};

/// The form.
#[component]
pub(super) fn NewSignature(readers: Vec<Compartment>) -> impl IntoView {
    let words = words();
    let open = open_case();
    let pad = Pad::new();
    let text = || RwSignal::new(String::new());
    let (caption, signer, signer_as, form) = (text(), text(), text(), text());
    let chosen_readers = RwSignal::new(readers.first().copied().unwrap_or(Compartment::Identity));
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let (roles, forms) = open.view.with_untracked(|view| {
        let terms = view
            .iter()
            .filter_map(|view| view.life.words.get(attachment::SIGNERS))
            .flatten();
        let roles: Vec<_> = terms
            .map(|term| (term.code.clone(), words.label(&term.label)))
            .collect();
        let forms = view.iter().flat_map(|view| &view.forms);
        let title = |number: &str, title: String| format!("{}: {title}", words.sign_of_form(number));
        let forms: Vec<_> = forms
            .map(|form| (form.form.clone(), title(&form.form, words.label(&form.title))))
            .collect();
        (roles, forms)
    });
    let keep = move |_| {
        let missing = [
            (
                signer.with_untracked(|signer| signer.trim().is_empty()),
                "sign-signer",
                words.sign_need_signer(),
            ),
            (
                signer_as.with_untracked(String::is_empty),
                "sign-as",
                words.sign_need_role(),
            ),
        ];
        if let Some((_, id, said)) = missing.into_iter().find(|(missing, ..)| *missing) {
            problem.set(Some(said.to_owned()));
            return browser::focus(id);
        }
        busy.set(true);
        problem.set(None);
        let request = Request::AddSignature {
            case: open.case,
            compartment: chosen_readers.get_untracked(),
            caption: caption.get_untracked().trim().to_owned(),
            signer: signer.get_untracked().trim().to_owned(),
            signer_as: signer_as.get_untracked(),
            form: Some(form.get_untracked()).filter(|form| !form.is_empty()),
            strokes: pad.strokes.get_untracked(),
        };
        spawn_local(async move {
            let answer = backend::add_signature(request).await;
            busy.try_set(false);
            match done(open, answer) {
                Ok(()) => {
                    if busy.try_get_untracked().is_some() {
                        pad.clear();
                        for text in [caption, signer, signer_as, form] {
                            text.set(String::new());
                        }
                    }
                }
                Err(why) => drop(problem.try_set(Some(why))),
            }
        });
    };
    let full = move || {
        let is_full = pad.strokes.with(|_| pad.is_full());
        is_full.then(|| failure_text(&ipc::FailureCode::StrokesTooMany.into()))
    };
    view! {
        <p class="hint" id="sign-help">{words.sign_help()}</p>
        <SignaturePad pad=pad />
        <Problem text=Signal::derive(full) hook="sign-full" />
        <div class="pair-of-questions">
            <div class="question">
                <label class="label" for="sign-signer">{words.sign_signer()}</label>
                <input
                    class="input"
                    id="sign-signer"
                    data-test="sign-signer"
                    autocomplete="off"
                    maxlength=SIGNER_CHARS_MAX.to_string()
                    prop:value=signer
                    on:input=move |event| signer.set(event_target_value(&event))
                />
            </div>
            <DropDown id="sign-as" label=words.sign_signer_as() none="—".to_owned() options=roles chosen=signer_as choose=move |code| signer_as.set(code) />
            <DropDown id="sign-form" label=words.sign_form() none=words.sign_no_form().to_owned() options=forms chosen=form choose=move |code| form.set(code) />
            <Caption id="sign-caption" label=words.sign_caption() text=caption />
        </div>
        <Readers of=readers chosen=chosen_readers />
        <button
            type="button"
            class="button primary"
            disabled=move || busy.get() || pad.strokes.with(Vec::is_empty)
            data-test="sign-keep"
            on:click=keep
        >
            {icon(Icon::Tick)}
            <span>{words.photos_keep()}</span>
        </button>
        <p class="muted" role="status">{move || busy.get().then(|| words.photos_keeping())}</p>
        <Problem text=problem />
    }
}
