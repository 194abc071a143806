//! What the hub refused: why, what the officer can do about it, and what the district said.

use ipc::{Appeal, AppealState, Offer, Plea, RefusedItem};
use leptos::{prelude::*, task::spawn_local};

use super::subject_link;
use crate::{
    backend,
    components::{Icon, Problem, failure_text, icon},
    state::{app, words},
    time,
    words::Words,
};

/// The refused changes.
#[component]
pub(super) fn Refused(items: Vec<RefusedItem>) -> impl IntoView {
    let words = words();
    let problem = RwSignal::new(None::<String>);
    let rows = items.into_iter().map(|item| {
        // Where nothing is offered, it stands on an earlier one; but for what is decided for good.
        let is_over = matches!(item.code.as_str(), "destroyed" | "refused_for_good");
        let waits = item.offers.is_empty() && !is_over;
        let why = if waits {
            words.sync_behind_another()
        } else {
            words.refusal(&item.code)
        };
        view! {
            <li class="receipt refused" data-test="refused-row" data-code=item.code.clone()>
                {subject_link(item.subject, &item.initials)}
                <div class="stack">
                    <p>{why}</p>
                    <p class="muted">{words.sync_written(time::date_time(words, item.at_ms))}</p>
                    {item.is_gone.then(|| view! { <p class="muted" data-test="refused-gone">{words.sync_gone()}</p> })}
                    {item.appeal.map(|appeal| standing(words, appeal))}
                    <Offers item=item.item offers=item.offers problem=problem />
                </div>
            </li>
        }
    });
    view! {
        <section class="stack">
            <h2>{words.sync_refused_list()}</h2>
            <Problem text=problem />
            <ul class="receipts" data-test="refused">{rows.collect_view()}</ul>
        </section>
    }
}

/// What can be done, the likeliest to help first and plainest.
#[component]
fn Offers(item: i64, offers: Vec<Offer>, problem: RwSignal<Option<String>>) -> impl IntoView {
    let app = app();
    let words = words();
    let hands_over = offers.contains(&Offer::HandOver);
    let stays = !offers.contains(&Offer::PutAway);
    let run = move |offer: Offer| {
        spawn_local(async move {
            let done = match offer {
                Offer::SendAgain => backend::send_again(item).await,
                Offer::AskAccess => backend::appeal(item, Plea::Access).await,
                Offer::HandOver => backend::appeal(item, Plea::HandOver).await,
                Offer::Split => backend::split(item).await,
                Offer::PutAway => backend::put_away(item).await,
            };
            match done {
                Ok(()) => {
                    problem.set(None);
                    app.announce(announced(words, offer));
                    app.read_sync();
                }
                Err(failure) => problem.set(Some(failure_text(&failure))),
            }
        });
    };
    let buttons = offers.into_iter().enumerate().map(|(place, offer)| {
        let (mark, text, test) = face(words, offer);
        let class = if place == 0 { "button" } else { "button quiet" };
        view! {
            <button type="button" class=class data-test=test on:click=move |_| run(offer)>
                {icon(mark)}
                <span>{text}</span>
            </button>
        }
    });
    view! {
        <div class="offers">{buttons.collect_view()}</div>
        {hands_over
            .then(|| {
                let help = if stays { words.sync_hand_over_help() } else { words.sync_hand_over_gone_help() };
                view! { <p class="muted">{help}</p> }
            })}
    }
}

fn face(words: Words, offer: Offer) -> (Icon, &'static str, &'static str) {
    match offer {
        Offer::SendAgain => (Icon::Waiting, words.sync_send_again(), "send-again"),
        Offer::AskAccess => (Icon::Person, words.sync_ask_access(), "ask-access"),
        Offer::HandOver => (Icon::House, words.sync_hand_over(), "hand-over"),
        Offer::Split => (Icon::Versions, words.sync_split(), "split"),
        Offer::PutAway => (Icon::Close, words.sync_put_away(), "put-away"),
    }
}

fn announced(words: Words, offer: Offer) -> &'static str {
    match offer {
        Offer::SendAgain => words.sync_sent_again(),
        Offer::AskAccess | Offer::HandOver => words.sync_asked(),
        Offer::Split => words.sync_split_done(),
        Offer::PutAway => words.sync_put_away_done(),
    }
}

/// What the district was asked, and how it stands: never more than the hub has said.
fn standing(words: Words, appeal: Appeal) -> impl IntoView {
    let asked = match appeal.plea {
        Plea::Access => words.sync_asked_access(time::date_time(words, appeal.asked_at_ms)),
        Plea::HandOver => words.sync_asked_hand_over(time::date_time(words, appeal.asked_at_ms)),
    };
    let since = appeal.at_ms.map(|at| time::date_time(words, at)).unwrap_or_default();
    let (state, stands) = match appeal.state {
        AppealState::Asked => ("asked", words.sync_appeal_asked().to_owned()),
        AppealState::Noted => ("noted", words.sync_appeal_noted(since)),
        AppealState::Granted => ("granted", words.sync_appeal_granted(since)),
        AppealState::Declined => ("declined", words.sync_appeal_declined(since)),
        AppealState::Full => ("full", words.sync_appeal_full().to_owned()),
    };
    let said = (!appeal.words.is_empty()).then(|| view! { <blockquote class="said">{appeal.words}</blockquote> });
    view! {
        <div class="standing" data-test="appeal" data-state=state>
            <p>{asked}" "{stands}</p>
            {said}
        </div>
    }
}
