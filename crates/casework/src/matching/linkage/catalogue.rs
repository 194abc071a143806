//! A list of reports that can be asked who in it may be the same child.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a list has fewer records than a u32 counts, and rates need no more than an f32"
)]

use super::{
    Proposal,
    compare::{Ground, Part, Relation},
    index::{Index, Tally},
    knowledge::{Knowledge, KnowledgeError},
    lexicon::Lexicon,
    population::Population,
    prepared::{Prepared, prepare, unread},
    reason::Score,
    report::Report,
    scratch::Scratch,
    terms::{Kind, Terms},
    weights::Weights,
};

/// How many candidates are compared in full for one report.
const CANDIDATES_MAX: usize = 250;

/// Of a register everybody is asked for; after so many candidates one behind another that are nobody the rest, which share
/// less, are not compared.
const NOBODY_MAX: usize = 64;
/// Less likely than this a candidate is nobody.
const NOBODY: f32 = 0.001;

/// Gathers reports, then makes a [`Catalogue`] of them.
#[derive(Debug)]
pub struct Gathering {
    known: Known,
    terms: Terms,
    stored: Vec<Prepared>,
    sought: Vec<Prepared>,
}

/// What a pack knows, ready for use.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) lexicon: Lexicon,
    pub(super) weights: Weights,
    /// For how many records the common parts of names count.
    prior: f32,
    common: Vec<(String, f32)>,
}

impl Known {
    fn new(knowledge: &Knowledge) -> Result<Self, KnowledgeError> {
        let lexicon = Lexicon::new(knowledge);
        let of = |share: f64, word: &String| lexicon.name(word).into_iter().map(move |word| (word, share as f32));
        let common = knowledge
            .common
            .iter()
            .flat_map(|common| common.words.iter().flat_map(|word| of(common.share, word)));
        Ok(Self {
            common: common.collect(),
            weights: Weights::of(knowledge)?,
            prior: knowledge.records_of_prior as f32,
            lexicon,
        })
    }

    fn count_common(&self, terms: &mut Terms) {
        for (word, share) in &self.common {
            let id = terms.intern(word);
            for kind in [Kind::Own, Kind::Parent] {
                terms.count(id, kind, self.prior * share);
            }
        }
    }
}

impl Gathering {
    /// Begins with what a pack knows.
    pub fn new(knowledge: &Knowledge) -> Result<Self, KnowledgeError> {
        let known = Known::new(knowledge)?;
        Ok(Self {
            known,
            terms: Terms::default(),
            stored: Vec::new(),
            sought: Vec::new(),
        })
    }

    /// The columns of a report that say something that cannot be read, and that is therefore not compared.
    pub fn unread(&self, report: &Report) -> Vec<&'static str> {
        unread(report, &self.known.lexicon)
    }

    /// Adds a report to those that can be found. They are numbered in the order they come.
    pub fn store(&mut self, report: &Report) {
        self.stored.push(prepare(report, &self.known.lexicon, &mut self.terms));
    }

    /// Adds a report of another list that will be looked for. They are numbered apart.
    pub fn seek(&mut self, report: &Report) {
        self.sought.push(prepare(report, &self.known.lexicon, &mut self.terms));
    }

    /// Counts, and lays the index.
    pub fn finish(self, relation: Relation) -> Catalogue {
        let mut catalogue = Catalogue {
            weights: self.known.weights.clone(),
            known: self.known,
            terms: self.terms,
            population: Population::default(),
            index: Index::default(),
            gone: vec![false; self.stored.len()],
            stored: self.stored,
            sought: self.sought,
            relation,
        };
        catalogue.lay();
        catalogue
    }
}

/// A list that can be asked.
#[derive(Debug)]
pub struct Catalogue {
    pub(super) known: Known,
    pub(super) terms: Terms,
    pub(super) weights: Weights,
    pub(super) population: Population,
    pub(super) index: Index,
    pub(super) stored: Vec<Prepared>,
    /// Which of them are no longer proposed.
    gone: Vec<bool>,
    pub(super) sought: Vec<Prepared>,
    pub(super) relation: Relation,
}

/// What one thread needs to ask; keeps what it worked out, so ask many times with one.
#[derive(Debug, Default)]
pub struct Asking {
    pub(super) scratch: Scratch,
    pub(super) tally: Tally,
    pub(super) candidates: Vec<u32>,
    pub(super) parts: Vec<Part>,
}

impl Catalogue {
    /// Adds a report that came later and says its number. It is found at once; how common its words are counts from the next
    /// [`Catalogue::lay`] on.
    pub fn add(&mut self, report: &Report) -> usize {
        self.stored.push(prepare(report, &self.known.lexicon, &mut self.terms));
        self.gone.push(false);
        self.stored.len() - 1
    }

    /// Proposes the report of that number no longer: it was withdrawn, or stands in another state now. Numbers stay.
    pub fn remove(&mut self, number: usize) {
        self.gone[number] = true;
    }

    /// How many reports came since the index was laid. Each is compared with every question, so lay it anew when they are
    /// hundreds.
    pub fn late(&self) -> usize {
        self.stored.len() - self.index.len()
    }

    /// Counts anew and lays the index anew.
    pub fn lay(&mut self) {
        self.terms.uncount();
        self.known.count_common(&mut self.terms);
        let repeats = self.population.records_per_person;
        self.population = Population::default();
        let stored = self
            .stored
            .iter()
            .zip(&self.gone)
            .filter(|(_, gone)| !**gone)
            .map(|(stored, _)| stored);
        let all = stored.chain(&self.sought);
        self.population.count(all, self.known.prior, &mut self.terms);
        self.population.records_per_person = repeats.max(1.0);
        self.index = Index::build(&self.stored, &self.terms);
    }

    /// How many reports there are, those that are no longer proposed counted in.
    pub fn len(&self) -> usize {
        self.stored.len()
    }

    /// Whether none can.
    pub fn is_empty(&self) -> bool {
        self.stored.is_empty()
    }

    /// The weights it reckons with.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Reckons with other weights from now on.
    pub fn set_weights(&mut self, weights: Weights) {
        self.weights = weights;
    }

    /// The reports that are likeliest the same child as `report`, the likeliest first.
    pub fn ask(&mut self, report: &Report, limit: usize, asking: &mut Asking) -> Vec<Proposal> {
        let sought = prepare(report, &self.known.lexicon, &mut self.terms);
        self.propose(&sought, None, limit, asking)
    }

    /// The same as if the list had been laid for another relation: a list of missing children is asked by one who was found,
    /// and by another report of a missing child.
    pub fn ask_as(&mut self, relation: Relation, report: &Report, limit: usize, asking: &mut Asking) -> Vec<Proposal> {
        let laid = std::mem::replace(&mut self.relation, relation);
        let proposals = self.ask(report, limit, asking);
        self.relation = laid;
        proposals
    }

    /// The same for the report of that number among those that are looked for.
    pub fn ask_sought(&self, number: usize, limit: usize, asking: &mut Asking) -> Vec<Proposal> {
        self.propose(&self.sought[number], None, limit, asking)
    }

    /// The same for a report of the list itself, which is not proposed to itself.
    pub fn ask_stored(&self, number: usize, limit: usize, asking: &mut Asking) -> Vec<Proposal> {
        self.propose(&self.stored[number], u32::try_from(number).ok(), limit, asking)
    }

    /// Why two reports, one that is looked for and one that can be found, score as they do.
    pub fn explain_sought(&self, sought: usize, stored: usize, asking: &mut Asking) -> Score {
        self.explain(&self.sought[sought], stored, asking)
    }

    /// Why two reports of the list score as they do.
    pub fn explain_stored(&self, one: usize, other: usize, asking: &mut Asking) -> Score {
        self.explain(&self.stored[one], other, asking)
    }

    /// Why `report` and one of the list score as they do.
    pub fn explain_report(&mut self, report: &Report, stored: usize, asking: &mut Asking) -> Score {
        let sought = prepare(report, &self.known.lexicon, &mut self.terms);
        self.explain(&sought, stored, asking)
    }

    /// The same as if the list had been laid for another relation.
    pub fn explain_report_as(
        &mut self,
        relation: Relation,
        report: &Report,
        stored: usize,
        asking: &mut Asking,
    ) -> Score {
        let laid = std::mem::replace(&mut self.relation, relation);
        let score = self.explain_report(report, stored, asking);
        self.relation = laid;
        score
    }

    fn explain(&self, sought: &Prepared, stored: usize, asking: &mut Asking) -> Score {
        let ground = self.ground();
        ground.compare(sought, &self.stored[stored], &mut asking.scratch, &mut asking.parts);
        ground.explain(&asking.parts, self.stored.len() as f32)
    }

    pub(super) fn ground(&self) -> Ground<'_> {
        Ground {
            terms: &self.terms,
            population: &self.population,
            weights: &self.weights,
            relation: self.relation,
        }
    }

    fn propose(&self, sought: &Prepared, itself: Option<u32>, limit: usize, asking: &mut Asking) -> Vec<Proposal> {
        let ground = self.ground();
        let Asking {
            scratch,
            tally,
            candidates,
            parts,
        } = asking;
        self.index
            .candidates(sought, &self.terms, CANDIDATES_MAX, tally, candidates);
        candidates.extend(self.index.len() as u32..self.stored.len() as u32);
        let mut proposals: Vec<Proposal> = Vec::with_capacity(candidates.len());
        let meant = |number: &u32| Some(*number) != itself && !self.gone[*number as usize];
        let mut nobody = 0;
        for number in candidates.iter().copied().filter(meant) {
            if itself.is_some() && nobody >= NOBODY_MAX {
                break;
            }
            ground.compare(sought, &self.stored[number as usize], scratch, parts);
            let score = ground.sum_up(parts).total();
            let probability = ground.probability(score, self.stored.len() as f32);
            nobody = if probability < NOBODY { nobody + 1 } else { 0 };
            proposals.push(Proposal {
                number: number as usize,
                score,
                probability,
            });
        }
        // The number decides between equals, so that the answer is the same every time.
        proposals.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.number.cmp(&b.number)));
        proposals.truncate(limit);
        proposals
    }
}
