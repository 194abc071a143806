//! The projection worker: folds changed documents into rows, and tells the channels.

mod case;
mod report;
mod rows;

pub use case::{Kept, clock_times, placements};

use std::sync::Arc;
use std::time::{Duration, Instant};

use casework::{DocumentKind, Record, Subject};
use protocol::DocumentId;

use crate::channel::figures::Figures;
use crate::channel::{self, Source};
use crate::hub::Hub;
use crate::matching;
use crate::memory;
use crate::rights::key_of;
use crate::storage::{Claim, DocumentState, Folded, Parcel, StorageError, UnfoldedSubject};
use crate::sync::{self, FoldError};
use crate::wake::Woken;

/// A document of a subject, as it is stored.
type Stored = (DocumentId, DocumentState);

/// Few at a time, so that of several hubs each has its share.
const SUBJECTS_AT_ONCE: u32 = 64;
/// How long a hold on subjects lasts: much longer than folding as many takes.
const HOLD_MS: i64 = 30_000;

/// Works until the hub stops.
pub fn run(hub: &Arc<Hub>) {
    // Another process may have no way to ring: `admin rebuild` beside a hub with a file.
    let look_every = Duration::from_millis(hub.config.limits.look_every_ms);
    let mut once = Once::default();
    loop {
        match fold_waiting(hub) {
            Ok(0) => match idle(hub, &mut once) {
                Ok(true) => {
                    hub.pause.work();
                    continue;
                }
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "comparing failed; it will be tried again"),
            },
            Ok(_) => {
                hub.to_deliver.ring();
                hub.pause.work();
                continue;
            }
            Err(error) => tracing::error!(%error, "projection failed; it will be tried again"),
        }
        let asleep = Instant::now();
        if hub.changed.sleep(look_every) == Woken::Stop {
            return;
        }
        if asleep.elapsed() >= look_every && hub.pause.begins() {
            hub.storage.rest();
            memory::give_back();
        }
    }
}

/// What is done when nothing waits to be folded: comparing, figures of months that are over, and once the cards that are
/// missing. Says whether it did some.
fn idle(hub: &Hub, once: &mut Once) -> Result<bool, StorageError> {
    if !once.cards_are_made {
        once.cards_are_made = make_cards(hub)? == 0;
        return Ok(true);
    }
    if once.figures.work(hub)? {
        hub.to_deliver.ring();
        return Ok(true);
    }
    matching::work(hub)
}

/// What is done once, or once a day.
#[derive(Debug, Default)]
struct Once {
    cards_are_made: bool,
    figures: Figures,
}

/// Folds some of what waits and no other hub holds; says how much it was.
pub fn fold_waiting(hub: &Hub) -> Result<usize, StorageError> {
    let now_ms = hub.clock.now_ms();
    let claim = Claim {
        worker: hub.worker()?,
        now_ms,
        until_ms: now_ms + HOLD_MS,
    };
    let waiting = hub.storage.claim_unfolded(claim, SUBJECTS_AT_ONCE)?;
    for subject in &waiting {
        let folded = match fold_subject(hub, *subject) {
            Ok(folded) => folded,
            Err(FoldError::Storage(error)) => return Err(error),
            Err(error) => {
                // It will not fold better the next time, and must not hold up the others.
                tracing::error!(%error, number = subject.number, "a subject cannot be folded");
                Folded::nothing(*subject)
            }
        };
        // A hold that was lost: another hub folds the subject, or has done so.
        hub.storage.save_folded(&folded, claim.worker, hub.clock.now_ms())?;
    }
    Ok(waiting.len())
}

/// Makes some of the cards that a hub before this one did not; says how many. Nobody is told anything of it.
pub fn make_cards(hub: &Hub) -> Result<usize, StorageError> {
    let without = hub.storage.without_card(SUBJECTS_AT_ONCE)?;
    for subject in &without {
        let documents = hub.storage.subject_states(*subject)?;
        let done = UnfoldedSubject {
            subject: *subject,
            number: hub.storage.case(*subject)?.map_or(0, |row| row.upto),
        };
        let card = match case::fold(hub, done, &documents) {
            Ok(folded) => folded.card,
            Err(FoldError::Storage(error)) => return Err(error),
            Err(_) => None,
        };
        hub.storage.add_card(&card.unwrap_or_else(|| case::no_card(*subject)))?;
    }
    Ok(without.len())
}

fn fold_subject(hub: &Hub, subject: UnfoldedSubject) -> Result<Folded, FoldError> {
    let documents = hub.storage.subject_states(subject.subject)?;
    let is_case = documents
        .iter()
        .any(|(id, _)| key_of(*id).is_some_and(|key| key.case_id().is_some()));
    if !is_case {
        return without_row(hub, subject, &documents);
    }
    case::fold(hub, subject, &documents)
}

/// What is no case: a report of a missing child, which is told to the state, or an institution. Its documents are kept folded
/// like those of a case, so that none is read change by change from its beginning.
fn without_row(hub: &Hub, subject: UnfoldedSubject, documents: &[Stored]) -> Result<Folded, FoldError> {
    let mut folded = Folded::nothing(subject);
    let Some((_, first)) = documents.first() else {
        return Ok(folded);
    };
    let district = &first.district;
    let pack = hub.pack_of(district)?;
    for (id, state) in documents {
        let Some(key) = key_of(*id) else { continue };
        let document = sync::fold(key.kind, state, &pack)?;
        if let Some(snapshot) = sync::due_snapshot(state, &document) {
            folded.snapshots.push((*id, snapshot, state.last_number));
        }
        let Some(about) = Subject::of(subject.subject, key.kind) else {
            continue;
        };
        let mut record = Record::default();
        document.add_to(&mut record);
        folded.tables = rows::of(about, district, &record);
        if key.kind == DocumentKind::Missing {
            folded.report = Some(report::of_missing(district, subject.subject, &record));
            folded.decisions = Some(report::decisions(&record));
        }
        if hub.config.channels.any() {
            folded.parcels = tell(hub, subject, about, district, &record)?;
        }
    }
    Ok(folded)
}

fn tell(
    hub: &Hub,
    subject: UnfoldedSubject,
    about: Subject,
    district: &str,
    record: &Record,
) -> Result<Vec<Parcel>, FoldError> {
    let received_ms = hub.storage.received_ms(district, subject.number)?;
    let changed_ms = received_ms.unwrap_or_else(|| hub.clock.now_ms());
    let clocks = clock_times(&*hub.pack_of(district)?, record, changed_ms);
    let source = Source {
        subject: about,
        district,
        record,
        clocks: &clocks,
        placements: &[],
        upto: subject.number,
        changed_ms,
    };
    Ok(channel::parcels(hub, &source, &hub.storage.told(subject.subject)?))
}
