//! What a new file has to say of the old one: which documents are damaged or may be, what is still to be compared, and
//! whether the hub is to be asked for everything.

use std::{cell::Cell, collections::BTreeSet};

use rusqlite::Connection;

use super::{
    super::{AccessAction, AccessRow, Read, StoreError, Write},
    mending::{LostChange, Mending},
    rows::{Indexes, NO_SNAPSHOT, NUMBER_UNKNOWN, Rows},
};
use crate::sync::{CURSOR, INDEX, PROPOSALS};

/// Tables of which the hub has everything: where a row of them is lost, it is asked from the beginning.
const ASKED_FOR: [&str; 6] = [
    "receipt",
    "author",
    "destroyed",
    "set_aside",
    "received",
    "received_run",
];

/// Writes it down, in the transaction of the new file.
pub(super) fn write(to: &Connection, rows: &Rows, lost_pages: u32, now_ms: i64) -> Result<(), StoreError> {
    for (table, last) in &rows.sequences {
        raise_sequence(to, table, *last)?;
    }
    let write = Write(Read(to), Cell::new(None));
    let gone = note_gone(&write, rows, now_ms)?;
    to.execute(
        "DELETE FROM increment WHERE document NOT IN (SELECT row FROM document)",
        [],
    )?;
    note_doubtful(&write, rows, now_ms)?;
    let is_lost = |table: &str| rows.holes.contains(table);
    if gone == Gone::Unnamed || ASKED_FOR.into_iter().any(is_lost) {
        write.set_blob(CURSOR, &[])?;
    }
    // Of the index of missing children, and of what the hub proposes, nothing is saved: the hub has it.
    write.set_blob(INDEX, &[])?;
    write.set_number(PROPOSALS, None)?;
    // Lists, search and clocks are made anew.
    write.set_number("projection", None)?;
    let own = lost_changes(&write, rows)?;
    let own_known = rows.indexes.is_whole(Indexes::OWN) && rows.indexes.is_whole(Indexes::WAITING);
    write.begin_mending(&Mending {
        at_ms: now_ms,
        pages: lost_pages,
        evidence: !["received", "set_aside"].into_iter().any(is_lost) && (!is_lost("own_change") || own_known),
        own_lost: is_lost("own_change"),
        own,
        own_known,
        pictures: lost_pictures(rows),
    })?;
    write.log_access(&AccessRow {
        at_ms: now_ms,
        action: AccessAction::Mended,
        subject: None,
        detail: &format!("pages {lost_pages}"),
    })
}

/// Whether the new file has what was written into it, and nothing less.
pub(super) fn has_all(copy: &Connection, rows: &Rows) -> Result<bool, StoreError> {
    for (table, count) in &rows.copied {
        // Increments of documents that are gone were taken out, marks and rows of the log added.
        if ["increment", "meta", "damaged", "access_log", "document"].contains(table) {
            continue;
        }
        let found: i64 = copy.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        if u64::try_from(found).ok() != Some(*count) {
            return Ok(false);
        }
    }
    let sql = "SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM access_log)";
    let (documents, log): (i64, i64) = copy.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let at_least = |table, found| u64::try_from(found).ok() >= rows.copied.get(table).copied();
    Ok(at_least("document", documents) && at_least("access_log", log))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    /// Nothing is gone, or all of it is known by its name.
    Named,
    /// There may be documents that nothing here names any more.
    Unnamed,
}

/// Notes documents whose row is lost or has lost its snapshot. They stay in the list of documents: nothing is written
/// in them before they have come again.
fn note_gone(write: &Write<'_>, rows: &Rows, now_ms: i64) -> Result<Gone, StoreError> {
    for id in &rows.no_snapshot {
        write.note_damaged(id, now_ms)?;
    }
    if !rows.holes.contains("document") {
        return Ok(Gone::Named);
    }
    let mut named: BTreeSet<[u8; 17]> = rows.indexes.documents.keys().copied().collect();
    let is_whole = rows.indexes.is_whole(Indexes::DOCUMENTS);
    // What waits for the hub was written in a document that was here.
    named.extend(write.documents_of_changes(!is_whole)?);
    for id in named {
        let is_ours = write.is_only_ours(&id)?
            && !rows.holes.contains("received")
            && !rows.holes.contains("received_run")
            && !rows.holes.contains("own_change");
        let row = rows.indexes.documents.get(&id).copied();
        let is_leaving = row.is_some_and(|row| rows.indexes.leaving.contains(&row));
        if write.begin_lost(&id, row, is_ours, is_leaving)? {
            write.note_damaged(&id, now_ms)?;
        }
    }
    Ok(if is_whole { Gone::Named } else { Gone::Unnamed })
}

/// Notes documents of which increments may be lost. Those that turn out to be whole are taken off again when the documents
/// are looked over.
fn note_doubtful(write: &Write<'_>, rows: &Rows, now_ms: i64) -> Result<(), StoreError> {
    let mut between = rows.increments.clone();
    if rows.holes.contains("increment") && between.is_empty() {
        between.push((None, None));
    }
    for (first, last) in between {
        for id in write.documents_between(first, last)? {
            write.note_damaged(&id, now_ms)?;
        }
    }
    Ok(())
}

/// Changes made here of which an index still tells.
fn lost_changes(write: &Write<'_>, rows: &Rows) -> Result<Vec<LostChange>, StoreError> {
    let mut lost = Vec::new();
    if !rows.holes.contains("own_change") {
        return Ok(lost);
    }
    let waiting_known = rows.indexes.is_whole(Indexes::WAITING);
    for (n, (subject, hash)) in &rows.indexes.own {
        if !write.has_own_number(*n)? {
            let waited = rows.indexes.waiting.contains(n);
            lost.push(LostChange {
                n: *n,
                subject: *subject,
                hash: *hash,
                waited: (waited || waiting_known).then_some(waited),
            });
        }
    }
    lost.sort_by_key(|change| change.n);
    Ok(lost)
}

/// How many pictures that no hub has are lost.
fn lost_pictures(rows: &Rows) -> Option<u32> {
    if !rows.holes.contains("media") {
        return Some(0);
    }
    let lost = rows.indexes.unsent.difference(&rows.unsent).count();
    rows.indexes
        .is_whole(Indexes::UNSENT)
        .then(|| u32::try_from(lost).unwrap_or(u32::MAX))
}

fn raise_sequence(to: &Connection, table: &str, last: i64) -> Result<(), StoreError> {
    let raised = to.execute(
        "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1",
        (table, last),
    )?;
    if raised == 0 {
        to.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", (table, last))?;
    }
    Ok(())
}

impl Read<'_> {
    fn has_own_number(&self, n: i64) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM own_change WHERE n = ?1)";
        Ok(self.0.prepare_cached(sql)?.query_row([n], |row| row.get(0))?)
    }

    /// Documents in which something was written here: what waits, or everything.
    fn documents_of_changes(&self, all: bool) -> Result<Vec<[u8; 17]>, StoreError> {
        let sql = "SELECT DISTINCT document FROM own_change WHERE ?1 OR (number IS NULL AND refused IS NULL)";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([all], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn documents_between(&self, first: Option<i64>, last: Option<i64>) -> Result<Vec<[u8; 17]>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT id FROM document WHERE row BETWEEN ?1 AND ?2")?;
        let between = (first.unwrap_or(i64::MIN), last.unwrap_or(i64::MAX));
        let rows = statement.query_map(between, |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether nobody but this author ever wrote in a document, and no hub has anything of it.
    fn is_only_ours(&self, id: &[u8; 17]) -> Result<bool, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM own_change WHERE subject = ?1 AND document = ?2 AND number IS NULL)
                AND NOT EXISTS (SELECT 1 FROM own_change WHERE subject = ?1 AND document = ?2 AND number IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM received WHERE subject = ?1)
                AND NOT EXISTS (SELECT 1 FROM received_run WHERE document = ?2)
                AND NOT EXISTS (SELECT 1 FROM set_aside WHERE document = ?2)",
        )?;
        Ok(statement.query_row((&id[..16], id), |row| row.get(0))?)
    }
}

impl Write<'_> {
    /// Keeps the place of a document that is lost, under the row that its increments name. Returns whether it was not
    /// there.
    fn begin_lost(&self, id: &[u8; 17], row: Option<i64>, is_ours: bool, is_leaving: bool) -> Result<bool, StoreError> {
        let hub_number = if is_ours { 0 } else { NUMBER_UNKNOWN };
        let mut statement = self.0.0.prepare_cached(
            "INSERT OR IGNORE INTO document (row, id, subject, snapshot, hub_number, leaving)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        Ok(statement.execute((row, id, &id[..16], NO_SNAPSHOT, hub_number, is_leaving))? > 0)
    }
}
