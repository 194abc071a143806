//! Numbered migrations, only ever added to.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// Migration `n` brings a store from schema `n` to `n + 1`; the schema's number is SQLite's `user_version`.
const MIGRATIONS: [&str; 12] = [
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_clocks.sql"),
    include_str!("migrations/0003_damage.sql"),
    include_str!("migrations/0004_received_run.sql"),
    include_str!("migrations/0005_links.sql"),
    include_str!("migrations/0006_twice.sql"),
    include_str!("migrations/0007_reports.sql"),
    include_str!("migrations/0008_reports_among_themselves.sql"),
    include_str!("migrations/0009_on_their_way.sql"),
    include_str!("migrations/0010_destroyed_records.sql"),
    include_str!("migrations/0011_appeals.sql"),
    include_str!("migrations/0012_media_of.sql"),
];

/// The schema of this app.
pub(super) const SCHEMA: usize = MIGRATIONS.len();

/// The schema of the file.
pub(super) fn schema(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Whether a newer app has written the file.
pub(super) fn is_newer(schema: i64) -> bool {
    usize::try_from(schema).is_ok_and(|schema| schema > SCHEMA)
}

pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    run_to(connection, SCHEMA)
}

/// Brings a store to a schema.
pub(super) fn run_to(connection: &mut Connection, to: usize) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let at = schema(&transaction)?;
    let done = usize::try_from(at).map_err(|_| StoreError::NewerSchema(at))?;
    let to_do = MIGRATIONS.get(done..to).ok_or(StoreError::NewerSchema(at))?;
    for migration in to_do {
        transaction.execute_batch(migration)?;
    }
    let now_at = i64::try_from(to).expect("there are few migrations");
    transaction.pragma_update(None, "user_version", now_at)?;
    transaction.commit()?;
    Ok(())
}
