use rusqlite::{Connection, params};

use crate::storage::{ClockRow, InstitutionRow, MissingRow, PlacementRow, Result, Tables};

/// Whatever stands in the tables of a subject.
pub(super) const OF_SUBJECT: [&str; 4] = [
    "DELETE FROM case_clock WHERE subject = ?1",
    "DELETE FROM case_placement WHERE subject = ?1",
    "DELETE FROM missing_row WHERE subject = ?1",
    "DELETE FROM institution_row WHERE subject = ?1",
];

/// Puts what dashboards read of a subject in the place of what stood there.
pub(super) fn put_tables(tx: &Connection, subject: [u8; 16], tables: &Tables) -> Result<()> {
    match tables {
        Tables::Nothing => Ok(()),
        Tables::Case { clocks, placements } => {
            put_clocks(tx, subject, clocks)?;
            put_placements(tx, subject, placements)
        }
        Tables::Missing(row) => put_missing(tx, subject, row),
        Tables::Institution(row) => put_institution(tx, subject, row),
    }
}

fn put_clocks(tx: &Connection, subject: [u8; 16], clocks: &[ClockRow]) -> Result<()> {
    tx.prepare_cached(OF_SUBJECT[0])?.execute([subject])?;
    let mut insert = tx.prepare_cached(
        "INSERT OR REPLACE INTO case_clock (subject, clock, instance, due_ms, stopped_ms, extended)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for row in clocks {
        insert.execute(params![
            subject,
            row.clock,
            row.instance,
            row.due_ms,
            row.stopped_ms,
            row.extended
        ])?;
    }
    Ok(())
}

fn put_placements(tx: &Connection, subject: [u8; 16], placements: &[PlacementRow]) -> Result<()> {
    tx.prepare_cached(OF_SUBJECT[1])?.execute([subject])?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO case_placement (subject, place, place_kind, since_ms, until_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (place, row) in (0_i64..).zip(placements) {
        insert.execute(params![subject, place, row.place_kind, row.since_ms, row.until_ms])?;
    }
    Ok(())
}

fn put_missing(tx: &Connection, subject: [u8; 16], row: &MissingRow) -> Result<()> {
    tx.prepare_cached(
        "INSERT OR REPLACE INTO missing_row
             (subject, district, kind, status, reported_ms, traced_ms, restored_ms, closed_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        subject,
        row.district,
        row.kind,
        row.status,
        row.reported_ms,
        row.traced_ms,
        row.restored_ms,
        row.closed_ms
    ])?;
    Ok(())
}

fn put_institution(tx: &Connection, subject: [u8; 16], row: &InstitutionRow) -> Result<()> {
    tx.prepare_cached(
        "INSERT OR REPLACE INTO institution_row (subject, district, name, kind, capacity, present, free_beds)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        subject,
        row.district,
        row.name,
        row.kind,
        row.capacity,
        row.present,
        row.free_beds
    ])?;
    Ok(())
}
