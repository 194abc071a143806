//! What a list shows of a case: enough to know it again and to see how it presses, and nothing by which a stranger would
//! know the child. A device makes it of its documents; a hub sends it ahead of them, so that a list is whole before the
//! cases are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    DocumentKind, FactId, Pack, Record, RecordRow, Spine, Stage, Urgency, Value,
    clock::{self, Running},
    duty, facts, initials,
};

/// The fact that is a case's number.
const CASE_NUMBER: &str = "case.number";
/// The table of tasks, and the column that says when one was done.
const TASKS: &str = "tasks";
const DONE: &str = "done_at";
/// How a case presses, in the order of lists.
pub mod pressing {
    /// An emergency, or a referral that nobody has taken up.
    pub const EMERGENCY: u8 = 0;
    /// Any other open case.
    pub const OPEN: u8 = 1;
    /// A closed case.
    pub const CLOSED: u8 = 2;
}

/// What the document `core` says on the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CoreCard {
    /// The case's number, where it has one.
    pub number: String,
    /// Code of its kind.
    pub kind: String,
    /// Code of its stage.
    pub stage: String,
    /// Code of its urgency.
    pub urgency: String,
    /// Code of the first ground.
    pub ground: String,
    /// See [`pressing`].
    pub pressing: u8,
    /// Tasks that somebody wrote and nobody has done.
    pub tasks_open: u32,
}

impl CoreCard {
    /// The card of these facts.
    pub fn of(facts: &BTreeMap<FactId, Value>, tasks_open: usize) -> Self {
        let spine = Spine::read(|id| facts.get(id).cloned());
        let pressing = match (&spine.stage, &spine.urgency) {
            (Stage::Closed, _) => pressing::CLOSED,
            (_, Urgency::Emergency) => pressing::EMERGENCY,
            // Somebody waits for an answer, however little the rest presses.
            _ if duty::waits_for_answer(facts) => pressing::EMERGENCY,
            _ => pressing::OPEN,
        };
        Self {
            number: text(facts, CASE_NUMBER).unwrap_or_default(),
            kind: spine.kind.code().to_owned(),
            stage: spine.stage.code().to_owned(),
            urgency: spine.urgency.code().to_owned(),
            ground: spine.grounds.first().cloned().unwrap_or_default(),
            pressing,
            tasks_open: u32::try_from(tasks_open).unwrap_or(u32::MAX),
        }
    }
}

/// What the document `identity` says on the list: nothing by which a child is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdentityCard {
    /// First letters of the child's name.
    pub initials: String,
    /// The date of birth, as it was written.
    pub birth_date: Option<String>,
    /// The age that somebody stated, in years.
    pub age_stated: Option<i64>,
    /// Code of the sex.
    pub sex: Option<String>,
}

impl IdentityCard {
    /// The card of these facts.
    pub fn of(all: &BTreeMap<FactId, Value>) -> Self {
        Self {
            initials: text(all, facts::CHILD_NAME)
                .map(|name| initials(&name))
                .unwrap_or_default(),
            birth_date: text(all, facts::CHILD_BIRTH_DATE),
            age_stated: fact(all, facts::CHILD_AGE_STATED).and_then(Value::as_integer),
            sex: text(all, facts::CHILD_SEX),
        }
    }
}

/// Whether a row is a task that nobody has done.
pub fn is_open_task<'a>(table: &str, mut columns: impl Iterator<Item = &'a String>) -> bool {
    table == TASKS && !columns.any(|column| column == DONE)
}

/// What a hub sends of a case ahead of its documents, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// What `core` says.
    #[serde(rename = "c")]
    pub core: CoreCard,
    /// What `identity` says, to those who read it.
    #[serde(rename = "i", skip_serializing_if = "Option::is_none", default)]
    pub identity: Option<IdentityCard>,
    /// When the case was last changed, by the hub's clock, milliseconds since 1970-01-01 UTC.
    #[serde(rename = "t")]
    pub changed_ms: i64,
    /// The clock that is due next, of those which `core` alone decides, without the words of the law.
    #[serde(rename = "n", skip_serializing_if = "Option::is_none", default)]
    pub next: Option<Running>,
}

/// The clock that is due next of those which `core` alone decides: what the list shows until the other documents are here.
/// `core` holds what that document says.
pub fn next_by_core(pack: &Pack, core: &Record, now_ms: i64) -> Option<Running> {
    let reads = |kind| kind == DocumentKind::Case(crate::Compartment::Core);
    let mut timings = pack.clocks().timings(core, now_ms, reads);
    // A time that passes asks nobody to act.
    timings.retain(|timing| !timing.clock.duty.passes() && timing.standing(now_ms).is_open());
    clock::sort(&mut timings, now_ms);
    timings.first().map(|timing| timing.told().without_words())
}

/// The open tasks of a record.
pub fn open_tasks(rows: &[RecordRow]) -> usize {
    let open = |row: &&RecordRow| is_open_task(&row.table, row.cells.keys());
    rows.iter().filter(open).count()
}

/// A fact by its name; `None` where it is not written, or nothing is called so.
pub fn fact<'a>(facts: &'a BTreeMap<FactId, Value>, name: &str) -> Option<&'a Value> {
    name.parse::<FactId>().ok().and_then(|id| facts.get(&id))
}

/// What a fact says, where it is a text.
pub fn text(facts: &BTreeMap<FactId, Value>, name: &str) -> Option<String> {
    fact(facts, name).and_then(Value::as_text).map(str::to_owned)
}
