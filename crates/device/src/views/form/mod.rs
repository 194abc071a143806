//! A form of a case or an institution, filled with what is known and where that came from.

mod anew;
mod count;
mod filling;
mod rules;
mod used;

use std::collections::BTreeSet;

use casework::{Form, Record, Subject};
use ipc::{FilingView, FormContext, FormUse, FormView, SectionView};
use jiff::civil;

pub(crate) use anew::{ToEmpty, answers_to_empty};
pub(crate) use count::{count, gaps};
pub(crate) use rules::{Sheet, percent};
pub(crate) use used::{fits, may_file, used};

use self::filling::Filling;
use super::{Part, Speaker, open_filings, stood};
use crate::{
    documents::{DocumentError, Documents},
    session::Session,
    store::Read,
};

/// What a form is filled from.
pub(crate) struct Source<'a> {
    pub(crate) subject: Subject,
    pub(crate) form: &'a Form,
    pub(crate) parts: &'a [Part],
    pub(crate) sheet: &'a Sheet,
    /// The form as it stood when it was filed: nothing of it is writable, and its sources are not looked up.
    pub(crate) frozen: bool,
}

/// The documents of a case or an institution as one record.
pub(crate) fn record_of(parts: &[Part]) -> Record {
    let mut record = Record::default();
    for part in parts {
        record.facts.extend(part.facts.clone());
        let rows = part.rows.iter().filter(|row| !row.removed);
        record.rows.extend(rows.map(|row| casework::RecordRow {
            id: row.id,
            table: row.table.clone(),
            cells: row.cells.clone(),
        }));
    }
    record.rows.sort_by_key(|row| row.id);
    record
}

/// The day in India; the first day of the calendar that can be reckoned with for a clock that is beyond it.
pub(crate) fn today(now_ms: i64) -> civil::Date {
    casework::clock::indian_day(now_ms).unwrap_or(civil::Date::MIN)
}

/// The required tables of the form that hold nothing new for this month, quarter or year.
pub(crate) fn stale_of(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    (subject, form): (Subject, &Form),
    parts: &[Part],
) -> Result<BTreeSet<String>, DocumentError> {
    if !anew::is_ever_stale(form) {
        return Ok(BTreeSet::new());
    }
    let main = parts.iter().find(|part| part.kind == subject.main());
    let rows = main.map_or(&[][..], |part| &part.rows);
    let open = open_filings(rows, &form.id);
    if open.is_empty() {
        return Ok(BTreeSet::new());
    }
    let stood = stood(session, documents, read, (subject, form), rows)?;
    Ok(anew::stale(
        session,
        form,
        parts,
        (&open, &stood),
        today(session.now_ms()),
    ))
}

/// The form as the screen shows it.
pub(crate) fn form_view(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    source: &Source<'_>,
    filings: Vec<FilingView>,
) -> Result<FormView, DocumentError> {
    let form = source.form;
    let main = source.parts.iter().find(|part| part.kind == source.subject.main());
    let rows = main.map_or(&[][..], |part| &part.rows);
    let open = open_filings(rows, &form.id);
    let is_filed = !open.is_empty() && !source.frozen;
    let stood = if is_filed && form.is_repeated() {
        stood(session, documents, read, (source.subject, form), rows)?
    } else {
        Vec::new()
    };
    let stale = anew::stale(session, form, source.parts, (&open, &stood), source.sheet.today);
    let counted = count(session, form, source.sheet, &stale);
    let may_file = if source.frozen {
        Vec::new()
    } else {
        may_file(session, form)
    };
    let begins = is_filed && form.afresh.is_some() && !may_file.is_empty() && used(session, form) == FormUse::Fills;
    let mut filling = Filling {
        session,
        documents,
        read,
        speaker: Speaker::new(session, read, &source.subject.to_bytes())?,
        source,
        is_filed,
        stood,
        stale,
    };
    let mut sections = Vec::new();
    for section in &form.sections {
        let holds = source.sheet.section_holds(section);
        let mut items = Vec::new();
        let mut shown = holds;
        for field in &section.fields {
            let place = source.sheet.place(field, holds);
            shown |= place.held;
            items.extend(filling.item(field, place)?);
        }
        let of_section = counted.section(&section.id);
        sections.push(SectionView {
            id: section.id.clone(),
            title: section.title.clone(),
            why: section.why.clone(),
            shown_when: section.shown_when.clone(),
            repeats: section.repeats.clone(),
            shown,
            filled: of_section.filled,
            required: of_section.required,
            items,
        });
    }
    let total = counted.total();
    Ok(FormView {
        form: form.id.clone(),
        title: form.title.clone(),
        source: form.source.clone(),
        checked: form.checked.clone(),
        sections,
        filled: total.filled,
        required: total.required,
        percent: percent(total.filled, total.required),
        missing: gaps(session, form, &counted),
        context: FormContext {
            record: source.sheet.context(form, session.pack),
            today: source.sheet.today.to_string(),
        },
        used: used(session, form),
        may_file,
        begins: begins.then(|| {
            let count = answers_to_empty(session, form, source.parts).len();
            u32::try_from(count).unwrap_or(u32::MAX)
        }),
        filings,
        needs_reason: is_filed,
    })
}
