//! A record of another district that the hub proposes: how it agrees, and nothing that stands in it.

use casework::{Subject, matching::decisions::Decision};
use ipc::Elsewhere;
use leptos::prelude::*;

use super::{
    asked::AskDistrict,
    compare::{Deciding, Decisions, said_id},
    reasons,
};
use crate::{
    components::{Icon, icon},
    state::words,
    words::Words,
};

/// What the people of the other record decided.
pub(super) fn theirs(words: Words, theirs: Option<&Decision>) -> &'static str {
    match theirs {
        Some(Decision::Same) => words.match_theirs_same(),
        Some(Decision::NotSame) => words.match_theirs_not_same(),
        Some(Decision::Unsure | Decision::Unknown(_)) => words.match_theirs_unsure(),
        None => words.match_theirs_none(),
    }
}

/// One of another district, of which nothing is known here but how it agrees.
#[component]
pub(super) fn ElsewhereCard(
    /// The two records.
    row: Elsewhere,
    /// Where a decision is written, where this officer may.
    #[prop(optional_no_strip)]
    decides: Option<Deciding>,
) -> impl IntoView {
    let words = words();
    let is_case = matches!(row.other, Subject::Case(_));
    // Of two reports the hub does not say of which kind the other is.
    let is_twice = is_case && matches!(row.own, Subject::Case(_));
    let percent = (row.percent > 0).then(|| format!(" · {}", words.match_percent(row.percent)));
    let what = if is_case {
        words.match_a_case()
    } else {
        words.match_a_report()
    };
    let theirs = theirs(words, row.theirs.as_ref());
    let same = |decision: Option<&Decision>| decision == Some(&Decision::Same);
    let is_joined = same(row.theirs.as_ref()) && same(row.decided.first().map(|one| &one.decision));
    let joined = is_joined
        .then(|| view! { <p class="note" data-test="joined">{icon(Icon::Done)} " " {words.match_joined()}</p> });
    view! {
        <section class="card stack" data-test="elsewhere" data-other=row.other.to_string()>
            <header class="house-head">
                <h3>{words.match_elsewhere()} {percent}</h3>
                <p>{words.match_elsewhere_said(&row.district, what, said_id(row.other))}</p>
            </header>
            <h4>{words.match_why()}</h4>
            {reasons::agreed(&row.agreed, is_twice)}
            <p data-test="theirs">{theirs}</p>
            {joined}
            <AskDistrict other=row.other asked=row.asked />
            <Decisions decided=row.decided deciding=decides />
        </section>
    }
}
