use protocol::ids::Sha256;
use rusqlite::OptionalExtension;

use super::write::audit;
use super::{Number, Sqlite};
use crate::storage::packs::PACK_SEED;
use crate::storage::write::About;
use crate::storage::{Deed, NewPack, PackRow, Packs, Result, StorageError};

impl Packs for Sqlite {
    fn pack_seed(&self, fresh: [u8; 32]) -> Result<[u8; 32]> {
        self.write(|tx| {
            tx.execute(
                "INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)",
                (PACK_SEED, fresh),
            )?;
            Ok(tx.query_row("SELECT value FROM meta WHERE key = ?1", [PACK_SEED], |row| row.get(0))?)
        })
    }

    fn publish_pack(&self, pack: &NewPack<'_>) -> Result<()> {
        let row = pack.row;
        self.write(|tx| {
            let last: Option<Number> =
                tx.query_row("SELECT max(number) FROM pack WHERE scope = ?1", [&row.scope], |row| {
                    row.get(0)
                })?;
            if row.number != last.map_or(0, |last| last.0) + 1 {
                return Err(StorageError::Exists("pack"));
            }
            tx.execute(
                "INSERT INTO pack (scope, number, version, sha256, signed, published_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (
                    &row.scope,
                    Number(row.number),
                    &row.version,
                    row.sha256.0,
                    pack.signed,
                    row.published_ms,
                ),
            )?;
            let detail = format!("{} {} {}", row.scope, row.number, row.version);
            let about = About {
                detail: &detail,
                ..About::default()
            };
            audit(tx, row.published_ms, Deed::PublishPack, &about)
        })
    }

    fn packs(&self) -> Result<Vec<PackRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT scope, number, version, sha256, published_ms FROM pack ORDER BY scope, number DESC",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(PackRow {
                    scope: row.get(0)?,
                    number: row.get::<_, Number>(1)?.0,
                    version: row.get(2)?,
                    sha256: Sha256(row.get(3)?),
                    published_ms: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn signed_pack(&self, sha256: Sha256) -> Result<Option<Vec<u8>>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT signed FROM pack WHERE sha256 = ?1")?;
            Ok(statement.query_row([sha256.0], |row| row.get(0)).optional()?)
        })
    }
}
