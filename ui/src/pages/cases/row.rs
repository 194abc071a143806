//! One row of the case list. It says nothing that identifies the child.

use casework::{CaseKind, Urgency, clock::Running};
use ipc::CaseCard;
use leptos::prelude::*;

use crate::{
    components::{ClockChip, Icon, icon},
    state::{app, words},
    time,
    words::Words,
};

/// The name of an urgency for the style sheet.
pub(crate) fn urgency_code(urgency: &Urgency) -> String {
    urgency.code().to_owned()
}

/// Age and sex.
pub(crate) fn age_and_sex(words: Words, card: &CaseCard) -> String {
    let age = match card.age_years {
        Some(age) => words.list_age(u64::from(age)),
        None => words.list_age_unknown().to_owned(),
    };
    match &card.sex {
        Some(sex) => format!("{age} · {}", words.label(sex)),
        None => age,
    }
}

/// The ground, or for a child in conflict with law the kind.
pub(crate) fn ground(words: Words, card: &CaseCard) -> String {
    match (&card.ground, &card.kind) {
        (Some(ground), _) => words.label(ground),
        (None, CaseKind::Cicl) => words.new_cicl().to_owned(),
        (None, _) => words.list_no_ground().to_owned(),
    }
}

/// The circle with the initials.
#[component]
pub(crate) fn Avatar(
    /// The row.
    card: CaseCard,
) -> impl IntoView {
    let letters = if card.initials.is_empty() {
        "–".to_owned()
    } else {
        card.initials.clone()
    };
    view! { <span class="avatar" data-urgency=urgency_code(&card.urgency) aria-hidden="true">{letters}</span> }
}

/// A small mark with a sign, a number and words for those who do not see it.
fn mark(sign: Icon, kind: &'static str, count: u32, said: String) -> Option<impl IntoView> {
    (count > 0).then(|| {
        let spoken = said.clone();
        view! {
            <span class="mark" data-kind=kind data-test=format!("mark-{kind}") title=said>
                {icon(sign)}
                <span aria-hidden="true">{count}</span>
                <span class="unseen">{spoken}</span>
            </span>
        }
    })
}

/// The marks of a row: refused, two versions, not sent.
#[component]
pub(crate) fn Marks(
    /// Changes that the hub refused.
    refused: u32,
    /// Registers with two versions.
    clashes: u32,
    /// Changes that wait.
    waiting: u32,
) -> impl IntoView {
    let words = words();
    view! {
        <span class="marks">
            {mark(Icon::Refused, "refused", refused, words.list_mark_refused(u64::from(refused)))}
            {mark(Icon::Versions, "clashes", clashes, words.list_mark_clashes(u64::from(clashes)))}
            {mark(Icon::Waiting, "waiting", waiting, words.list_mark_waiting(u64::from(waiting)))}
        </span>
    }
}

/// What is left of the next clock; in a list, only the first place of the law where it stands.
#[component]
pub(crate) fn NextClock(
    /// The clock.
    clock: Option<Running>,
    /// Whether there is room for every place of the law.
    #[prop(optional)]
    roomy: bool,
) -> impl IntoView {
    match clock {
        None => view! { <span class="clock muted">{words().list_no_clock()}</span> }.into_any(),
        Some(mut running) => {
            if !roomy {
                time::first_source(&running.source.clone()).clone_into(&mut running.source);
            }
            view! { <ClockChip clock=running now_ms=app().now_ms /> }.into_any()
        }
    }
}

/// The inside of a row.
#[component]
pub(crate) fn RowText(
    /// The row.
    card: CaseCard,
) -> impl IntoView {
    let words = words();
    let emergency = card.urgency == Urgency::Emergency;
    let initials = if card.initials.is_empty() {
        words.list_no_initials().to_owned()
    } else {
        words.list_initials(&card.initials)
    };
    view! {
        <Avatar card=card.clone() />
        <span class="unseen">{initials}</span>
        <span class="row-text">
            <span class="row-top">
                <span class="row-who">
                    {emergency.then(|| view! { <span class="tag danger">{words.list_emergency()}</span> })}
                    {age_and_sex(words, &card)}
                </span>
                {card
                    .on_its_way
                    .then(|| view! { <span class="tag" data-test="on-its-way">{words.list_on_its_way()}</span> })}
                <Marks refused=card.refused clashes=card.clashes waiting=card.waiting />
            </span>
            <span class="row-line">
                <span class="row-stage">{words.label(&card.stage_label)}</span>
                " · "
                {ground(words, &card)}
            </span>
            {if card.on_its_way && card.clock.is_none() {
                // What is not here yet may have a clock that is running.
                view! { <span class="clock muted">{words.list_times_on_their_way()}</span> }.into_any()
            } else {
                view! { <NextClock clock=card.clock /> }.into_any()
            }}
        </span>
    }
}
