//! What is to be added: the choice, and what the ways of adding share.

use casework::{Compartment, attachment};
use ipc::{Failure, Saved};
use leptos::prelude::*;

use super::{paper::NewPaper, sign::NewSignature, sound::NewSound};
use crate::{
    backend,
    components::{Icon, PictureButton, failure_text, icon},
    pages::case::{OpenCase, open_case},
    state::{app, words},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Photo,
    Recording,
    Signature,
    Paper,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Photo, Self::Recording, Self::Signature, Self::Paper];

    const fn code(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Recording => "recording",
            Self::Signature => "signature",
            Self::Paper => "paper",
        }
    }
}

/// Where this officer may put something; nothing where that is nowhere.
#[component]
pub(super) fn Add() -> impl IntoView {
    let words = words();
    let writes = open_case().part(|view| view.writes.clone());
    let places = Memo::new(move |_| {
        let writes = writes.get();
        let of = |(_, compartment): &(_, Compartment)| writes.contains(compartment);
        attachment::TABLES
            .into_iter()
            .filter(of)
            .map(|(_, compartment)| compartment)
            .collect::<Vec<_>>()
    });
    let chosen = RwSignal::new(None::<Kind>);
    move || {
        let places = places.get();
        if places.is_empty() {
            return None;
        }
        let photos = places.contains(&Compartment::Identity);
        let choices = Kind::ALL
            .into_iter()
            .filter(|kind| photos || *kind != Kind::Photo)
            .map(|this| {
                let (sign, label) = match this {
                    Kind::Photo => (Icon::Photo, words.photos_kind_photo()),
                    Kind::Recording => (Icon::Sound, words.photos_kind_recording()),
                    Kind::Signature => (Icon::Sign, words.photos_kind_signature()),
                    Kind::Paper => (Icon::Form, words.photos_kind_paper()),
                };
                view! {
                    <button
                        type="button"
                        class="button kind"
                        aria-pressed=move || (chosen.get() == Some(this)).to_string()
                        data-test=format!("add-{}", this.code())
                        on:click=move |_| chosen.update(|chosen| *chosen = (*chosen != Some(this)).then_some(this))
                    >
                        {icon(sign)}
                        <span>{label}</span>
                    </button>
                }
            });
        let places = StoredValue::new(places);
        let choices = choices.collect_view();
        Some(view! {
            <section class="card stack" aria-labelledby="add-what">
                <h3 id="add-what">{words.photos_what()}</h3>
                <div class="kinds" role="group" aria-labelledby="add-what">{choices}</div>
                {move || {
                    let form = match chosen.get()? {
                        Kind::Photo => view! { <NewPhoto /> }.into_any(),
                        Kind::Recording => view! { <NewSound readers=places.get_value() /> }.into_any(),
                        Kind::Signature => view! { <NewSignature readers=places.get_value() /> }.into_any(),
                        Kind::Paper => view! { <NewPaper readers=places.get_value() /> }.into_any(),
                    };
                    Some(form)
                }}
            </section>
        })
    }
}

/// Says that something is saved, and reads the case anew.
pub(super) fn done(open: OpenCase, answer: Result<Saved, Failure>) -> Result<(), String> {
    answer.map_err(|failure| failure_text(&failure))?;
    app().announce(words().app_saved());
    open.read();
    Ok(())
}

/// What it is, in the officer's words.
#[component]
pub(super) fn Caption(id: &'static str, label: &'static str, text: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="question">
            <label class="label" for=id>{label}</label>
            <input
                class="input"
                id=id
                data-test=id
                autocomplete="off"
                maxlength=casework::TEXT_CHARS_MAX.to_string()
                prop:value=text
                on:input=move |event| text.set(event_target_value(&event))
            />
        </div>
    }
}

/// Who may read it. Nothing to choose where the officer writes in one place only.
#[component]
pub(super) fn Readers(of: Vec<Compartment>, chosen: RwSignal<Compartment>) -> impl IntoView {
    let words = words();
    (of.len() > 1).then(|| {
        let options = of.into_iter().map(|this| {
            view! {
                <label class="option" class:chosen=move || chosen.get() == this>
                    <input
                        type="radio"
                        name="attachment-readers"
                        data-test=format!("readers-{}", this.code())
                        prop:checked=move || chosen.get() == this
                        on:change=move |_| chosen.set(this)
                    />
                    <span class="option-text">{words.compartment(this)}</span>
                </label>
            }
        });
        view! {
            <fieldset class="question">
                <legend class="label">{words.photos_readers()}</legend>
                <p class="hint">{words.photos_readers_help()}</p>
                <div class="options two">{options.collect_view()}</div>
            </fieldset>
        }
    })
}

/// A picture from a file: the device turns it upright, strips it and makes three sizes.
#[component]
fn NewPhoto() -> impl IntoView {
    let words = words();
    let open = open_case();
    let text = RwSignal::new(String::new());
    let add = move |picture: String| async move {
        let caption = text.get_untracked().trim().to_owned();
        done(open, backend::add_photo(open.case, caption, picture).await)?;
        text.try_set(String::new());
        Ok(())
    };
    view! {
        <p class="hint">{words.photos_help()}</p>
        <Caption id="photo-caption" label=words.photos_caption() text=text />
        <PictureButton test="photo-file" primary=true add=add />
    }
}
