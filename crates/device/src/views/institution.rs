//! An institution as its screen shows it, and its row of the list.

use casework::{About, DocumentKind, InstitutionId, Pack, Subject, clock, institution};
use ipc::{InstitutionCard, InstitutionView};

use super::{
    Part, Speaker, clashes,
    filing::filing_views,
    form::{Sheet, record_of, today},
    forms::{form_summaries, stale_forms},
    words::word_of,
};
use crate::{
    documents::{Documents, with_words},
    failure::Answer,
    session::Session,
    store::{InstitutionRow, Read},
};

/// The row as the screen shows it at `now_ms`.
pub(crate) fn institution_card(row: &InstitutionRow, pack: &Pack, now_ms: i64) -> InstitutionCard {
    let clock = row.running.as_deref().and_then(|running| with_words(pack, running));
    let count = |count: Option<i64>| count.and_then(|count| u32::try_from(count).ok());
    InstitutionCard {
        institution: InstitutionId::from_bytes(row.subject),
        name: row.card.name.clone(),
        kind: word_of(pack, institution::KIND, &row.card.kind),
        capacity: count(row.card.capacity),
        present: count(row.card.present),
        standing: clock.as_ref().map(|clock| clock.standing(now_ms)),
        clock,
        clocks_overdue: row.clocks_overdue,
        waiting: row.waiting,
        refused: row.refused,
        clashes: row.clashes,
        changed_at_ms: row.changed_ms,
    }
}

/// The whole view of an institution. Nothing of it is masked: it names no child.
pub(crate) fn institution_view(
    session: &Session,
    documents: &mut Documents,
    read: &Read<'_>,
    row: &InstitutionRow,
    parts: &[Part],
) -> Answer<InstitutionView> {
    let now_ms = session.now_ms();
    let subject = Subject::Institution(InstitutionId::from_bytes(row.subject));
    let speaker = Speaker::new(session, read, &row.subject)?;
    let record = record_of(parts);
    let running = clock::of_reader(session.pack.clocks(), &record, now_ms, |kind| session.may_read(kind));
    let filings = filing_views(session, &speaker, subject, parts)?;
    let stale = stale_forms(session, documents, read, subject, (parts, &filings))?;
    let sheet = Sheet::new(session.pack, record, today(now_ms));
    let may_write = |kind: DocumentKind| {
        session.may_write(kind)
            && parts
                .iter()
                .find(|part| part.kind == kind)
                .is_none_or(|part| part.writable)
    };
    Ok(InstitutionView {
        card: institution_card(row, session.pack, now_ms),
        clocks: running
            .into_iter()
            .map(|clock| (clock.clone(), clock.standing(now_ms)))
            .collect(),
        forms: form_summaries(session, (&About::Institution, None), &sheet, (&filings, &stale)),
        filings,
        clashes: clashes(session, &speaker, parts, may_write, true)?,
        writes: subject
            .kinds()
            .iter()
            .copied()
            .filter(|kind| may_write(*kind))
            .collect(),
        delivery: speaker.delivery_of_subject(&row.subject)?,
        now_ms,
    })
}
