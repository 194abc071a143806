//! How much each agreement weighs: the logarithm, to the base of two, of how much likelier it is for one child than for two.

use serde::{Deserialize, Serialize};

use super::{
    field::{Field, Level},
    knowledge::{Knowledge, KnowledgeError, Rates},
};

pub(super) type Table = [[f32; Level::COUNT]; Field::COUNT];

/// Rates to reckon with: those of a pack, or what a list taught.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    pub(super) matches_per_record: f32,
    pub(super) siblings_per_record: f32,
    pub(super) m: Table,
    pub(super) u: Table,
    /// Below 0 where a household agrees as often as one child does.
    pub(super) h: Table,
    /// For how many matches the prior counts.
    pub(super) strength: f32,
    /// From how many likely matches this was learned; 0 for what stands in the pack.
    pub(super) learned_from: f32,
}

/// A rate that no count can bring down further: nothing is impossible.
pub(super) const RATE_MIN: f32 = 1e-4;

impl Weights {
    /// What a pack says.
    pub fn of(knowledge: &Knowledge) -> Result<Self, KnowledgeError> {
        knowledge.check()?;
        let mut weights = Self {
            matches_per_record: narrow(knowledge.matches_per_record),
            siblings_per_record: narrow(knowledge.siblings_per_record),
            m: [[RATE_MIN; Level::COUNT]; Field::COUNT],
            u: [[RATE_MIN; Level::COUNT]; Field::COUNT],
            h: [[-1.0; Level::COUNT]; Field::COUNT],
            strength: narrow(knowledge.matches_of_prior),
            learned_from: 0.0,
        };
        for field in Field::COMPARED {
            let Some(rates) = knowledge.rates.get(&field) else {
                continue;
            };
            for level in field.levels() {
                let (f, l) = (field as usize, *level as usize);
                weights.m[f][l] = narrow(rates.m[level]);
                weights.u[f][l] = narrow(rates.u[level]);
                if let Some(rate) = rates.h.get(level) {
                    weights.h[f][l] = narrow(*rate);
                }
            }
        }
        Ok(weights)
    }

    /// The pack's knowledge with these rates in place of its own: what is written down when somebody decides that what a
    /// list taught shall hold from now on.
    #[must_use]
    pub fn into_knowledge(&self, knowledge: &Knowledge) -> Knowledge {
        let mut taught = knowledge.clone();
        taught.matches_per_record = f64::from(self.matches_per_record);
        taught.siblings_per_record = f64::from(self.siblings_per_record);
        for field in Field::COMPARED {
            let rates: &mut Rates = taught.rates.entry(field).or_default();
            let levels = field.levels();
            let put = |table: &Table, of: &mut std::collections::BTreeMap<Level, f64>| {
                let sum: f32 = levels.iter().map(|level| table[field as usize][*level as usize]).sum();
                for level in levels {
                    let rate = f64::from(table[field as usize][*level as usize] / sum);
                    // Six places are more than a list can teach.
                    of.insert(*level, ((rate * 1e6).round() / 1e6).max(1e-6));
                }
            };
            put(&self.m, &mut rates.m);
            put(&self.u, &mut rates.u);
        }
        taught
    }

    /// Where the rates come from.
    pub fn source(&self) -> Source {
        if self.learned_from > 0.0 {
            Source::List {
                matches: self.learned_from,
            }
        } else {
            Source::Pack
        }
    }

    /// Weight of a level where strangers agree so well with the probability `u`.
    pub(super) fn weight(&self, field: Field, level: Level, u: f32) -> f32 {
        (self.m[field as usize][level as usize].max(RATE_MIN) / u.max(f32::MIN_POSITIVE)).log2()
    }

    /// How often strangers agree so well.
    pub(super) fn strangers(&self, field: Field, level: Level) -> f32 {
        self.u[field as usize][level as usize].max(RATE_MIN)
    }

    /// Weight of a level for one child against two of a household; 0 for what a household shares.
    pub(super) fn against_household(&self, field: Field, level: Level) -> f32 {
        let h = self.h[field as usize][level as usize];
        if h <= 0.0 {
            0.0
        } else {
            (self.m[field as usize][level as usize].max(RATE_MIN) / h).log2()
        }
    }
}

/// Where weights come from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// From the pack.
    Pack,
    /// Learned from a list, without being told which of its pairs are one child.
    List {
        /// From how many likely matches.
        matches: f32,
    },
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rates are between 0 and 1, and six places are enough"
)]
fn narrow(rate: f64) -> f32 {
    rate as f32
}
