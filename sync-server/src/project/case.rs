//! A case as a row.

use std::collections::BTreeMap;

use casework::card::{Card, CoreCard, IdentityCard, next_by_core, open_tasks, pressing};
use casework::reports::{self, CaseTold, ClockTimes, Stay, kept_facts};
use casework::{CaseId, Compartment, Pack, Record, Spine, Stage, Subject, Value, clock, duty, facts};
use protocol::limits::CARD_BYTES_MAX;
use serde::{Deserialize, Serialize};

use super::{Stored, report};
use crate::channel::{self, Source};
use crate::hub::Hub;
use crate::rights::key_of;
use crate::storage::{CardRow, CaseRow, ClockRow, Folded, PlacementRow, StorageError, Tables, UnfoldedSubject};
use crate::sync::{self, FoldError};

/// Places one child was at that are kept; a child has a handful.
const PLACEMENTS_MAX: usize = 64;
/// What joins the two halves of a card.
const CARD_JOINT_BYTES: usize = 8;

/// What a row keeps as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Facts that figures are made of, by name.
    pub facts: BTreeMap<String, Value>,
    /// The times of the statutory clocks.
    pub clocks: Vec<ClockTimes>,
    /// Where the child was.
    #[serde(default)]
    pub placements: Vec<PlacementRow>,
}

/// The clocks of a record that are for this child and ask somebody to act.
pub fn clock_times(pack: &Pack, record: &Record, now_ms: i64) -> Vec<ClockTimes> {
    reports::clock_times(pack, record, now_ms, |_| true)
}

/// Reads a case's documents into its row. `subject.number` was in the log before any of them is read, so the row has
/// every change up to it.
pub(super) fn fold(hub: &Hub, subject: UnfoldedSubject, documents: &[Stored]) -> Result<Folded, FoldError> {
    let (_, first) = documents.first().ok_or(StorageError::NoSuch("case"))?;
    let district = first.district.clone();
    let changed_ms = hub
        .storage
        .received_ms(&district, subject.number)?
        .unwrap_or_else(|| hub.clock.now_ms());
    let pack = hub.pack_of(&district)?;
    let (mut record, mut core) = (Record::default(), Record::default());
    let mut folded = Folded::nothing(subject);
    for (id, state) in documents {
        let Some(key) = key_of(*id) else { continue };
        if state.last_number == 0 {
            continue;
        }
        let document = sync::fold(key.kind, state, &pack)?;
        if let Some(snapshot) = sync::due_snapshot(state, &document) {
            folded.snapshots.push((*id, snapshot, state.last_number));
        }
        document.add_to(&mut record);
        if key.kind == Compartment::Core.into() {
            document.add_to(&mut core);
        }
    }
    folded.report = Some(report::of_case(&district, subject.subject, &record));
    folded.decisions = Some(report::decisions(&record));
    let spine = Spine::read(|fact| record.facts.get(fact).cloned());
    folded.card = Some(card(
        subject.subject,
        &record,
        next_by_core(&pack, &core, hub.clock.now_ms()),
        changed_ms,
    ));
    let kept = Kept {
        facts: kept_facts(&record.facts, changed_ms),
        clocks: clock_times(&pack, &record, hub.clock.now_ms()),
        placements: placements(&pack, &record, hub.clock.now_ms()),
    };
    folded.tables = kept.tables();
    // A case that is closed waits for nobody.
    let closed_ms = (spine.stage == Stage::Closed).then_some(changed_ms);
    folded.answered_ms = duty::answered_ms(&record.facts).or(closed_ms);
    if hub.config.channels.any() {
        let source = Source {
            subject: Subject::Case(CaseId::from_bytes(subject.subject)),
            district: &district,
            record: &record,
            clocks: &kept.clocks,
            placements: &kept.placements,
            upto: subject.number,
            changed_ms,
        };
        folded.parcels = channel::parcels(hub, &source, &hub.storage.told(subject.subject)?);
    }
    folded.case = Some(CaseRow {
        subject: subject.subject,
        district,
        kind: spine.kind.code().to_owned(),
        stage: spine.stage.code().to_owned(),
        urgency: spine.urgency.code().to_owned(),
        opened_at_ms: spine.opened_at_ms,
        upto: subject.number,
        changed_ms,
        facts: serde_json::to_string(&kept).expect("facts are JSON"),
    });
    Ok(folded)
}

impl Kept {
    /// What reports read of the case that a row is of.
    pub fn told(self, row: &CaseRow) -> CaseTold {
        let stay = |place: PlacementRow| Stay {
            place_kind: place.place_kind,
            place_name: None,
            since_ms: place.since_ms,
            until_ms: place.until_ms,
        };
        let mut facts = self.facts;
        for (name, code) in [(facts::KIND, &row.kind), (facts::STAGE, &row.stage)] {
            facts.insert(name.to_owned(), Value::from(code.as_str()));
        }
        CaseTold {
            opened_at_ms: row.opened_at_ms,
            facts,
            clocks: self.clocks,
            stays: self.placements.into_iter().map(stay).collect(),
            ..CaseTold::default()
        }
    }

    /// What dashboards read of it.
    fn tables(&self) -> Tables {
        Tables::Case {
            clocks: self.clocks.iter().map(clock_row).collect(),
            placements: self.placements.clone(),
        }
    }
}

fn clock_row(clock: &ClockTimes) -> ClockRow {
    ClockRow {
        clock: clock.id.clone(),
        instance: clock.instance.clone(),
        due_ms: clock.due_at_ms,
        stopped_ms: clock.stopped_at_ms,
        extended: clock.extended,
    }
}

/// Where the child was: the chain of custody, without names and orders.
pub fn placements(pack: &Pack, record: &Record, now_ms: i64) -> Vec<PlacementRow> {
    let stays = reports::stays(pack, record, now_ms).into_iter();
    let row = |stay: Stay| PlacementRow {
        place_kind: stay.place_kind,
        since_ms: stay.since_ms,
        until_ms: stay.until_ms,
    };
    stays.take(PLACEMENTS_MAX).map(row).collect()
}

/// What the list shows of the case.
fn card(subject: [u8; 16], record: &Record, next: Option<clock::Running>, changed_ms: i64) -> CardRow {
    let core = CoreCard::of(&record.facts, open_tasks(&record.rows));
    let (pressing, due_ms) = (core.pressing, next.as_ref().and_then(|next| next.due_at_ms));
    let card = Card {
        core,
        identity: None,
        changed_ms,
        next,
    };
    let core = serde_json::to_string(&card).expect("a card is JSON");
    let identity = serde_json::to_string(&IdentityCard::of(&record.facts)).expect("a card is JSON");
    let fits = core.len() + identity.len() + CARD_JOINT_BYTES <= CARD_BYTES_MAX;
    CardRow {
        subject,
        pressing,
        due_ms,
        core: if fits { core } else { String::new() },
        identity: if fits { identity } else { String::new() },
    }
}

/// In the place of the card of a case that cannot be read: it is told without one.
pub(super) const fn no_card(subject: [u8; 16]) -> CardRow {
    CardRow {
        subject,
        pressing: pressing::OPEN,
        due_ms: None,
        core: String::new(),
        identity: String::new(),
    }
}
