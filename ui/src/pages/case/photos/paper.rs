//! A scanned paper from a file, kept whole.

use casework::Compartment;
use ipc::{FailureCode, FileKind, PAPER_BYTES_MAX, PAPER_PAGES_MAX};
use leptos::{html, prelude::*, task::spawn_local};

use super::add::{Caption, Readers, done};
use crate::{
    backend, browser,
    components::{Icon, Problem, failure_text, icon},
    pages::case::open_case,
    state::words,
    time,
};

/// The form.
#[component]
pub(super) fn NewPaper(readers: Vec<Compartment>) -> impl IntoView {
    let words = words();
    let open = open_case();
    let input: NodeRef<html::Input> = NodeRef::new();
    let text = RwSignal::new(String::new());
    let chosen_readers = RwSignal::new(readers.first().copied().unwrap_or(Compartment::Identity));
    let file = RwSignal::new_local(None::<web_sys::File>);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let failed = move |code: FailureCode| problem.set(Some(failure_text(&code.into())));
    let choose = move |_| {
        let Some(input) = input.get_untracked() else { return };
        problem.set(None);
        let chosen = browser::chosen(&input);
        input.set_value("");
        match chosen {
            Some(chosen) if browser::is_larger(&chosen, PAPER_BYTES_MAX) => {
                failed(FailureCode::FileTooLarge {
                    bytes_max: PAPER_BYTES_MAX,
                });
            }
            Some(chosen) => file.set(Some(chosen)),
            None => {}
        }
    };
    let keep = move |_| {
        let Some(paper) = file.get_untracked() else { return };
        let caption = text.get_untracked().trim().to_owned();
        if caption.is_empty() {
            problem.set(Some(words.paper_need_caption().to_owned()));
            return browser::focus("paper-caption");
        }
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = match browser::read_base64(&paper).await {
                Ok(bytes) => {
                    let readers = chosen_readers.get_untracked();
                    backend::add_file(open.case, readers, caption, FileKind::Paper, bytes).await
                }
                Err(_) => Err(FailureCode::NotAPaper.into()),
            };
            busy.try_set(false);
            match done(open, answer) {
                Ok(()) => {
                    text.try_set(String::new());
                    file.try_set(None);
                }
                Err(why) => drop(problem.try_set(Some(why))),
            }
        });
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bytes of a file that is there"
    )]
    let size = move |file: &web_sys::File| time::bytes(words, file.size() as u64);
    view! {
        <p class="hint">{words.paper_help(time::bytes(words, PAPER_BYTES_MAX as u64), PAPER_PAGES_MAX)}</p>
        <Caption id="paper-caption" label=words.paper_caption() text=text />
        <Readers of=readers chosen=chosen_readers />
        {move || {
            file.with(|file| file.as_ref().map(|file| words.paper_chosen(file.name(), size(file))))
                .map(|said| view! { <p role="status" data-test="paper-chosen">{icon(Icon::Form)} " " {said}</p> })
        }}
        <div class="actions">
            <button
                type="button"
                class="button primary"
                hidden=move || file.with(Option::is_none)
                disabled=busy
                data-test="paper-keep"
                on:click=keep
            >
                {icon(Icon::Tick)}
                <span>{words.photos_keep()}</span>
            </button>
            <label class="button file" class:primary=move || file.with(Option::is_none) class:busy=busy>
                <span>{words.paper_file()}</span>
                <input
                    type="file"
                    accept="application/pdf,.pdf"
                    node_ref=input
                    data-test="paper-file"
                    disabled=busy
                    on:change=choose
                />
            </label>
        </div>
        <p class="muted" role="status">{move || busy.get().then(|| words.photos_keeping())}</p>
        <Problem text=problem />
    }
}
