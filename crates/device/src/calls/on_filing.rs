//! What filing writes besides the filing itself: moments that the form sets, and the rows in which clocks and custody look for
//! what it reports. Before the heads are taken, so that it belongs to what was filed.

use std::collections::BTreeMap;

use casefile::{Action, DocumentKey, Edit, Register};
use casework::{DocumentKind, FactType, Form, RowId, RowToWrite, Subject, Value};

use crate::{
    documents::{Documents, Writer},
    failure::Answer,
    session::Session,
    store::Write,
    views,
};

type Edits = BTreeMap<DocumentKind, Vec<Edit>>;

/// Writes what this officer may write of it.
pub(super) fn write(
    session: &Session,
    documents: &mut Documents,
    write: &Write<'_>,
    (subject, form, writer): (Subject, &Form, Writer),
) -> Answer<()> {
    let mut filing = OnFiling {
        session,
        documents,
        write,
        subject,
        form,
        writer,
    };
    let moments = filing.moments()?;
    filing.put(&moments)?;
    // The rows hold what the moments are now.
    let rows = filing.rows()?;
    filing.put(&rows)
}

struct OnFiling<'a> {
    session: &'a Session,
    documents: &'a mut Documents,
    write: &'a Write<'a>,
    subject: Subject,
    form: &'a Form,
    writer: Writer,
}

impl OnFiling<'_> {
    fn put(&mut self, edits: &Edits) -> Answer<()> {
        for (kind, edits) in edits {
            let key = DocumentKey::of(self.subject, *kind);
            let action = Action::form(&self.form.id);
            self.documents.edit(self.write, self.writer, key, &action, edits)?;
        }
        Ok(())
    }

    fn may_write(&mut self, kind: DocumentKind) -> Answer<bool> {
        may_write(self.session, self.documents, self.write, (self.subject, kind))
    }

    /// The moments that are still empty.
    fn moments(&mut self) -> Answer<Edits> {
        let mut edits = Edits::new();
        for fact in &self.form.on_filing {
            let known = self.session.pack.fact(fact);
            let Some(known) = known.filter(|known| known.kind == FactType::Instant) else {
                continue;
            };
            let kind = known.document;
            if !self.may_write(kind)? {
                continue;
            }
            let register = Register::Fact(fact.clone());
            let open = self.documents.get(self.write, DocumentKey::of(self.subject, kind))?;
            if open.is_none_or(|open| open.document.value(&register).is_none()) {
                edits.entry(kind).or_default().push(Edit::SetFact {
                    fact: fact.clone(),
                    value: Value::Instant(self.writer.now_ms),
                });
            }
        }
        Ok(edits)
    }

    /// The rows that are not there, and the cells that those that are there lack.
    fn rows(&mut self) -> Answer<Edits> {
        let mut edits = Edits::new();
        if self.form.rows_on_filing.is_empty() {
            return Ok(edits);
        }
        let record = views::record_of(&views::parts(self.documents, self.write, self.subject)?);
        for row in &self.form.rows_on_filing {
            let Some(table) = self.session.pack.table(&row.table) else {
                continue;
            };
            if !self.may_write(table.document)? {
                continue;
            }
            let edits = edits.entry(table.document).or_default();
            match row.to_write(&record, self.writer.now_ms) {
                Some(RowToWrite::New(cells)) => edits.push(Edit::AddRow {
                    row: RowId::from_bytes(self.session.platform.uuid_v7().into_bytes()),
                    table: row.table.clone(),
                    cells,
                }),
                Some(RowToWrite::Lacks(id, cells)) => {
                    let lacking = cells.into_iter().map(|(column, value)| Edit::SetCell {
                        row: id,
                        column,
                        value: Some(value),
                    });
                    edits.extend(lacking);
                }
                None => {}
            }
        }
        edits.retain(|_, edits| !edits.is_empty());
        Ok(edits)
    }
}

/// Whether this officer may write the document now. One that nobody has begun may be begun.
pub(super) fn may_write(
    session: &Session,
    documents: &mut Documents,
    write: &Write<'_>,
    (subject, kind): (Subject, DocumentKind),
) -> Answer<bool> {
    if !subject.has(kind) || !session.may_write(kind) {
        return Ok(false);
    }
    let open = documents.get(write, DocumentKey::of(subject, kind))?;
    Ok(open.is_none_or(|open| open.writable && !open.leaving))
}
