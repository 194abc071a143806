//! What older hubs kept in plain, sealed step by step.

use protocol::DocumentId;
use rusqlite::{Connection, params};

use crate::storage::destructions::subject_of;
use crate::storage::{PlainBytes, Result, Seal};

/// Whether anything is kept in plain.
pub(super) fn any_plain(tx: &Connection) -> Result<bool> {
    PLAIN
        .iter()
        .try_fold(false, |any, part| part.any(tx).map(|here| any || here))
}

/// Seals some of it; says how much.
pub(super) fn seal_some(tx: &Connection, seal: Seal<'_>, limit: u32) -> Result<u32> {
    let mut done = 0;
    for part in PLAIN {
        done += part.seal(tx, seal, limit - done)?;
    }
    Ok(done)
}

/// Where older hubs kept bytes in plain: a table, which of its rows, by which a row is found again, its column.
struct Plain {
    table: &'static str,
    rows: &'static str,
    document: &'static str,
    column: &'static str,
    what: fn([u8; 17]) -> PlainBytes,
}

const PLAIN: &[Plain] = &[
    Plain {
        table: "log INDEXED BY log_in_plain",
        rows: "kind = 1 AND substr(bytes, 1, 2) <> x'E501'",
        document: "document",
        column: "bytes",
        what: |id| PlainBytes::Change(DocumentId(id)),
    },
    Plain {
        table: "document INDEXED BY document_in_plain",
        rows: "length(snapshot) > 0 AND substr(snapshot, 1, 2) <> x'E501'",
        document: "id",
        column: "snapshot",
        what: |id| PlainBytes::Snapshot(DocumentId(id)),
    },
    Plain {
        table: "quarantine INDEXED BY quarantine_in_plain",
        rows: "substr(bytes, 1, 2) <> x'E501'",
        document: "document",
        column: "bytes",
        what: |id| PlainBytes::Refused(DocumentId(id)),
    },
    // The looks before the entry: while the entry is in plain the row is found again.
    Plain {
        table: "report INDEXED BY report_in_plain",
        rows: "substr(entry, 1, 2) <> x'E501' AND length(looks) > 0 AND substr(looks, 1, 2) <> x'E501'",
        document: "subject || x'00'",
        column: "looks",
        what: |id| PlainBytes::Looks(subject_of(id)),
    },
    Plain {
        table: "report INDEXED BY report_in_plain",
        rows: "substr(entry, 1, 2) <> x'E501'",
        document: "subject || x'00'",
        column: "entry",
        what: |id| PlainBytes::Report(subject_of(id)),
    },
    Plain {
        table: "case_row INDEXED BY case_row_in_plain",
        rows: "substr(facts, 1, 8) <> 'sealed1:'",
        document: "subject || x'00'",
        column: "facts",
        what: |id| PlainBytes::Facts(subject_of(id)),
    },
    Plain {
        table: "feed INDEXED BY feed_in_plain",
        rows: "NOT retracts AND substr(payload, 1, 8) <> 'sealed1:'",
        document: "subject || x'00'",
        column: "payload",
        what: |id| PlainBytes::Message(subject_of(id)),
    },
];

impl Plain {
    fn any(&self, tx: &Connection) -> Result<bool> {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE {})", self.table, self.rows);
        Ok(tx.prepare_cached(&sql)?.query_row([], |row| row.get(0))?)
    }

    fn seal(&self, tx: &Connection, seal: Seal<'_>, limit: u32) -> Result<u32> {
        let Self {
            table,
            rows,
            document,
            column,
            what,
        } = self;
        let sql = format!(
            "SELECT rowid, CAST({document} AS BLOB), CAST({column} AS BLOB) FROM {table} WHERE {rows} LIMIT ?1"
        );
        let mut statement = tx.prepare_cached(&sql)?;
        let found = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let found: Vec<(i64, [u8; 17], Vec<u8>)> = found.collect::<rusqlite::Result<_>>()?;
        let table = table.split(' ').next().unwrap_or(table);
        let mut update = tx.prepare_cached(&format!("UPDATE {table} SET {column} = ?2 WHERE rowid = ?1"))?;
        for (row, document, bytes) in &found {
            let what = what(*document);
            let sealed = seal(what, bytes).unwrap_or_else(|| gone(what));
            match String::from_utf8(sealed) {
                Ok(text) if matches!(what, PlainBytes::Facts(_) | PlainBytes::Message(_)) => {
                    update.execute(params![row, text])?
                }
                Ok(text) => update.execute(params![row, text.into_bytes()])?,
                Err(bytes) => update.execute(params![row, bytes.into_bytes()])?,
            };
        }
        Ok(u32::try_from(found.len()).unwrap_or(u32::MAX))
    }
}

/// What stands for bytes whose record's key is gone.
fn gone(what: PlainBytes) -> Vec<u8> {
    match what {
        PlainBytes::Facts(_) | PlainBytes::Message(_) => b"sealed1:".to_vec(),
        _ => vec![0xE5, 1],
    }
}
