//! How far the child is on the way to adoption, and what is lacking for the next step. It decides nothing.

use casework::adoption::{Lacking, Readiness, Standing};
use leptos::prelude::*;

use super::{open_case, term};
use crate::{
    components::{Icon, icon},
    state::words,
    time,
    words::Words,
};

/// The card; nothing where nobody has named a ground.
#[component]
pub(crate) fn Adoption() -> impl IntoView {
    let words = words();
    let life = open_case().life();
    move || {
        let life = life.get()?;
        let readiness: Readiness = life.adoption.clone()?;
        let basis = readiness
            .basis
            .as_ref()
            .map(|basis| term(words, &life, "adoption_status", basis.code()));
        let lacking: Vec<_> = readiness.lacking.iter().map(lack).collect();
        let is_ready = lacking.is_empty();
        Some(view! {
            <section class="card stack" data-test="adoption">
                <h3>{words.adoption_title()}</h3>
                <p><strong>{standing(words, readiness.standing)}</strong> {basis.map(|basis| format!(" · {basis}"))}</p>
                {(!is_ready).then(|| view! { <p>{words.adoption_lacking()}</p> <ul class="warn-lines">{lacking}</ul> })}
            </section>
        })
    }
}

fn lack(lacking: &Lacking) -> impl IntoView + use<> {
    let words = words();
    let source = lacking
        .source
        .clone()
        .map(|source| view! { <span class="option-source">{source}</span> });
    view! { <li class="warn-line">{icon(Icon::Warning)} <span>{words.label(&lacking.says)} " " {source}</span></li> }
}

fn standing(words: Words, standing: Standing) -> String {
    match standing {
        Standing::NotConsidered => words.adoption_not_considered(),
        Standing::Reclaimed => words.adoption_reclaimed(),
        Standing::Reconsidering { until_ms } => return words.adoption_reconsidering(time::date(words, until_ms - 1)),
        Standing::Inquiry => words.adoption_inquiry(),
        Standing::ReadyToDeclare => words.adoption_ready(),
        Standing::LegallyFree => words.adoption_legally_free(),
        Standing::Registered => words.adoption_registered(),
        Standing::Referred => words.adoption_referred(),
        Standing::Matched => words.adoption_matched(),
        Standing::WithFamily => words.adoption_with_family(),
        Standing::Adopted => words.adoption_adopted(),
        Standing::Disrupted => words.adoption_disrupted(),
    }
    .to_owned()
}
