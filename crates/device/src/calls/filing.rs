//! Filing a form: it is frozen as it stands by writing down the heads of its documents.

use std::collections::BTreeMap;

use casefile::{Action, DocumentKey, Edit};
use casework::{EntryId, FILINGS, Form, RowId, Subject, Value, heads_column};
use ipc::{FailureCode, Filed, FiledForm, FilingKind, Saved};

use super::{case::ensure_here, edit::may_write_here, on_filing};
use crate::{
    documents::{Documents, Writer},
    failure::{Answer, Failed},
    session::Session,
    store::{AccessAction, AccessRow, Write},
    views,
};

/// The kind of an entry of the timeline that tells of a filing; its text is the form and how it was filed.
pub(super) const ENTRY: &str = "filing";

pub(super) fn file(session: &Session, subject: Subject, form: &str, how: FilingKind) -> Answer<Filed> {
    ensure_here(session, subject)?;
    let today = views::today(session.now_ms());
    let known = session.pack.form_on(form, today);
    let form = known
        .filter(|form| form.about == subject.about())
        .ok_or(FailureCode::NoSuchItem)?;
    let may = views::may_file(session, form);
    if !may.contains(&how) {
        session.log(AccessAction::Refused, &format!("file {}", form.id))?;
        let other_way = !may.is_empty();
        return Err(if other_way {
            FailureCode::NotFiledSo
        } else {
            FailureCode::NotPermitted
        }
        .into());
    }
    let writer = session.writer();
    let row = RowId::from_bytes(session.platform.uuid_v7().into_bytes());
    let entry = EntryId::from_bytes(session.platform.uuid_v7().into_bytes());
    let (missing, waiting) = session.write_documents(|documents, write| {
        let parts = views::parts(documents, write, subject)?;
        let sheet = views::Sheet::new(session.pack, views::record_of(&parts), today);
        let stale = views::stale_of(session, documents, write, (subject, form), &parts)?;
        let missing = views::gaps(session, form, &views::count(session, form, &sheet, &stale));
        on_filing::write(session, documents, write, (subject, form, writer))?;
        let key = DocumentKey::of(subject, subject.main());
        may_write_here(documents, write, key)?;
        let edits = [
            Edit::AddRow {
                row,
                table: FILINGS.to_owned(),
                cells: filing(session, documents, write, (subject, form, how, writer))?,
            },
            Edit::AddEntry {
                entry,
                kind: ENTRY.to_owned(),
                text: format!("{} {}", form.id, how.code()),
            },
        ];
        documents.edit(write, writer, key, &Action::form(&form.id), &edits)?;
        write.log_access(&AccessRow {
            at_ms: writer.now_ms,
            action: AccessAction::Wrote,
            subject: Some(&subject.to_bytes()),
            detail: &format!("file {} {}", form.id, how.code()),
        })?;
        Ok::<_, Failed>((missing, write.waiting_of(&subject.to_bytes())?))
    })?;
    session.tell_changed(subject);
    Ok(Filed {
        saved: Saved {
            at_ms: writer.now_ms,
            rows: vec![row],
            waiting,
        },
        filing: row,
        missing,
    })
}

pub(super) fn filed(session: &Session, subject: Subject, row: RowId) -> Answer<FiledForm> {
    ensure_here(session, subject)?;
    session.log_look(AccessAction::Opened, subject, &format!("filing {row}"))?;
    let mut documents = session.documents();
    session.store.read(|read| {
        let parts = views::parts(&mut documents, read, subject)?;
        let found = views::filed_form(session, &mut documents, read, subject, &parts, row)?;
        found.ok_or_else(|| Failed::from(FailureCode::NoSuchItem))
    })
}

/// The row: what was filed, how, and the heads of every document that is here.
fn filing(
    session: &Session,
    documents: &mut Documents,
    write: &Write<'_>,
    (subject, form, how, writer): (Subject, &Form, FilingKind, Writer),
) -> Answer<BTreeMap<String, Value>> {
    let mut cells = BTreeMap::from([
        ("form".to_owned(), Value::from(form.id.as_str())),
        ("how".to_owned(), Value::from(how.code())),
        ("at".to_owned(), Value::Instant(writer.now_ms)),
        ("pack".to_owned(), Value::from(session.pack.version())),
    ]);
    cells.extend(heads_of(session, documents, write, subject)?);
    Ok(cells)
}

/// The heads of every document that is here, by column.
pub(super) fn heads_of(
    session: &Session,
    documents: &mut Documents,
    write: &Write<'_>,
    subject: Subject,
) -> Answer<BTreeMap<String, Value>> {
    let mut cells = BTreeMap::new();
    for kind in subject.kinds().iter().copied() {
        let open = documents.get(write, DocumentKey::of(subject, kind))?;
        if let Some(open) = open.filter(|open| !open.leaving) {
            let heads = open.document.now_heads().to_string();
            cells.insert(heads_column(kind), Value::Text(heads));
        } else if session.may_read(kind) {
            // Nobody has written it yet: that too is how it stood.
            let empty = casefile::Document::new(kind).now_heads();
            cells.insert(heads_column(kind), Value::Text(empty.to_string()));
        }
    }
    Ok(cells)
}
