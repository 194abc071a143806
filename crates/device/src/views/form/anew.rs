//! What a filed form is emptied of when it is begun anew, and which tables of a form that is filed every month, quarter or year
//! hold nothing new for this one.

use std::collections::BTreeSet;

use casework::{Asked, DocumentKind, FactId, Form, RowId};
use jiff::civil;

use super::today;
use crate::{
    session::Session,
    views::{Part, Stood, filing::FilingRow},
};

/// Something that is emptied when a form is begun anew.
pub(crate) enum ToEmpty {
    /// An answer.
    Fact(DocumentKind, FactId),
    /// A row of a table.
    Row(DocumentKind, RowId),
}

/// What stands on the form and is emptied when it is begun anew, in documents that this officer may write.
pub(crate) fn answers_to_empty(session: &Session, form: &Form, parts: &[Part]) -> Vec<ToEmpty> {
    let Some(afresh) = &form.afresh else {
        return Vec::new();
    };
    let fields = form.sections.iter().flat_map(|section| &section.fields);
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for asked in fields.map(|field| &field.asks).filter(|asked| afresh.empties(asked)) {
        match asked {
            Asked::Fact(fact) => {
                let Some(known) = session.pack.fact(fact).filter(|known| known.derived.is_none()) else {
                    continue;
                };
                let part = writable(session, parts, known.document);
                if part.is_some_and(|part| part.facts.contains_key(fact)) && seen.insert(fact.as_str()) {
                    found.push(ToEmpty::Fact(known.document, fact.clone()));
                }
            }
            Asked::Table(table) => {
                let Some(known) = session.pack.table(table).filter(|_| seen.insert(table.as_str())) else {
                    continue;
                };
                let rows = writable(session, parts, known.document)
                    .into_iter()
                    .flat_map(|part| &part.rows);
                let rows = rows.filter(|row| row.table == *table && !row.removed);
                found.extend(rows.map(|row| ToEmpty::Row(known.document, row.id)));
            }
        }
    }
    found
}

fn writable<'p>(session: &Session, parts: &'p [Part], kind: DocumentKind) -> Option<&'p Part> {
    let part = parts.iter().find(|part| part.kind == kind)?;
    (session.may_write(kind) && part.writable).then_some(part)
}

/// The required tables of a form that was filed in an earlier month, quarter or year whose rows all stood in a filing: a row
/// of this one is still missing. `filings` are those that are open, newest first.
pub(crate) fn stale(
    session: &Session,
    form: &Form,
    parts: &[Part],
    (filings, stood): (&[FilingRow<'_>], &[Stood]),
    on: civil::Date,
) -> BTreeSet<String> {
    let Some(filed_on) = filings.first().map(|newest| today(newest.at_ms)) else {
        return BTreeSet::new();
    };
    let due = form.sections.iter().filter(|section| {
        section
            .repeats
            .as_ref()
            .is_some_and(|repeats| !repeats.is_same_time(filed_on, on))
    });
    let fields = due.flat_map(|section| &section.fields);
    let tables = fields.filter(|field| field.required || field.required_when.is_some());
    tables
        .filter_map(|field| session.pack.table(field.table()?))
        .filter(|table| {
            let part = parts.iter().find(|part| part.kind == table.document);
            let mut rows = part
                .into_iter()
                .flat_map(|part| &part.rows)
                .filter(|row| row.table == table.id && !row.removed)
                .peekable();
            rows.peek().is_some() && rows.all(|row| stood.iter().any(|stood| stood.held_row(table.document, row.id)))
        })
        .map(|table| table.id.clone())
        .collect()
}

/// Whether anything on the form can be stale, so that what stood has to be read.
pub(crate) fn is_ever_stale(form: &Form) -> bool {
    let repeating = form.sections.iter().filter(|section| section.repeats.is_some());
    let mut fields = repeating.flat_map(|section| &section.fields);
    fields.any(|field| field.table().is_some() && (field.required || field.required_when.is_some()))
}
