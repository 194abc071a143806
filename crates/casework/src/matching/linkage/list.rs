//! A catalogue by ids, so that a report can be put in the place of another.

use std::{collections::HashMap, hash::BuildHasher as _};

use rustc_hash::FxBuildHasher;

use super::{
    catalogue::{Asking, Catalogue, Gathering},
    compare::Relation,
    knowledge::{Knowledge, KnowledgeError},
    reason::Score,
    report::Report,
};

/// Reports on their way into a list.
#[derive(Debug)]
pub struct Gathered {
    gathering: Gathering,
    ids: Vec<([u8; 16], Said)>,
}

/// What a report said, as a number: whoever says the same again is left where they are.
type Said = u64;

fn said(report: &Report) -> Said {
    FxBuildHasher.hash_one(report)
}

impl Gathered {
    /// Adds a report under its id.
    pub fn store(&mut self, id: [u8; 16], report: &Report) {
        self.gathering.store(report);
        self.ids.push((id, said(report)));
    }

    /// Lays the index.
    pub fn lay(self, relation: Relation) -> List {
        let numbers = self.ids.iter().enumerate();
        let numbers = numbers.map(|(number, (id, said))| (*id, (number, *said))).collect();
        List {
            catalogue: self.gathering.finish(relation),
            asking: Asking::default(),
            numbers,
            ids: self.ids.into_iter().map(|(id, _)| id).collect(),
        }
    }
}

/// A list of reports that can be asked.
#[derive(Debug)]
pub struct List {
    catalogue: Catalogue,
    asking: Asking,
    /// The report of each number, also of those that are gone.
    ids: Vec<[u8; 16]>,
    /// The number of each report that is there, and what it said.
    numbers: HashMap<[u8; 16], (usize, Said)>,
}

impl List {
    /// Begins one with what a pack knows.
    pub fn gather(knowledge: &Knowledge) -> Result<Gathered, KnowledgeError> {
        Ok(Gathered {
            gathering: Gathering::new(knowledge)?,
            ids: Vec::new(),
        })
    }

    /// Whether there is a report of that id.
    pub fn has(&self, id: &[u8; 16]) -> bool {
        self.numbers.contains_key(id)
    }

    /// Puts a report in the place of what stood under its id; `None` takes it out.
    pub fn put(&mut self, id: [u8; 16], report: Option<&Report>) {
        let said = report.map(said);
        if let Some((number, before)) = self.numbers.get(&id).copied() {
            if said == Some(before) {
                return;
            }
            self.catalogue.remove(number);
            self.numbers.remove(&id);
        }
        if let (Some(report), Some(said)) = (report, said) {
            let number = self.catalogue.add(report);
            self.ids.push(id);
            self.numbers.insert(id, (number, said));
        }
    }

    /// Reports that came since the index was laid: each is compared with every question.
    pub fn late(&self) -> usize {
        self.catalogue.late()
    }

    /// Lays the index anew where so many reports came since.
    pub fn lay_if_late(&mut self, late_max: usize) {
        if self.catalogue.late() > late_max {
            self.catalogue.lay();
        }
    }

    /// Who may be meant, the likeliest first, and how likely each is.
    pub fn ask(&mut self, report: &Report, limit: usize) -> Vec<([u8; 16], f32)> {
        let proposals = self.catalogue.ask(report, limit, &mut self.asking);
        let named = proposals.into_iter();
        named
            .map(|proposal| (self.ids[proposal.number], proposal.probability))
            .collect()
    }

    /// The same as if the list had been laid for another relation.
    pub fn ask_as(&mut self, relation: Relation, report: &Report, limit: usize) -> Vec<([u8; 16], f32)> {
        let proposals = self.catalogue.ask_as(relation, report, limit, &mut self.asking);
        let named = proposals.into_iter();
        named
            .map(|proposal| (self.ids[proposal.number], proposal.probability))
            .collect()
    }

    /// How likely a report is one child with the one of that id.
    pub fn probability(&mut self, report: &Report, id: &[u8; 16]) -> Option<f32> {
        Some(self.explain(report, id)?.probability)
    }

    /// Why a report scores as it does with the one of that id.
    pub fn explain(&mut self, report: &Report, id: &[u8; 16]) -> Option<Score> {
        let (number, _) = *self.numbers.get(id)?;
        Some(self.catalogue.explain_report(report, number, &mut self.asking))
    }

    /// The same as if the list had been laid for another relation.
    pub fn explain_as(&mut self, relation: Relation, report: &Report, id: &[u8; 16]) -> Option<Score> {
        let (number, _) = *self.numbers.get(id)?;
        let asking = &mut self.asking;
        Some(self.catalogue.explain_report_as(relation, report, number, asking))
    }
}
