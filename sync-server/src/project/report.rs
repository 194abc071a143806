//! What a document tells of a child, as an entry of the state's index.

use casefile::Document;
use casework::Record;
use casework::matching::{Entry, EntryKind, Report, told};

use crate::packs::state_of;
use crate::storage::{ReportRow, ReportSort};

/// What a report of a missing child tells, while it is open.
pub(super) fn of_missing(district: &str, subject: [u8; 16], document: &Document) -> ReportRow {
    let mut record = Record::default();
    document.add_to(&mut record);
    row(district, subject, ReportSort::Shared, told::missing(&record))
}

/// What a case tells of its child.
pub(super) fn of_case(district: &str, subject: [u8; 16], record: &Record) -> ReportRow {
    let report = told::case(record).map(|report| (EntryKind::Found, report));
    row(district, subject, ReportSort::Case, report)
}

fn row(district: &str, subject: [u8; 16], sort: ReportSort, told: Option<(EntryKind, Report)>) -> ReportRow {
    let entry = told.map(|(kind, report)| {
        let district = district.to_owned();
        Entry {
            id: subject,
            kind,
            district,
            report,
        }
        .to_bytes()
    });
    ReportRow {
        subject,
        state: state_of(district),
        district: district.to_owned(),
        sort,
        entry,
    }
}
