//! What an invented district looks like: who works there, which cases there are, who wrote what and when. Pure: the
//! same seed, size and moment give the same district.

use std::collections::BTreeMap;

use casefile::{Action, Edit};
use casework::{CaseId, Compartment, DocumentKind, EntryId, Pack, Role, RowId, Value};
use rand::{Rng as _, RngCore as _, SeedableRng as _, rngs::StdRng};

use super::{case, records};
use crate::story::{self, Story};

/// One officer of the district.
#[derive(Debug, Clone)]
pub struct Officer {
    /// The name.
    pub name: &'static str,
    /// The role.
    pub role: Role,
}

/// A child care institution.
#[derive(Debug, Clone, Copy)]
pub struct Institution {
    /// The code of its kind, of the vocabulary `place_kind`.
    pub kind: &'static str,
    /// Its name.
    pub name: &'static str,
    /// For how many children it is registered.
    pub capacity: u32,
}

/// Something one officer writes in one document at one moment.
#[derive(Debug, Clone)]
pub struct Step {
    /// Which officer, by place in [`District::officers`].
    pub officer: usize,
    /// When, milliseconds since 1970.
    pub at_ms: i64,
    /// What was being done.
    pub action: Action,
    /// In which document of the subject.
    pub kind: DocumentKind,
    /// What is written.
    pub edits: Vec<Edit>,
    /// Whether the officer had not yet seen the step before this one in the same document.
    pub apart: bool,
}

/// A case or another record: its documents, step by step.
#[derive(Debug, Clone)]
pub struct Record {
    /// The id of the case, missing report or institution.
    pub subject: [u8; 16],
    /// What is written, in order.
    pub steps: Vec<Step>,
    /// Officers who are given the case beside the one who opened it.
    pub also: Vec<usize>,
    /// A picture to draw, for cases that have one: the row of the table `attachments` and a seed.
    pub picture: Option<Picture>,
}

impl Record {
    /// Leaves the case to whoever opened it: no assignments, nobody else's words, no picture. For measuring many cases.
    pub fn leave_to_one_hand(&mut self) {
        self.also.clear();
        self.picture = None;
        if let Some(owner) = self.steps.first().map(|step| step.officer) {
            self.steps.retain(|step| step.officer == owner);
        }
    }
}

/// A picture that somebody adds to a case.
#[derive(Debug, Clone, Copy)]
pub struct Picture {
    /// Who.
    pub officer: usize,
    /// When.
    pub at_ms: i64,
    /// The row of the table `attachments`.
    pub row: RowId,
    /// What it is drawn from.
    pub seed: u64,
}

/// An invented district.
#[derive(Debug, Clone)]
pub struct District {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Who works there.
    pub officers: Vec<Officer>,
    /// The cases.
    pub cases: Vec<Record>,
    /// Reports of missing and sighted children.
    pub missing: Vec<Record>,
    /// Child care institutions.
    pub institutions: [Institution; 2],
    /// The lives that are played on tablets, beside the cases.
    pub lives: Vec<Story>,
}

/// The officers whose windows the tour opens: they share the first case.
pub const TOUR_OFFICERS: [usize; 2] = [1, 2];

/// The child of the first case, whom the tour looks for.
pub const FIRST_CHILD: &str = "Phulmani Hansda";

/// At most one case out of so many is one of a story.
const CASES_FOR_A_LIFE: usize = 8;

/// One missing report for so many cases.
const CASES_FOR_A_REPORT: usize = 12;

impl District {
    /// Invents a district of so many cases as it stands at `now_ms`.
    pub fn invent(seed: u64, cases: usize, now_ms: i64) -> Self {
        let officers = officers();
        let mut maker = Maker {
            random: StdRng::seed_from_u64(seed),
            now_ms,
            officers: &officers,
        };
        let cases: Vec<Record> = (0..cases).map(|number| case::invent(&mut maker, number)).collect();
        let missing = (0..cases.len().div_ceil(CASES_FOR_A_REPORT))
            .map(|_| records::missing(&mut maker))
            .collect();
        Self {
            code: "SNB",
            name: "Sonbari",
            cases,
            missing,
            institutions: case::HOMES,
            officers,
            lives: Vec::new(),
        }
    }

    /// The same district, in which lives of the stories stand for the last of the cases: all of them in a district of
    /// the usual size, few in a small one.
    pub fn with_lives(mut self) -> anyhow::Result<Self> {
        let most = self.cases.len() / CASES_FOR_A_LIFE;
        let mut lives = 0;
        for story in story::all()? {
            if lives + story.cases.len() <= most {
                lives += story.cases.len();
                self.lives.push(story);
            }
        }
        self.cases.truncate(self.cases.len() - lives);
        Ok(self)
    }
}

fn officers() -> Vec<Officer> {
    let officer = |name, role| Officer { name, role };
    vec![
        officer("Anjali Verma", Role::Dcpo),
        officer("Rekha Murmu", Role::PoNic),
        officer("Farhan Alam", Role::SocialWorker),
        officer("विनोद कुमार", Role::PoIc),
        officer("মিতা দাস", Role::Counsellor),
        officer("Joseph Tirkey", Role::Lpo),
    ]
}

/// What the inventing functions share.
pub(super) struct Maker<'a> {
    pub(super) random: StdRng,
    pub(super) now_ms: i64,
    pub(super) officers: &'a [Officer],
}

impl Maker<'_> {
    /// An id that sorts by the moment, as the device makes them.
    pub(super) fn id_at(&mut self, at_ms: i64) -> [u8; 16] {
        let mut bytes = [0; 10];
        self.random.fill_bytes(&mut bytes);
        let millis = u64::try_from(at_ms).expect("the district was founded after 1970");
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes)
            .into_uuid()
            .into_bytes()
    }

    pub(super) fn case_id(&mut self, at_ms: i64) -> CaseId {
        CaseId::from_bytes(self.id_at(at_ms))
    }

    pub(super) fn row(&mut self, at_ms: i64) -> RowId {
        RowId::from_bytes(self.id_at(at_ms))
    }

    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.random.random_bool(share)
    }

    pub(super) fn one<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.random.random_range(0..from.len())]
    }

    pub(super) fn may_write(&self, officer: usize, kind: DocumentKind) -> bool {
        Pack::national().rights().may_write(&self.officers[officer].role, kind)
    }
}

/// A record as it is being written.
pub(super) struct Draft {
    pub(super) record: Record,
}

impl Draft {
    pub(super) fn new(subject: [u8; 16]) -> Self {
        Self {
            record: Record {
                subject,
                steps: Vec::new(),
                also: Vec::new(),
                picture: None,
            },
        }
    }

    /// Writes what the officer may write; facts of the case go to their own compartments.
    pub(super) fn facts(&mut self, maker: &Maker<'_>, officer: usize, at_ms: i64, action: &Action, facts: Facts) {
        let mut by_kind: BTreeMap<DocumentKind, Vec<Edit>> = BTreeMap::new();
        for (name, value) in facts.0 {
            let fact = name.parse().expect("the facts named here are fact ids");
            let known = Pack::national()
                .fact(&fact)
                .expect("the facts named here are in the dictionary");
            by_kind
                .entry(known.document)
                .or_default()
                .push(Edit::SetFact { fact, value });
        }
        for (kind, edits) in by_kind {
            if maker.may_write(officer, kind) {
                self.step(officer, at_ms, action, kind, edits);
            }
        }
    }

    pub(super) fn step(&mut self, officer: usize, at_ms: i64, action: &Action, kind: DocumentKind, edits: Vec<Edit>) {
        self.record.steps.push(Step {
            officer,
            at_ms,
            action: action.clone(),
            kind,
            edits,
            apart: false,
        });
    }

    pub(super) fn row(&mut self, maker: &mut Maker<'_>, officer: usize, at_ms: i64, table: &str, cells: Cells<'_>) {
        let kind = Pack::national()
            .table(table)
            .expect("the tables named here are in the dictionary")
            .document;
        let cells = cells
            .iter()
            .map(|(column, value)| ((*column).to_owned(), value.clone()))
            .collect();
        let edit = Edit::AddRow {
            row: maker.row(at_ms),
            table: table.to_owned(),
            cells,
        };
        let action = if table == "tasks" { Action::TASK } else { Action::EDIT };
        self.step(officer, at_ms, &action, kind, vec![edit]);
    }

    pub(super) fn note(
        &mut self,
        maker: &mut Maker<'_>,
        officer: usize,
        at_ms: i64,
        compartment: Compartment,
        text: &str,
    ) {
        let entry = EntryId::from_bytes(maker.id_at(at_ms));
        let edit = Edit::AddEntry {
            entry,
            kind: "note".into(),
            text: text.to_owned(),
        };
        self.step(
            officer,
            at_ms,
            &Action::NOTE,
            DocumentKind::Case(compartment),
            vec![edit],
        );
    }
}

/// The cells of a row.
pub(super) type Cells<'a> = &'a [(&'a str, Value)];

/// Facts to write together.
#[derive(Default)]
pub(super) struct Facts(Vec<(&'static str, Value)>);

impl Facts {
    pub(super) fn text(&mut self, name: &'static str, text: &str) {
        if !text.is_empty() {
            self.0.push((name, Value::from(text)));
        }
    }

    pub(super) fn at(&mut self, name: &'static str, ms: i64) {
        self.0.push((name, Value::Instant(ms)));
    }

    pub(super) fn number(&mut self, name: &'static str, number: i64) {
        self.0.push((name, Value::Integer(number)));
    }

    pub(super) fn flag(&mut self, name: &'static str, flag: bool) {
        self.0.push((name, Value::Flag(flag)));
    }

    pub(super) fn set(&mut self, name: &'static str, codes: &[&str]) {
        if !codes.is_empty() {
            self.0
                .push((name, Value::Set(codes.iter().map(|code| (*code).to_owned()).collect())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_invents_the_same_district() {
        let district = |seed| format!("{:?}", District::invent(seed, 20, 1_795_413_600_000));
        assert_eq!(district(1), district(1));
        assert_ne!(district(1), district(2));
    }
}
