//! What people decide about two records that may be one child: a row of the case, or of the report where no case is concerned.

use casefile::{Action, Deed, DocumentKey, Edit, Register};
use casework::{
    DocumentKind, RowId, Subject, Value,
    matching::decisions::{self, Decision},
};
use ipc::{Decided, FailureCode, Saved};

use super::{DECISIONS, compare::Own};
use crate::{
    calls::{
        case::ensure_here,
        edit::{ByDocument, save},
    },
    documents::Documents,
    failure::{Answer, Failed},
    matching,
    session::Session,
    store::{AccessAction, Read, StoreError},
    views::Speaker,
};

/// The document in which decisions about a record stand.
const fn kind_of(own: Subject) -> DocumentKind {
    match own {
        Subject::Case(_) => DECISIONS,
        _ => DocumentKind::Missing,
    }
}

fn key_of(own: Subject) -> DocumentKey {
    DocumentKey {
        subject: own.to_bytes(),
        kind: kind_of(own),
    }
}

/// Whether this officer may write down what they decide.
pub(super) fn decides(session: &Session, documents: &mut Documents, read: &Read<'_>, own: Subject) -> Answer<bool> {
    let open = documents.get(read, key_of(own))?;
    let writable = open.is_none_or(|open| open.writable && !open.leaving);
    Ok(session.may_write(kind_of(own)) && writable && !session.is_read_only())
}

/// What was decided in a record, with who wrote it last.
pub(super) fn decided(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    own: Subject,
) -> Answer<Vec<(Subject, Decided)>> {
    let Some(open) = documents.get(read, key_of(own))? else {
        return Ok(Vec::new());
    };
    let mut record = casework::Record::default();
    open.document.add_to(&mut record);
    let speaker = Speaker::new(session, read, &own.to_bytes())?;
    let mut all = Vec::new();
    for one in decisions::of(&record) {
        let wrote = |deed: &Deed| match deed {
            Deed::AddedRow(_) => true,
            Deed::Wrote(Register::Cell { column, .. }) => column == decisions::DECISION,
            _ => false,
        };
        let history = open.document.row_history(one.row);
        let by = history
            .iter()
            .rev()
            .find(|past| wrote(&past.deed))
            .map(|past| past.version.author);
        let decided = Decided {
            decision: one.decision,
            at_ms: one.at_ms,
            by: speaker.by(by)?,
        };
        all.push((one.other, decided));
    }
    Ok(all)
}

/// Writes down what the officer decided, or takes it back.
pub(in crate::calls) fn decide(
    session: &Session,
    own: Subject,
    other: Subject,
    decision: Option<&Decision>,
) -> Answer<Saved> {
    ensure_here(session, own)?;
    let known = decision.is_none_or(|decision| Decision::ALL.contains(decision));
    // Of a case no report says anything: whoever reads the report need not know of the case.
    let comparable = match own {
        Subject::Case(_) => matches!(other, Subject::Case(_) | Subject::Missing(_)),
        Subject::Missing(_) => matches!(other, Subject::Missing(_)),
        Subject::Institution(_) => false,
    };
    if !known || !comparable || own == other {
        return Err(FailureCode::BadCall.into());
    }
    let kind = kind_of(own);
    if !session.may_write(kind) {
        session.log(AccessAction::Refused, kind.code())?;
        return Err(FailureCode::NotPermitted.into());
    }
    let standing = {
        let mut documents = session.documents();
        session.store.read(|read| {
            let open = documents.get(read, key_of(own))?;
            let mut record = casework::Record::default();
            if let Some(open) = open {
                open.document.add_to(&mut record);
            }
            Ok::<_, Failed>(decisions::of(&record))
        })?
    };
    let standing: Vec<RowId> = standing
        .iter()
        .filter(|one| one.other == other)
        .map(|one| one.row)
        .collect();
    let edits = match decision {
        None if standing.is_empty() => return Err(FailureCode::NoSuchItem.into()),
        None => standing.into_iter().map(|row| Edit::RemoveRow { row }).collect(),
        Some(decision) if standing.is_empty() => vec![first_decision(session, own, other, decision)?],
        // Whoever decides after others settles what they decided apart.
        Some(decision) => {
            let set = |row, column: &str, value| Edit::SetCell {
                row,
                column: column.to_owned(),
                value: Some(value),
            };
            let both = |row: RowId| {
                [
                    set(row, decisions::DECISION, decision.code().into()),
                    set(row, decisions::AT, Value::Instant(session.now_ms())),
                ]
            };
            standing.into_iter().flat_map(both).collect()
        }
    };
    let edits = ByDocument::from([(kind, edits)]);
    let saved = save(session, own, &Action::DECIDE, &edits, Vec::new(), |_, _| Ok(()))?;
    session.news.tell([ipc::Topic::Matches]);
    Ok(saved)
}

fn first_decision(session: &Session, own: Subject, other: Subject, decision: &Decision) -> Answer<Edit> {
    matching::work(session)?;
    let side = session.store.read(|read| Own::read(read, own))?;
    let score = matching::with(session, |loaded| {
        Ok(session.store.read(|read| side.explain(read, loaded, other)))
    })?;
    let score = score.transpose()?.flatten();
    // What nobody here has ever compared, nor the hub, nobody decides about.
    let agreed = match score {
        Some(score) => decisions::agreed(&score),
        None => proposed_elsewhere(session, own, other)?.ok_or(FailureCode::NoSuchItem)?,
    };
    let text = |text: String| Value::Text(text);
    let cells = [
        (decisions::OTHER, text(other.to_string())),
        (decisions::DECISION, decision.code().into()),
        (decisions::AT, Value::Instant(session.now_ms())),
        (decisions::AGREED, text(agreed)),
    ];
    let table = match own {
        Subject::Case(_) => decisions::TABLE,
        _ => decisions::TABLE_OF_REPORTS,
    };
    Ok(Edit::AddRow {
        row: RowId::from_bytes(session.platform.uuid_v7().into_bytes()),
        table: table.to_owned(),
        cells: cells
            .into_iter()
            .map(|(column, value)| (column.to_owned(), value))
            .collect(),
    })
}

/// How the hub says that a record here and one of another district agree.
fn proposed_elsewhere(session: &Session, own: Subject, other: Subject) -> Result<Option<String>, StoreError> {
    let rows = session.store.read(|read| read.elsewhere())?;
    let mut rows = rows.into_iter();
    let found = rows.find(|row| row.own == own.to_bytes() && row.other == other.to_bytes());
    Ok(found.map(|row| row.agreed))
}
