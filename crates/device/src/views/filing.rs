//! Forms as they were filed, and what was changed on them since.

mod amendment;
mod stood;

pub(crate) use amendment::{register_name, row_name};
use casefile::{Document, DocumentKey, Heads, Past, PastError, Row};
use casework::{BEGUN, DocumentKind, FILINGS, Form, RowId, Subject, Value, heads_column};
use ipc::{FiledForm, FilingKind, FilingView};
pub(crate) use stood::{Stood, stood};

use super::{
    Part, Speaker,
    form::{Sheet, Source, form_view, record_of, today},
};
use crate::{
    documents::{DocumentError, Documents},
    session::Session,
    store::{Read, StoreError},
};

/// A row of the table `filings`, as far as it can be read.
pub(crate) struct FilingRow<'r> {
    pub(crate) row: &'r Row,
    pub(crate) form: &'r str,
    pub(crate) at_ms: i64,
}

/// The filings in a document, newest first; of one second, by their rows.
pub(super) fn filing_rows(rows: &[Row]) -> Vec<FilingRow<'_>> {
    let filed = rows.iter().filter(|row| row.table == FILINGS && !row.removed);
    let mut found: Vec<FilingRow<'_>> = filed
        .filter(|row| !is_beginning(row))
        .filter_map(|row| {
            Some(FilingRow {
                row,
                form: row.cells.get("form")?.as_text()?,
                at_ms: row.cells.get("at")?.as_instant_ms()?,
            })
        })
        .collect();
    found.sort_by_key(|filing| std::cmp::Reverse((filing.at_ms, filing.row.id)));
    found
}

/// Whether the row says that a form was begun anew, and is no filing.
fn is_beginning(row: &Row) -> bool {
    row.cells.get("how").and_then(Value::as_text) == Some(BEGUN)
}

/// The row that closed a filing: its form was begun anew by somebody who had it.
fn closing(rows: &[Row], filing: RowId) -> Option<&Row> {
    let filing = filing.to_string();
    let begun = rows
        .iter()
        .filter(|row| row.table == FILINGS && !row.removed && is_beginning(row));
    begun.into_iter().find(|row| {
        let ends = row.cells.get("ends").and_then(Value::as_text).unwrap_or_default();
        ends.split_ascii_whitespace().any(|ended| ended == filing)
    })
}

/// The filings of a form that are not closed, newest first: what they hold is amended with a reason.
pub(crate) fn open_filings<'r>(rows: &'r [Row], form: &str) -> Vec<FilingRow<'r>> {
    let mut filings = filing_rows(rows);
    filings.retain(|filing| filing.form == form && closing(rows, filing.row.id).is_none());
    filings
}

fn main_rows(subject: Subject, parts: &[Part]) -> &[Row] {
    let part = parts.iter().find(|part| part.kind == subject.main());
    part.map_or(&[], |part| &part.rows)
}

/// Every filing of a case or an institution, newest first.
pub(crate) fn filing_views(
    session: &Session,
    speaker: &Speaker<'_>,
    subject: Subject,
    parts: &[Part],
) -> Result<Vec<FilingView>, StoreError> {
    let filings = filing_rows(main_rows(subject, parts));
    let each = filings.iter().map(|filing| view(session, speaker, filing, &filings));
    each.collect()
}

/// Which filing of a form that is filed again and again this is, counted from one; a second signature belongs to the
/// filing before it. `None` for a form that is filed once.
fn instalment(form: Option<&Form>, filing: &FilingRow<'_>, newest_first: &[FilingRow<'_>]) -> Option<u32> {
    form.filter(|form| form.is_numbered())?;
    let this = (filing.at_ms, filing.row.id);
    let approved = |filing: &FilingRow<'_>| {
        let how = filing.row.cells.get("how").and_then(Value::as_text);
        how == Some(FilingKind::Approved.code())
    };
    let until = newest_first
        .iter()
        .filter(|other| other.form == filing.form && (other.at_ms, other.row.id) <= this);
    let count = until.filter(|other| !approved(other)).count();
    Some(u32::try_from(count).unwrap_or(u32::MAX).max(1))
}

fn view(
    session: &Session,
    speaker: &Speaker<'_>,
    filing: &FilingRow<'_>,
    newest_first: &[FilingRow<'_>],
) -> Result<FilingView, StoreError> {
    let form = form_of(session, filing);
    let text = |column: &str| {
        filing
            .row
            .cells
            .get(column)
            .and_then(Value::as_text)
            .unwrap_or_default()
    };
    let writer = filing
        .row
        .author
        .map(|author| speaker.writer(author))
        .transpose()?
        .unwrap_or_default();
    Ok(FilingView {
        row: filing.row.id,
        form: filing.form.to_owned(),
        title: form.map(|form| form.title.clone()).unwrap_or_default(),
        instalment: instalment(form, filing, newest_first),
        how: text("how").parse().ok(),
        at_ms: filing.at_ms,
        by: writer.name,
        role: writer.role,
        device: writer.device,
        pack: text("pack").to_owned(),
        delivery: speaker.delivery_of(filing.row.change.as_ref())?,
    })
}

/// The text of the form that was in force when it was filed, or the one there is.
fn form_of<'s>(session: &'s Session, filing: &FilingRow<'_>) -> Option<&'s Form> {
    session
        .pack
        .form_on(filing.form, today(filing.at_ms))
        .or_else(|| session.pack.form(filing.form))
}

/// A filed form as it stood, with what was changed on it since. `None`: there is no such filing here, or only a newer
/// pack knows the form.
pub(crate) fn filed_form(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    subject: Subject,
    parts: &[Part],
    row: RowId,
) -> Result<Option<FiledForm>, DocumentError> {
    let main = main_rows(subject, parts);
    let filings = filing_rows(main);
    let closed_by = closing(main, row);
    let Some(filing) = filings.iter().find(|filing| filing.row.id == row) else {
        return Ok(None);
    };
    let Some(form) = form_of(session, filing) else {
        return Ok(None);
    };
    let speaker = Speaker::new(session, read, &subject.to_bytes())?;
    let (mut then, mut unseen, mut not_here_yet) = (Vec::new(), Vec::new(), Vec::new());
    let (mut amendments, mut added) = (Vec::new(), 0_u32);
    let readable = subject.kinds().iter().copied().filter(|kind| session.may_read(*kind));
    for kind in readable {
        let column = heads_column(kind);
        let text = filing
            .row
            .cells
            .get(&column)
            .and_then(Value::as_text)
            .unwrap_or_default();
        if text.is_empty() {
            unseen.push(kind);
            continue;
        }
        let open = match documents.get(read, DocumentKey::of(subject, kind)) {
            Err(DocumentError::Damaged) => {
                unseen.push(kind);
                continue;
            }
            other => other?,
        };
        // A document that nobody has written is not kept: it stands as it was begun.
        let begun = Document::new(kind);
        let document = match &open {
            Some(open) if open.leaving => None,
            Some(open) => Some(&open.document),
            None => Some(&begun),
        };
        let frozen = document.and_then(|document| {
            let heads: Heads = text.parse().ok()?;
            frozen(document, &heads).ok().map(|(state, mut since)| {
                if let Some(begun) = closed_by {
                    since.retain(|past| !is_of_the_next(document, begun, past));
                }
                let part = Part::then(kind, &state);
                let told = amendment::amendments(session, &speaker, form, document, &state, since);
                (part, told)
            })
        });
        match frozen {
            Some((part, told)) => {
                then.push(part);
                let told = told?;
                amendments.extend(told.amendments);
                added = added.saturating_add(told.added);
            }
            None => not_here_yet.push(kind),
        }
    }
    amendments.sort_by_key(|amendment| amendment.at_ms);
    let sheet = Sheet::new(session.pack, record_of(&then), today(filing.at_ms));
    let source = Source {
        subject,
        form,
        parts: &then,
        sheet: &sheet,
        frozen: true,
    };
    let mut of_form = Vec::new();
    for same in filings.iter().filter(|same| same.form == filing.form) {
        of_form.push(view(session, &speaker, same, &filings)?);
    }
    let this = view(session, &speaker, filing, &filings)?;
    let others = of_form.iter().filter(|same| same.row != row).cloned().collect();
    let asked_here = |kind: &DocumentKind| is_on(session, form, *kind);
    unseen.retain(asked_here);
    not_here_yet.retain(asked_here);
    Ok(Some(FiledForm {
        form: form_view(session, documents, read, &source, of_form)?,
        filing: this,
        amendments,
        added,
        unseen,
        not_here_yet,
        others,
    }))
}

/// Whether something was done to the form that was begun anew, by somebody who knew that it was: it is no change of what was
/// filed before.
fn is_of_the_next(document: &Document, begun: &Row, past: &Past) -> bool {
    let column = heads_column(document.kind());
    let heads = begun.cells.get(&column).and_then(Value::as_text);
    let Some(Ok(heads)) = heads.map(str::parse::<Heads>) else {
        return false;
    };
    let change = past.version.change;
    // What emptied the form is what the heads name.
    let emptied = heads.hashes().contains(&change);
    let on_it = Heads::of(change);
    emptied || heads.hashes().iter().all(|head| document.covers(&on_it, head))
}

type Frozen<'d> = (casefile::State<'d>, Vec<casefile::Past>);

fn frozen<'d>(document: &'d casefile::Document, heads: &Heads) -> Result<Frozen<'d>, PastError> {
    Ok((document.at(heads)?, document.since(heads)?))
}

/// Whether something on the form is kept in this document.
fn is_on(session: &Session, form: &Form, kind: DocumentKind) -> bool {
    let mut fields = form.sections.iter().flat_map(|section| &section.fields);
    fields.any(|field| {
        let kept = match &field.asks {
            casework::Asked::Fact(fact) => session.pack.fact(fact).map(|fact| fact.document),
            casework::Asked::Table(table) => session.pack.table(table).map(|table| table.document),
        };
        kept == Some(kind)
    })
}
