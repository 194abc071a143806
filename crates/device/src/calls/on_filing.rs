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
    let moments = moments(session, documents, write, (subject, form, writer))?;
    put(documents, write, (subject, form, writer), &moments)?;
    // The rows hold what the moments are now.
    let rows = rows(session, documents, write, (subject, form, writer))?;
    put(documents, write, (subject, form, writer), &rows)
}

fn put(
    documents: &mut Documents,
    write: &Write<'_>,
    (subject, form, writer): (Subject, &Form, Writer),
    edits: &Edits,
) -> Answer<()> {
    for (kind, edits) in edits {
        let key = DocumentKey::of(subject, *kind);
        documents.edit(write, writer, key, &Action::form(&form.id), edits)?;
    }
    Ok(())
}

/// The moments that are still empty.
fn moments(
    session: &Session,
    documents: &mut Documents,
    write: &Write<'_>,
    (subject, form, writer): (Subject, &Form, Writer),
) -> Answer<Edits> {
    let mut edits = Edits::new();
    for fact in &form.on_filing {
        let known = session.pack.fact(fact).filter(|known| known.kind == FactType::Instant);
        let Some(kind) = known.map(|known| known.document) else {
            continue;
        };
        if !may_write(session, documents, write, (subject, kind))? {
            continue;
        }
        let register = Register::Fact(fact.clone());
        let open = documents.get(write, DocumentKey::of(subject, kind))?;
        if open.is_none_or(|open| open.document.value(&register).is_none()) {
            edits.entry(kind).or_default().push(Edit::SetFact {
                fact: fact.clone(),
                value: Value::Instant(writer.now_ms),
            });
        }
    }
    Ok(edits)
}

/// The rows that are not there, and the cells that those that are there lack.
fn rows(
    session: &Session,
    documents: &mut Documents,
    write: &Write<'_>,
    (subject, form, writer): (Subject, &Form, Writer),
) -> Answer<Edits> {
    let mut edits = Edits::new();
    if form.rows_on_filing.is_empty() {
        return Ok(edits);
    }
    let record = views::record_of(&views::parts(documents, write, subject)?);
    for row in &form.rows_on_filing {
        let Some(kind) = session.pack.table(&row.table).map(|table| table.document) else {
            continue;
        };
        if !may_write(session, documents, write, (subject, kind))? {
            continue;
        }
        let edits = edits.entry(kind).or_default();
        match row.to_write(&record, writer.now_ms) {
            Some(RowToWrite::New(cells)) => edits.push(Edit::AddRow {
                row: RowId::from_bytes(session.platform.uuid_v7().into_bytes()),
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
