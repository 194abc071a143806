//! What waits for a person to decide: appeals, refused changes, messages that were not taken.

use leptos::prelude::*;

use super::{
    Alert, at,
    deed::{Outcome, Retype, decide},
    hub_now,
    rows::{Head, Rows, cell, head_with, number},
    shown,
};
use crate::{
    components::{Asking, Empty, Problem, Sheet},
    console::{
        answers::{Appeal, DeadLetter, Upload, short},
        hub::{self, Desk},
        office::office,
    },
    reader::words,
};

/// What somebody is about to decide on a sheet of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Deciding {
    /// Refusing this for good.
    Upload(Upload),
    /// This appeal.
    Appeal(Appeal),
}

/// What the tables share: the one question to the hub, and the sheet that is open.
#[derive(Clone, Copy)]
struct Hand {
    asking: Asking,
    deciding: RwSignal<Option<Deciding>>,
}

impl Hand {
    fn open(self, what: Deciding) {
        self.asking.problem.set(None);
        self.asking.done.set(None);
        self.deciding.set(Some(what));
    }

    fn close(self) {
        self.deciding.set(None);
    }
}

/// The part.
#[component]
pub(super) fn DeskPart() -> impl IntoView {
    let words = words();
    let office = office();
    let hand = Hand {
        asking: Asking::new(),
        deciding: RwSignal::new(None),
    };
    let is_open = Memo::new(move |_| hand.deciding.with(Option::is_some));
    view! {
        <h1 class="unseen">{words.console_part_desk()}</h1>
        <Alert loaded=office.desk beside=true />
        {move || (!is_open.get()).then(|| view! { <Outcome asking=hand.asking /> })}
        {shown(office.desk, move |desk| view! { <All desk=desk hand=hand /> }.into_any())}
        {move || hand.deciding.get().map(|what| match what {
            Deciding::Upload(upload) => view! { <Refuse upload=upload hand=hand /> }.into_any(),
            Deciding::Appeal(appeal) => view! { <Decide appeal=appeal hand=hand /> }.into_any(),
        })}
    }
}

#[component]
fn All(desk: Desk, hand: Hand) -> impl IntoView {
    if desk.uploads.is_empty() && desk.appeals.is_empty() && desk.letters.is_empty() {
        return view! { <section class="card"><Empty title=words().console_desk_none() /></section> }.into_any();
    }
    view! {
        <Appeals all=desk.appeals hand=hand />
        <Uploads all=desk.uploads hand=hand />
        <Letters all=desk.letters hand=hand />
    }
    .into_any()
}

/// A part of the part: a heading, what it is, and a table or that there is nothing.
#[component]
fn Card(
    hook: &'static str,
    title: &'static str,
    help: &'static str,
    none: &'static str,
    count: usize,
    children: Children,
) -> impl IntoView {
    let heading = format!("{hook}-title");
    let labelled_by = heading.clone();
    let body = if count == 0 {
        view! { <p class="muted">{none}</p> }.into_any()
    } else {
        children().into_any()
    };
    view! {
        <section class="card stack" aria-labelledby=labelled_by>
            <h2 id=heading>{title}</h2>
            <p class="hint">{help}</p>
            {body}
        </section>
    }
}

/// A cell with something to press; for those who do not see the row, the button says of which.
fn press(
    text: &'static str,
    of: &str,
    hook: &'static str,
    busy: RwSignal<bool>,
    pressed: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    view! {
        <button
            type="button"
            class="button small"
            aria-label=format!("{text}: {of}")
            data-test=hook
            disabled=busy
            on:click=move |_| pressed()
        >
            {text}
        </button>
    }
    .into_any()
}

fn presses(all: Vec<AnyView>) -> AnyView {
    view! { <td class="press"><div class="actions">{all}</div></td> }.into_any()
}

/// Why an upload was refused, and what helps: so far as whoever decides must know.
fn reason(code: &str) -> &'static str {
    let words = words();
    match code {
        "not_permitted" | "unknown_document" | "revoked" => words.console_reason_rights(),
        "sequence_gap" | "missing_dependencies" => words.console_reason_order(),
        "not_enrolled" => words.console_reason_shut_out(),
        "schema" | "filing" | "derived" => words.console_reason_rules(),
        "fork" => words.console_reason_fork(),
        _ => words.console_reason_other(),
    }
}

#[component]
fn Uploads(all: Vec<Upload>, hand: Hand) -> impl IntoView {
    let words = words();
    let heads = vec![
        Head::Words(words.console_came()),
        Head::Words(words.console_reason()),
        Head::Press(words.console_decide()),
    ];
    let (count, now) = (all.len(), hub_now());
    let row = move |index: usize| {
        let one = all[index].clone();
        let (number, refused) = (one.number, one.clone());
        let of = format!("{} {}", one.number, short(&one.author));
        let release = move || {
            let said = move |taken: bool| {
                if taken {
                    words.console_release_done()
                } else {
                    words.console_release_not()
                }
            };
            decide(hand.asking, || hub::release(number), said, || {});
        };
        let refuse = move || hand.open(Deciding::Upload(refused.clone()));
        vec![
            head_with(at(one.came_at, now), words.console_tablet_id(short(&one.author))),
            cell(reason(&one.reason)),
            presses(vec![
                press(words.console_release(), &of, "release", hand.asking.busy, release),
                press(words.console_refuse(), &of, "refuse", hand.asking.busy, refuse),
            ]),
        ]
    };
    view! {
        <Card
            hook="uploads"
            title=words.console_uploads()
            help=words.console_uploads_help()
            none=words.console_uploads_none()
            count=count
        >
            <Rows caption=words.console_uploads() heads=heads count=count row=row hook="uploads" />
        </Card>
    }
}

#[component]
fn Refuse(upload: Upload, hand: Hand) -> impl IntoView {
    let words = words();
    let (number, author) = (upload.number, upload.author.clone());
    let sure = Callback::new(move |()| {
        decide(
            hand.asking,
            || hub::refuse(number, author.clone()),
            move |()| words.console_refuse_done(),
            move || hand.close(),
        );
    });
    view! {
        <Retype
            title=words.console_refuse_title()
            what=words.console_refuse_what().to_owned()
            ask=words.console_refuse_type(&upload.author)
            differs=words.console_refuse_differs().to_owned()
            expected=upload.author
            button=words.console_refuse()
            asking=hand.asking
            on_sure=sure
            on_close=Callback::new(move |()| hand.close())
        />
    }
}

#[component]
fn Appeals(all: Vec<Appeal>, hand: Hand) -> impl IntoView {
    let words = words();
    let heads = vec![
        Head::Words(words.console_officer()),
        Head::Words(words.console_asks_for()),
        Head::Number(words.console_refused_beside()),
        Head::Press(words.console_decide()),
    ];
    let (count, now) = (all.len(), hub_now());
    let row = move |index: usize| {
        let one = all[index].clone();
        let asks = match one.asks_for.as_str() {
            "access" => words.console_asks_access().to_owned(),
            "hand-over" => words.console_asks_hand_over().to_owned(),
            other => other.to_owned(),
        };
        let deciding = one.clone();
        let decide = move || hand.open(Deciding::Appeal(deciding.clone()));
        vec![
            head_with(one.user_name.clone(), at(one.asked_at, now)),
            cell(asks),
            number(Some(one.refused), ""),
            presses(vec![press(
                words.console_decide(),
                &one.user_name,
                "decide",
                hand.asking.busy,
                decide,
            )]),
        ]
    };
    view! {
        <Card
            hook="appeals"
            title=words.console_appeals()
            help=words.console_appeals_help()
            none=words.console_appeals_none()
            count=count
        >
            <Rows caption=words.console_appeals() heads=heads count=count row=row hook="appeals" />
        </Card>
    }
}

#[component]
fn Decide(appeal: Appeal, hand: Hand) -> impl IntoView {
    let words = words();
    let said = RwSignal::new(String::new());
    let (asking, number) = (hand.asking, appeal.number);
    let close = Callback::new(move |()| hand.close());
    let grant = move |_| {
        let told = move |settled: bool| {
            if settled {
                words.console_grant_done()
            } else {
                words.console_grant_left()
            }
        };
        decide(
            asking,
            || hub::grant(number, said.get_untracked()),
            told,
            move || hand.close(),
        );
    };
    let decline = move |_| {
        if said.with_untracked(|said| said.trim().is_empty()) {
            return asking.refuse(words.console_decline_empty().to_owned(), "decide-words");
        }
        let told = move |()| words.console_decline_done();
        decide(
            asking,
            || hub::decline(number, said.get_untracked()),
            told,
            move || hand.close(),
        );
    };
    view! {
        <Sheet title=words.console_decide_title(appeal.user_name) test="decide-sheet" on_close=close>
            <div class="stack">
                <div class="question">
                    <label class="label" for="decide-words">{words.console_decide_words()}</label>
                    <p class="hint" id="decide-words-hint">{words.console_decide_words_hint()}</p>
                    <textarea
                        class="input"
                        id="decide-words"
                        rows="3"
                        aria-describedby="decide-words-hint"
                        data-test="decide-words"
                        prop:value=said
                        on:input=move |event| said.set(event_target_value(&event))
                    ></textarea>
                </div>
                <Problem text=asking.problem hook="decide-problem" />
                <div class="actions">
                    <button type="button" class="button primary" data-test="grant" disabled=asking.busy on:click=grant>
                        {words.console_grant()}
                    </button>
                    <button type="button" class="button danger" data-test="decline" disabled=asking.busy on:click=decline>
                        {words.console_decline()}
                    </button>
                </div>
                <p class="muted" role="status">{move || asking.busy.get().then(|| words.console_busy_deed())}</p>
            </div>
        </Sheet>
    }
}

#[component]
fn Letters(all: Vec<DeadLetter>, hand: Hand) -> impl IntoView {
    let words = words();
    let heads = vec![
        Head::Words(words.console_channel()),
        Head::Words(words.console_record()),
        Head::Number(words.console_tries()),
        Head::Words(words.console_said_last()),
        Head::Press(words.console_send_again()),
    ];
    let (count, now) = (all.len(), hub_now());
    let row = move |index: usize| {
        let one = all[index].clone();
        let since = one.since.map_or_else(String::new, |since| at(since, now));
        let of = format!("{} {}", words.channel(&one.channel), short(&one.record));
        let again = one.clone();
        let send = move || {
            let (channel, record) = (again.channel.clone(), again.record.clone());
            let said = move |()| words.console_send_again_done();
            decide(hand.asking, || hub::send_again(channel, record), said, || {});
        };
        vec![
            head_with(words.channel(&one.channel), since),
            cell(short(&one.record)),
            number(Some(one.tries), ""),
            cell(one.trouble.clone()),
            presses(vec![press(
                words.console_send_again(),
                &of,
                "send-again",
                hand.asking.busy,
                send,
            )]),
        ]
    };
    view! {
        <Card
            hook="letters"
            title=words.console_letters()
            help=words.console_letters_help()
            none=words.console_letters_none()
            count=count
        >
            <Rows caption=words.console_letters() heads=heads count=count row=row hook="letters" />
        </Card>
    }
}
