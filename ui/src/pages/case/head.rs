//! The head of a case: who (masked until revealed), where now, what is due next.

use casework::{Labels, Urgency, Value, clock::Standing};
use ipc::{CaseView, FactView};
use leptos::prelude::*;

use super::{open_case, term};
use crate::{
    components::{DeliveryMark, Icon, icon, standing_code},
    pages::cases::row::{Avatar, NextClock, age_and_sex, ground},
    state::{app, words},
    value,
    words::Words,
};

/// The facts that say where the child is.
const PLACE_FACTS: [&str; 2] = ["custody.place_kind", "custody.place_name"];

fn place(words: Words, view: &CaseView) -> Option<String> {
    if let Some(link) = view.life.custody.current(view.now_ms) {
        let kind = link
            .place
            .as_deref()
            .map(|place| term(words, &view.life, "place_kind", place));
        let parts: Vec<String> = [kind, link.name.clone()].into_iter().flatten().collect();
        if !parts.is_empty() {
            return Some(parts.join(", "));
        }
    }
    let known = |name: &&str| view.facts.iter().find(|fact| fact.fact.as_str() == *name);
    let say = |fact: &FactView| value::say(words, Some(&fact.value), &fact.words);
    let parts: Vec<String> = PLACE_FACTS.iter().filter_map(known).map(say).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The head.
#[component]
pub(crate) fn Head() -> impl IntoView {
    let words = words();
    let open = open_case();
    let head = Memo::new(move |_| {
        open.view.with(|view| {
            view.as_ref()
                .map(|view| (view.card.clone(), view.delivery.clone(), place(words, view)))
        })
    });
    view! {
        <header class="case-head">
            {move || {
                head.get()
                    .map(|(card, delivery, place)| {
                        let emergency = card.urgency == Urgency::Emergency;
                        let running = card.clock.clone();
                        let standing = card.standing.unwrap_or(Standing::Running);
                        let standing = running.is_some().then(|| standing_code(standing));
                        let nowhere = place.is_none();
                        let number = card.number.clone();
                        let stage: Labels = card.stage_label.clone();
                        view! {
                            <div class="case-who">
                                <Avatar card=card.clone() />
                                <div class="case-who-text">
                                    <Name />
                                    <p class="case-line">
                                        {emergency.then(|| view! { <span class="tag danger">{words.list_emergency()}</span> })}
                                        {age_and_sex(words, &card)} " · " {words.label(&stage)}
                                        {(!number.is_empty()).then(|| format!(" · {number}"))}
                                    </p>
                                    <p class="case-line muted">{ground(words, &card)}</p>
                                    <Reveal />
                                </div>
                            </div>
                            <div class="case-now">
                                <div class="fact-box">
                                    <p class="fact-box-label">{icon(Icon::Place)} {words.case_where_now()}</p>
                                    <p class:muted=nowhere>
                                        {place.unwrap_or_else(|| words.case_where_unknown().to_owned())}
                                    </p>
                                </div>
                                <div class="fact-box" data-standing=standing>
                                    <p class="fact-box-label">{icon(Icon::Clock)} {words.case_next_time()}</p>
                                    {running.map(|running| view! { <p>{words.label(&running.label)}</p> })}
                                    <NextClock clock=card.clock roomy=true />
                                </div>
                            </div>
                            <p class="case-delivery">
                                <span class="muted">{words.case_last_change()} ": "</span>
                                <DeliveryMark delivery=delivery />
                            </p>
                        }
                    })
            }}
        </header>
    }
}

/// The name, masked until the officer asks for it.
#[component]
fn Name() -> impl IntoView {
    let words = words();
    let open = open_case();
    let shown = open.part(|view| (view.revealed, view.name.clone()));
    let name = move || match shown.get() {
        (true, Some(name)) => name,
        (true, None) => words.case_name_unknown().to_owned(),
        (false, _) => words.case_name_hidden().to_owned(),
    };
    let masked = move || shown.with(|(revealed, _)| !revealed);
    view! { <h2 class="case-name" class:muted=masked data-test="case-name">{name}</h2> }
}

/// Shows or hides the name. That it was shown is written in the access log, and said.
#[component]
fn Reveal() -> impl IntoView {
    let app = app();
    let words = words();
    let open = open_case();
    let revealed = open.part(|view| view.revealed);
    let toggle = move |_| {
        open.reveal.update(|reveal| *reveal = !*reveal);
        if open.reveal.get_untracked() {
            app.announce(words.case_is_logged());
        }
    };
    view! {
        <div class="name-row">
            <button
                type="button"
                class="button small"
                aria-pressed=move || revealed.get().to_string()
                data-test="reveal"
                on:click=toggle
            >
                {move || icon(if revealed.get() { Icon::Hide } else { Icon::Show })}
                <span>{move || if revealed.get() { words.case_hide_name() } else { words.case_show_name() }}</span>
            </button>
            <p class="hint">{move || if revealed.get() { words.case_is_logged() } else { words.case_logged() }}</p>
        </div>
    }
}

/// A value of the case in words, for other parts of the page.
pub(crate) fn say(words: Words, value: &Value, labels: &[Labels]) -> String {
    value::say(words, Some(value), labels)
}
