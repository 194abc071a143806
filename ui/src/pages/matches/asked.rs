//! Asking the district that has a record: a question, that it waits, and what was answered.

use casework::Subject;
use ipc::{Answered, Asked, Outcome};
use leptos::prelude::*;

use crate::{
    backend,
    components::{Asking, Problem},
    state::words,
    time, value,
    words::Words,
};

/// The question and its answer.
#[component]
pub(super) fn AskDistrict(
    /// The record of another district.
    other: Subject,
    /// What was asked before.
    asked: Option<Asked>,
) -> impl IntoView {
    let words = words();
    let asking = Asking::new();
    let ask = move |_| asking.run(move || backend::ask_district(other), |()| ());
    let waits = asked.as_ref().is_some_and(|asked| asked.answer.is_none());
    let label = if asked.is_some() {
        words.match_ask_again()
    } else {
        words.match_ask()
    };
    let said = asked.map(|asked| match asked.answer {
        None => {
            let date = time::date(words, asked.at_ms);
            view! { <p class="note" role="status" data-test="asked-waiting">{words.match_asked_waiting(&date)}</p> }
                .into_any()
        }
        Some(answer) => answered(words, answer).into_any(),
    });
    view! {
        {said}
        {(!waits).then(|| view! {
            <div class="actions">
                <button type="button" class="button" data-test="ask-district-now" disabled=asking.busy on:click=ask>{label}</button>
            </div>
        })}
        <Problem text=asking.problem />
    }
}

fn answered(words: Words, answer: Answered) -> impl IntoView {
    let date = time::date(words, answer.at_ms);
    let said = match answer.outcome {
        Outcome::Told => words.match_answered_told(&date),
        Outcome::People => words.match_answered_people(&date),
        Outcome::NotThere => words.match_answered_not_there(&date),
        Outcome::NotPermitted => words.match_answered_not_permitted(&date),
    };
    let facts: Vec<_> = answer
        .facts
        .iter()
        .map(|fact| {
            let said = value::say(words, Some(&fact.value), &fact.words);
            view! { <tr><th scope="row">{words.label(&fact.label)}</th><td>{said}</td></tr> }
        })
        .collect();
    let table = (!facts.is_empty())
        .then(|| view! { <div class="scroll-x"><table class="sides told" data-test="answered-facts"><tbody>{facts}</tbody></table></div> });
    let people: Vec<_> = answer
        .people
        .iter()
        .map(|(name, role)| view! { <li>{name.clone()} " · " {words.label(role)}</li> })
        .collect();
    let whom = (!answer.district.is_empty()).then(|| {
        if people.is_empty() {
            return view! { <p>{words.match_answered_nobody(&answer.district)}</p> }.into_any();
        }
        view! {
            <p>{words.match_answered_ask(&answer.district)}</p>
            <ul class="answered-people" data-test="answered-people">{people}</ul>
        }
        .into_any()
    });
    view! {
        <p class="note" role="status" data-test="answered">{said}</p>
        {table}
        {whom}
    }
}
