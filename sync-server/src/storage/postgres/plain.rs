//! What older hubs kept in plain, sealed step by step.

use protocol::DocumentId;

use super::transaction::Tx;
use super::value::{at, fixed};
use crate::storage::destructions::subject_of;
use crate::storage::{PlainBytes, Result, Seal};

/// Whether anything is kept in plain.
pub(super) fn any_plain(tx: &Tx<'_>) -> Result<bool> {
    PLAIN
        .iter()
        .try_fold(false, |any, part| part.any(tx).map(|here| any || here))
}

/// Seals some of it; says how much.
pub(super) fn seal_some(tx: &Tx<'_>, seal: Seal<'_>, limit: u32) -> Result<u32> {
    let mut done = 0;
    for part in PLAIN {
        done += part.seal(tx, seal, limit - done)?;
    }
    Ok(done)
}

/// Where older hubs kept bytes in plain: a table, which of its rows, the document or what stands for it, its column.
struct Plain {
    table: &'static str,
    rows: &'static str,
    document: &'static str,
    column: &'static str,
    what: fn([u8; 17]) -> PlainBytes,
}

const PLAIN: &[Plain] = &[
    Plain {
        table: "log",
        rows: "kind = 1 AND substring(bytes FROM 1 FOR 2) <> '\\xe501'",
        document: "document",
        column: "bytes",
        what: |id| PlainBytes::Change(DocumentId(id)),
    },
    Plain {
        table: "document",
        rows: "length(snapshot) > 0 AND substring(snapshot FROM 1 FOR 2) <> '\\xe501'",
        document: "id",
        column: "snapshot",
        what: |id| PlainBytes::Snapshot(DocumentId(id)),
    },
    Plain {
        table: "quarantine",
        rows: "substring(bytes FROM 1 FOR 2) <> '\\xe501'",
        document: "document",
        column: "bytes",
        what: |id| PlainBytes::Refused(DocumentId(id)),
    },
    // The looks before the entry: while the entry is in plain the row is found again.
    Plain {
        table: "report",
        rows: "substring(entry FROM 1 FOR 2) <> '\\xe501' AND length(looks) > 0
               AND substring(looks FROM 1 FOR 2) <> '\\xe501'",
        document: "subject || '\\x00'::bytea",
        column: "looks",
        what: |id| PlainBytes::Looks(subject_of(id)),
    },
    Plain {
        table: "report",
        rows: "substring(entry FROM 1 FOR 2) <> '\\xe501'",
        document: "subject || '\\x00'::bytea",
        column: "entry",
        what: |id| PlainBytes::Report(subject_of(id)),
    },
    Plain {
        table: "case_row",
        rows: "substring(facts FROM 1 FOR 8) <> 'sealed1:'",
        document: "subject || '\\x00'::bytea",
        column: "facts",
        what: |id| PlainBytes::Facts(subject_of(id)),
    },
    Plain {
        table: "feed",
        rows: "NOT retracts AND substring(payload FROM 1 FOR 8) <> 'sealed1:'",
        document: "subject || '\\x00'::bytea",
        column: "payload",
        what: |id| PlainBytes::Message(subject_of(id)),
    },
];

impl Plain {
    fn any(&self, tx: &Tx<'_>) -> Result<bool> {
        tx.any(
            &format!("SELECT 1 FROM {} WHERE {} LIMIT 1", self.table, self.rows),
            &[],
        )
    }

    /// Of several hubs that seal, each takes rows that no other has.
    fn seal(&self, tx: &Tx<'_>, seal: Seal<'_>, limit: u32) -> Result<u32> {
        let Self {
            table,
            rows,
            document,
            column,
            what,
        } = self;
        let of_text = ["facts", "payload"].contains(column);
        let bytes = if of_text {
            format!("convert_to({column}, 'UTF8')")
        } else {
            (*column).to_owned()
        };
        let found = tx.rows(
            &format!(
                "SELECT ctid::text, {document}, {bytes} FROM {table} WHERE {rows} LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED"
            ),
            &[&i64::from(limit)],
        )?;
        for row in &found {
            let place: String = at(row, 0)?;
            let what = what(fixed(row, 1)?);
            let sealed = seal(what, at(row, 2)?);
            let update = format!("UPDATE {table} SET {column} = $2 WHERE ctid = $1::text::tid");
            if of_text {
                let sealed = sealed.and_then(|sealed| String::from_utf8(sealed).ok());
                tx.execute(&update, &[&place, &sealed.as_deref().unwrap_or("sealed1:")])?;
            } else {
                tx.execute(&update, &[&place, &sealed.unwrap_or_else(|| vec![0xE5, 1])])?;
            }
        }
        Ok(u32::try_from(found.len()).unwrap_or(u32::MAX))
    }
}
