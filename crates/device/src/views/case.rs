//! A case as its screen shows it.

use std::collections::{BTreeMap, BTreeSet};

use casefile::{Clash as Clashing, DocumentKey, Entry as Written, Register, Row};
use casework::{
    CaseId, Compartment, DocumentKind, FactId, Record, RecordRow, Sensitivity, Value, clock, facts,
};
use ipc::{AttachmentView, CaseView, Clash, Entry, FactView, FormSummary, PictureSize, RegisterRef, TaskView};

use super::{Speaker, card, register_label, register_place, words};
use crate::{
    documents::{DocumentError, Documents, picture},
    failure::Answer,
    session::Session,
    store::{CardRow, MediaSize, Read, StoreError},
};

/// What one compartment says.
pub(crate) struct Part {
    pub(crate) compartment: Compartment,
    /// Whether the hub lets this officer write it.
    pub(crate) writable: bool,
    pub(crate) facts: BTreeMap<FactId, Value>,
    pub(crate) rows: Vec<Row>,
    pub(crate) clashes: Vec<Clashing>,
    timeline: Vec<Written>,
    /// Who wrote each task last.
    task_authors: BTreeMap<casework::RowId, casework::AuthorId>,
}

/// The compartments of a case that are on this tablet. None: there is no such case here.
pub(crate) fn parts(documents: &mut Documents, read: &Read<'_>, case: CaseId) -> Result<Vec<Part>, DocumentError> {
    let mut parts = Vec::new();
    for compartment in Compartment::ALL {
        let Some(open) = documents.get(read, DocumentKey::case(case, compartment))? else {
            continue;
        };
        if open.leaving {
            continue;
        }
        let document = &open.document;
        let rows = document.rows();
        let last_of = |row: &Row| {
            let cells = ["done_at", "title"].map(|column| Register::Cell {
                row: row.id,
                column: column.to_owned(),
            });
            let versions = cells.iter().flat_map(|cell| document.live(cell));
            versions
                .max_by_key(|version| version.at_ms)
                .map(|version| (row.id, version.author))
        };
        parts.push(Part {
            compartment,
            writable: open.writable,
            facts: document.facts(),
            clashes: document.clashes(),
            timeline: document.timeline(),
            task_authors: rows
                .iter()
                .filter(|row| row.table == "tasks")
                .filter_map(last_of)
                .collect(),
            rows,
        });
    }
    Ok(parts)
}

/// The whole view of a case.
pub(crate) fn case_view(
    session: &Session,
    read: &Read<'_>,
    row: &CardRow,
    parts: &[Part],
    reveal: bool,
) -> Answer<CaseView> {
    let now_ms = session.now_ms();
    let speaker = Speaker::new(session, read, &row.subject)?;
    let get = |id: &FactId| parts.iter().find_map(|part| part.facts.get(id)).cloned();
    let mut record = Record::default();
    for part in parts {
        record.facts.extend(part.facts.clone());
        record.rows.extend(part.rows.iter().filter(|row| !row.removed).map(|row| RecordRow {
            id: row.id,
            table: row.table.clone(),
            cells: row.cells.clone(),
        }));
    }
    // What stops a clock may stand in a document this officer may not read: then it is not for this officer.
    let reads = |kind: DocumentKind| kind.compartment().is_none_or(|compartment| session.may_read(compartment));
    let running = clock::of_reader(session.pack.clocks(), &record, now_ms, reads);
    let name = facts::CHILD_NAME.parse().ok().and_then(|id| get(&id));
    let writes = Compartment::ALL.into_iter().filter(|compartment| {
        session.may_write(*compartment)
            && parts
                .iter()
                .find(|part| part.compartment == *compartment)
                .is_none_or(|part| part.writable)
    });
    let writes: Vec<Compartment> = writes.collect();
    Ok(CaseView {
        card: card(row, session.pack, now_ms),
        name: name
            .filter(|_| reveal)
            .and_then(|value| value.as_text().map(str::to_owned)),
        revealed: reveal,
        facts: parts
            .iter()
            .flat_map(|part| fact_views(session, part, reveal))
            .collect(),
        clocks: running
            .into_iter()
            .map(|clock| (clock.clone(), clock.standing(now_ms)))
            .collect(),
        tasks: tasks(&speaker, parts)?,
        timeline: timeline(&speaker, parts)?,
        forms: forms(session, parts),
        attachments: attachments(session, read, &speaker, parts)?,
        clashes: clashes(session, &speaker, parts, &writes, reveal)?,
        writes,
        delivery: speaker.delivery_of_case(&row.subject)?,
        now_ms,
    })
}

/// Whether a fact may be shown to whoever looks over the officer's shoulder.
fn is_plain(session: &Session, fact: &FactId) -> bool {
    session.pack.fact(fact).is_some_and(|known| {
        known.sensitivity == Sensitivity::Ordinary
            || known.sensitivity == Sensitivity::Sensitive && known.compartment() == Some(Compartment::Core)
    })
}

fn fact_views(session: &Session, part: &Part, reveal: bool) -> Vec<FactView> {
    let clashing: BTreeSet<&FactId> = part
        .clashes
        .iter()
        .filter_map(|clash| match &clash.register {
            Register::Fact(fact) => Some(fact),
            Register::Cell { .. } => None,
        })
        .collect();
    let shown = part.facts.iter().filter(|(id, _)| reveal || is_plain(session, id));
    shown
        .filter_map(|(id, value)| {
            // A fact that only a newer pack knows stays in the document unseen.
            let known = session.pack.fact(id)?;
            Some(FactView {
                fact: id.clone(),
                label: known.label.clone(),
                words: words(session.pack, known.vocabulary.as_deref(), Some(value)),
                value: value.clone(),
                compartment: part.compartment,
                clash: clashing.contains(id),
            })
        })
        .collect()
}

fn text(row: &Row, column: &str) -> Option<String> {
    row.cells.get(column).and_then(Value::as_text).map(str::to_owned)
}

fn tasks(speaker: &Speaker<'_>, parts: &[Part]) -> Result<Vec<TaskView>, StoreError> {
    let mut tasks = Vec::new();
    for part in parts {
        for row in part.rows.iter().filter(|row| row.table == "tasks" && !row.removed) {
            tasks.push(TaskView {
                row: row.id,
                title: text(row, "title").unwrap_or_default(),
                due: text(row, "due"),
                done_at_ms: row.cells.get("done_at").and_then(Value::as_instant_ms),
                by: speaker.by(part.task_authors.get(&row.id).copied().or(row.author))?,
            });
        }
    }
    let order = |task: &TaskView| {
        (
            task.done_at_ms.is_some(),
            task.due.is_none(),
            task.due.clone(),
            task.row,
        )
    };
    tasks.sort_by_key(order);
    Ok(tasks)
}

fn timeline(speaker: &Speaker<'_>, parts: &[Part]) -> Result<Vec<Entry>, StoreError> {
    let mut entries = Vec::new();
    for part in parts {
        for written in &part.timeline {
            entries.push(Entry {
                id: written.id,
                kind: written.kind.clone(),
                compartment: part.compartment,
                text: written.text.clone(),
                at_ms: written.at_ms,
                by: speaker.by(written.author)?,
                delivery: speaker.delivery_of(written.change.as_ref())?,
            });
        }
    }
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.at_ms, entry.id)));
    Ok(entries)
}

fn forms(session: &Session, parts: &[Part]) -> Vec<FormSummary> {
    let has = |fact: &FactId| parts.iter().any(|part| part.facts.contains_key(fact));
    let of_form = |form: &casework::Form| {
        let (filled, required) = super::form::completeness(form, has);
        FormSummary {
            form: form.id.clone(),
            title: form.title.clone(),
            source: form.source.clone(),
            filled,
            required,
        }
    };
    session.pack.forms().map(of_form).collect()
}

fn attachments(
    session: &Session,
    read: &Read<'_>,
    speaker: &Speaker<'_>,
    parts: &[Part],
) -> Result<Vec<AttachmentView>, StoreError> {
    let mut views = Vec::new();
    for row in parts
        .iter()
        .flat_map(|part| &part.rows)
        .filter(|row| row.table == "attachments" && !row.removed)
    {
        let mut here = Vec::new();
        // Somebody else's picture is at the hub in whatever sizes have come from there.
        let mut on_hub = true;
        for size in MediaSize::ALL {
            let Some(sha) = picture(row, size) else { continue };
            let (is_here, is_sent) = read.media_state(&sha)?;
            if is_here {
                here.push(shown_size(size));
                on_hub &= is_sent;
            } else {
                on_hub &= row.author != Some(session.author) && size == MediaSize::Full;
            }
        }
        views.push(AttachmentView {
            row: row.id,
            caption: text(row, "caption").unwrap_or_default(),
            added_at_ms: row.cells.get("added_at").and_then(Value::as_instant_ms),
            by: speaker.by(row.author)?,
            here,
            on_hub,
        });
    }
    views.sort_by_key(|view| (std::cmp::Reverse(view.added_at_ms), view.row));
    Ok(views)
}

const fn shown_size(size: MediaSize) -> PictureSize {
    match size {
        MediaSize::Thumb => PictureSize::Thumb,
        MediaSize::Field => PictureSize::Field,
        MediaSize::Full => PictureSize::Full,
    }
}

fn clashes(
    session: &Session,
    speaker: &Speaker<'_>,
    parts: &[Part],
    writes: &[Compartment],
    reveal: bool,
) -> Result<Vec<Clash>, StoreError> {
    let mut views = Vec::new();
    for part in parts {
        for clash in &part.clashes {
            let register = match (&clash.register, &clash.table) {
                (Register::Fact(fact), _) => RegisterRef::Fact { fact: fact.clone() },
                (Register::Cell { row, column }, Some(table)) => RegisterRef::Cell {
                    table: table.clone(),
                    row: *row,
                    column: column.clone(),
                },
                (Register::Cell { .. }, None) => continue,
            };
            let masked = !reveal && !register_is_plain(session, &register);
            let vocabulary = register_place(session.pack, &register).and_then(|(_, vocabulary)| vocabulary);
            let mut versions = Vec::new();
            for version in &clash.versions {
                let mut view = speaker.version(version.clone(), vocabulary)?;
                if masked {
                    view.value = None;
                    view.words.clear();
                }
                versions.push(view);
            }
            views.push(Clash {
                label: register_label(session.pack, &register),
                register,
                versions,
                writable: writes.contains(&part.compartment),
            });
        }
    }
    Ok(views)
}

fn register_is_plain(session: &Session, register: &RegisterRef) -> bool {
    match register {
        RegisterRef::Fact { fact } => is_plain(session, fact),
        RegisterRef::Cell { table, .. } => session
            .pack
            .table(table)
            .is_some_and(|table| table.compartment() == Some(Compartment::Core)),
    }
}
