//! A case as a row.

use std::collections::{BTreeMap, BTreeSet};

use casework::card::{Card, CoreCard, IdentityCard, next_by_core, open_tasks, pressing};
use casework::{
    CaseId, Compartment, FactId, Pack, Record, Spine, Stage, Subject, Value, age_years, clock, custody, duty, facts,
};
use protocol::limits::CARD_BYTES_MAX;
use serde::{Deserialize, Serialize};

use super::{Stored, report};
use crate::channel::{self, Source, figures};
use crate::hub::Hub;
use crate::rights::key_of;
use crate::storage::{CardRow, CaseRow, ClockRow, Folded, PlacementRow, StorageError, Tables, UnfoldedSubject};
use crate::sync::{self, FoldError};

/// The name under which a row keeps the child's age in whole years. The date of birth itself is not kept.
pub const AGE_YEARS: &str = "child.age_years";

/// What a row may keep beside the spine: what a district's figures are made of.
pub static PROJECTED: std::sync::LazyLock<BTreeSet<FactId>> = std::sync::LazyLock::new(|| {
    let counted = figures::FACTS.iter();
    counted
        .map(|name| name.parse().expect("figures name facts by their ids"))
        .collect()
});

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

/// The times of one run of a statutory clock, without the facts they were computed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockTimes {
    /// The clock's name.
    pub id: String,
    /// Which of several runs.
    pub instance: String,
    /// When it runs out, extensions counted in; `None` where no time is set.
    pub due_at_ms: Option<i64>,
    /// When it was stopped.
    pub stopped_at_ms: Option<i64>,
    /// Whether more time was ordered by somebody who may.
    pub extended: bool,
}

/// The clocks of a case that are for this child and ask somebody to act.
pub fn clock_times(pack: &Pack, record: &Record, now_ms: i64) -> Vec<ClockTimes> {
    let running = clock::of_record(pack.clocks(), record, now_ms);
    let asks = running
        .into_iter()
        .filter(|clock| clock.applies && !clock.duty.passes());
    asks.map(|clock| ClockTimes {
        id: clock.id,
        instance: clock.instance,
        due_at_ms: clock.due_at_ms,
        stopped_at_ms: clock.stopped_at_ms,
        extended: clock.extended_to.is_some(),
    })
    .collect()
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
        facts: case_facts(&record.facts, changed_ms),
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
    let chain = custody::chain(&pack.stages().custody, record, now_ms);
    let known = chain.links.into_iter().filter_map(|link| {
        Some(PlacementRow {
            place_kind: link.place?,
            since_ms: link.since_ms,
            until_ms: link.until_ms,
        })
    });
    known.take(PLACEMENTS_MAX).collect()
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

/// The facts that a row keeps, out of all facts of the case.
pub fn case_facts(all: &BTreeMap<FactId, Value>, now_ms: i64) -> BTreeMap<String, Value> {
    let kept = all.iter().filter(|(fact, _)| PROJECTED.contains(*fact));
    let mut kept: BTreeMap<String, Value> = kept.map(|(fact, value)| (fact.to_string(), value.clone())).collect();
    let fact = |name: &str| all.get(&name.parse::<FactId>().ok()?);
    let born = fact(facts::CHILD_BIRTH_DATE).and_then(Value::as_text);
    let age = born
        .and_then(|born| age_years(born, now_ms))
        .map(i64::from)
        .or_else(|| fact(facts::CHILD_AGE_STATED).and_then(Value::as_integer));
    if let Some(age) = age {
        kept.insert(AGE_YEARS.to_owned(), Value::Integer(age));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_keeps_nothing_that_names_the_child() {
        let all = Pack::national()
            .facts()
            .map(|fact| (fact.id.clone(), Value::from("SECRET")))
            .collect();
        let kept = case_facts(&all, 0);
        for name in [
            "child.name",
            "child.birth_date",
            "child.address",
            "parents.name",
            "statement.allegation",
        ] {
            assert!(!kept.contains_key(name), "{name}");
        }
        assert!(kept.contains_key("case.stage"));
    }

    #[test]
    fn the_age_comes_from_the_birth_date_and_else_as_stated() {
        let now_ms = 1_795_392_000_000; // 2026-11-23
        let mut all = BTreeMap::from([("child.age_stated".parse().unwrap(), Value::Integer(7))]);
        assert_eq!(case_facts(&all, now_ms).get(AGE_YEARS), Some(&Value::Integer(7)));
        all.insert("child.birth_date".parse().unwrap(), Value::from("2016-11-23"));
        assert_eq!(case_facts(&all, now_ms).get(AGE_YEARS), Some(&Value::Integer(10)));
    }
}
