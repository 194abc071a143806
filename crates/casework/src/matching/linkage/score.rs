//! From comparisons to a score with its reasons.

use super::{
    compare::{Ground, Part},
    field::{Field, Level},
    reason::{How, Reason, Score},
};

/// The sum of the parts, and what is taken off because two of one household would agree so well, too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sum {
    pub(super) parts: f32,
    pub(super) household: f32,
    /// Odds, as bits, for one child against two of a household.
    pub(super) against_household: f32,
}

impl Sum {
    pub(super) fn total(self) -> f32 {
        self.parts + self.household
    }
}

impl Ground<'_> {
    /// Adds up parts.
    pub(super) fn sum_up(&self, parts: &[Part]) -> Sum {
        let weights = self.weights;
        let mut sum = Sum {
            parts: 0.0,
            household: 0.0,
            against_household: 0.0,
        };
        for part in parts {
            sum.parts += weights.weight(part.field, part.level, part.u);
            sum.against_household += weights.against_household(part.field, part.level);
        }
        // Strangers are children of one household with this probability, and then agree as such.
        let share = self.siblings();
        let as_household = sum.parts - sum.against_household;
        sum.household = -((1.0 - share) + share * as_household.min(120.0).exp2()).log2();
        if sum.household.abs() < 0.005 {
            sum.household = 0.0;
        }
        sum
    }

    /// The probability that two records that are not one child are of one household.
    pub(super) fn siblings(&self) -> f32 {
        (self.weights.siblings_per_record / self.population.records.max(2.0)).min(0.5)
    }

    /// Odds, as bits, that two records are one child before anything was compared.
    pub(super) fn prior(&self, records: f32) -> f32 {
        (self.weights.matches_per_record / records.max(1.0)).min(0.5).log2()
    }

    /// How likely two records with that sum are one child.
    pub(super) fn probability(&self, total: f32, records: f32) -> f32 {
        1.0 / (1.0 + (-(total + self.prior(records)).clamp(-120.0, 120.0)).exp2())
    }

    pub(super) fn explain(&self, parts: &[Part], records: f32) -> Score {
        let sum = self.sum_up(parts);
        let text = |(a, b)| (self.terms.text(a).to_owned(), self.terms.text(b).to_owned());
        let mut reasons: Vec<Reason> = parts
            .iter()
            .map(|part| Reason {
                field: part.field,
                level: part.level,
                how: part.how,
                weight: self.weights.weight(part.field, part.level, part.u),
                words: part.words.map(text),
            })
            .collect();
        if sum.household != 0.0 {
            reasons.push(Reason {
                field: Field::Sibling,
                level: Level::Similar,
                how: How::Plain,
                weight: sum.household,
                words: None,
            });
        }
        reasons.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()).then(a.field.cmp(&b.field)));
        Score {
            score: sum.total(),
            probability: self.probability(sum.total(), records),
            reasons,
        }
    }
}
