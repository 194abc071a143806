use protocol::{AuthorId, DocumentId};

use super::Postgres;
use super::value::{Fixed, Number, at, fixed, number, small};
use crate::storage::{ArchivedChange, Archives, ReadUpto, Result, StorageError};

impl Archives for Postgres {
    fn read_upto(&self, district: &str, heard_since_ms: i64) -> Result<ReadUpto> {
        self.read(|tx| {
            let row = tx.row(
                "SELECT least(d.last_number, (
                     SELECT min(a.reads_after) FROM author a JOIN users u ON u.id = a.user_id
                     WHERE u.district = d.code AND a.revoked_ms IS NULL AND coalesce(a.seen_ms, a.enrolled_ms) >= $2))
                 FROM district d WHERE d.code = $1",
                &[&district, &heard_since_ms],
            )?;
            let upto = number(&row.ok_or(StorageError::NoSuch("district"))?, 0)?;
            let row = tx.row(
                "SELECT count(*) FROM author a JOIN users u ON u.id = a.user_id
                 WHERE u.district = $1 AND a.revoked_ms IS NULL AND a.reads_after < $2",
                &[&district, &Number(upto)],
            )?;
            Ok(ReadUpto {
                number: upto,
                left_behind: row.map_or(Ok(0), |row| small(&row, 0))?,
            })
        })
    }

    fn not_folded(&self, district: &str, upto: u64, after: Option<DocumentId>, limit: u32) -> Result<Vec<DocumentId>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT d.id FROM document d WHERE d.district = $1 AND d.snapshot_number < d.last_number
                 AND ($3::bytea IS NULL OR d.id > $3) AND EXISTS (
                     SELECT 1 FROM log l WHERE l.kind = 1 AND l.document = d.id
                     AND l.number > d.snapshot_number AND l.number <= $2)
                 ORDER BY d.id LIMIT $4",
                &[
                    &district,
                    &Number(upto),
                    &after.map(|id| Fixed(id.0)),
                    &i64::from(limit),
                ],
            )?;
            rows.iter().map(|row| Ok(DocumentId(fixed(row, 0)?))).collect()
        })
    }

    fn archivable(&self, district: &str, after: u64, upto: u64, limit: u32) -> Result<Vec<ArchivedChange>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT l.number, l.document, l.author, l.seq, l.hash, l.bytes FROM log l JOIN document d ON d.id = l.document
                 WHERE l.district = $1 AND l.number > $2 AND l.number <= $3 AND l.kind = 1 AND l.bytes IS NOT NULL
                 AND l.number <= d.snapshot_number
                 ORDER BY l.number LIMIT $4",
                &[&district, &Number(after), &Number(upto), &i64::from(limit)],
            )?;
            let change = |row| {
                Ok(ArchivedChange {
                    number: number(row, 0)?,
                    document: DocumentId(fixed(row, 1)?),
                    author: AuthorId(fixed(row, 2)?),
                    seq: number(row, 3)?,
                    hash: fixed(row, 4)?,
                    bytes: at(row, 5)?,
                })
            };
            rows.iter().map(change).collect()
        })
    }

    fn set_archived_upto(&self, district: &str, upto: u64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "UPDATE district SET archived_upto = greatest(archived_upto, $2) WHERE code = $1",
                &[&district, &Number(upto)],
            )?;
            Ok::<_, StorageError>(())
        })
    }

    fn empty_archived(&self, district: &str, numbers: &[u64]) -> Result<u64> {
        let numbers: Vec<Number> = numbers.iter().map(|number| Number(*number)).collect();
        self.write(|tx| {
            tx.execute(
                "UPDATE log l SET bytes = NULL FROM document d
                 WHERE l.district = $1 AND l.number = ANY($2) AND l.kind = 1 AND l.bytes IS NOT NULL
                 AND d.id = l.document AND l.number <= d.snapshot_number",
                &[&district, &numbers],
            )
        })
    }

    fn put_back(&self, district: &str, changes: &[ArchivedChange]) -> Result<u64> {
        let numbers: Vec<Number> = changes.iter().map(|change| Number(change.number)).collect();
        let documents: Vec<Fixed<17>> = changes.iter().map(|change| Fixed(change.document.0)).collect();
        let hashes: Vec<Fixed<32>> = changes.iter().map(|change| Fixed(change.hash)).collect();
        let bytes: Vec<&[u8]> = changes.iter().map(|change| change.bytes.as_slice()).collect();
        self.write(|tx| {
            let back = tx.execute(
                "UPDATE log l SET bytes = put.bytes
                 FROM unnest($2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[]) AS put (number, document, hash, bytes)
                 WHERE l.district = $1 AND l.number = put.number AND l.kind = 1 AND l.bytes IS NULL
                 AND l.hash = put.hash AND l.document = put.document",
                &[&district, &numbers, &documents, &hashes, &bytes],
            )?;
            tx.execute(
                "UPDATE district SET archived_upto = coalesce(
                     (SELECT max(number) FROM log WHERE district = $1 AND kind = 1 AND bytes IS NULL), 0) WHERE code = $1",
                &[&district],
            )?;
            Ok(back)
        })
    }
}
