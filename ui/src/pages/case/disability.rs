//! What is known of a disability: kinds, degree, certificate, and how the child makes itself understood.

use casework::disability::Benchmark;
use leptos::prelude::*;

use super::{open_case, term};
use crate::state::words;

/// The card; nothing where nothing is known, or where this officer may not read it.
#[component]
pub(crate) fn Disability() -> impl IntoView {
    let words = words();
    let life = open_case().life();
    move || {
        let life = life.get()?;
        let summary = life.disability.clone()?;
        let kinds: Vec<_> = summary
            .disabilities
            .iter()
            .map(|known| {
                let kind = term(words, &life, "disability", &known.kind);
                let percent = known.percent.map(|percent| format!(" · {percent}\u{a0}%"));
                let certificate = known
                    .certificate
                    .as_ref()
                    .map(|number| words.disability_certificate(number));
                view! { <li>{kind} {percent} {certificate.map(|said| format!(" · {said}"))}</li> }
            })
            .collect();
        let benchmark = match summary.benchmark {
            Benchmark::Yes => words.disability_benchmark(),
            Benchmark::No => words.disability_below(),
            Benchmark::NotCertified => words.disability_not_certified(),
            Benchmark::CertificateExpired => words.disability_expired(),
            Benchmark::NotKnown => words.disability_degree_unknown(),
        };
        let list = |label: &'static str, vocabulary: &str, codes: &[String]| {
            let said: Vec<String> = codes.iter().map(|code| term(words, &life, vocabulary, code)).collect();
            (!said.is_empty()).then(|| view! { <dt>{label}</dt> <dd>{said.join(", ")}</dd> })
        };
        Some(view! {
            <section class="card stack" data-test="disability">
                <h3>{words.disability_title()}</h3>
                <ul class="plain-list">{kinds}</ul>
                <p><strong>{summary.percent.map(|percent| format!("{percent}\u{a0}% · "))} {benchmark}</strong></p>
                <dl class="pairs">
                    <dt>{words.disability_udid()}</dt>
                    <dd>{if summary.has_udid { words.value_yes() } else { words.value_no() }}</dd>
                    {list(words.disability_communication(), "communication", &summary.communication)}
                    {list(words.disability_needs(), "daily_need", &summary.daily_needs)}
                    {list(words.disability_helpers(), "disability_helper", &summary.helpers)}
                    {summary.night_watch.then(|| view! { <dt>{words.disability_night()}</dt> <dd>{words.value_yes()}</dd> })}
                </dl>
            </section>
        })
    }
}
