//! Reading: the list, a case, a form, a history.

use casefile::{Deed, DocumentKey, Register};
use casework::{CaseId, Form, RowId, Subject, attachment};
use ipc::{CaseFilter, CasePage, CaseView, FailureCode, FormView, RegisterRef, RowChange, RowDeed, VersionView};

use crate::{
    documents::Documents,
    failure::{Answer, Failed},
    session::Session,
    store::{AccessAction, CardFilter, Read},
    views::{self, Speaker},
};

pub(super) fn cases(session: &Session, filter: &CaseFilter, offset: u32, limit: u32) -> Answer<CasePage> {
    session.wind_clocks_of_a_new_day()?;
    let now_ms = session.now_ms();
    let filter = CardFilter {
        words: &filter.text,
        overdue_at_ms: filter.overdue.then_some(now_ms),
        waiting: filter.waiting,
        clashes: filter.clashes,
    };
    let (total, rows) = session
        .store
        .read(|read| read.cards(&filter, now_ms, offset, limit.min(ipc::PAGE_ROWS_MAX)))?;
    if offset == 0 {
        session.log_search(filter.words, total)?;
    }
    let rows = rows.iter().map(|row| views::card(row, session.pack, now_ms)).collect();
    Ok(CasePage { total, rows, now_ms })
}

pub(super) fn case(session: &Session, case: CaseId, reveal: bool) -> Answer<CaseView> {
    // Logged before it is shown: whoever saw it is in the log, whatever happens next.
    ensure_here(session, case.into())?;
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
        let row = read
            .card(&case.to_bytes(), session.now_ms())?
            .ok_or(FailureCode::NoSuchCase)?;
        let parts = views::parts(&mut documents, read, case.into())?;
        if parts.is_empty() && documents.damaged_of(case).is_empty() {
            return Err(FailureCode::NoSuchCase.into());
        }
        let mut view = views::case_view(session, &mut documents, read, &row, (&parts, reveal))?;
        view.damaged = documents.damaged_of(case);
        view.writes.retain(|compartment| !view.damaged.contains(compartment));
        Ok(view)
    })
}

pub(super) fn form(session: &Session, subject: Subject, form: &str) -> Answer<FormView> {
    ensure_here(session, subject)?;
    let form = form_of(session, subject, form)?;
    session.log_look(AccessAction::Opened, subject, &format!("form {}", form.id))?;
    let mut documents = session.documents();
    session.store.read(|read| {
        let parts = views::parts(&mut documents, read, subject)?;
        let speaker = Speaker::new(session, read, &subject.to_bytes())?;
        form_shown(session, &mut documents, read, (&speaker, &parts), (subject, form))
    })
}

/// The form of that number that is about such a subject, as it reads today.
pub(super) fn form_of<'s>(session: &'s Session, subject: Subject, form: &str) -> Answer<&'s Form> {
    let today = views::today(session.now_ms());
    let known = session.pack.form_on(form, today).or_else(|| session.pack.form(form));
    let about = known.filter(|form| form.about == subject.about());
    Ok(about.ok_or(FailureCode::NoSuchItem)?)
}

/// The form as it stands now.
pub(super) fn form_shown(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    (speaker, parts): (&Speaker<'_>, &[views::Part]),
    (subject, form): (Subject, &Form),
) -> Answer<FormView> {
    let mut filings = views::filing_views(session, speaker, subject, parts)?;
    filings.retain(|filing| filing.form == form.id);
    let today = views::today(session.now_ms());
    let sheet = views::Sheet::new(session.pack, views::record_of(parts), today);
    let source = views::Source {
        subject,
        form,
        parts,
        sheet: &sheet,
        frozen: false,
    };
    Ok(views::form_view(session, documents, read, &source, filings)?)
}

pub(super) fn history(
    session: &Session,
    subject: Subject,
    register: &RegisterRef,
    older: Option<u32>,
) -> Answer<(Vec<VersionView>, u32)> {
    ensure_here(session, subject)?;
    let (kind, vocabulary) = views::register_place(session.pack, register)
        .filter(|(kind, _)| subject.has(*kind))
        .ok_or(FailureCode::NoSuchItem)?;
    let detail = match register {
        RegisterRef::Fact { fact } => fact.to_string(),
        RegisterRef::Cell { table, column, .. } => format!("{table}.{column}"),
    };
    session.log_look(AccessAction::History, subject, &detail)?;
    let mut documents = session.documents();
    session.store.read(|read| {
        let Some(open) = documents.get(read, DocumentKey::of(subject, kind))? else {
            return Ok((Vec::new(), 0));
        };
        let (versions, older) = page(open.document.history(&in_document(register)), older);
        let speaker = Speaker::new(session, read, &subject.to_bytes())?;
        let views = versions
            .into_iter()
            .map(|version| speaker.version(kind, version, vocabulary));
        Ok::<_, Failed>((views.collect::<Result<_, _>>()?, older))
    })
}

/// The newest of the `older` oldest, newest first, and how many are older than these. What is written meanwhile is newer and
/// moves nothing.
fn page<T>(mut oldest_first: Vec<T>, older: Option<u32>) -> (Vec<T>, u32) {
    let all = oldest_first.len();
    let end = older.map_or(all, |older| all.min(older as usize));
    oldest_first.truncate(end);
    let before = end.saturating_sub(ipc::HISTORY_PAGE as usize);
    let mut page = oldest_first.split_off(before);
    page.reverse();
    (page, u32::try_from(before).unwrap_or(u32::MAX))
}

pub(super) fn row_history(
    session: &Session,
    subject: Subject,
    (table, row): (&str, RowId),
    older: Option<u32>,
) -> Answer<(Vec<RowChange>, u32)> {
    ensure_here(session, subject)?;
    let known = session.pack.table(table).filter(|known| subject.has(known.document));
    let known = known.ok_or(FailureCode::NoSuchItem)?;
    session.log_look(AccessAction::History, subject, table)?;
    let mut documents = session.documents();
    session.store.read(|read| {
        let open = documents.get(read, DocumentKey::of(subject, known.document))?;
        let open = open.filter(|open| !open.leaving).ok_or(FailureCode::NoSuchItem)?;
        let told = open.document.row_history(row);
        if told.first().is_none_or(|past| past.table.as_deref() != Some(table)) {
            return Err(FailureCode::NoSuchItem.into());
        }
        let speaker = Speaker::new(session, read, &subject.to_bytes())?;
        let mut changes = Vec::new();
        let (told, older) = page(told, older);
        for past in told {
            let (deed, vocabulary) = match past.deed {
                Deed::AddedRow(_) => (RowDeed::Added, None),
                Deed::RemovedRow(_) => (RowDeed::Removed, None),
                Deed::RestoredRow(_) => (RowDeed::Restored, None),
                Deed::Wrote(Register::Cell { column, .. })
                    if attachment::is_table(table) && attachment::is_of_bytes(&column) =>
                {
                    continue;
                }
                Deed::Wrote(Register::Cell { column, .. }) => {
                    // A column that only a newer pack knows stays unseen.
                    let Some(known) = known.column(&column) else { continue };
                    let label = known.label.clone();
                    (RowDeed::Written { column, label }, known.vocabulary.as_deref())
                }
                Deed::Wrote(Register::Fact(_)) => continue,
            };
            let version = speaker.version(known.document, past.version, vocabulary)?;
            changes.push(RowChange { deed, version });
        }
        Ok::<_, Failed>((changes, older))
    })
}

/// Fails where the case or institution is not on this tablet, or is on its way out.
pub(super) fn ensure_here(session: &Session, subject: Subject) -> Answer<()> {
    let here = session.store.read(|read| read.documents_of(&subject.to_bytes()))?;
    let is_of = |id: &[u8; 17]| DocumentKey::from_bytes(*id).is_some_and(|key| key.about() == Some(subject));
    if here.iter().any(is_of) {
        return Ok(());
    }
    Err(match subject {
        Subject::Case(_) if session.store.read(|read| read.is_announced(&subject.to_bytes()))? => {
            FailureCode::CaseOnItsWay
        }
        Subject::Case(_) => FailureCode::NoSuchCase,
        Subject::Institution(_) => FailureCode::NoSuchInstitution,
        Subject::Missing(_) => FailureCode::NoSuchReport,
    }
    .into())
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
