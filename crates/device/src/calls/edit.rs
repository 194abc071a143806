//! Writing: edits of a case or an institution, all or none, in one transaction.

use std::collections::BTreeMap;

use casefile::{Action, DocumentKey, Edit};
use casework::{DocumentKind, EntryId, FactId, Invalid, RowId, Subject, TEXT_CHARS_MAX, Value};
use ipc::{FailureCode, FieldEdit, RegisterRef, Saved};

use super::{
    case::ensure_here,
    reason::{add_reasons, amended, is_written_by_filing, reason_of},
};
use crate::{
    documents::Documents,
    failure::{Answer, Failed},
    session::Session,
    store::{AccessAction, AccessRow, Write},
};

/// Most edits in one call: a whole form left at once has about a hundred.
const EDITS_MAX: usize = 500;

/// Edits by document: each becomes one change.
pub(super) type ByDocument = BTreeMap<DocumentKind, Vec<Edit>>;

/// Edits that were checked against dictionary and rights.
#[derive(Default)]
pub(super) struct Checked {
    pub(super) edits: ByDocument,
    rows: Vec<RowId>,
    /// Rows that are written to, with the table each must be of.
    pub(super) written: Vec<(DocumentKind, RowId, String)>,
}

pub(super) fn edit(
    session: &Session,
    subject: Subject,
    edits: Vec<FieldEdit>,
    form: Option<&str>,
    reason: Option<&str>,
) -> Answer<Saved> {
    if edits.len() > EDITS_MAX {
        return Err(FailureCode::BadCall.into());
    }
    ensure_here(session, subject)?;
    let form = form
        .map(|form| session.pack.form(form).ok_or(FailureCode::NoSuchItem))
        .transpose()?;
    let action = form.map_or_else(|| action_of(&edits), |form| Action::form(&form.id));
    let reason = reason_of(reason)?;
    let filing = form
        .map(|form| amended(session, subject, form, &edits))
        .transpose()?
        .flatten();
    if let (Some(form), Some(filing), None) = (form, filing, reason) {
        let form = form.id.clone();
        return Err(FailureCode::ReasonNeeded { form, filing }.into());
    }
    // What belongs to the next filing explains nothing of the last.
    let reason = reason.filter(|_| filing.is_some() || !form.is_some_and(casework::Form::is_numbered));
    let mut checked = Checked::default();
    for edit in edits {
        check(session, subject, edit, &mut checked)?;
    }
    if let Some(reason) = reason {
        add_reasons(session, reason, filing, &mut checked);
    }
    save_checked(session, subject, &action, checked)
}

pub(super) fn resolve(
    session: &Session,
    subject: Subject,
    register: RegisterRef,
    value: Option<Value>,
) -> Answer<Saved> {
    ensure_here(session, subject)?;
    let edit = match (register, value) {
        (RegisterRef::Fact { fact }, Some(value)) => FieldEdit::SetFact { fact, value },
        (RegisterRef::Fact { fact }, None) => FieldEdit::ClearFact { fact },
        (RegisterRef::Cell { table, row, column }, value) => FieldEdit::SetCell {
            table,
            row,
            column,
            value,
        },
    };
    let mut checked = Checked::default();
    check(session, subject, edit, &mut checked)?;
    save_checked(session, subject, &Action::CHOOSE, checked)
}

fn save_checked(session: &Session, subject: Subject, action: &Action, checked: Checked) -> Answer<Saved> {
    let Checked { edits, rows, written } = checked;
    save(session, subject, action, &edits, rows, |documents, write| {
        // An edit names the row's table; a cell of another table would break what the dictionary says of it.
        for (kind, row, table) in &written {
            let open = documents.get(write, DocumentKey::of(subject, *kind))?;
            let fits = open
                .and_then(|open| open.document.row(*row))
                .is_some_and(|found| found.table == *table);
            if !fits {
                return Err(FailureCode::NoSuchItem.into());
            }
        }
        Ok(())
    })
}

/// Writes checked edits. When it returns, they survive a power cut. `besides` is written in the same transaction.
pub(super) fn save(
    session: &Session,
    subject: Subject,
    action: &Action,
    edits: &ByDocument,
    rows: Vec<RowId>,
    besides: impl FnOnce(&mut Documents, &Write<'_>) -> Answer<()>,
) -> Answer<Saved> {
    let writer = session.writer();
    let waiting = session.write_documents(|documents, write| {
        let mut changed = false;
        for (kind, edits) in edits {
            let key = DocumentKey::of(subject, *kind);
            may_write_here(documents, write, key)?;
            changed |= documents.edit(write, writer, key, action, edits)?;
        }
        besides(documents, write)?;
        if changed {
            let detail = action.code();
            let row = AccessRow {
                at_ms: writer.now_ms,
                action: AccessAction::Wrote,
                subject: Some(&subject.to_bytes()),
                detail,
            };
            write.log_access(&row)?;
        }
        Ok::<_, Failed>(write.waiting_of(&subject.to_bytes())?)
    })?;
    session.tell_changed(subject);
    Ok(Saved {
        at_ms: writer.now_ms,
        rows,
        waiting,
    })
}

/// The hub may let a document be read only, whatever the role.
pub(super) fn may_write_here(documents: &mut Documents, write: &Write<'_>, key: DocumentKey) -> Answer<()> {
    match documents.get(write, key)? {
        Some(open) if !open.writable => Err(FailureCode::NotPermitted.into()),
        _ => Ok(()),
    }
}

fn action_of(edits: &[FieldEdit]) -> Action {
    let is_task = |edit: &FieldEdit| match edit {
        FieldEdit::TickTask { .. } => true,
        FieldEdit::AddRow { table, .. }
        | FieldEdit::SetCell { table, .. }
        | FieldEdit::RemoveRow { table, .. }
        | FieldEdit::RestoreRow { table, .. } => table == "tasks",
        _ => false,
    };
    match edits {
        edits if edits.iter().all(|edit| matches!(edit, FieldEdit::AddNote { .. })) => Action::NOTE,
        edits if edits.iter().all(is_task) => Action::TASK,
        _ => Action::EDIT,
    }
}

fn check(session: &Session, subject: Subject, edit: FieldEdit, checked: &mut Checked) -> Answer<()> {
    let (kind, edit) = match edit {
        FieldEdit::SetFact { fact, value } => (check_fact(session, &fact, &value)?, Edit::SetFact { fact, value }),
        FieldEdit::ClearFact { fact } => {
            let known = session.pack.fact(&fact).ok_or(FailureCode::NoSuchItem)?;
            may_be_written(known)?;
            (known.document, Edit::ClearFact { fact })
        }
        FieldEdit::AddRow { table, cells } => {
            for (column, value) in &cells {
                check_cell(session, &table, column, Some(value))?;
            }
            let kind = table_of(session, &table)?.document;
            let row = RowId::from_bytes(session.platform.uuid_v7().into_bytes());
            checked.rows.push(row);
            (kind, Edit::AddRow { row, table, cells })
        }
        FieldEdit::SetCell {
            table,
            row,
            column,
            value,
        } => {
            let kind = check_cell(session, &table, &column, value.as_ref())?;
            checked.written.push((kind, row, table));
            (kind, Edit::SetCell { row, column, value })
        }
        FieldEdit::RestoreRow { table, row } => {
            let kind = table_of(session, &table)?.document;
            checked.written.push((kind, row, table));
            (kind, Edit::RestoreRow { row })
        }
        FieldEdit::RemoveRow { table, row } => {
            let kind = table_of(session, &table)?.document;
            checked.written.push((kind, row, table));
            (kind, Edit::RemoveRow { row })
        }
        FieldEdit::TickTask { row, done } => {
            let value = done.then(|| Value::Instant(session.now_ms()));
            let (table, column) = ("tasks".to_owned(), "done_at".to_owned());
            let kind = check_cell(session, &table, &column, value.as_ref())?;
            checked.written.push((kind, row, table));
            (kind, Edit::SetCell { row, column, value })
        }
        FieldEdit::AddNote { compartment, text } => (compartment.into(), note(session, text)?),
    };
    // What belongs to another kind of document is no item of this subject.
    if !subject.has(kind) {
        return Err(FailureCode::NoSuchItem.into());
    }
    if !session.may_write(kind) {
        session.log(AccessAction::Refused, kind.code())?;
        return Err(FailureCode::NotPermitted.into());
    }
    checked.edits.entry(kind).or_default().push(edit);
    Ok(())
}

/// A note for the timeline.
pub(super) fn note(session: &Session, text: String) -> Answer<Edit> {
    let invalid = |invalid| FailureCode::InvalidValue { fact: None, invalid };
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(invalid(Invalid::TooLong { max: TEXT_CHARS_MAX }).into());
    }
    if text.trim().is_empty() {
        return Err(FailureCode::BadCall.into());
    }
    let entry = EntryId::from_bytes(session.platform.uuid_v7().into_bytes());
    Ok(Edit::AddEntry {
        entry,
        kind: "note".to_owned(),
        text,
    })
}

/// Checks a value against the dictionary; says where the fact is kept.
pub(super) fn check_fact(session: &Session, fact: &FactId, value: &Value) -> Answer<DocumentKind> {
    let known = session.pack.fact(fact).ok_or(FailureCode::NoSuchItem)?;
    may_be_written(known)?;
    let checked = known.check(value, session.pack);
    checked.map_err(|invalid| FailureCode::InvalidValue {
        fact: Some(fact.clone()),
        invalid,
    })?;
    Ok(known.document)
}

/// What is computed nobody writes.
fn may_be_written(fact: &casework::Fact) -> Answer<()> {
    if fact.derived.is_some() {
        return Err(FailureCode::NotPermitted.into());
    }
    Ok(())
}

fn table_of<'p>(session: &'p Session, table: &str) -> Answer<&'p casework::Table> {
    if is_written_by_filing(table) {
        return Err(FailureCode::NotPermitted.into());
    }
    Ok(session.pack.table(table).ok_or(FailureCode::NoSuchItem)?)
}

fn check_cell(session: &Session, table: &str, column: &str, value: Option<&Value>) -> Answer<DocumentKind> {
    let table = table_of(session, table)?;
    let column = table.column(column).ok_or(FailureCode::NoSuchItem)?;
    if let Some(value) = value {
        let checked = column.check(value, session.pack);
        checked.map_err(|invalid| FailureCode::InvalidValue { fact: None, invalid })?;
    }
    Ok(table.document)
}
