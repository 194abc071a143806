//! Duplicates of one list: whoever is one with a third is one.

use std::collections::BTreeMap;

use super::{
    Proposal,
    catalogue::{Asking, Catalogue},
    field::{Field, Level},
    reason::{How, Reason, Score},
};

/// Two reports of one list that may be one child.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duplicate {
    /// The one with the lower number.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// Bits for one child.
    pub score: f32,
    /// How likely they are one child.
    pub probability: f32,
    /// A third that both are likelier one with than with one another.
    pub through: Option<usize>,
}

/// Neighbours of one report through whom pairs are looked for.
const NEIGHBOURS_MAX: usize = 24;
/// So sure it must be that both are one with the third.
const SURE: f32 = 0.9;
/// What speaks against a pair outright, in bits, is not outweighed by a third.
const AGAINST_MAX: f32 = -6.0;

impl Duplicate {
    /// As it was proposed for the report of that number.
    pub fn direct(number: usize, proposal: &Proposal) -> Self {
        Self {
            a: number.min(proposal.number),
            b: number.max(proposal.number),
            score: proposal.score,
            probability: proposal.probability,
            through: None,
        }
    }
}

impl Catalogue {
    /// The pairs, each once, the likeliest first, with those added that a third report proves: where `a` is `c` and `b` is
    /// `c`, `a` is `b`, though one of them may have been written too badly to be seen as the other.
    pub fn close(&self, pairs: Vec<Duplicate>, asking: &mut Asking) -> Vec<Duplicate> {
        let mut all: BTreeMap<(usize, usize), Duplicate> = BTreeMap::new();
        for pair in pairs {
            all.insert((pair.a, pair.b), pair);
        }
        let mut sure: BTreeMap<usize, Vec<(usize, f32)>> = BTreeMap::new();
        for pair in all.values().filter(|pair| pair.probability >= SURE) {
            sure.entry(pair.a).or_default().push((pair.b, pair.probability));
            sure.entry(pair.b).or_default().push((pair.a, pair.probability));
        }
        for (third, neighbours) in &sure {
            for (at, (a, a_is)) in neighbours.iter().take(NEIGHBOURS_MAX).enumerate() {
                for (b, b_is) in neighbours.iter().take(NEIGHBOURS_MAX).skip(at + 1) {
                    let (low, high) = (*a.min(b), *a.max(b));
                    let probability = a_is * b_is;
                    let known = all.get(&(low, high)).map_or(0.0, |pair| pair.probability);
                    if known >= probability {
                        continue;
                    }
                    let score = self.explain_stored(low, high, asking).score;
                    if score >= AGAINST_MAX {
                        let through = Some(*third);
                        all.insert(
                            (low, high),
                            Duplicate {
                                a: low,
                                b: high,
                                score,
                                probability,
                                through,
                            },
                        );
                    }
                }
            }
        }
        let mut pairs: Vec<Duplicate> = all.into_values().collect();
        pairs.sort_by(|x, y| {
            y.probability
                .total_cmp(&x.probability)
                .then(y.score.total_cmp(&x.score))
                .then((x.a, x.b).cmp(&(y.a, y.b)))
        });
        pairs
    }

    /// Why a pair scores as it does, the third included.
    pub fn explain_duplicate(&self, pair: &Duplicate, asking: &mut Asking) -> Score {
        let mut score = self.explain_stored(pair.a, pair.b, asking);
        if pair.through.is_some() && pair.probability > score.probability {
            let logit = |p: f32| (p.max(1e-9) / (1.0 - p).max(1e-9)).log2();
            let weight = logit(pair.probability) - logit(score.probability);
            score.score += weight;
            score.probability = pair.probability;
            score.reasons.insert(
                0,
                Reason {
                    field: Field::Third,
                    level: Level::Same,
                    how: How::Plain,
                    weight,
                    words: None,
                },
            );
        }
        score
    }
}
