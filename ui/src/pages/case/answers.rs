//! What the portal, the police's list, the adoption system and the helplines answered about the case.

use ipc::ChannelAnswer;
use leptos::prelude::*;

use super::open_case;
use crate::{
    components::{Icon, icon},
    state::words,
    time,
};

/// The card; nothing where none has answered.
#[component]
pub(crate) fn Answers() -> impl IntoView {
    let words = words();
    let answers = open_case().part(|view| view.answers.clone());
    move || {
        let answers = answers.get();
        (!answers.is_empty()).then(|| {
            let rows: Vec<_> = answers.into_iter().map(|said| view! { <Answer said=said /> }).collect();
            view! {
                <section class="card facts stack" data-test="answers">
                    <h3>{words.answers_title()}</h3>
                    <dl>{rows}</dl>
                    <p class="muted">{words.answers_help()}</p>
                </section>
            }
        })
    }
}

#[component]
fn Answer(said: ChannelAnswer) -> impl IntoView {
    let words = words();
    let date = time::date_time(words, said.at_ms);
    // A system that gives no number of its own answers with an empty one.
    let reference = said.reference.filter(|reference| !reference.is_empty());
    let (mark, text, known) = match (said.rejected, reference) {
        (Some(reason), reference) => {
            let known = reference.map(|reference| words.answers_known_as(reference));
            (Icon::Warning, words.answers_turned_down(date, reason), known)
        }
        (None, Some(reference)) => (Icon::Done, words.answers_taken(reference, date), None),
        (None, None) => (Icon::Done, words.answers_taken_plain(date), None),
    };
    view! {
        <div class="fact" data-test=format!("answer-{}", said.channel)>
            <dt>{words.channel(&said.channel)}</dt>
            <dd>
                {icon(mark)}
                <span>{text}</span>
                {known.map(|known| view! { <span class="muted">{known}</span> })}
            </dd>
        </div>
    }
}
