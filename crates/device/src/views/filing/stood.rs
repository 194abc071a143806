//! What stood on a form when it was filed. Of a form that is filed again and again, only what stood is amended: what is new
//! belongs to the next filing.

use std::collections::{BTreeMap, BTreeSet};

use casefile::{Document, DocumentKey, Heads, Row};
use casework::{DocumentKind, FactId, Form, RowId, Subject, Value, heads_column};
use ipc::FieldEdit;

use super::{is_on, open_filings};
use crate::{
    documents::{DocumentError, Documents},
    session::Session,
    store::Read,
    views::Part,
};

/// A filing and what stood then. A document that the filer did not have is not here: nothing of it was filed.
pub(crate) struct Stood {
    pub(crate) filing: RowId,
    parts: BTreeMap<DocumentKind, Then>,
}

/// A document as it stood.
enum Then {
    Known(Part),
    /// Its changes are not all here yet: it is not known what stood there, so everything may have.
    Unknown,
}

/// The open filings of the form among these rows of the main document, the newest of each filer first: whoever files again has
/// what they filed before, and somebody who files apart may not.
pub(crate) fn stood(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    (subject, form): (Subject, &Form),
    main: &[Row],
) -> Result<Vec<Stood>, DocumentError> {
    let mut filers = BTreeSet::new();
    let mut found = Vec::new();
    for filing in open_filings(main, &form.id) {
        if !filers.insert(filing.row.author) {
            continue;
        }
        let mut parts = BTreeMap::new();
        for kind in subject.kinds().iter().copied() {
            let heads = filing.row.cells.get(&heads_column(kind)).and_then(Value::as_text);
            let asked = session.may_read(kind) && is_on(session, form, kind);
            if let Some(heads) = heads.filter(|heads| asked && !heads.is_empty()) {
                let key = DocumentKey::of(subject, kind);
                let open = documents.get(read, key)?;
                let begun = Document::new(kind);
                let document = open.as_ref().map_or(&begun, |open| &open.document);
                parts.insert(kind, then(document, kind, heads));
            }
        }
        found.push(Stood {
            filing: filing.row.id,
            parts,
        });
    }
    Ok(found)
}

fn then(document: &Document, kind: DocumentKind, heads: &str) -> Then {
    let heads = heads.parse::<Heads>().ok();
    let state = heads.and_then(|heads| document.at(&heads).ok());
    state.map_or(Then::Unknown, |state| Then::Known(Part::then(kind, &state)))
}

impl Stood {
    /// Whether the edit changes what stood: writes over an answer, empties it, or takes a row away. A new row and an answer
    /// where none was are no change of what was filed.
    pub(crate) fn is_changed_by(&self, session: &Session, edit: &FieldEdit) -> bool {
        match edit {
            FieldEdit::SetFact { fact, .. } | FieldEdit::ClearFact { fact } => self.holds_fact(session, fact),
            FieldEdit::SetCell { table, row, column, .. } => {
                self.holds_row(session, table, *row, |row| row.cells.contains_key(column))
            }
            FieldEdit::RemoveRow { table, row } | FieldEdit::RestoreRow { table, row } => {
                self.holds_row(session, table, *row, |_| true)
            }
            FieldEdit::AddRow { .. } | FieldEdit::TickTask { .. } | FieldEdit::AddNote { .. } => false,
        }
    }

    /// Whether an answer stood there.
    pub(crate) fn holds_fact(&self, session: &Session, fact: &FactId) -> bool {
        let kind = session.pack.fact(fact).map(|fact| fact.document);
        self.holds(kind, |part| part.facts.contains_key(fact))
    }

    /// Whether the row stood there.
    pub(crate) fn held_row(&self, kind: DocumentKind, id: RowId) -> bool {
        self.holds(Some(kind), |part| {
            part.rows.iter().any(|row| row.id == id && !row.removed)
        })
    }

    fn holds_row(&self, session: &Session, table: &str, id: RowId, holds: impl Fn(&Row) -> bool) -> bool {
        let kind = session.pack.table(table).map(|table| table.document);
        let stood = |part: &Part| part.rows.iter().any(|row| row.id == id && !row.removed && holds(row));
        self.holds(kind, stood)
    }

    fn holds(&self, kind: Option<DocumentKind>, known: impl Fn(&Part) -> bool) -> bool {
        match kind.and_then(|kind| self.parts.get(&kind)) {
            Some(Then::Known(part)) => known(part),
            Some(Then::Unknown) => true,
            None => false,
        }
    }
}
