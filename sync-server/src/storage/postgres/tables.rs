use super::transaction::Tx;
use super::value::{Fixed, text};
use crate::storage::{ClockRow, InstitutionRow, MissingRow, PlacementRow, Result, Tables};

/// Whatever stands in the tables of a subject.
pub(super) const OF_SUBJECT: [&str; 4] = [
    "DELETE FROM case_clock WHERE subject = $1",
    "DELETE FROM case_placement WHERE subject = $1",
    "DELETE FROM missing_row WHERE subject = $1",
    "DELETE FROM institution_row WHERE subject = $1",
];

/// Puts what dashboards read of a subject in the place of what stood there.
pub(super) fn put_tables(tx: &Tx<'_>, subject: [u8; 16], tables: &Tables) -> Result<()> {
    let subject = Fixed(subject);
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

/// All of a case's clocks in one round trip.
fn put_clocks(tx: &Tx<'_>, subject: Fixed<16>, clocks: &[ClockRow]) -> Result<()> {
    tx.execute(OF_SUBJECT[0], &[&subject])?;
    if clocks.is_empty() {
        return Ok(());
    }
    let of = |value: fn(&ClockRow) -> Option<i64>| clocks.iter().map(value).collect::<Vec<_>>();
    let names: Vec<_> = clocks.iter().map(|row| text(&row.clock)).collect();
    let instances: Vec<_> = clocks.iter().map(|row| text(&row.instance)).collect();
    let extended: Vec<_> = clocks.iter().map(|row| row.extended).collect();
    tx.execute(
        "INSERT INTO case_clock (subject, clock, instance, due_ms, stopped_ms, extended)
         SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::boolean[])
         ON CONFLICT DO NOTHING",
        &[
            &subject,
            &names,
            &instances,
            &of(|row| row.due_ms),
            &of(|row| row.stopped_ms),
            &extended,
        ],
    )?;
    Ok(())
}

fn put_placements(tx: &Tx<'_>, subject: Fixed<16>, placements: &[PlacementRow]) -> Result<()> {
    tx.execute(OF_SUBJECT[1], &[&subject])?;
    if placements.is_empty() {
        return Ok(());
    }
    let kinds: Vec<_> = placements.iter().map(|row| text(&row.place_kind)).collect();
    let since: Vec<_> = placements.iter().map(|row| row.since_ms).collect();
    let until: Vec<_> = placements.iter().map(|row| row.until_ms).collect();
    tx.execute(
        "INSERT INTO case_placement (subject, place, place_kind, since_ms, until_ms)
         SELECT $1, place - 1, kind, since, until
         FROM unnest($2::text[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS p (kind, since, until, place)",
        &[&subject, &kinds, &since, &until],
    )?;
    Ok(())
}

fn put_missing(tx: &Tx<'_>, subject: Fixed<16>, row: &MissingRow) -> Result<()> {
    tx.execute(
        "INSERT INTO missing_row (subject, district, kind, status, reported_ms, traced_ms, restored_ms, closed_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (subject) DO UPDATE SET district = excluded.district, kind = excluded.kind,
             status = excluded.status, reported_ms = excluded.reported_ms, traced_ms = excluded.traced_ms,
             restored_ms = excluded.restored_ms, closed_ms = excluded.closed_ms",
        &[
            &subject,
            &row.district,
            &text(&row.kind),
            &text(&row.status),
            &row.reported_ms,
            &row.traced_ms,
            &row.restored_ms,
            &row.closed_ms,
        ],
    )?;
    Ok(())
}

fn put_institution(tx: &Tx<'_>, subject: Fixed<16>, row: &InstitutionRow) -> Result<()> {
    tx.execute(
        "INSERT INTO institution_row (subject, district, name, kind, capacity, present, free_beds)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (subject) DO UPDATE SET district = excluded.district, name = excluded.name,
             kind = excluded.kind, capacity = excluded.capacity, present = excluded.present,
             free_beds = excluded.free_beds",
        &[
            &subject,
            &row.district,
            &text(&row.name),
            &text(&row.kind),
            &row.capacity,
            &row.present,
            &row.free_beds,
        ],
    )?;
    Ok(())
}
