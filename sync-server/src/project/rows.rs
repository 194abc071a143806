//! What dashboards read of a report or an institution.

use casework::{Record, Subject, institution};

use crate::storage::{InstitutionRow, MissingRow, Tables};

/// The tables of what is no case.
pub(super) fn of(subject: Subject, district: &str, record: &Record) -> Tables {
    match subject {
        Subject::Case(_) => Tables::Nothing,
        Subject::Missing(_) => Tables::Missing(missing(district, record)),
        Subject::Institution(_) => Tables::Institution(house(district, record)),
    }
}

fn missing(district: &str, record: &Record) -> MissingRow {
    MissingRow {
        district: district.to_owned(),
        // What a report is until somebody says otherwise.
        kind: record.text("missing.kind").unwrap_or("missing").to_owned(),
        status: record.text("missing.status").unwrap_or("missing").to_owned(),
        reported_ms: record.moment("missing.reported_at"),
        traced_ms: record.moment("missing.traced_at"),
        restored_ms: record.moment("missing.restored_at"),
        closed_ms: record.moment("missing.closed_at"),
    }
}

fn house(district: &str, record: &Record) -> InstitutionRow {
    let present = record.integer(institution::PRESENT);
    let capacity = record.integer(institution::CAPACITY);
    let free = capacity
        .zip(present)
        .map(|(capacity, present)| (capacity - present).max(0));
    InstitutionRow {
        district: district.to_owned(),
        name: record.text(institution::NAME).unwrap_or_default().to_owned(),
        kind: record.text(institution::KIND).unwrap_or_default().to_owned(),
        capacity,
        present,
        free_beds: record.integer("institution.free_beds").or(free),
    }
}
