//! Beginning a filed form anew: the next inspection, the next order. What belonged to the last one is emptied here and stands
//! in its filing; what is on the form from elsewhere stays. The filings that the form had are closed: they are no longer
//! amended, and what is written from now on is no change of them.

use std::collections::BTreeMap;

use casefile::{Action, DocumentKey, Edit};
use casework::{BEGUN, DocumentKind, EntryId, Form, RowId, Subject, Value};
use ipc::{FailureCode, FormUse, Saved};

use super::{
    case::ensure_here,
    edit::may_write_here,
    filing::{ENTRY, heads_of},
    on_filing::may_write,
};
use crate::{
    failure::{Answer, Failed},
    session::Session,
    store::{AccessAction, AccessRow},
    views,
};

pub(super) fn begin(session: &Session, subject: Subject, form: &str) -> Answer<Saved> {
    ensure_here(session, subject)?;
    let today = views::today(session.now_ms());
    let known = session.pack.form_on(form, today);
    let form = known
        .filter(|form| form.about == subject.about())
        .ok_or(FailureCode::NoSuchItem)?;
    if form.afresh.is_none() {
        return Err(FailureCode::NoSuchItem.into());
    }
    if views::used(session, form) != FormUse::Fills || views::may_file(session, form).is_empty() {
        session.log(AccessAction::Refused, &format!("begin {}", form.id))?;
        return Err(FailureCode::NotPermitted.into());
    }
    let writer = session.writer();
    let row = RowId::from_bytes(session.platform.uuid_v7().into_bytes());
    let entry = EntryId::from_bytes(session.platform.uuid_v7().into_bytes());
    let waiting = session.write_documents(|documents, write| {
        let parts = views::parts(documents, write, subject)?;
        let main = parts.iter().find(|part| part.kind == subject.main());
        let ends: Vec<String> = views::open_filings(main.map_or(&[][..], |part| &part.rows), &form.id)
            .iter()
            .map(|filing| filing.row.id.to_string())
            .collect();
        if ends.is_empty() {
            return Err(FailureCode::NotFiled.into());
        }
        let key = DocumentKey::of(subject, subject.main());
        may_write_here(documents, write, key)?;
        for (kind, edits) in &emptied(session, form, &parts) {
            if may_write(session, documents, write, (subject, *kind))? {
                let key = DocumentKey::of(subject, *kind);
                documents.edit(write, writer, key, &Action::form(&form.id), edits)?;
            }
        }
        let mut cells = BTreeMap::from([
            ("form".to_owned(), Value::from(form.id.as_str())),
            ("how".to_owned(), Value::from(BEGUN)),
            ("at".to_owned(), Value::Instant(writer.now_ms)),
            ("pack".to_owned(), Value::from(session.pack.version())),
            ("ends".to_owned(), Value::Text(ends.join(" "))),
        ]);
        cells.extend(heads_of(session, documents, write, subject)?);
        let edits = [
            Edit::AddRow {
                row,
                table: casework::FILINGS.to_owned(),
                cells,
            },
            Edit::AddEntry {
                entry,
                kind: ENTRY.to_owned(),
                text: format!("{} {BEGUN}", form.id),
            },
        ];
        documents.edit(write, writer, key, &Action::form(&form.id), &edits)?;
        write.log_access(&AccessRow {
            at_ms: writer.now_ms,
            action: AccessAction::Wrote,
            subject: Some(&subject.to_bytes()),
            detail: &format!("begin {}", form.id),
        })?;
        Ok::<_, Failed>(write.waiting_of(&subject.to_bytes())?)
    })?;
    session.tell_changed(subject);
    Ok(Saved {
        at_ms: writer.now_ms,
        rows: vec![row],
        waiting,
    })
}

/// What empties the form, by document.
fn emptied(session: &Session, form: &Form, parts: &[views::Part]) -> BTreeMap<DocumentKind, Vec<Edit>> {
    let mut edits = BTreeMap::<DocumentKind, Vec<Edit>>::new();
    for answer in views::answers_to_empty(session, form, parts) {
        let (kind, edit) = match answer {
            views::ToEmpty::Fact(kind, fact) => (kind, Edit::ClearFact { fact }),
            views::ToEmpty::Row(kind, row) => (kind, Edit::RemoveRow { row }),
        };
        edits.entry(kind).or_default().push(edit);
    }
    edits
}
