//! The tables: forward only, by one process at a time.

use deadpool_postgres::Pool;

use super::error::{of, of_pool};
use super::value::{Fixed, fixed, number};
use crate::storage::{Result, StorageError};

/// Append only: a released schema is never edited, the next one is added.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
    include_str!("schema/0004.sql"),
    include_str!("schema/0005.sql"),
    include_str!("schema/0006.sql"),
    include_str!("schema/0007.sql"),
    include_str!("schema/0008.sql"),
    include_str!("schema/0009.sql"),
    include_str!("schema/0010.sql"),
    include_str!("schema/0011.sql"),
    include_str!("schema/0012.sql"),
    include_str!("schema/0013.sql"),
    include_str!("schema/0014.sql"),
    include_str!("schema/0015.sql"),
];
/// The lock that processes of a hub take to look after the tables of a database: "vatsalya" in bytes.
const LOCK: i64 = i64::from_be_bytes(*b"vatsalya");
const EPOCH: &str = "epoch";

/// Makes or upgrades the tables, and says the epoch of the logs.
pub(super) async fn migrate(pool: &Pool) -> Result<[u8; 16]> {
    let mut client = pool.get().await.map_err(of_pool)?;
    let transaction = client.transaction().await.map_err(of)?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await
        .map_err(of)?;
    let version = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)";
    transaction.batch_execute(version).await.map_err(of)?;
    let found = transaction
        .query_opt(
            "SELECT max(version) FROM schema_version HAVING max(version) IS NOT NULL",
            &[],
        )
        .await
        .map_err(of)?;
    let found = found.map_or(Ok(0), |row| number(&row, 0))?;
    let known = MIGRATIONS.len() as u64;
    if found > known {
        return Err(StorageError::NewerSchema {
            found: u32::try_from(found).unwrap_or(u32::MAX),
            known: u32::try_from(known).expect("few migrations"),
        });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).expect("few migrations")) {
        transaction.batch_execute(migration).await.map_err(of)?;
    }
    if found == 0 {
        let epoch = *uuid::Uuid::new_v4().as_bytes();
        transaction
            .execute(
                "INSERT INTO meta (key, value) VALUES ($1, $2)",
                &[&EPOCH, &Fixed(epoch)],
            )
            .await
            .map_err(of)?;
    }
    if found < known {
        let known = i64::try_from(known).expect("few migrations");
        transaction
            .execute("INSERT INTO schema_version (version) VALUES ($1)", &[&known])
            .await
            .map_err(of)?;
    }
    let epoch = transaction
        .query_one("SELECT value FROM meta WHERE key = $1", &[&EPOCH])
        .await
        .map_err(of)?;
    let epoch = fixed(&epoch, 0)?;
    transaction.commit().await.map_err(of)?;
    Ok(epoch)
}
