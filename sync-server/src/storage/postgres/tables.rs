use super::transaction::{Tx, owned};
use super::value::{Fixed, text};
use crate::storage::{ClockRow, InstitutionRow, MissingRow, PlacementRow, Tables};

/// Whatever stands in the tables of a subject.
pub(super) const OF_SUBJECT: [&str; 4] = [
    "DELETE FROM case_clock WHERE subject = $1",
    "DELETE FROM case_placement WHERE subject = $1",
    "DELETE FROM missing_row WHERE subject = $1",
    "DELETE FROM institution_row WHERE subject = $1",
];

/// Puts what dashboards read of a subject in the place of what stood there.
pub(super) fn put_tables(tx: &Tx<'_>, subject: [u8; 16], tables: &Tables) {
    let subject = Fixed(subject);
    match tables {
        Tables::Nothing => {}
        Tables::Case { clocks, placements } => {
            put_clocks(tx, subject, clocks);
            put_placements(tx, subject, placements);
        }
        Tables::Missing(row) => put_missing(tx, subject, row),
        Tables::Institution(row) => put_institution(tx, subject, row),
    }
}

fn put_clocks(tx: &Tx<'_>, subject: Fixed<16>, clocks: &[ClockRow]) {
    tx.later(OF_SUBJECT[0], owned![subject]);
    if clocks.is_empty() {
        return;
    }
    let of = |value: fn(&ClockRow) -> Option<i64>| clocks.iter().map(value).collect::<Vec<_>>();
    let names: Vec<String> = clocks.iter().map(|row| text(&row.clock).into_owned()).collect();
    let instances: Vec<String> = clocks.iter().map(|row| text(&row.instance).into_owned()).collect();
    let extended: Vec<_> = clocks.iter().map(|row| row.extended).collect();
    tx.later(
        "INSERT INTO case_clock (subject, clock, instance, due_ms, stopped_ms, extended)
         SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::boolean[])
         ON CONFLICT DO NOTHING",
        owned![
            subject,
            names,
            instances,
            of(|row| row.due_ms),
            of(|row| row.stopped_ms),
            extended,
        ],
    );
}

fn put_placements(tx: &Tx<'_>, subject: Fixed<16>, placements: &[PlacementRow]) {
    tx.later(OF_SUBJECT[1], owned![subject]);
    if placements.is_empty() {
        return;
    }
    let kinds: Vec<String> = placements
        .iter()
        .map(|row| text(&row.place_kind).into_owned())
        .collect();
    let since: Vec<_> = placements.iter().map(|row| row.since_ms).collect();
    let until: Vec<_> = placements.iter().map(|row| row.until_ms).collect();
    tx.later(
        "INSERT INTO case_placement (subject, place, place_kind, since_ms, until_ms)
         SELECT $1, place - 1, kind, since, until
         FROM unnest($2::text[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS p (kind, since, until, place)",
        owned![subject, kinds, since, until],
    );
}

fn put_missing(tx: &Tx<'_>, subject: Fixed<16>, row: &MissingRow) {
    tx.later(
        "INSERT INTO missing_row (subject, district, kind, status, reported_ms, traced_ms, restored_ms, closed_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (subject) DO UPDATE SET district = excluded.district, kind = excluded.kind,
             status = excluded.status, reported_ms = excluded.reported_ms, traced_ms = excluded.traced_ms,
             restored_ms = excluded.restored_ms, closed_ms = excluded.closed_ms",
        owned![
            subject,
            row.district.clone(),
            text(&row.kind).into_owned(),
            text(&row.status).into_owned(),
            row.reported_ms,
            row.traced_ms,
            row.restored_ms,
            row.closed_ms,
        ],
    );
}

fn put_institution(tx: &Tx<'_>, subject: Fixed<16>, row: &InstitutionRow) {
    tx.later(
        "INSERT INTO institution_row (subject, district, name, kind, capacity, present, free_beds)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (subject) DO UPDATE SET district = excluded.district, name = excluded.name,
             kind = excluded.kind, capacity = excluded.capacity, present = excluded.present,
             free_beds = excluded.free_beds",
        owned![
            subject,
            row.district.clone(),
            text(&row.name).into_owned(),
            text(&row.kind).into_owned(),
            row.capacity,
            row.present,
            row.free_beds,
        ],
    );
}
