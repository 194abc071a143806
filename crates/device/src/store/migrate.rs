//! Numbered migrations, only ever added to.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// Migration `n` brings a store from schema `n` to `n + 1`; the schema's number is SQLite's `user_version`.
const MIGRATIONS: [&str; 2] = [
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_clocks.sql"),
];

pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let at: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = usize::try_from(at).map_err(|_| StoreError::NewerSchema(at))?;
    let to_do = MIGRATIONS.get(done..).ok_or(StoreError::NewerSchema(at))?;
    for migration in to_do {
        transaction.execute_batch(migration)?;
    }
    let now_at = i64::try_from(MIGRATIONS.len()).expect("there are few migrations");
    transaction.pragma_update(None, "user_version", now_at)?;
    transaction.commit()?;
    Ok(())
}
