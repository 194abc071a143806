//! What a list teaches without being told which of its pairs are one child: expectation and maximisation.
//!
//! How often strangers agree is counted on pairs drawn at random. How often one child agrees with itself is not known, but
//! if it were, one could say of each likely pair how probably it is one child; and if that were known, one could count. The
//! two are worked out in turns until they stay. What the pack says counts as a few matches more, so that a short list, or a
//! column that is nearly empty, is not believed too much.

#![expect(
    clippy::cast_precision_loss,
    reason = "counts of records stay far below what an f32 holds exactly, or need not be exact"
)]

use std::{num::NonZero, panic::resume_unwind, thread};

use super::{
    catalogue::{Asking, Catalogue},
    compare::{Part, Relation},
    field::{Field, Level},
    weights::{RATE_MIN, Table},
};

/// Reports from which is learned, at most.
const SOUGHT_MAX: usize = 6_000;
/// Candidates of each.
const CANDIDATES_MAX: usize = 20;
/// Pairs of strangers that are drawn.
const STRANGERS: usize = 60_000;
/// Turns; rates have settled long before.
const TURNS: usize = 15;

/// A pair with its comparisons, and which report it belongs to.
struct Pair {
    sought: usize,
    parts: std::ops::Range<usize>,
}

impl Catalogue {
    /// Learns the weights from the list itself. Call it when a tool was given two whole lists; a device reckons with what
    /// the pack says until somebody decides otherwise.
    pub fn learn(&mut self) {
        self.learn_strangers();
        let (pairs, parts, asked) = self.likely_pairs();
        for _ in 0..TURNS {
            self.turn(&pairs, &parts, asked);
        }
        // Rarity is a matter of people: with a mean of so many records for each, rates and counts are worked out once more.
        self.population.records_per_person = self.records_per_person();
        let (pairs, parts, asked) = self.likely_pairs();
        for _ in 0..TURNS {
            self.turn(&pairs, &parts, asked);
        }
    }

    fn records_per_person(&self) -> f32 {
        let matches = self.weights.matches_per_record;
        if self.sought.is_empty() {
            return 1.0 + matches;
        }
        let (sought, stored) = (self.sought.len() as f32, self.stored.len() as f32);
        (sought + stored) / (sought + stored - matches * sought).max(1.0)
    }

    fn learn_strangers(&mut self) {
        let sought = if self.sought.is_empty() {
            &self.stored
        } else {
            &self.sought
        };
        let (of, to) = (sought.len(), self.stored.len());
        let mut draw = Draw(0x5EED);
        let drawn = (0..STRANGERS.min(of * to)).map(|_| (draw.below(of), draw.below(to)));
        let drawn: Vec<_> = drawn.filter(|(a, b)| !self.sought.is_empty() || a != b).collect();
        let counted = on_every_core(&drawn, |drawn| {
            let mut counts: Table = [[0.0; Level::COUNT]; Field::COUNT];
            let Asking {
                mut scratch, mut parts, ..
            } = Asking::default();
            for (a, b) in drawn {
                self.ground()
                    .compare(&sought[*a], &self.stored[*b], &mut scratch, &mut parts);
                for part in &parts {
                    counts[part.field as usize][part.level as usize] += 1.0;
                }
            }
            counts
        });
        let mut counts: Table = [[0.0; Level::COUNT]; Field::COUNT];
        for table in &counted {
            for (sum, more) in counts.iter_mut().flatten().zip(table.iter().flatten()) {
                *sum += more;
            }
        }
        let strength = self.weights.strength * 4.0;
        let prior = self.weights.u;
        for field in Field::COMPARED {
            update(field, &counts, &prior, strength, &mut self.weights.u);
        }
    }

    /// The likeliest pairs of some reports with their comparisons, worked out on every core, in the reports' order.
    fn likely_pairs(&self) -> (Vec<Pair>, Vec<Part>, usize) {
        let own = self.sought.is_empty();
        let sought = if own { &self.stored } else { &self.sought };
        let step = sought.len().div_ceil(SOUGHT_MAX).max(1);
        let asked: Vec<usize> = (0..sought.len()).step_by(step).collect();
        let found = on_every_core(&asked, |asked| self.likely_pairs_of(asked));
        let (mut pairs, mut all) = (Vec::new(), Vec::new());
        for (of_one, parts) in found {
            let from = all.len();
            all.extend(parts);
            pairs.extend(of_one.into_iter().map(|pair| Pair {
                parts: pair.parts.start + from..pair.parts.end + from,
                ..pair
            }));
        }
        (pairs, all, asked.len())
    }

    fn likely_pairs_of(&self, asked: &[usize]) -> (Vec<Pair>, Vec<Part>) {
        let own = self.sought.is_empty();
        let sought = if own { &self.stored } else { &self.sought };
        let ground = self.ground();
        let (mut pairs, mut all) = (Vec::new(), Vec::new());
        let Asking {
            mut scratch,
            mut tally,
            mut candidates,
            mut parts,
        } = Asking::default();
        for at in asked {
            self.index
                .candidates(&sought[*at], &self.terms, CANDIDATES_MAX, &mut tally, &mut candidates);
            for number in candidates.iter().filter(|number| !own || **number as usize != *at) {
                ground.compare(&sought[*at], &self.stored[*number as usize], &mut scratch, &mut parts);
                let from = all.len();
                all.extend_from_slice(&parts);
                pairs.push(Pair {
                    sought: *at,
                    parts: from..all.len(),
                });
            }
        }
        (pairs, all)
    }

    /// One turn: how likely each pair is one child, then how often one child agrees.
    fn turn(&mut self, pairs: &[Pair], parts: &[Part], asked: usize) {
        let ground = self.ground();
        let records = self.stored.len() as f32;
        let prior = (self.weights.matches_per_record / records).min(0.5);
        let siblings = ground.siblings();
        let mut counts: Table = [[0.0; Level::COUNT]; Field::COUNT];
        let (mut matches, mut households) = (0.0, 0.0);
        for of_one in pairs.chunk_by(|a, b| a.sought == b.sought) {
            let sums: Vec<_> = of_one
                .iter()
                .map(|pair| ground.sum_up(&parts[pair.parts.clone()]))
                .collect();
            let odds: Vec<f32> = sums.iter().map(|sum| prior * sum.total().min(100.0).exp2()).collect();
            // A child that went missing was found once; a register may hold the same child any number of times.
            let others: f32 = match self.relation {
                Relation::MissingAndFound | Relation::FoundAndMissing => odds.iter().sum(),
                Relation::Duplicates => 0.0,
            };
            for ((pair, sum), odds) in of_one.iter().zip(&sums).zip(&odds) {
                let against = match self.relation {
                    Relation::MissingAndFound | Relation::FoundAndMissing => 1.0 - prior * records + others,
                    Relation::Duplicates => 1.0 + odds,
                };
                let probability = (odds / against.max(*odds).max(f32::MIN_POSITIVE)).min(1.0);
                matches += probability;
                let kin = siblings * (sum.parts - sum.against_household).min(100.0).exp2();
                let household = (1.0 - probability) * kin / (1.0 - siblings + kin);
                households += household;
                // Of a pair that may as well be brother and sister is not learned that one child calls itself otherwise.
                let counted = probability * (1.0 - household);
                for part in &parts[pair.parts.clone()] {
                    counts[part.field as usize][part.level as usize] += counted;
                }
            }
        }
        let strength = self.weights.strength;
        let asked = asked as f32;
        let pack = self.known.weights.clone();
        for field in Field::COMPARED {
            update(field, &counts, &pack.m, strength, &mut self.weights.m);
        }
        let most = match self.relation {
            Relation::MissingAndFound | Relation::FoundAndMissing => 0.98,
            Relation::Duplicates => 20.0,
        };
        self.weights.matches_per_record = ((matches + 0.5) / (asked + 1.0)).clamp(0.000_1, most);
        let prior_kin = strength * pack.siblings_per_record;
        self.weights.siblings_per_record = ((households + prior_kin) / (asked + strength)).clamp(0.001, 20.0);
        self.weights.learned_from = matches.max(f32::MIN_POSITIVE);
    }
}

/// Does a share of the work on each core; what came of it, in the order of the work.
fn on_every_core<T: Sync, D: Send>(work: &[T], each: impl Fn(&[T]) -> D + Sync) -> Vec<D> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = work.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let each = &each;
        let at_work: Vec<_> = work.chunks(share).map(|work| scope.spawn(move || each(work))).collect();
        let done = at_work.into_iter().map(thread::ScopedJoinHandle::join);
        done.map(|done| done.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

/// Rates from counts, with the prior counting as `strength` more.
fn update(field: Field, counts: &Table, prior: &Table, strength: f32, rates: &mut Table) {
    let at = field as usize;
    let levels = field.levels();
    let all: f32 = levels.iter().map(|level| counts[at][*level as usize]).sum();
    for level in levels {
        let level = *level as usize;
        rates[at][level] = ((counts[at][level] + strength * prior[at][level]) / (all + strength)).max(RATE_MIN);
    }
}

/// Numbers that look drawn and are the same every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }
}
