//! The individual care plan as it lives: the ten heads with their items, what was written each quarter, reviews; then
//! visits.

use std::collections::BTreeMap;

use casework::{
    Value,
    plan::{Item, ItemStatus, Plan, Progress},
};
use ipc::{FieldEdit, Life};
use leptos::{prelude::*, task::spawn_local};

use super::{CaseTable, MaskedNote, open_case, term};
use crate::{
    components::{Icon, Problem, icon},
    pages::{
        desk::{Desk, Past},
        table::{RowSheet, Writing},
    },
    state::{app, words},
    time,
};

/// The tables of the plan.
const ITEMS: &str = "plan_items";
const PROGRESS: &str = "plan_progress";

/// The sheet that is open: for an item or for what is written about one.
#[derive(Clone, Copy)]
struct Open {
    sheet: RwSignal<Option<(&'static str, String, Writing)>>,
    problem: RwSignal<Option<String>>,
    desk: Desk,
}

/// The tab.
#[component]
pub(crate) fn PlanTab() -> impl IntoView {
    let words = words();
    let case = open_case();
    let life = case.life();
    let (items, progress) = (case.table(ITEMS), case.table(PROGRESS));
    let open = Open {
        sheet: RwSignal::new(None),
        problem: RwSignal::new(None),
        desk: Desk::here(),
    };
    let may_write = Memo::new(move |_| items.with(|table| table.as_ref().is_some_and(|table| table.writable)));
    let body = move || {
        let life = life.get()?;
        let plan = life.plan.clone()?;
        Some(plan_view(&life, &plan, may_write.get(), open))
    };
    let sheet = move || {
        let (table, title, row) = open.sheet.get()?;
        let known = if table == ITEMS { items } else { progress };
        let columns = known.with_untracked(|table| table.as_ref().map(|table| table.columns.clone()))?;
        let close = Callback::new(move |()| open.sheet.set(None));
        Some(
            view! { <RowSheet title=title table=table.to_owned() columns=columns row=row hidden=&["item"] on_close=close /> },
        )
    };
    view! {
        <section class="stack" data-test="plan">
            <h3>{words.plan_title()}</h3>
            <MaskedNote />
            <Problem text=open.problem />
            {body}
            {sheet}
        </section>
        <CaseTable name="plan_reviews" />
        <CaseTable name="visits" />
        <CaseTable name="progress_reports" />
    }
}

fn plan_view(life: &Life, plan: &Plan, may_write: bool, open: Open) -> impl IntoView + use<> {
    let words = words();
    let none = Vec::new();
    let heads = life.words.get("plan_head").unwrap_or(&none);
    let known = |code: &str| heads.iter().any(|head| head.code == code);
    let mut groups: Vec<(String, String)> = heads
        .iter()
        .map(|head| (head.code.clone(), words.label(&head.label)))
        .collect();
    for item in &plan.items {
        if !known(&item.head) && !groups.iter().any(|(code, _)| *code == item.head) {
            groups.push((item.head.clone(), words.plan_no_head().to_owned()));
        }
    }
    let groups: Vec<_> = groups
        .into_iter()
        .map(|(code, label)| {
            let items: Vec<_> = plan
                .under(&code)
                .map(|item| item_view(life, item, may_write, open))
                .collect();
            let is_empty = items.is_empty();
            let add = may_write.then(|| {
                let (head, title) = (code.clone(), label.clone());
                let add = move |_| {
                    let preset = BTreeMap::from([("head".to_owned(), Value::Text(head.clone()))]);
                    open.sheet.set(Some((ITEMS, title.clone(), Writing::New(preset))));
                };
                view! {
                    <button type="button" class="button small" data-test=format!("plan-add-{code}") on:click=add>
                        {icon(Icon::Add)}
                        <span>{words.plan_add()}</span>
                        <span class="unseen">{label.clone()}</span>
                    </button>
                }
            });
            view! {
                <section class="plan-head" class:bare=is_empty data-test="plan-head" data-head=code.clone()>
                    <div class="plan-head-line"><h4>{label.clone()}</h4> {add}</div>
                    <ul class="table-rows">{items}</ul>
                </section>
            }
        })
        .collect();
    let loose: Vec<_> = plan.loose_progress.iter().map(progress_view).collect();
    let loose = (!loose.is_empty())
        .then(|| view! { <p class="muted">{words.plan_loose()}</p> <ul class="progress-lines">{loose}</ul> });
    view! {
        {dates(plan)}
        <div class="card plan-heads">{groups}</div>
        {loose}
    }
}

/// When the plan was made, reviewed, and is to be reviewed again.
fn dates(plan: &Plan) -> impl IntoView + use<> {
    let words = words();
    let now = app().now_ms.get_untracked();
    let late = plan.next_review_ms.is_some_and(|next| next < now);
    let made = plan.made_at_ms.map_or_else(
        || words.plan_not_made().to_owned(),
        |at| words.plan_made(time::date(words, at)),
    );
    let reviewed = plan.reviewed_at_ms.map(|at| words.plan_reviewed(time::date(words, at)));
    // The review is due at the midnight with which its day ends.
    let next = plan.next_review_ms.map(|at| time::date(words, at - 1));
    let next = next.map(|day| {
        if late {
            words.plan_review_late(day)
        } else {
            words.plan_review_next(day)
        }
    });
    view! {
        <p class="plan-dates">
            <span>{made}</span>
            {reviewed.map(|said| view! { <span>{said}</span> })}
            {next.map(|said| view! { <span class:danger-text=late>{late.then(|| icon(Icon::Warning))} {said}</span> })}
        </p>
    }
}

fn item_view(life: &Life, item: &Item, may_write: bool, open: Open) -> impl IntoView + use<> {
    let words = words();
    let (state, code, class) = match item.status {
        ItemStatus::Overdue => (words.plan_overdue(), "overdue", "tag danger"),
        ItemStatus::Due => (words.plan_due(), "due", "tag warn"),
        ItemStatus::NoProgress => (words.plan_no_progress(), "no_progress", "tag warn"),
        ItemStatus::Open => (words.plan_open(), "open", "tag"),
        ItemStatus::Done => (words.plan_done(), "done", "tag good"),
    };
    let pair = |label: &'static str, said: &str| {
        (!said.is_empty()).then(|| view! { <dt>{label}</dt> <dd>{said.to_owned()}</dd> })
    };
    let due = item
        .due
        .as_deref()
        .map(|due| time::iso_date(words, due))
        .unwrap_or_default();
    let done = item.done_at_ms.map(|at| time::date(words, at)).unwrap_or_default();
    let progress: Vec<_> = item.progress.iter().map(progress_view).collect();
    let progress = (!progress.is_empty()).then(|| view! { <ul class="progress-lines">{progress}</ul> });
    let head = term(words, life, "plan_head", &item.head);
    view! {
        <li class="table-row" data-test="plan-item" data-status=code>
            <p class=class>{(item.status == ItemStatus::Overdue).then(|| icon(Icon::Warning))} {state}</p>
            <dl class="pairs">
                {pair(words.plan_concern(), &item.concern)}
                {pair(words.plan_intervention(), &item.intervention)}
                {pair(words.plan_who(), &item.who)}
                {pair(words.plan_by(), &due)}
                {pair(words.plan_done(), &done)}
            </dl>
            {progress}
            {item_actions(item, head, may_write, open)}
        </li>
    }
}

fn item_actions(item: &Item, head: String, may_write: bool, open: Open) -> impl IntoView + use<> {
    let words = words();
    let (row, is_done) = (item.row, item.done_at_ms.is_some());
    let items = open_case().table(ITEMS);
    let title = head.clone();
    let edit = move |_| {
        let found = items.with_untracked(|table| table.as_ref()?.rows.iter().find(|known| known.row == row).cloned());
        if let Some(found) = found {
            open.sheet
                .set(Some((ITEMS, title.clone(), Writing::Row(Box::new(found)))));
        }
    };
    let write = move |_| {
        let now = app().now_ms.get_untracked();
        let quarter = time::quarter(now);
        let title = words.plan_progress_of(time::quarter_words(words, &quarter));
        let preset = BTreeMap::from([
            ("item".to_owned(), Value::Text(row.to_string())),
            ("quarter".to_owned(), Value::Text(quarter)),
            ("at".to_owned(), Value::Instant(now)),
        ]);
        open.sheet.set(Some((PROGRESS, title, Writing::New(preset))));
    };
    let tick = move |_| {
        let edit = FieldEdit::SetCell {
            table: ITEMS.to_owned(),
            row,
            column: "done_at".to_owned(),
            value: (!is_done).then(|| Value::Instant(app().now_ms.get_untracked())),
        };
        spawn_local(async move {
            let answer = open.desk.write(vec![edit]).await;
            open.problem.try_set(answer.err());
        });
    };
    let past = move |_| open.desk.show_past(Past::Row(ITEMS.to_owned(), row), head.clone());
    let tick_label = if is_done {
        words.plan_reopen()
    } else {
        words.plan_tick()
    };
    view! {
        <div class="actions">
            {may_write
                .then(|| {
                    view! {
                        <button type="button" class="button small" data-test="plan-progress" on:click=write>{words.plan_write_progress()}</button>
                        <button type="button" class="button small" data-test="plan-tick" on:click=tick>{tick_label}</button>
                        <button type="button" class="button small quiet" data-test="plan-edit" on:click=edit>{words.table_edit()}</button>
                    }
                })}
            <button type="button" class="button small quiet" data-test="row-history" on:click=past>
                {icon(Icon::History)}
                <span>{words.form_history()}</span>
            </button>
        </div>
    }
}

fn progress_view(progress: &Progress) -> impl IntoView + use<> {
    let words = words();
    let quarter = progress
        .quarter
        .as_deref()
        .map(|quarter| time::quarter_words(words, quarter));
    let when = quarter.or_else(|| progress.at_ms.map(|at| time::date(words, at)));
    view! {
        <li>
            <span class="muted">{when.map(|when| format!("{when}: "))}</span>
            {progress.progress.clone()}
        </li>
    }
}
