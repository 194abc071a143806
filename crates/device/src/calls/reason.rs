//! Why a form that was filed is changed. The reason becomes a row beside what it explains, in the same change.

use std::collections::BTreeMap;

use casefile::{DocumentKey, Edit};
use casework::{AMENDMENTS, Asked, FILINGS, Form, RowId, Subject, Value};
use ipc::{FailureCode, FieldEdit, RegisterRef};

use super::edit::Checked;
use crate::{
    failure::{Answer, Failed},
    session::Session,
    views,
};

/// Tables that only filing and amending write.
const WRITTEN_BY_FILING: [&str; 2] = [FILINGS, AMENDMENTS];

/// Whether rows of this table are made by filing and amending alone: a filing that somebody typed would claim that a
/// form stood as it never did.
pub(super) fn is_written_by_filing(table: &str) -> bool {
    WRITTEN_BY_FILING.contains(&table)
}

/// The reason as it is kept; blank is none.
pub(super) fn reason_of(reason: Option<&str>) -> Answer<Option<&str>> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > ipc::REASON_CHARS_MAX) {
        let chars_max = ipc::REASON_CHARS_MAX;
        return Err(FailureCode::ReasonTooLong { chars_max }.into());
    }
    Ok(reason)
}

/// The filing that these edits amend; `None` where the form was not filed or was begun anew since, where they write nothing that stands on it, or
/// where, on a form that is filed again and again, they only add to it.
pub(super) fn amended(session: &Session, subject: Subject, form: &Form, edits: &[FieldEdit]) -> Answer<Option<RowId>> {
    let on_form: Vec<(&FieldEdit, Asked)> = edits
        .iter()
        .filter_map(|edit| Some((edit, asked(edit)?)))
        .filter(|(_, asked)| is_on(form, asked))
        .collect();
    if on_form.is_empty() {
        return Ok(None);
    }
    let mut documents = session.documents();
    session.store.read(|read| {
        let main = documents.get(read, DocumentKey::of(subject, subject.main()))?;
        let rows = main.map(|open| open.document.rows()).unwrap_or_default();
        let newest = views::open_filings(&rows, &form.id).first().map(|filing| filing.row.id);
        if newest.is_none() || on_form.iter().any(|(_, asked)| !form.is_added_to(asked)) {
            return Ok::<_, Failed>(newest);
        }
        let stood = views::stood(session, &mut documents, read, (subject, form), &rows)?;
        let amended = stood.iter().find(|stood| {
            let mut edits = on_form.iter();
            edits.any(|(edit, _)| stood.is_changed_by(session, edit))
        });
        Ok(amended.map(|stood| stood.filing))
    })
}

/// What an edit writes in, as a form asks for it.
fn asked(edit: &FieldEdit) -> Option<Asked> {
    match edit {
        FieldEdit::SetFact { fact, .. } | FieldEdit::ClearFact { fact } => Some(Asked::Fact(fact.clone())),
        FieldEdit::AddRow { table, .. }
        | FieldEdit::SetCell { table, .. }
        | FieldEdit::RemoveRow { table, .. }
        | FieldEdit::RestoreRow { table, .. } => Some(Asked::Table(table.clone())),
        FieldEdit::TickTask { .. } | FieldEdit::AddNote { .. } => None,
    }
}

fn is_on(form: &Form, asked: &Asked) -> bool {
    let mut fields = form.sections.iter().flat_map(|section| &section.fields);
    fields.any(|field| field.asks == *asked)
}

/// Adds a row with the reason beside each register or row that is written.
pub(super) fn add_reasons(session: &Session, reason: &str, filing: Option<RowId>, checked: &mut Checked) {
    let now_ms = session.now_ms();
    let tables: BTreeMap<RowId, String> = checked
        .written
        .iter()
        .map(|(_, row, table)| (*row, table.clone()))
        .collect();
    for edits in checked.edits.values_mut() {
        let names: Vec<String> = edits.iter().filter_map(|edit| name(edit, &tables)).collect();
        for name in names {
            let mut cells = BTreeMap::from([
                ("register".to_owned(), Value::Text(name)),
                ("reason".to_owned(), Value::from(reason)),
                ("at".to_owned(), Value::Instant(now_ms)),
            ]);
            cells.extend(filing.map(|row| ("filing".to_owned(), Value::Text(row.to_string()))));
            edits.push(Edit::AddRow {
                row: RowId::from_bytes(session.platform.uuid_v7().into_bytes()),
                table: AMENDMENTS.to_owned(),
                cells,
            });
        }
    }
}

fn name(edit: &Edit, tables: &BTreeMap<RowId, String>) -> Option<String> {
    Some(match edit {
        Edit::SetFact { fact, .. } | Edit::ClearFact { fact } => {
            views::register_name(&RegisterRef::Fact { fact: fact.clone() })
        }
        Edit::AddRow { row, table, .. } => views::row_name(table, *row),
        Edit::SetCell { row, column, .. } => views::register_name(&RegisterRef::Cell {
            table: tables.get(row)?.clone(),
            row: *row,
            column: column.clone(),
        }),
        Edit::RemoveRow { row } | Edit::RestoreRow { row } => views::row_name(tables.get(row)?, *row),
        Edit::AddEntry { .. } => return None,
    })
}
