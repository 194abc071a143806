//! What a document tells of a child, as an entry of the state's index.

use casework::matching::{Entry, EntryKind, Look, Report, decisions, told};
use casework::{Record, attachment};

use crate::packs::state_of;
use crate::storage::{MadeDecision, ReportRow, ReportSort};

/// Photos of a record that are compared with others; a child has a handful.
const LOOKS_MAX: usize = 16;

/// What a report of a missing child tells, while it is open.
pub(super) fn of_missing(district: &str, subject: [u8; 16], record: &Record) -> ReportRow {
    row(district, subject, ReportSort::Shared, told::missing(record), record)
}

/// What a case tells of its child.
pub(super) fn of_case(district: &str, subject: [u8; 16], record: &Record) -> ReportRow {
    let report = told::case(record).map(|report| (EntryKind::Found, report));
    // A child of whom nothing is known but a photo.
    let pictured = || (!attachment::looks(record).is_empty()).then(|| (EntryKind::Found, Report::default()));
    row(district, subject, ReportSort::Case, report.or_else(pictured), record)
}

/// What people of a record decided about others.
pub(super) fn decisions(record: &Record) -> Vec<MadeDecision> {
    let decided = decisions::of(record).into_iter();
    decided
        .map(|one| MadeDecision {
            other: one.other.to_bytes(),
            decision: one.decision.code().to_owned(),
            agreed: one.agreed,
        })
        .collect()
}

fn row(
    district: &str,
    subject: [u8; 16],
    sort: ReportSort,
    told: Option<(EntryKind, Report)>,
    record: &Record,
) -> ReportRow {
    let looks = attachment::looks(record);
    // The newest are looked at where there are more.
    let looks = &looks[looks.len().saturating_sub(LOOKS_MAX)..];
    let is_open = told.is_some();
    let entry = told.map(|(kind, report)| {
        let district = district.to_owned();
        Entry {
            id: subject,
            kind,
            district,
            report,
            // Those of a case stay at the hub.
            look: looks.last().copied().filter(|_| sort == ReportSort::Shared),
        }
        .to_bytes()
    });
    ReportRow {
        subject,
        state: state_of(district),
        district: district.to_owned(),
        sort,
        entry,
        looks: looks.iter().filter(|_| is_open).flat_map(|Look(look)| *look).collect(),
    }
}
