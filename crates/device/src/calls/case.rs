//! Reading: the list, a case, a form, a history.

use casefile::{DocumentKey, Register};
use casework::CaseId;
use ipc::{CaseFilter, CasePage, CaseView, FailureCode, FormView, RegisterRef, VersionView};

use crate::{
    failure::{Answer, Failed},
    session::Session,
    store::{AccessAction, CardFilter},
    views::{self, Speaker},
};

pub(super) fn cases(session: &Session, filter: &CaseFilter, offset: u32, limit: u32) -> Answer<CasePage> {
    let now_ms = session.now_ms();
    let filter = CardFilter {
        words: &filter.text,
        overdue_at_ms: filter.overdue.then_some(now_ms),
        waiting: filter.waiting,
        clashes: filter.clashes,
    };
    let (total, rows) = session
        .store
        .read(|read| read.cards(&filter, offset, limit.min(ipc::PAGE_ROWS_MAX)))?;
    let rows = rows.iter().map(|row| views::card(row, session.pack, now_ms)).collect();
    Ok(CasePage { total, rows, now_ms })
}

pub(super) fn case(session: &Session, case: CaseId, reveal: bool) -> Answer<CaseView> {
    // Logged before it is shown: whoever saw it is in the log, whatever happens next.
    ensure_here(session, case)?;
    session.log_look(
        if reveal {
            AccessAction::Revealed
        } else {
            AccessAction::Opened
        },
        case,
        "",
    )?;
    let mut documents = session.documents();
    session.store.read(|read| {
        let row = read.card(&case.to_bytes())?.ok_or(FailureCode::NoSuchCase)?;
        let parts = views::parts(&mut documents, read, case)?;
        if parts.is_empty() {
            return Err(FailureCode::NoSuchCase.into());
        }
        views::case_view(session, read, &row, &parts, reveal)
    })
}

pub(super) fn form(session: &Session, case: CaseId, form: &str) -> Answer<FormView> {
    ensure_here(session, case)?;
    let form = session.pack.form(form).ok_or(FailureCode::NoSuchItem)?;
    session.log_look(AccessAction::Opened, case, &format!("form {}", form.id))?;
    let mut documents = session.documents();
    session.store.read(|read| {
        let parts = views::parts(&mut documents, read, case)?;
        Ok(views::form_view(session, &mut documents, read, case, form, &parts)?)
    })
}

pub(super) fn history(session: &Session, case: CaseId, register: &RegisterRef) -> Answer<Vec<VersionView>> {
    ensure_here(session, case)?;
    let (compartment, vocabulary) = views::register_place(session.pack, register).ok_or(FailureCode::NoSuchItem)?;
    let detail = match register {
        RegisterRef::Fact { fact } => fact.to_string(),
        RegisterRef::Cell { table, column, .. } => format!("{table}.{column}"),
    };
    session.log_look(AccessAction::History, case, &detail)?;
    let mut documents = session.documents();
    session.store.read(|read| {
        let Some(open) = documents.get(read, DocumentKey::case(case, compartment))? else {
            return Ok(Vec::new());
        };
        let mut versions = open.document.history(&in_document(register));
        versions.reverse();
        let speaker = Speaker::new(session, read, &case.to_bytes())?;
        let views = versions.into_iter().map(|version| speaker.version(version, vocabulary));
        Ok::<_, Failed>(views.collect::<Result<_, _>>()?)
    })
}

/// Fails where the case is not on this tablet, or is on its way out.
pub(super) fn ensure_here(session: &Session, case: CaseId) -> Answer<()> {
    let here = session.store.read(|read| read.documents_of(&case.to_bytes()))?;
    if here.is_empty() {
        Err(FailureCode::NoSuchCase.into())
    } else {
        Ok(())
    }
}

pub(super) fn in_document(register: &RegisterRef) -> Register {
    match register {
        RegisterRef::Fact { fact } => Register::Fact(fact.clone()),
        RegisterRef::Cell { row, column, .. } => Register::Cell {
            row: *row,
            column: column.clone(),
        },
    }
}
