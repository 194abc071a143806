//! The individual care plan as it lives: what was meant to be done, what was, and when it is looked at again (Form 7).

use std::collections::BTreeMap;

use jiff::{Span, civil::Date};
use serde::{Deserialize, Serialize};

use crate::clock::{end_of, indian_date};
use crate::{Record, RecordRow, RowId};

/// From this many days before its day an item is due soon.
const DUE_SOON_DAYS: i64 = 14;
/// The plan is reviewed each quarter (MR r.39(4)).
const REVIEW_MONTHS: i64 = 3;

/// A quarter of the calendar year, `2026-Q4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter {
    year: i16,
    number: i8,
}

impl Quarter {
    /// The quarter in which a day lies.
    pub fn of(day: Date) -> Self {
        Self {
            year: day.year(),
            number: (day.month() - 1) / 3 + 1,
        }
    }

    /// Its last day.
    pub fn last_day(self) -> Option<Date> {
        Some(Date::new(self.year, self.number * 3, 1).ok()?.last_of_month())
    }

    /// The quarter named `2026-Q4`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, number) = text.trim().split_once("-Q")?;
        let quarter = Self {
            year: year.parse().ok()?,
            number: number.parse().ok()?,
        };
        (1..=4).contains(&quarter.number).then_some(quarter)
    }
}

/// What was written about an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The row of `plan_progress`.
    pub row: RowId,
    /// The quarter as it was written.
    pub quarter: Option<String>,
    /// When it was written.
    pub at_ms: Option<i64>,
    /// What was written.
    pub progress: String,
}

/// How an item stands. The first that fits, so that an item past its day is overdue though nobody wrote about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// Its day has passed.
    Overdue,
    /// Its day comes within a fortnight.
    Due,
    /// Nobody wrote about it in this quarter, and the plan is older than the quarter.
    NoProgress,
    /// Under way.
    Open,
    /// Done.
    Done,
}

/// An item of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The row of `plan_items`.
    pub row: RowId,
    /// Code of the head it stands under; empty where nobody chose one.
    pub head: String,
    /// What gives concern.
    pub concern: String,
    /// What is to be done.
    pub intervention: String,
    /// Who does it.
    pub who: String,
    /// The day by which, as it was written.
    pub due: Option<String>,
    /// The end of that day in India.
    pub due_ms: Option<i64>,
    /// When it was done.
    pub done_at_ms: Option<i64>,
    /// How it stands.
    pub status: ItemStatus,
    /// Whether somebody wrote about it in this quarter.
    pub progress_this_quarter: bool,
    /// What was written, oldest first.
    pub progress: Vec<Progress>,
}

/// The plan of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// When it was made.
    pub made_at_ms: Option<i64>,
    /// Its items: by how they stand, then by day.
    pub items: Vec<Item>,
    /// When it was last reviewed.
    pub reviewed_at_ms: Option<i64>,
    /// By when it is to be reviewed next: the day named at the last review, else three months on (MR r.39(4)).
    pub next_review_ms: Option<i64>,
    /// Rows of progress whose item is not there: removed, or on its way from another device.
    pub loose_progress: Vec<Progress>,
}

impl Plan {
    /// The items under a head.
    pub fn under<'a>(&'a self, head: &'a str) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(move |item| item.head == head)
    }

    /// Whether anybody has begun it.
    pub fn is_begun(&self) -> bool {
        self.made_at_ms.is_some() || !self.items.is_empty()
    }
}

/// The plan as it stands at `now_ms`.
pub fn of(record: &Record, now_ms: i64) -> Plan {
    let made_at_ms = record.moment("plan.made_at");
    let today = indian_date(now_ms);
    let mut progress: BTreeMap<String, Vec<Progress>> = BTreeMap::new();
    for row in record.rows_of("plan_progress") {
        let item = row.text("item").unwrap_or_default().trim().to_lowercase();
        progress.entry(item).or_default().push(progress_of(row));
    }
    let mut items: Vec<Item> = record
        .rows_of("plan_items")
        .map(|row| {
            item(
                row,
                progress.remove(&row.id.to_string()).unwrap_or_default(),
                made_at_ms,
                today,
            )
        })
        .collect();
    items.sort_by(|a, b| {
        (a.status, a.due_ms.is_none(), a.due_ms, a.row).cmp(&(b.status, b.due_ms.is_none(), b.due_ms, b.row))
    });
    let (reviewed_at_ms, named) = last_review(record);
    let from_ms = reviewed_at_ms.or(made_at_ms);
    Plan {
        made_at_ms,
        items,
        reviewed_at_ms,
        next_review_ms: named.or_else(|| three_months_on(from_ms?)),
        loose_progress: progress.into_values().flatten().collect(),
    }
}

fn progress_of(row: &RecordRow) -> Progress {
    Progress {
        row: row.id,
        quarter: row.text("quarter").map(str::to_owned),
        at_ms: row.moment("at"),
        progress: row.text("progress").unwrap_or_default().to_owned(),
    }
}

fn item(row: &RecordRow, mut progress: Vec<Progress>, made_at_ms: Option<i64>, today: Option<Date>) -> Item {
    progress.sort_by_key(|entry| (entry.at_ms, entry.row));
    let text = |column: &str| row.text(column).unwrap_or_default().to_owned();
    let due = row.text("due").map(str::to_owned);
    let due_day: Option<Date> = due.as_deref().and_then(|day| day.parse().ok());
    let this_quarter = today.map(Quarter::of);
    let progress_this_quarter = progress
        .iter()
        .any(|entry| quarter_of(entry).is_some_and(|q| Some(q) == this_quarter));
    let plan_is_older = made_at_ms.and_then(indian_date).map(Quarter::of) < this_quarter && made_at_ms.is_some();
    let done_at_ms = row.moment("done_at");
    let days_left = due_day
        .zip(today)
        .and_then(|(due, today)| due.since(today).ok())
        .map(|span| i64::from(span.get_days()));
    let status = match days_left {
        _ if done_at_ms.is_some() => ItemStatus::Done,
        Some(left) if left < 0 => ItemStatus::Overdue,
        Some(left) if left <= DUE_SOON_DAYS => ItemStatus::Due,
        _ if plan_is_older && !progress_this_quarter => ItemStatus::NoProgress,
        _ => ItemStatus::Open,
    };
    Item {
        row: row.id,
        head: text("head"),
        concern: text("concern"),
        intervention: text("intervention"),
        who: text("who"),
        due,
        due_ms: due_day.and_then(end_of),
        done_at_ms,
        status,
        progress_this_quarter,
        progress,
    }
}

/// The quarter that was written, else that of the moment of writing.
fn quarter_of(entry: &Progress) -> Option<Quarter> {
    let written = entry.quarter.as_deref().and_then(Quarter::parse);
    written.or_else(|| indian_date(entry.at_ms?).map(Quarter::of))
}

/// When the plan was last reviewed, and the end of the day then named for the next review.
fn last_review(record: &Record) -> (Option<i64>, Option<i64>) {
    let reviews = record
        .rows_of("plan_reviews")
        .filter_map(|row| Some((row.moment("at")?, row)));
    let Some((at_ms, row)) = reviews.max_by_key(|(at_ms, row)| (*at_ms, row.id)) else {
        return (None, None);
    };
    let named: Option<Date> = row.text("next_at").and_then(|day| day.parse().ok());
    (Some(at_ms), named.and_then(end_of))
}

fn three_months_on(from_ms: i64) -> Option<i64> {
    let day = indian_date(from_ms)?
        .checked_add(Span::new().months(REVIEW_MONTHS))
        .ok()?;
    end_of(day)
}
