//! Published packs: the law and the forms as they are in force beside what ships.

use protocol::ids::Sha256;
use rusqlite::OptionalExtension;

use super::audit::Deed;
use super::sqlite::{Number, Sqlite};
use super::write::{About, audit};
use super::{Result, StorageError};

/// The row of `meta` that holds the seed of the key by which packs are signed.
const PACK_SEED: &str = "pack_seed";

/// A published pack, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRow {
    /// `national`, or the code of a state.
    pub scope: String,
    /// Its number within the scope; the highest is in force.
    pub number: u64,
    /// The version the pack gives itself.
    pub version: String,
    /// The hash of the signed file.
    pub sha256: Sha256,
    /// When it was published.
    pub published_ms: i64,
}

/// A pack to publish: numbered and signed by the caller.
#[derive(Debug)]
pub struct NewPack<'a> {
    /// What is kept of it.
    pub row: &'a PackRow,
    /// The signed file.
    pub signed: &'a [u8],
}

/// What is known of packs.
pub trait Packs {
    /// The seed of the hub's pack key; `fresh` becomes it where there is none yet.
    fn pack_seed(&self, fresh: [u8; 32]) -> Result<[u8; 32]>;

    /// Publishes a pack. Its number must be the next of its scope, or somebody else was quicker.
    fn publish_pack(&self, pack: &NewPack<'_>) -> Result<()>;

    /// Every published pack, by scope, the one in force first.
    fn packs(&self) -> Result<Vec<PackRow>>;

    /// The signed file of a pack.
    fn signed_pack(&self, sha256: Sha256) -> Result<Option<Vec<u8>>>;
}

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
