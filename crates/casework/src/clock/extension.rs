//! Extensions. Whatever is recorded is shown with what is to be said against it; only what the law allows moves the
//! time, so that an extension that nobody could give does not hide the time that the law sets.

use jiff::civil;
use serde::{Deserialize, Serialize};

use super::{Clock, ExtensionRule, calendar::end_of};
use crate::{Expression, Record, RecordRow};

/// The table of extensions.
pub(super) const TABLE: &str = "clock_extensions";

/// An extension as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// The row of the table `clock_extensions`.
    pub row: String,
    /// Code of the authority that gave it; empty where nobody wrote it.
    pub authority: String,
    /// Number of the order.
    pub order_number: String,
    /// The reason.
    pub reason: String,
    /// When it was given.
    pub made_at_ms: Option<i64>,
    /// The end that was recorded: the midnight with which that day ends.
    pub until_ms: Option<i64>,
    /// How far the law lets that authority go; `None`: no fixed end, or not at all.
    pub limit_ms: Option<i64>,
    /// The end that counts: no later than the limit. `None` where it does not count at all.
    pub counts_until_ms: Option<i64>,
    /// What is to be said against it.
    pub warnings: Vec<ExtensionWarning>,
}

/// What is to be said against an extension. It stays recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtensionWarning {
    /// The law provides no extension of this time.
    NotProvided,
    /// That authority may not extend it, or not in such a case.
    NotByThisAuthority,
    /// It goes further than that authority may.
    BeyondLimit,
    /// It ends before the time would have run out without it.
    EndsEarlier,
    /// It was given when the time had already run out.
    GivenLate,
    /// No number of an order.
    WithoutOrder,
    /// No reason; reasons are recorded in writing.
    WithoutReason,
    /// No day on which it ends.
    WithoutEnd,
}

/// The extensions of a clock's run that was due at `due_ms`, in the order they were given, and when it is due with them.
pub(super) fn of_run(
    clock: &Clock,
    instance: &dyn Fn(&str) -> bool,
    record: &Record,
    due_ms: i64,
    holds: &dyn Fn(&Expression) -> Option<bool>,
) -> (Vec<Extension>, i64) {
    let names = |row: &&RecordRow| {
        let named = row.text("clock").unwrap_or_default();
        row.table == TABLE
            && match named.split_once('/') {
                Some((id, run)) => id == clock.id && instance(run),
                None => named == clock.id,
            }
    };
    let mut rows: Vec<&RecordRow> = record.rows.iter().filter(names).collect();
    rows.sort_by_key(|row| (row.moment("made_at"), row.id));
    let mut due_now_ms = due_ms;
    let mut extensions = Vec::with_capacity(rows.len());
    for row in rows {
        let extension = judge(clock, row, (due_ms, due_now_ms), holds);
        due_now_ms = extension
            .counts_until_ms
            .map_or(due_now_ms, |until| due_now_ms.max(until));
        extensions.push(extension);
    }
    (extensions, due_now_ms)
}

fn judge(
    clock: &Clock,
    row: &RecordRow,
    (due_ms, due_now_ms): (i64, i64),
    holds: &dyn Fn(&Expression) -> Option<bool>,
) -> Extension {
    let text = |column| row.text(column).unwrap_or_default().trim().to_owned();
    let until = row.text("until").and_then(|day| day.parse::<civil::Date>().ok());
    let mut extension = Extension {
        row: row.id.to_string(),
        authority: text("authority"),
        order_number: text("order_number"),
        reason: text("reason"),
        made_at_ms: row.moment("made_at"),
        until_ms: until.and_then(end_of),
        limit_ms: None,
        counts_until_ms: None,
        warnings: Vec::new(),
    };
    let may = |rule: &&ExtensionRule| {
        rule.by.contains(&extension.authority) && rule.when.as_ref().is_none_or(|when| holds(when) != Some(false))
    };
    let rules: Vec<&ExtensionRule> = clock.extensions.iter().filter(may).collect();
    let limits = rules.iter().map(|rule| match rule.at_most {
        Some(length) => length.beyond(due_ms).unwrap_or(due_ms),
        None => i64::MAX,
    });
    let limit_ms = limits.max();
    extension.limit_ms = limit_ms.filter(|limit| *limit < i64::MAX);
    extension.counts_until_ms = match (extension.until_ms, limit_ms) {
        (Some(until), Some(limit)) => Some(until.min(limit)).filter(|counts| *counts > due_now_ms),
        _ => None,
    };
    let beyond = |limit: i64| extension.until_ms.is_some_and(|until| until > limit);
    let told = [
        (ExtensionWarning::NotProvided, clock.extensions.is_empty()),
        (
            ExtensionWarning::NotByThisAuthority,
            !clock.extensions.is_empty() && rules.is_empty(),
        ),
        (ExtensionWarning::BeyondLimit, limit_ms.is_some_and(beyond)),
        (
            ExtensionWarning::EndsEarlier,
            extension.until_ms.is_some_and(|until| until < due_now_ms),
        ),
        (
            ExtensionWarning::GivenLate,
            extension.made_at_ms.is_some_and(|made| made > due_now_ms),
        ),
        (ExtensionWarning::WithoutOrder, extension.order_number.is_empty()),
        (ExtensionWarning::WithoutReason, extension.reason.is_empty()),
        (ExtensionWarning::WithoutEnd, extension.until_ms.is_none()),
    ];
    extension.warnings = told
        .into_iter()
        .filter(|(_, is_so)| *is_so)
        .map(|(warning, _)| warning)
        .collect();
    extension
}
