//! The stages of a case, as the pack lists them: which steps are usual, on what the law wants them to rest, and what is
//! missing. A missing thing is said in a sentence and locks nobody: any stage may be chosen, and a case may go back.

mod advice;

use serde::{Deserialize, Serialize};

use crate::{CaseKind, Checked, Expression, Labels, Stage, custody::CustodyRule};

pub use advice::advice;

/// Something a stage or a step should rest on. Exactly one of `when` and `no` stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// True while all is well; unknown counts as well.
    pub when: Option<Expression>,
    /// What must be over.
    pub no: Option<Pending>,
    /// Kinds of case it is for; all where none is named.
    #[serde(default)]
    pub kinds: Vec<CaseKind>,
    /// What the officer reads otherwise.
    pub says: Labels,
    /// Where it stands in the law.
    pub source: Option<String>,
    /// How well that is established.
    pub checked: Option<Checked>,
}

/// What may be left over when a case is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pending {
    /// A statutory clock that has run out and that nothing has stopped.
    OverdueClock,
    /// A task that somebody wrote and nobody did.
    OpenTask,
}

/// A stage and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageRule {
    /// The stage.
    pub id: Stage,
    /// What it rests on.
    #[serde(default)]
    pub needs: Vec<Need>,
}

/// A usual step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRule {
    /// From these stages.
    pub from: Vec<Stage>,
    /// To this one.
    pub to: Stage,
    /// Kinds of case it is for; all where none is named.
    #[serde(default)]
    pub kinds: Vec<CaseKind>,
    /// What it is called.
    pub label: Labels,
    /// Where it stands in the law.
    pub source: Option<String>,
    /// How well that is established.
    pub checked: Option<Checked>,
    /// What this very step rests on, beside what its stage does.
    #[serde(default)]
    pub needs: Vec<Need>,
}

/// A sentence that code refers to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Phrase {
    /// Its name.
    pub id: String,
    /// In words.
    pub says: Labels,
    /// Where it stands in the law.
    pub source: Option<String>,
    /// How well that is established.
    pub checked: Option<Checked>,
}

/// The file `stages.toml` of a pack.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stages {
    /// The stages.
    #[serde(default, rename = "stage")]
    pub stages: Vec<StageRule>,
    /// The usual steps.
    #[serde(default, rename = "step")]
    pub steps: Vec<StepRule>,
    /// What is doubtful about who has the child.
    #[serde(default)]
    pub custody: Vec<CustodyRule>,
    /// Sentences.
    #[serde(default, rename = "phrase")]
    pub phrases: Vec<Phrase>,
}

/// Names of the phrases that code refers to. A test holds them against the pack.
pub mod phrases {
    /// A step that is not among the usual ones.
    pub const UNUSUAL_STEP: &str = "unusual_step";
    /// The task to write this quarter's progress of the care plan.
    pub const WRITE_PROGRESS: &str = "write_progress";
    /// The task to do what a care plan's item says, where the item itself says nothing.
    pub const PLAN_ITEM: &str = "plan_item";
    /// The task of the next visit.
    pub const NEXT_VISIT: &str = "next_visit";
    /// The task of the next hearing.
    pub const NEXT_HEARING: &str = "next_hearing";
    /// All of them.
    pub const ALL: [&str; 5] = [UNUSUAL_STEP, WRITE_PROGRESS, PLAN_ITEM, NEXT_VISIT, NEXT_HEARING];
}

impl Stages {
    /// The phrase of that name; empty labels where the pack has none.
    pub fn phrase(&self, id: &str) -> Labels {
        self.phrases
            .iter()
            .find(|phrase| phrase.id == id)
            .map_or_else(Labels::default, |phrase| phrase.says.clone())
    }

    /// This file with a state's laid over it: a stage, a step, a custody rule or a phrase that the state also names is
    /// the state's; what it adds is added.
    #[must_use]
    pub fn overlaid(mut self, over: Self) -> Self {
        lay(&mut self.stages, over.stages, |a, b| a.id == b.id);
        lay(&mut self.steps, over.steps, |a, b| {
            a.to == b.to && a.from == b.from && a.kinds == b.kinds
        });
        lay(&mut self.custody, over.custody, |a, b| a.code == b.code);
        lay(&mut self.phrases, over.phrases, |a, b| a.id == b.id);
        self
    }

    /// Every condition with the place where it stands, to be checked against the dictionary.
    pub fn conditions_mut(&mut self) -> impl Iterator<Item = (String, &mut Expression)> {
        let stages = self
            .stages
            .iter_mut()
            .map(|rule| (format!("stage {}", rule.id.code()), &mut rule.needs));
        let steps = self
            .steps
            .iter_mut()
            .map(|rule| (format!("step to {}", rule.to.code()), &mut rule.needs));
        stages.chain(steps).flat_map(|(place, needs)| {
            let conditions = needs.iter_mut().filter_map(|need| need.when.as_mut());
            conditions.map(move |condition| (place.clone(), condition))
        })
    }

    /// Every text with the place where it stands, for the linter.
    pub fn labels(&self) -> impl Iterator<Item = (String, &Labels)> {
        let stages = self.stages.iter().flat_map(|rule| {
            rule.needs
                .iter()
                .map(|need| (format!("stage {}", rule.id.code()), &need.says))
        });
        let steps = self.steps.iter().flat_map(|rule| {
            let place = format!("step to {}", rule.to.code());
            let needs = rule.needs.iter().map(|need| &need.says);
            std::iter::once(&rule.label)
                .chain(needs)
                .map(move |label| (place.clone(), label))
        });
        let custody = self
            .custody
            .iter()
            .map(|rule| (format!("custody {}", rule.code), &rule.says));
        let phrases = self
            .phrases
            .iter()
            .map(|phrase| (format!("phrase {}", phrase.id), &phrase.says));
        stages.chain(steps).chain(custody).chain(phrases)
    }
}

/// Replaces in place what is the same thing, and adds what is new.
fn lay<T>(base: &mut Vec<T>, over: Vec<T>, same: impl Fn(&T, &T) -> bool) {
    for item in over {
        match base.iter_mut().find(|known| same(known, &item)) {
            Some(known) => *known = item,
            None => base.push(item),
        }
    }
}

/// A sentence that warns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// In words.
    pub says: Labels,
    /// Where it stands in the law.
    pub source: Option<String>,
    /// How well that is established.
    pub checked: Option<Checked>,
}

/// A step that may be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// To this stage.
    pub to: Stage,
    /// What it is called; empty where it is none of the usual steps: then the stage's own name will do.
    pub label: Labels,
    /// Where it stands in the law.
    pub source: Option<String>,
    /// How well that is established.
    pub checked: Option<Checked>,
    /// What is missing. Whoever reads it may still go on.
    pub warnings: Vec<Warning>,
}

/// A stage on the way here that does not rest on what it should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The stage.
    pub stage: Stage,
    /// What is missing.
    pub warnings: Vec<Warning>,
}

/// What may be said about the stage of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// The stage as it was chosen; intake until somebody chooses.
    pub current: Stage,
    /// Stages on the usual way here, this one included, that rest on nothing.
    pub skipped: Vec<Skipped>,
    /// The usual steps from here, in the order of the pack.
    pub next: Vec<Step>,
    /// Every other stage: it may be chosen too, and the first warning says that it is unusual.
    pub others: Vec<Step>,
}
