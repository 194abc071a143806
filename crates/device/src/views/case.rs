//! A case as its screen shows it.

mod attachments;
mod life;
mod tasks;

use std::collections::BTreeSet;

use casefile::Register;
use casework::{About, CaseId, CaseKind, Compartment, DocumentKind, FactId, Subject, attachment, clock, facts};
use ipc::{CaseView, ChannelAnswer, Entry, FactView, TableView};

use super::{
    Part, Speaker, card, clashes,
    clashes::is_plain,
    filing::filing_views,
    form::{Sheet, record_of, today},
    forms::{form_summaries, stale_forms},
    table::table_view,
    words,
};
use crate::{
    documents::Documents,
    failure::Answer,
    session::Session,
    store::{CardRow, Read, StoreError},
};

/// The whole view of a case.
pub(crate) fn case_view(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    row: &CardRow,
    (parts, reveal): (&[Part], bool),
) -> Answer<CaseView> {
    let now_ms = session.now_ms();
    let speaker = Speaker::new(session, read, &row.subject)?;
    let get = |id: &FactId| parts.iter().find_map(|part| part.facts.get(id)).cloned();
    let record = record_of(parts);
    // What stops a clock may stand in a document this officer may not read: then it is not for this officer.
    let reads = |kind: DocumentKind| {
        kind.compartment()
            .is_none_or(|compartment| session.may_read(compartment))
    };
    let running = clock::of_reader(session.pack.clocks(), &record, now_ms, reads);
    let name = facts::CHILD_NAME.parse().ok().and_then(|id| get(&id));
    let writes = Compartment::ALL.into_iter().filter(|compartment| {
        session.may_write(*compartment)
            && parts
                .iter()
                .find(|part| part.kind == (*compartment).into())
                .is_none_or(|part| part.writable)
    });
    let writes: Vec<Compartment> = writes.collect();
    let subject = Subject::Case(CaseId::from_bytes(row.subject));
    let kind = record.text(facts::KIND).map_or(CaseKind::Cncp, CaseKind::from_code);
    let filings = filing_views(session, &speaker, subject, parts)?;
    let stale = stale_forms(session, documents, read, subject, (parts, &filings))?;
    let sheet = Sheet::new(session.pack, record.clone(), today(now_ms));
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
        life: life::life(
            session,
            read,
            (CaseId::from_bytes(row.subject), &record),
            &running,
            reveal,
        )?,
        tables: tables(session, &speaker, parts, &writes, reveal)?,
        tasks: tasks::task_views(session, &speaker, parts, &record, &running, reveal)?,
        clocks: running
            .into_iter()
            .map(|clock| (clock.clone(), clock.standing(now_ms)))
            .collect(),
        timeline: timeline(&speaker, parts)?,
        forms: form_summaries(session, (&About::Case, Some(&kind)), &sheet, (&filings, &stale)),
        filings,
        attachments: attachments::attachments(session, read, &speaker, parts, reveal)?,
        clashes: clashes(
            session,
            &speaker,
            parts,
            |kind| kind.compartment().is_some_and(|kept| writes.contains(&kept)),
            reveal,
        )?,
        writes,
        damaged: Vec::new(),
        delivery: speaker.delivery_of_subject(&row.subject)?,
        answers: answers(read, &row.subject)?,
        now_ms,
    })
}

/// What each channel said last: of an acceptance and a rejection the one that was about more.
fn answers(read: &Read<'_>, subject: &[u8; 16]) -> Result<Vec<ChannelAnswer>, StoreError> {
    let said = read.receipts(subject)?;
    let answers = said.into_iter().filter_map(|(channel, receipt)| {
        let (accepted, rejected) = (receipt.accepted, receipt.rejected);
        let reference = accepted.as_ref().map(|(_, reference, _)| reference.clone());
        let newer = rejected.filter(|(upto, ..)| accepted.as_ref().is_none_or(|(taken, ..)| taken < upto));
        let at_ms = newer.as_ref().or(accepted.as_ref())?.2;
        Some(ChannelAnswer {
            channel,
            reference,
            rejected: newer.map(|(_, reason, _)| reason),
            at_ms,
        })
    });
    Ok(answers.collect())
}

fn fact_views(session: &Session, part: &Part, reveal: bool) -> Vec<FactView> {
    let Some(compartment) = part.kind.compartment() else {
        return Vec::new();
    };
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
                compartment,
                clash: clashing.contains(id),
            })
        })
        .collect()
}

/// Tables that are shown otherwise, as those of attachments are.
const SHOWN_ELSEWHERE: [&str; 3] = ["tasks", "filings", "amendments"];

/// The tables this officer may read. Rows outside `core` come only when revealed.
fn tables(
    session: &Session,
    speaker: &Speaker<'_>,
    parts: &[Part],
    writes: &[Compartment],
    reveal: bool,
) -> Result<Vec<TableView>, StoreError> {
    let mut views = Vec::new();
    for known in session.pack.tables() {
        let Some(compartment) = known.compartment() else {
            continue;
        };
        let elsewhere = SHOWN_ELSEWHERE.contains(&known.id.as_str()) || attachment::is_table(&known.id);
        if elsewhere || !session.may_read(compartment) {
            continue;
        }
        let part = parts.iter().find(|part| part.kind == known.document);
        let part = part.filter(|_| reveal || compartment == Compartment::Core);
        let writable = writes.contains(&compartment);
        views.push(table_view(session, speaker, known, part, writable)?);
    }
    Ok(views)
}

fn timeline(speaker: &Speaker<'_>, parts: &[Part]) -> Result<Vec<Entry>, StoreError> {
    let mut entries = Vec::new();
    for part in parts {
        let Some(compartment) = part.kind.compartment() else {
            continue;
        };
        for written in &part.timeline {
            entries.push(Entry {
                id: written.id,
                kind: written.kind.clone(),
                compartment,
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
