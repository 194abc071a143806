use protocol::{AuthorId, DocumentId};
use rusqlite::params;

use super::{Number, Sqlite};
use crate::storage::{ArchivedChange, Archives, ReadUpto, Result, StorageError};

impl Archives for Sqlite {
    fn read_upto(&self, district: &str, heard_since_ms: i64) -> Result<ReadUpto> {
        self.read(|tx| {
            let upto: Number = tx.query_row(
                "SELECT min(d.last_number, coalesce((
                     SELECT min(a.reads_after) FROM author a JOIN user u ON u.id = a.user
                     WHERE u.district = d.code AND a.revoked_ms IS NULL AND coalesce(a.seen_ms, a.enrolled_ms) >= ?2),
                     d.last_number))
                 FROM district d WHERE d.code = ?1",
                params![district, heard_since_ms],
                |row| row.get(0),
            )?;
            let left_behind = tx.query_row(
                "SELECT count(*) FROM author a JOIN user u ON u.id = a.user
                 WHERE u.district = ?1 AND a.revoked_ms IS NULL AND a.reads_after < ?2",
                params![district, upto],
                |row| row.get(0),
            )?;
            Ok(ReadUpto {
                number: upto.0,
                left_behind,
            })
        })
    }

    fn not_folded(&self, district: &str, upto: u64, after: Option<DocumentId>, limit: u32) -> Result<Vec<DocumentId>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT d.id FROM document d WHERE d.district = ?1 AND d.snapshot_number < d.last_number
                 AND (?3 IS NULL OR d.id > ?3) AND EXISTS (
                     SELECT 1 FROM log l WHERE l.kind = 1 AND l.document = d.id
                     AND l.number > d.snapshot_number AND l.number <= ?2)
                 ORDER BY d.id LIMIT ?4",
            )?;
            let rows = statement.query_map(params![district, Number(upto), after.map(|id| id.0), limit], |row| {
                row.get(0).map(DocumentId)
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn archivable(&self, district: &str, after: u64, upto: u64, limit: u32) -> Result<Vec<ArchivedChange>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT l.number, l.document, l.author, l.seq, l.hash, l.bytes FROM log l JOIN document d ON d.id = l.document
                 WHERE l.district = ?1 AND l.number > ?2 AND l.number <= ?3 AND l.kind = 1 AND l.bytes IS NOT NULL
                 AND l.number <= d.snapshot_number
                 ORDER BY l.number LIMIT ?4",
            )?;
            let rows = statement.query_map(params![district, Number(after), Number(upto), limit], |row| {
                Ok(ArchivedChange {
                    number: row.get::<_, Number>(0)?.0,
                    document: DocumentId(row.get(1)?),
                    author: AuthorId(row.get(2)?),
                    seq: row.get::<_, Number>(3)?.0,
                    hash: row.get(4)?,
                    bytes: row.get(5)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn set_archived_upto(&self, district: &str, upto: u64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "UPDATE district SET archived_upto = max(archived_upto, ?2) WHERE code = ?1",
                params![district, Number(upto)],
            )?;
            Ok::<_, StorageError>(())
        })
    }

    fn empty_archived(&self, district: &str, numbers: &[u64]) -> Result<u64> {
        self.write(|tx| {
            let mut statement = tx.prepare_cached(
                "UPDATE log SET bytes = NULL WHERE district = ?1 AND number = ?2 AND kind = 1 AND bytes IS NOT NULL
                 AND number <= (SELECT d.snapshot_number FROM document d WHERE d.id = log.document)",
            )?;
            let mut emptied = 0;
            for number in numbers {
                emptied += statement.execute(params![district, Number(*number)])?;
            }
            Ok::<_, StorageError>(emptied as u64)
        })
    }

    fn put_back(&self, district: &str, changes: &[ArchivedChange]) -> Result<u64> {
        self.write(|tx| {
            let mut statement = tx.prepare_cached(
                "UPDATE log SET bytes = ?3 WHERE district = ?1 AND number = ?2 AND kind = 1 AND bytes IS NULL
                 AND hash = ?4 AND document = ?5",
            )?;
            let mut back = 0;
            for change in changes {
                let values = params![district, Number(change.number), change.bytes, change.hash, change.document.0];
                back += statement.execute(values)?;
            }
            tx.execute(
                "UPDATE district SET archived_upto = coalesce(
                     (SELECT max(number) FROM log WHERE district = ?1 AND kind = 1 AND bytes IS NULL), 0) WHERE code = ?1",
                [district],
            )?;
            Ok::<_, StorageError>(back as u64)
        })
    }
}
