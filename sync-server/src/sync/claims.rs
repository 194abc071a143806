//! What a change claims beyond its shape: that a form was filed, why one was amended, what is computed.
//!
//! A device writes these by itself when a form is signed, sent or amended. Whoever writes them by hand could say that a form
//! stood as it never did, so the hub looks whether the row says what the change, its author and the documents say.

use casefile::{ChangeHead, Document, DocumentKey, Heads, Row, Touched, TouchedRow};
use casework::{
    AMENDMENTS, APPROVED, BEGUN, Compartment, DocumentKind, FILINGS, Form, Pack, Role, Value, heads_column,
};
use protocol::{DocumentId, Refusal};

use super::fold::{FoldError, fold};
use crate::hub::Hub;
use crate::storage::User;

/// How far the moment of a filing may be from its change's: changes count whole seconds.
const SECOND_MS: u64 = 1_000;

/// Where a change was written, by whom, under which pack.
pub(super) struct Written<'a> {
    pub(super) hub: &'a Hub,
    pub(super) pack: &'a Pack,
    pub(super) user: &'a User,
    pub(super) key: DocumentKey,
}

impl Written<'_> {
    /// Looks at a change that the document has taken in. `Some`: why it is refused all the same.
    pub(super) fn refusal(&self, document: &Document, head: &ChangeHead) -> Result<Option<Refusal>, FoldError> {
        let Some(touched) = document.touched(&head.hash) else {
            return Ok(Some(Refusal::Malformed));
        };
        let derived = |fact| self.pack.fact(fact).is_some_and(|fact| fact.derived.is_some());
        if touched.facts.iter().any(derived) {
            return Ok(Some(Refusal::Derived));
        }
        for row in &touched.rows {
            if row.is_moved {
                return Ok(Some(Refusal::Schema));
            }
            let holds = match row.table.as_str() {
                FILINGS => row.is_new && self.is_a_filing(document, head, row)?,
                AMENDMENTS => row.is_new && explains(document, &touched, row),
                _ => true,
            };
            if !holds {
                return Ok(Some(Refusal::Filing));
            }
        }
        Ok(None)
    }

    /// Whether a new row of the filings says what a device would have written.
    fn is_a_filing(&self, document: &Document, head: &ChangeHead, row: &TouchedRow) -> Result<bool, FoldError> {
        // Filings stand where everybody on the case reads them; and a row begins with everything it says.
        let place = self.key.kind.compartment().is_none_or(|one| one == Compartment::Core);
        let Some(row) = document.row(row.row).filter(|row| place && !row.removed) else {
            return Ok(false);
        };
        let text = |column: &str| row.cells.get(column).and_then(Value::as_text);
        let (Some(form), Some(how)) = (text("form"), text("how")) else {
            return Ok(false);
        };
        let at = row.cells.get("at").and_then(Value::as_instant_ms);
        let in_time = at.is_some_and(|at| at.abs_diff(head.at_ms) <= SECOND_MS);
        Ok(in_time && self.may_file(form, how) && self.heads_hold(document, head, &row)?)
    }

    /// Whether the role files or approves the form. A form, or a way of filing, that only a newer pack or app knows is not
    /// judged.
    fn may_file(&self, form: &str, how: &str) -> bool {
        let role = Role::from_code(&self.user.role);
        let fills = |form: &Form| form.filled_by.is_empty() || form.filled_by.contains(&role);
        let mut texts = self.pack.all_forms().filter(|known| known.id == form).peekable();
        if texts.peek().is_none() {
            return true;
        }
        match how {
            APPROVED => texts.any(|text| text.approved_by.contains(&role)),
            "signed" | "sent" | BEGUN => texts.any(fills),
            _ => true,
        }
    }

    /// Whether the filing names states that there were: of its own document the one it was written on, of the others
    /// changes that the hub has, in documents that the role reads.
    fn heads_hold(&self, document: &Document, head: &ChangeHead, row: &Row) -> Result<bool, FoldError> {
        for (column, value) in row.cells.iter().filter(|(column, _)| column.starts_with("heads_")) {
            let Some(kind) = DocumentKind::ALL
                .into_iter()
                .find(|kind| heads_column(*kind) == *column)
            else {
                // A document that only a newer app knows.
                continue;
            };
            let Some(heads) = value.as_text().and_then(|text| text.parse::<Heads>().ok()) else {
                return Ok(false);
            };
            let holds = if kind == self.key.kind {
                // A change also names its author's last one, which may stand below the heads already.
                let on = |hash| head.deps.contains(hash);
                heads.hashes().iter().all(on) && head.deps.iter().all(|hash| document.covers(&heads, hash))
            } else {
                let rights = self.pack.rights();
                rights.may_read(&Role::from_code(&self.user.role), kind) && self.has(kind, &heads)?
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(row.cells.contains_key(&heads_column(self.key.kind)))
    }

    /// Whether the hub's copy of another document of the same subject has these changes.
    fn has(&self, kind: DocumentKind, heads: &Heads) -> Result<bool, FoldError> {
        let subject = self.key.subject;
        let id = DocumentId(DocumentKey { subject, kind }.to_bytes());
        let document = match self.hub.storage.document(id)? {
            Some(state) => fold(kind, &state, self.pack)?,
            None => Document::new(kind),
        };
        Ok(document.at(heads).is_ok())
    }
}

/// Whether a reason stands beside what it explains: a register or a row that the same change writes.
fn explains(document: &Document, touched: &Touched, reason: &TouchedRow) -> bool {
    let Some(row) = document.row(reason.row).filter(|row| !row.removed) else {
        return false;
    };
    let Some(register) = row.cells.get("register").and_then(Value::as_text) else {
        return false;
    };
    let of_row = |row: &TouchedRow| {
        let named = register
            .strip_prefix(row.table.as_str())
            .and_then(|rest| rest.strip_prefix('/'));
        named.is_some_and(|rest| rest.split('/').next() == Some(row.row.to_string().as_str()))
    };
    touched.facts.iter().any(|fact| fact.as_str() == register)
        || touched.rows.iter().any(|row| row.row != reason.row && of_row(row))
}
