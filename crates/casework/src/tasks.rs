//! What is to be done: what officers wrote, and what follows from clocks, the care plan, visits and hearings.
//!
//! Only the officers' own tasks are stored (rows of `tasks`). The others are read out of the case each time: a task that
//! a clock makes is gone when the clock is met, and there is nothing to tidy up or to merge.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Checked, Labels, Record, RowId, Stage,
    clock::{Running, end_of, indian_date},
    facts,
    plan::{self, ItemStatus, Quarter},
    stage::{Stages, phrases},
};

/// Where a task comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A statutory clock that runs; met when the clock is.
    Clock {
        /// The clock's name.
        id: String,
        /// Which run of it.
        instance: String,
    },
    /// An item of the care plan; done when the item is.
    Plan {
        /// The row of `plan_items`.
        row: RowId,
    },
    /// Items of the care plan of which nobody wrote in this quarter.
    Progress {
        /// How many.
        items: u32,
    },
    /// The next visit, as the last one named it.
    Visit {
        /// The row of `visits`.
        row: RowId,
    },
    /// A hearing to come.
    Hearing {
        /// The row of `hearings`.
        row: RowId,
    },
    /// Written by an officer; done when its row says so.
    Own {
        /// The row of `tasks`.
        row: RowId,
    },
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Where it comes from.
    pub origin: Origin,
    /// What it is; empty for an officer's own, whose words are `text`.
    pub title: Labels,
    /// What somebody wrote: the officer's own title, or the item of the plan.
    pub text: Option<String>,
    /// Who must act, where the law or the plan says so.
    pub who: Labels,
    /// By when; `None` where no time is set.
    pub due_at_ms: Option<i64>,
    /// That time has passed.
    pub overdue: bool,
    /// Where it stands in the law.
    pub source: Option<String>,
    /// How well that is established.
    pub checked: Option<Checked>,
}

/// Everything to be done in a case at `now_ms`, soonest first, what has no time last. `running` are the clocks of the
/// case. A closed case keeps what officers wrote and what the law still wants.
pub fn due(stages: &Stages, record: &Record, running: &[Running], now_ms: i64) -> Vec<Task> {
    let mut tasks: Vec<Task> = clocks(running, now_ms).chain(own(record)).collect();
    if record.text(facts::STAGE).map(Stage::from_code) != Some(Stage::Closed) {
        tasks.extend(of_plan(stages, record, now_ms));
        tasks.extend(next_visit(stages, record));
        tasks.extend(next_hearings(stages, record, now_ms));
    }
    for task in &mut tasks {
        task.overdue = task.due_at_ms.is_some_and(|due| due < now_ms);
    }
    tasks.sort_by(|a, b| {
        (a.due_at_ms.is_none(), a.due_at_ms, &a.origin).cmp(&(b.due_at_ms.is_none(), b.due_at_ms, &b.origin))
    });
    tasks
}

fn clocks(running: &[Running], now_ms: i64) -> impl Iterator<Item = Task> {
    // A time that only passes, such as the one to appeal, is nobody's task.
    let open = move |clock: &&Running| clock.standing(now_ms).is_open() && !clock.duty.passes();
    running.iter().filter(open).map(|clock| Task {
        origin: Origin::Clock {
            id: clock.id.clone(),
            instance: clock.instance.clone(),
        },
        title: clock.label.clone(),
        text: None,
        who: clock.who.clone(),
        due_at_ms: clock.due_at_ms,
        overdue: false,
        source: Some(clock.source.clone()),
        checked: Some(clock.checked.clone()),
    })
}

fn own(record: &Record) -> impl Iterator<Item = Task> {
    record
        .rows_of("tasks")
        .filter(|row| row.moment("done_at").is_none())
        .map(|row| Task {
            text: row.text("title").map(str::to_owned),
            due_at_ms: row.text("due").and_then(end_of_day),
            ..blank(Origin::Own { row: row.id })
        })
}

fn of_plan(stages: &Stages, record: &Record, now_ms: i64) -> Vec<Task> {
    let plan = plan::of(record, now_ms);
    let mut silent = 0;
    let mut tasks = Vec::new();
    for item in plan.items {
        silent += u32::from(item.status == ItemStatus::NoProgress);
        if item.status == ItemStatus::Done || item.due_ms.is_none() {
            continue;
        }
        let words = [item.intervention, item.concern]
            .into_iter()
            .find(|text| !text.trim().is_empty());
        tasks.push(Task {
            title: stages.phrase(phrases::PLAN_ITEM),
            text: words,
            who: Labels::from_pairs((!item.who.is_empty()).then_some(("en", item.who.as_str()))),
            due_at_ms: item.due_ms,
            ..blank(Origin::Plan { row: item.row })
        });
    }
    if silent > 0 {
        let quarter = indian_date(now_ms).map(Quarter::of);
        let phrase = stages
            .phrases
            .iter()
            .find(|phrase| phrase.id == phrases::WRITE_PROGRESS);
        tasks.push(Task {
            title: stages.phrase(phrases::WRITE_PROGRESS),
            due_at_ms: quarter.and_then(Quarter::last_day).and_then(end_of),
            source: phrase.and_then(|phrase| phrase.source.clone()),
            checked: phrase.and_then(|phrase| phrase.checked.clone()),
            ..blank(Origin::Progress { items: silent })
        });
    }
    tasks
}

/// The next visit is the one that the last visit named.
fn next_visit(stages: &Stages, record: &Record) -> Option<Task> {
    let last = record.rows_of("visits").max_by_key(|row| (row.moment("at"), row.id))?;
    Some(Task {
        title: stages.phrase(phrases::NEXT_VISIT),
        due_at_ms: Some(last.text("next_at").and_then(end_of_day)?),
        ..blank(Origin::Visit { row: last.id })
    })
}

/// Hearings written ahead, and those that an earlier hearing named and that have no row of their own.
fn next_hearings(stages: &Stages, record: &Record, now_ms: i64) -> Vec<Task> {
    let rows: Vec<_> = record.rows_of("hearings").collect();
    let days: Vec<Date> = rows.iter().filter_map(|row| indian_date(row.moment("at")?)).collect();
    let task = |row: RowId, at_ms: i64| Task {
        title: stages.phrase(phrases::NEXT_HEARING),
        due_at_ms: Some(at_ms),
        ..blank(Origin::Hearing { row })
    };
    let written = rows.iter().filter_map(|row| {
        let at_ms = row
            .moment("at")
            .filter(|at| *at >= now_ms && row.flag("held").is_none())?;
        Some(task(row.id, at_ms))
    });
    let named = rows.iter().filter_map(|row| {
        let at_ms = row.moment("next_at").filter(|at| *at >= now_ms)?;
        let has_its_own = indian_date(at_ms).is_some_and(|day| days.contains(&day));
        (!has_its_own).then(|| task(row.id, at_ms))
    });
    written.chain(named).collect()
}

fn end_of_day(day: &str) -> Option<i64> {
    end_of(day.parse().ok()?)
}

fn blank(origin: Origin) -> Task {
    Task {
        origin,
        title: Labels::default(),
        text: None,
        who: Labels::default(),
        due_at_ms: None,
        overdue: false,
        source: None,
        checked: None,
    }
}
