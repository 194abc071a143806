//! What was changed on a form since it was filed: read out of the document's history, whoever wrote it and whether or
//! not they knew of the filing. The reason stands in a row of the table `amendments`, which the same change added.

use std::collections::BTreeMap;

use casefile::{ChangeHash, Deed, Document, Past, Register, Row, State};
use casework::{AMENDMENTS, Asked, FactId, Form, Labels, RowId, Table, Value};
use ipc::{Amended, AmendedCell, Amendment, RegisterRef};

use crate::{
    session::Session,
    store::StoreError,
    views::{Speaker, words},
};

/// The name of a register in the table `amendments`.
pub(crate) fn register_name(register: &RegisterRef) -> String {
    match register {
        RegisterRef::Fact { fact } => fact.to_string(),
        RegisterRef::Cell { table, row, column } => format!("{table}/{row}/{column}"),
    }
}

/// The name of a row in the table `amendments`.
pub(crate) fn row_name(table: &str, row: RowId) -> String {
    format!("{table}/{row}")
}

/// What was done since on what a form asks for.
pub(super) struct Since {
    /// Changes of what stood, in the order of the history.
    pub(super) amendments: Vec<Amendment>,
    /// How much was added that belongs to the next filing.
    pub(super) added: u32,
}

/// What was done since on what the form asks for.
pub(super) fn amendments(
    session: &Session,
    speaker: &Speaker<'_>,
    form: &Form,
    document: &Document,
    then: &State<'_>,
    since: Vec<Past>,
) -> Result<Since, StoreError> {
    let reasons = reasons(document);
    let (mut views, mut added) = (Vec::new(), 0_u32);
    for past in since {
        if is_addition(form, then, &past) {
            added = added.saturating_add(1);
            continue;
        }
        let Some(told) = tell(session, form, document, then, &past) else {
            continue;
        };
        let writer = speaker.writer(past.version.author)?;
        let reason = reasons.get(&(past.version.change, told.name));
        views.push(Amendment {
            what: told.what,
            label: told.label,
            then_words: words(session.pack, told.vocabulary, told.then.as_ref()),
            then: told.then,
            now_words: words(session.pack, told.vocabulary, past.version.value.as_ref()),
            now: past.version.value,
            cells: told.cells,
            stands: told.stands,
            reason: reason.cloned(),
            by: writer.name,
            role: writer.role,
            device: writer.device,
            at_ms: past.version.at_ms,
            delivery: speaker.delivery_of(Some(&past.version.change))?,
        });
    }
    Ok(Since {
        amendments: views,
        added,
    })
}

/// Whether the deed adds to a form that is filed again and again: a row, or an answer where none stood.
fn is_addition(form: &Form, then: &State<'_>, past: &Past) -> bool {
    let of_table = |table: Option<&String>| table.is_some_and(|table| form.is_added_to(&Asked::Table(table.clone())));
    match &past.deed {
        Deed::AddedRow(_) => of_table(past.table.as_ref()),
        Deed::Wrote(register @ Register::Fact(fact)) => {
            form.is_added_to(&Asked::Fact(fact.clone())) && then.value(register).is_none()
        }
        Deed::Wrote(register @ Register::Cell { row, .. }) => {
            of_table(past.table.as_ref()) && then.row(*row).is_some() && then.value(register).is_none()
        }
        Deed::RemovedRow(_) | Deed::RestoredRow(_) => false,
    }
}

fn reasons(document: &Document) -> BTreeMap<(ChangeHash, String), String> {
    let rows = document.rows().into_iter().filter(|row| row.table == AMENDMENTS);
    rows.filter_map(|row| {
        let text = |column: &str| Some(row.cells.get(column)?.as_text()?.to_owned());
        Some(((row.change?, text("register")?), text("reason")?))
    })
    .collect()
}

struct Told<'p> {
    what: Amended,
    label: Labels,
    name: String,
    vocabulary: Option<&'p str>,
    then: Option<Value>,
    cells: Vec<AmendedCell>,
    stands: bool,
}

/// What a deed changed on the form; `None` where the form does not ask for it.
fn tell<'p>(session: &'p Session, form: &Form, document: &Document, then: &State<'_>, past: &Past) -> Option<Told<'p>> {
    let stands = |register: &Register| {
        document
            .live(register)
            .iter()
            .any(|live| live.change == past.version.change)
    };
    match &past.deed {
        Deed::Wrote(register @ Register::Fact(fact)) => {
            let known = asked_fact(session, form, fact)?;
            let register_ref = RegisterRef::Fact { fact: fact.clone() };
            Some(Told {
                label: known.label.clone(),
                name: register_name(&register_ref),
                vocabulary: known.vocabulary.as_deref(),
                then: then.value(register),
                cells: Vec::new(),
                // A set has no one version that stands: it is what its members make it.
                stands: stands(register) || document.value(register) == past.version.value,
                what: Amended::Register { register: register_ref },
            })
        }
        Deed::Wrote(register @ Register::Cell { row, column }) => {
            let table = asked_table(session, form, past.table.as_deref()?)?;
            let known = table.column(column)?;
            // A cell of a row that came later belongs to that row's amendment.
            then.row(*row)?;
            let register_ref = RegisterRef::Cell {
                table: table.id.clone(),
                row: *row,
                column: column.clone(),
            };
            Some(Told {
                label: known.label.clone(),
                name: register_name(&register_ref),
                vocabulary: known.vocabulary.as_deref(),
                then: then.value(register),
                cells: Vec::new(),
                stands: stands(register) || document.value(register) == past.version.value,
                what: Amended::Register { register: register_ref },
            })
        }
        Deed::AddedRow(row) | Deed::RestoredRow(row) => {
            let table = asked_table(session, form, past.table.as_deref()?)?;
            let now = document.row(*row)?;
            Some(Told {
                label: table.label.clone(),
                name: row_name(&table.id, *row),
                vocabulary: None,
                then: None,
                cells: cells(session, table, &now),
                stands: !now.removed,
                what: Amended::RowAdded {
                    table: table.id.clone(),
                    row: *row,
                },
            })
        }
        Deed::RemovedRow(row) => {
            let table = asked_table(session, form, past.table.as_deref()?)?;
            let stood = then.row(*row)?;
            Some(Told {
                label: table.label.clone(),
                name: row_name(&table.id, *row),
                vocabulary: None,
                then: None,
                cells: cells(session, table, &stood),
                stands: document.row(*row).is_none_or(|now| now.removed),
                what: Amended::RowRemoved {
                    table: table.id.clone(),
                    row: *row,
                },
            })
        }
    }
}

fn asked_fact<'p>(session: &'p Session, form: &Form, fact: &FactId) -> Option<&'p casework::Fact> {
    let mut fields = form.sections.iter().flat_map(|section| &section.fields);
    fields.find(|field| field.fact() == Some(fact))?;
    session.pack.fact(fact)
}

fn asked_table<'p>(session: &'p Session, form: &Form, table: &str) -> Option<&'p Table> {
    let mut fields = form.sections.iter().flat_map(|section| &section.fields);
    fields.find(|field| field.table() == Some(table))?;
    session.pack.table(table)
}

fn cells(session: &Session, table: &Table, row: &Row) -> Vec<AmendedCell> {
    let cell = |column: &casework::Column| {
        let value = row.cells.get(&column.id)?.clone();
        Some(AmendedCell {
            label: column.label.clone(),
            words: words(session.pack, column.vocabulary.as_deref(), Some(&value)),
            value,
        })
    };
    table.columns.iter().filter_map(cell).collect()
}
