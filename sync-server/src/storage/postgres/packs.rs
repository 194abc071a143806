use protocol::ids::Sha256;
use tokio_postgres::Row;

use super::Postgres;
use super::value::{Fixed, Number, at, fixed, number};
use super::write::audit;
use crate::storage::packs::PACK_SEED;
use crate::storage::write::About;
use crate::storage::{Deed, NewPack, PackRow, Packs, Result, StorageError};

impl Packs for Postgres {
    fn pack_seed(&self, fresh: [u8; 32]) -> Result<[u8; 32]> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                &[&PACK_SEED, &Fixed(fresh)],
            )?;
            let row = tx.row("SELECT value FROM meta WHERE key = $1", &[&PACK_SEED])?;
            fixed(&row.ok_or(StorageError::NoSuch("pack key"))?, 0)
        })
    }

    fn publish_pack(&self, pack: &NewPack<'_>) -> Result<()> {
        let row = pack.row;
        self.write(|tx| {
            let last = tx.row(
                "SELECT coalesce(max(number), 0)::bigint FROM pack WHERE scope = $1",
                &[&row.scope],
            )?;
            let last = last.map_or(Ok(0), |last| number(&last, 0))?;
            if row.number != last + 1 {
                return Err(StorageError::Exists("pack"));
            }
            tx.execute(
                "INSERT INTO pack (scope, number, version, sha256, signed, published_ms)
                 VALUES ($1, $2, $3, $4, $5, $6)",
                &[
                    &row.scope,
                    &Number(row.number),
                    &row.version,
                    &Fixed(row.sha256.0),
                    &pack.signed,
                    &row.published_ms,
                ],
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
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT scope, number, version, sha256, published_ms FROM pack
                 ORDER BY scope COLLATE \"C\", number DESC",
                &[],
            )?;
            rows.iter().map(read_pack).collect()
        })
    }

    fn signed_pack(&self, sha256: Sha256) -> Result<Option<Vec<u8>>> {
        self.read_one(|tx| {
            let row = tx.row("SELECT signed FROM pack WHERE sha256 = $1", &[&Fixed(sha256.0)])?;
            row.map(|row| at(&row, 0)).transpose()
        })
    }
}

fn read_pack(row: &Row) -> Result<PackRow> {
    Ok(PackRow {
        scope: at(row, 0)?,
        number: number(row, 1)?,
        version: at(row, 2)?,
        sha256: Sha256(fixed(row, 3)?),
        published_ms: at(row, 4)?,
    })
}
