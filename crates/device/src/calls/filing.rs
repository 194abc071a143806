//! Filing a form: it is frozen as it stands by writing down the heads of its documents.

use std::collections::BTreeMap;

use casefile::{Action, DocumentKey, Edit};
use casework::{CaseId, Compartment, EntryId, FILINGS, FactType, Form, RowId, Value, heads_column};
use ipc::{FailureCode, Filed, FiledForm, FilingKind, Saved};

use super::{case::ensure_here, edit::may_write_here};
use crate::{
    documents::{Documents, Writer},
    failure::{Answer, Failed},
    session::Session,
    store::{AccessAction, AccessRow, Write},
    views,
};

/// The kind of an entry of the timeline that tells of a filing; its text is the form and how it was filed.
const ENTRY: &str = "filing";

pub(super) fn file(session: &Session, case: CaseId, form: &str, how: FilingKind) -> Answer<Filed> {
    ensure_here(session, case)?;
    let today = views::today(session.now_ms());
    let form = session.pack.form_on(form, today).ok_or(FailureCode::NoSuchItem)?;
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
        let parts = views::parts(documents, write, case)?;
        let sheet = views::Sheet::new(session.pack, views::record_of(&parts), today);
        let missing = views::gaps(session, form, &views::count(session, form, &sheet));
        set_moments(session, documents, write, (case, form, writer))?;
        let key = DocumentKey::case(case, Compartment::Core);
        may_write_here(documents, write, key)?;
        let edits = [
            Edit::AddRow {
                row,
                table: FILINGS.to_owned(),
                cells: filing(session, documents, write, (case, form, how, writer))?,
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
            subject: Some(&case.to_bytes()),
            detail: &format!("file {} {}", form.id, how.code()),
        })?;
        Ok::<_, Failed>((missing, write.waiting_of(&case.to_bytes())?))
    })?;
    session.tell_case(case);
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

pub(super) fn filed(session: &Session, case: CaseId, row: RowId) -> Answer<FiledForm> {
    ensure_here(session, case)?;
    session.log_look(AccessAction::Opened, case, &format!("filing {row}"))?;
    let mut documents = session.documents();
    session.store.read(|read| {
        let parts = views::parts(&mut documents, read, case)?;
        let found = views::filed_form(session, &mut documents, read, case, &parts, row)?;
        found.ok_or_else(|| Failed::from(FailureCode::NoSuchItem))
    })
}

/// Sets the moments that the form says filing sets, where they are empty and this officer may write them: before the
/// heads are taken, so that they belong to what was filed.
fn set_moments(
    session: &Session,
    documents: &mut Documents,
    write: &Write<'_>,
    (case, form, writer): (CaseId, &Form, Writer),
) -> Answer<()> {
    let mut edits: BTreeMap<Compartment, Vec<Edit>> = BTreeMap::new();
    for fact in &form.on_filing {
        let known = session.pack.fact(fact).filter(|known| known.kind == FactType::Instant);
        let Some(compartment) = known.and_then(casework::Fact::compartment) else {
            continue;
        };
        if !session.may_write(compartment) {
            continue;
        }
        let key = DocumentKey::case(case, compartment);
        let register = casefile::Register::Fact(fact.clone());
        let is_empty = match documents.get(write, key)? {
            Some(open) => open.writable && !open.leaving && open.document.value(&register).is_none(),
            None => true,
        };
        if is_empty {
            edits.entry(compartment).or_default().push(Edit::SetFact {
                fact: fact.clone(),
                value: Value::Instant(writer.now_ms),
            });
        }
    }
    for (compartment, edits) in &edits {
        let key = DocumentKey::case(case, *compartment);
        documents.edit(write, writer, key, &Action::form(&form.id), edits)?;
    }
    Ok(())
}

/// The row: what was filed, how, and the heads of every compartment that is here.
fn filing(
    session: &Session,
    documents: &mut Documents,
    write: &Write<'_>,
    (case, form, how, writer): (CaseId, &Form, FilingKind, Writer),
) -> Answer<BTreeMap<String, Value>> {
    let mut cells = BTreeMap::from([
        ("form".to_owned(), Value::from(form.id.as_str())),
        ("how".to_owned(), Value::from(how.code())),
        ("at".to_owned(), Value::Instant(writer.now_ms)),
        ("pack".to_owned(), Value::from(session.pack.version())),
    ]);
    for compartment in Compartment::ALL {
        let open = documents.get(write, DocumentKey::case(case, compartment))?;
        if let Some(open) = open.filter(|open| !open.leaving) {
            let heads = open.document.now_heads().to_string();
            cells.insert(heads_column(compartment.into()), Value::Text(heads));
        } else if session.may_read(compartment) {
            // Nobody has written it yet: that too is how it stood.
            let empty = casefile::Document::new(compartment.into()).now_heads();
            cells.insert(heads_column(compartment.into()), Value::Text(empty.to_string()));
        }
    }
    Ok(cells)
}
