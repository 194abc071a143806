//! How complete a form is, and what it lacks.

use std::collections::BTreeSet;

use casework::{Asked, DocumentKind, Form, FormField, Labels};
use ipc::{MissingItem, SectionGap};

use super::{rules::Sheet, used::who_may_write};
use crate::session::Session;

/// Required fields that are asked, and how many of them hold something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) filled: u32,
    pub(crate) required: u32,
}

/// A place that is missing, and whether something older stands there.
type Lacking<'f> = (&'f FormField, bool);

/// The same for each section, with what is missing.
pub(crate) struct Counted<'f> {
    sections: Vec<(&'f str, Count, Vec<Lacking<'f>>)>,
}

impl Counted<'_> {
    pub(crate) fn section(&self, id: &str) -> Count {
        let found = self.sections.iter().find(|(section, ..)| *section == id);
        found.map(|(_, count, _)| *count).unwrap_or_default()
    }

    pub(crate) fn total(&self) -> Count {
        self.sections.iter().fold(Count::default(), |sum, (_, count, _)| Count {
            filled: sum.filled + count.filled,
            required: sum.required + count.required,
        })
    }
}

/// Counts what is asked and required. What this officer may not read is not counted: nobody here can say whether it is
/// there. A table that is `stale` holds nothing new for this month, quarter or year.
pub(crate) fn count<'f>(session: &Session, form: &'f Form, sheet: &Sheet, stale: &BTreeSet<String>) -> Counted<'f> {
    let mut sections = Vec::new();
    for section in &form.sections {
        let holds = sheet.section_holds(section);
        let (mut count, mut missing) = (Count::default(), Vec::new());
        for field in &section.fields {
            let place = sheet.place(field, holds);
            if !place.required || !is_readable(session, field) {
                continue;
            }
            count.required += 1;
            let stale = field.table().is_some_and(|table| stale.contains(table));
            if place.held && !stale {
                count.filled += 1;
            } else {
                missing.push((field, stale));
            }
        }
        sections.push((section.id.as_str(), count, missing));
    }
    Counted { sections }
}

/// What is missing, by section, in words.
pub(crate) fn gaps(session: &Session, form: &Form, counted: &Counted<'_>) -> Vec<SectionGap> {
    let with_gaps = counted.sections.iter().filter(|(.., missing)| !missing.is_empty());
    with_gaps
        .map(|(id, count, missing)| SectionGap {
            section: (*id).to_owned(),
            title: title(form, id),
            filled: count.filled,
            required: count.required,
            missing: missing
                .iter()
                .map(|(field, stale)| missing_item(session, form, field, *stale))
                .collect(),
        })
        .collect()
}

fn title(form: &Form, section: &str) -> Labels {
    let found = form.sections.iter().find(|known| known.id == section);
    found.map(|section| section.title.clone()).unwrap_or_default()
}

fn missing_item(session: &Session, form: &Form, field: &FormField, stale: bool) -> MissingItem {
    let kind = place_of(session, field);
    let writable = kind.is_some_and(|kind| session.may_write(kind));
    let label = match &field.asks {
        Asked::Fact(fact) => session.pack.fact(fact).map(|fact| fact.label.clone()),
        Asked::Table(table) => session.pack.table(table).map(|table| table.label.clone()),
    };
    MissingItem {
        fact: field.fact().cloned(),
        table: field.table().map(str::to_owned),
        label: label.unwrap_or_default(),
        writable,
        who: match kind {
            Some(kind) if !writable => who_may_write(session, form, kind),
            _ => Vec::new(),
        },
        stale,
    }
}

/// The document that holds what a field asks for; `None` where the pack does not know it.
pub(super) fn place_of(session: &Session, field: &FormField) -> Option<DocumentKind> {
    match &field.asks {
        Asked::Fact(fact) => session.pack.fact(fact).map(|fact| fact.document),
        Asked::Table(table) => session.pack.table(table).map(|table| table.document),
    }
}

fn is_readable(session: &Session, field: &FormField) -> bool {
    place_of(session, field).is_some_and(|kind| session.may_read(kind))
}
