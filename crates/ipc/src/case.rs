//! What the screens show of cases.

pub use casework::tasks::Origin as TaskOrigin;
use casework::{
    CaseId, CaseKind, Compartment, EntryId, FactId, Labels, Stage, Urgency, Value,
    clock::{Running, Standing},
};
use serde::{Deserialize, Serialize};

use crate::{AttachmentView, Delivery, FilingView, FormUse, Life, RegisterRef, TableView};

/// Which cases a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFilter {
    /// Words to find (name, number, place); empty for all.
    pub text: String,
    /// Only cases with a clock that has run out.
    pub overdue: bool,
    /// Only cases with changes that have not reached the hub.
    pub waiting: bool,
    /// Only cases with two versions of something.
    pub clashes: bool,
}

/// A page of the case list, most pressing first: emergencies, then by the next clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CasePage {
    /// How many cases the filter finds.
    pub total: u32,
    /// This page.
    pub rows: Vec<CaseCard>,
    /// The device's time when the page was made.
    pub now_ms: i64,
}

/// A row of the case list. Says nothing that identifies the child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseCard {
    /// The case.
    pub case: CaseId,
    /// First letters of the child's name; empty where no name is known.
    pub initials: String,
    /// Case number, where there is one.
    pub number: String,
    /// Age in whole years.
    pub age_years: Option<u8>,
    /// Code and words of the sex.
    pub sex: Option<Labels>,
    /// Kind of case.
    pub kind: CaseKind,
    /// Stage.
    pub stage: Stage,
    /// The stage in words.
    pub stage_label: Labels,
    /// Urgency.
    pub urgency: Urgency,
    /// The first ground, in words.
    pub ground: Option<Labels>,
    /// The clock that is due next (or the longest overdue).
    pub clock: Option<Running>,
    /// How that clock stands.
    pub standing: Option<Standing>,
    /// Open tasks that somebody wrote; what clocks and plans ask for is not among them.
    pub tasks_open: u32,
    /// Clocks that have run out.
    pub clocks_overdue: u32,
    /// Changes that have not reached the hub.
    pub waiting: u32,
    /// Registers with two versions.
    pub clashes: u32,
    /// Changes the hub refused.
    pub refused: u32,
    /// When the case was last changed by anybody.
    pub changed_at_ms: i64,
    /// The hub has named the case and its documents are still to come: nothing of it can be opened yet.
    pub on_its_way: bool,
}

/// What is asked when a case is opened; everything else can wait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewCase {
    /// Kind of case.
    pub kind: CaseKind,
    /// Urgency.
    pub urgency: Urgency,
    /// What the caller or the child said; becomes the first note. May be empty.
    pub note: String,
    /// The child's name, where known.
    pub child_name: Option<String>,
    /// Stated or apparent age in years.
    pub age_years: Option<u8>,
    /// Code of the sex.
    pub sex: Option<String>,
}

/// A case, as its screen shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseView {
    /// The row of the list, for the head of the screen.
    pub card: CaseCard,
    /// The child's name; `None` while masked or not known.
    pub name: Option<String>,
    /// Whether what identifies the child is shown.
    pub revealed: bool,
    /// What is known, by compartment in order; identifying facts only when revealed.
    pub facts: Vec<FactView>,
    /// The statutory clocks that have begun.
    pub clocks: Vec<(Running, Standing)>,
    /// What the rules of the pack read out of the case.
    pub life: Life,
    /// Every table of the pack that this officer may read, in the order of their names: orders, hearings, visits,
    /// disabilities, clock extensions, leaves and whatever a pack adds. Rows of `identity` come only when revealed.
    /// The tables that are shown otherwise (`tasks`, those of attachments, `filings`, `amendments`) are left out.
    pub tables: Vec<TableView>,
    /// Forms that were signed, sent or approved, newest first.
    pub filings: Vec<FilingView>,
    /// Tasks, open ones first: those somebody wrote and what clocks, the plan, visits and
    /// hearings ask for, soonest first.
    pub tasks: Vec<TaskView>,
    /// The timeline, newest first.
    pub timeline: Vec<Entry>,
    /// Forms for a case of this kind, in force today: first those this officer fills or approves, then the others.
    pub forms: Vec<FormSummary>,
    /// Photos, papers, recordings and signatures, newest first.
    pub attachments: Vec<AttachmentView>,
    /// Registers with two versions.
    pub clashes: Vec<Clash>,
    /// Compartments this officer may change.
    pub writes: Vec<Compartment>,
    /// Compartments whose copy on this tablet is damaged: set aside until the hub has sent them again, with what was
    /// not sent kept. Nothing of them is shown, and nothing is written in them.
    #[serde(default)]
    pub damaged: Vec<Compartment>,
    /// Where the case's latest change stands.
    pub delivery: Delivery,
    /// What the systems that the hub feeds said of the case last, by the channel's code;
    /// empty where none has answered.
    #[serde(default)]
    pub answers: Vec<ChannelAnswer>,
    /// The device's time when this was made.
    pub now_ms: i64,
}

/// What a system that the hub feeds (the portal, the police's list, the adoption system, a helpline) said of a case last.
/// It may have been told less than the tablet shows, so nothing is claimed of what was written since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelAnswer {
    /// The channel's code, e.g. `trackchild`.
    pub channel: String,
    /// The system's own number of the case, where it ever took it.
    pub reference: Option<String>,
    /// Its reason, in its words, where it would not have the case as it was told last.
    pub rejected: Option<String>,
    /// When the hub had that answer.
    pub at_ms: i64,
}

/// A fact on the overview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactView {
    /// The fact.
    pub fact: FactId,
    /// What it is called.
    pub label: Labels,
    /// The value.
    pub value: Value,
    /// The value in words, where it is a code or several.
    pub words: Vec<Labels>,
    /// The compartment that holds it.
    pub compartment: Compartment,
    /// Whether another version stands beside it.
    pub clash: bool,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskView {
    /// Where it comes from, and so how it is done with: an officer's own is ticked
    /// ([`crate::FieldEdit::TickTask`]), what a clock, the plan, a visit or a hearing asks for goes when that is
    /// written.
    pub origin: TaskOrigin,
    /// What to do, as somebody wrote it; empty where the pack says it, or while it is masked.
    pub title: String,
    /// What to do in the words of the pack; empty for an officer's own.
    pub label: Labels,
    /// Who must act, where the law or the plan says so.
    pub who: Labels,
    /// By when, `2026-11-23`.
    pub due: Option<String>,
    /// The very moment.
    pub due_at_ms: Option<i64>,
    /// Where it stands in the law.
    pub source: Option<String>,
    /// When it was ticked; only an officer's own tasks are listed when they are done.
    pub done_at_ms: Option<i64>,
    /// Who wrote an officer's own task last.
    pub by: String,
}

/// An entry of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// Kind of entry: `note`, or the code of an action.
    pub kind: String,
    /// The compartment that holds it.
    pub compartment: Compartment,
    /// What was written.
    pub text: String,
    /// When, by the writer's clock.
    pub at_ms: i64,
    /// Who wrote it.
    pub by: String,
    /// How far it has come.
    pub delivery: Delivery,
}

/// A form of the pack and how complete it is for this case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormSummary {
    /// Its number.
    pub form: String,
    /// Its title.
    pub title: Labels,
    /// The rule it stands in.
    pub source: String,
    /// Required fields that are asked and have a value.
    pub filled: u32,
    /// Required fields that are asked.
    pub required: u32,
    /// Of a hundred; 100 where nothing is required.
    pub percent: u8,
    /// What this officer's role does with it.
    pub used: FormUse,
    /// How often it was filed.
    pub filings: u32,
    /// The newest filing.
    pub filed: Option<FilingView>,
}

/// The three sizes of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureSize {
    /// At most 8 kB.
    Thumb,
    /// 640 px, at most 130 kB.
    Field,
    /// 1600 px; of a recording or a paper, the whole file; of a signature, its strokes.
    Full,
}

/// A register with two or more versions that were written apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clash {
    /// Which register.
    pub register: RegisterRef,
    /// What it is called.
    pub label: Labels,
    /// The versions; the one that is displayed meanwhile comes first. Masked values are `None`.
    pub versions: Vec<VersionView>,
    /// Whether this officer may settle it.
    pub writable: bool,
}

/// What somebody wrote in a register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionView {
    /// The value; `None` where it was emptied.
    pub value: Option<Value>,
    /// The value in words, where it is a code.
    pub words: Vec<Labels>,
    /// Who wrote it.
    pub by: String,
    /// Their role, where known.
    pub role: Option<Labels>,
    /// When, by the writer's clock.
    pub at_ms: i64,
    /// On which device: the name it was enrolled with; empty where the hub has not said it.
    pub device: String,
    /// When the hub took it in, by the hub's clock; `None` where the hub has not said it: what it does not have yet, and
    /// what an older hub took in here or sent folded in a snapshot.
    pub received_at_ms: Option<i64>,
    /// What was being done: the code of an action, e.g. `form 17`.
    pub action: String,
    /// How far it has come.
    pub delivery: Delivery,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowChange {
    /// What was done.
    pub deed: RowDeed,
    /// Who, when, on which device; the value is that of the cell, `None` where the deed has none.
    pub version: VersionView,
}

/// Something done with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowDeed {
    /// The row was added.
    Added,
    /// A cell was written, or emptied.
    Written {
        /// The column.
        column: String,
        /// What it is called.
        label: Labels,
    },
    /// The row was taken off the screen.
    Removed,
    /// The row was put back on the screen.
    Restored,
}
