//! What each document of a case or an institution says.

use std::collections::BTreeMap;

use casefile::{Clash, Document, DocumentKey, Entry, Register, Row};
use casework::{AuthorId, DocumentKind, FactId, RowId, Subject, Value};

use crate::{
    documents::{DocumentError, Documents},
    store::Read,
};

/// What one document says: of a case, a compartment.
pub(crate) struct Part {
    pub(crate) kind: DocumentKind,
    /// Whether the hub lets this officer write it.
    pub(crate) writable: bool,
    pub(crate) facts: BTreeMap<FactId, Value>,
    pub(crate) rows: Vec<Row>,
    pub(crate) clashes: Vec<Clash>,
    pub(super) timeline: Vec<Entry>,
    /// Who wrote each task last.
    pub(super) task_authors: BTreeMap<RowId, AuthorId>,
}

impl Part {
    /// A document as it stood.
    pub(crate) fn then(kind: DocumentKind, state: &casefile::State<'_>) -> Self {
        Self {
            kind,
            writable: false,
            facts: state.facts(),
            rows: state.rows(),
            clashes: Vec::new(),
            timeline: Vec::new(),
            task_authors: BTreeMap::new(),
        }
    }
}

/// The documents of a case or an institution that are on this tablet. None: there is no such subject here.
pub(crate) fn parts(documents: &mut Documents, read: &Read<'_>, subject: Subject) -> Result<Vec<Part>, DocumentError> {
    let mut parts = Vec::new();
    for kind in subject.kinds().iter().copied() {
        let open = match documents.get(read, DocumentKey::of(subject, kind)) {
            Ok(Some(open)) => open,
            // Set aside; the others go on ([`Documents::damaged_of`]).
            Ok(None) | Err(DocumentError::Damaged) => continue,
            Err(error) => return Err(error),
        };
        if open.leaving {
            continue;
        }
        let document = &open.document;
        let rows = document.rows();
        parts.push(Part {
            kind,
            writable: open.writable,
            facts: document.facts(),
            clashes: document.clashes(),
            timeline: document.timeline(),
            task_authors: rows
                .iter()
                .filter(|row| row.table == "tasks")
                .filter_map(|row| last_of_task(document, row))
                .collect(),
            rows,
        });
    }
    Ok(parts)
}

fn last_of_task(document: &Document, row: &Row) -> Option<(RowId, AuthorId)> {
    let cells = ["done_at", "title"].map(|column| Register::Cell {
        row: row.id,
        column: column.to_owned(),
    });
    let versions = cells.iter().flat_map(|cell| document.live(cell));
    versions
        .max_by_key(|version| version.at_ms)
        .map(|version| (row.id, version.author))
}
