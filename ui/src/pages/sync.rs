//! Sync: honest receipts. What waits, what arrived, what was accepted with its number, what was refused and why.

mod refused;

use casework::Subject;
use ipc::{Delivery, DestroyedItem, PAGE_ROWS_MAX, ReceiptRow, SyncView};
use leptos::prelude::*;

use crate::{
    components::{DeliveryMark, Empty, Icon, Loading, delivery_state, icon, strip_state},
    route::{Route, Tab},
    state::{app, words},
    time,
};

use refused::Refused;

/// Which receipts are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Waiting,
    Server,
    Accepted,
    Refused,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Waiting, Self::Server, Self::Accepted, Self::Refused];

    const fn of(delivery: &Delivery) -> Self {
        match delivery {
            Delivery::OnTablet => Self::Waiting,
            Delivery::OnServer => Self::Server,
            Delivery::Accepted { .. } => Self::Accepted,
            Delivery::Rejected { .. } | Delivery::Refused { .. } => Self::Refused,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "on_tablet",
            Self::Server => "on_server",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }
}

/// The page.
#[component]
pub(crate) fn SyncPage() -> impl IntoView {
    let app = app();
    let words = words();
    let kind = RwSignal::new(None::<Kind>);
    app.read_sync();
    let sync = app.sync;
    view! {
        <div class="page" data-test="sync-page">
            <h1>{words.sync_title()}</h1>
            <p class="lead">{words.sync_lead()}</p>
            {move || match sync.get() {
                None => view! { <Loading text=words.sync_reading() /> }.into_any(),
                Some(view) => {
                    view! {
                        <section class="card net" data-state=strip_state(&view)>
                            <p class="net-text" role="status">{words.net(&view.net)}</p>
                            <p class="muted">{facts(&view)}</p>
                        </section>
                        {(!view.refused.is_empty()).then(|| view! { <Refused items=view.refused.clone() /> })}
                        {(!view.destroyed.is_empty()).then(|| view! { <Destroyed items=view.destroyed.clone() /> })}
                        <Counts view=view.clone() kind=kind />
                        <Receipts rows=view.receipts kind=kind />
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

fn facts(view: &SyncView) -> String {
    let words = words();
    let mut parts = vec![match view.reached_at_ms {
        Some(at) => words.sync_reached(time::date_time(words, at)),
        None => words.sync_never().to_owned(),
    }];
    if view.waiting_bytes > 0 {
        parts.push(words.sync_size(time::bytes(words, view.waiting_bytes)));
    }
    if view.pictures_waiting > 0 {
        parts.push(words.sync_pictures_waiting(u64::from(view.pictures_waiting)));
    }
    if view.pictures_to_fetch > 0 {
        parts.push(words.sync_pictures_to_fetch(u64::from(view.pictures_to_fetch)));
    }
    parts.push(words.sync_store(u64::from(view.cases), time::bytes(words, view.store_bytes)));
    parts.join(" · ")
}

/// The states side by side, each with how many; a press shows only these.
#[component]
fn Counts(view: SyncView, kind: RwSignal<Option<Kind>>) -> impl IntoView {
    let words = words();
    let buttons = Kind::ALL.map(|this| {
        let rejected = view
            .receipts
            .iter()
            .filter(|row| matches!(row.delivery, Delivery::Rejected { .. }))
            .count();
        let refused = rejected + view.refused.len();
        let counted = view
            .receipts
            .iter()
            .filter(|row| Kind::of(&row.delivery) == this)
            .count();
        let (count, title, help, sign) = match this {
            Kind::Waiting => (
                view.waiting as usize,
                words.sync_waiting_title(),
                words.sync_waiting_help(),
                Icon::Waiting,
            ),
            Kind::Server => (counted, words.sync_server_title(), words.sync_server_help(), Icon::Tick),
            Kind::Accepted => (
                counted,
                words.sync_accepted_title(),
                words.sync_accepted_help(),
                Icon::Done,
            ),
            Kind::Refused => (
                refused,
                words.sync_refused_title(),
                words.sync_refused_help(),
                Icon::Refused,
            ),
        };
        view! {
            <button
                type="button"
                class="count"
                data-state=this.code()
                data-test=format!("count-{}", this.code())
                aria-pressed=move || (kind.get() == Some(this)).to_string()
                on:click=move |_| kind.update(|kind| *kind = (*kind != Some(this)).then_some(this))
            >
                <span class="count-number">{icon(sign)} {count}</span>
                <span class="count-title">{title}</span>
                <span class="count-help">{help}</span>
            </button>
        }
    });
    view! { <div class="counts" role="group" aria-label=words.sync_filter()>{buttons.into_iter().collect_view()}</div> }
}

#[component]
fn Receipts(rows: Vec<ReceiptRow>, kind: RwSignal<Option<Kind>>) -> impl IntoView {
    let words = words();
    let full = rows.len() >= PAGE_ROWS_MAX as usize;
    let none = rows.is_empty();
    let list = move || {
        let shown = rows
            .iter()
            .filter(|row| kind.get().is_none_or(|kind| Kind::of(&row.delivery) == kind));
        let shown: Vec<_> = shown.cloned().map(|row| view! { <Receipt row=row /> }).collect();
        if shown.is_empty() {
            let title = if none {
                words.sync_receipts_empty()
            } else {
                words.sync_receipts_none()
            };
            view! { <Empty title=title /> }.into_any()
        } else {
            view! { <ul class="receipts" data-test="receipts">{shown}</ul> }.into_any()
        }
    };
    view! {
        <section class="stack">
            <h2>{words.sync_receipts()}</h2>
            {list}
            {full.then(|| view! { <p class="muted">{words.sync_receipts_limit(PAGE_ROWS_MAX)}</p> })}
        </section>
    }
}

/// The circle that leads to what was written: with the child's initials, or a house.
pub(crate) fn subject_link(subject: Subject, initials: &str) -> impl IntoView + use<> {
    let words = words();
    let (route, spoken) = match subject {
        Subject::Case(case) => {
            // What is seen of the name is heard, too, so that whoever speaks to the tablet can say it.
            let opens = words.sync_open_case();
            let heard = if initials.is_empty() {
                opens.to_owned()
            } else {
                format!("{initials} · {opens}")
            };
            (Route::Case(case, Tab::Timeline), heard)
        }
        Subject::Institution(institution) => (Route::Institution(institution), words.sync_open_institution(initials)),
        Subject::Missing(_) => (Route::Matches, words.sync_open_report().to_owned()),
    };
    let inside = match subject {
        Subject::Case(_) if initials.is_empty() => "–".into_any(),
        Subject::Case(_) => initials.to_owned().into_any(),
        Subject::Institution(_) => icon(Icon::House).into_any(),
        Subject::Missing(_) => icon(Icon::Search).into_any(),
    };
    view! { <a class="avatar" href=route.to_string() aria-label=spoken>{inside}</a> }
}

#[component]
fn Receipt(row: ReceiptRow) -> impl IntoView {
    let words = words();
    let state = delivery_state(&row.delivery);
    view! {
        <li class="receipt" data-test="receipt-row" data-state=state data-subject=row.subject.to_string()>
            {subject_link(row.subject, &row.initials)}
            <div>
                <p>
                    <strong>{words.action(&row.action)}</strong>
                    " · "
                    <span class="muted">{words.sync_written(time::date_time(words, row.at_ms))}</span>
                </p>
                <DeliveryMark delivery=row.delivery />
            </div>
        </li>
    }
}

/// Records that were destroyed by law and are gone from this tablet: which, under which section, when.
#[component]
fn Destroyed(items: Vec<DestroyedItem>) -> impl IntoView {
    let words = words();
    let rows = items.into_iter().map(|item| {
        let date = time::date_time(words, item.at_ms);
        let said = if item.number.is_empty() {
            words.sync_destroyed_one(date, item.section)
        } else {
            words.sync_destroyed_number(date, item.number, item.section)
        };
        view! { <li class="receipt" data-test="destroyed-row"><p>{said}</p></li> }
    });
    view! {
        <section class="stack">
            <h2>{words.sync_destroyed_list()}</h2>
            <p class="muted">{words.sync_destroyed_help()}</p>
            <ul class="receipts" data-test="destroyed">{rows.collect_view()}</ul>
        </section>
    }
}
