//! Reading institutions: the list and one of them. Their forms are read and written by the calls that cases use.

use casefile::DocumentKey;
use casework::{InstitutionId, Subject};
use ipc::{FailureCode, InstitutionPage, InstitutionView};

use super::case::ensure_here;
use crate::{failure::Answer, session::Session, store::AccessAction, views};

pub(super) fn list(session: &Session) -> Answer<InstitutionPage> {
    session.wind_clocks_of_a_new_day()?;
    let now_ms = session.now_ms();
    let (total, rows) = session
        .store
        .read(|read| read.institutions(now_ms, ipc::PAGE_ROWS_MAX))?;
    let rows = rows
        .iter()
        .map(|row| views::institution_card(row, session.pack, now_ms))
        .collect();
    Ok(InstitutionPage { rows, total, now_ms })
}

pub(super) fn one(session: &Session, institution: InstitutionId) -> Answer<InstitutionView> {
    let subject = Subject::Institution(institution);
    ensure_here(session, subject)?;
    session.log_look(AccessAction::Opened, subject, "")?;
    let mut documents = session.documents();
    session.store.read(|read| {
        let parts = views::parts(&mut documents, read, subject)?;
        if documents.is_damaged(DocumentKey::of(subject, subject.main())) {
            return Err(FailureCode::DamagedDocument.into());
        }
        let row = read.institution(&subject.to_bytes(), session.now_ms())?;
        let row = row
            .filter(|_| !parts.is_empty())
            .ok_or(FailureCode::NoSuchInstitution)?;
        views::institution_view(session, &mut documents, read, &row, &parts)
    })
}
