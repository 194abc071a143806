//! How common things are among the records of a list.

#![expect(
    clippy::cast_precision_loss,
    reason = "counts of records stay far below what an f32 holds exactly, or need not be exact"
)]

use rustc_hash::FxHashMap;

use super::{
    index::mix,
    prepared::Prepared,
    terms::{KINDS, Kind, TermId, Terms},
};

/// The share of a name, place, district that nobody in the list or the pack has.
const UNSEEN: [f32; KINDS] = [0.000_3, 0.000_3, 0.000_5, 0.002, 0.03, 0.000_1, 0.005];
/// How many records of a place are needed before it says more about its words than the whole list does.
const CONTEXT: f32 = 3.0;
/// Of how many days a birthday is one, while a list says nothing: those of eighteen years.
const BIRTHDAYS: f32 = 6570.0;

/// Counts of a list.
#[derive(Debug, Default)]
pub(super) struct Population {
    pub(super) records: f32,
    known: [f32; KINDS],
    births: f32,
    birthdays: FxHashMap<u64, f32>,
    /// Words together with what they stand beside, where a pair occurs more than once.
    together: FxHashMap<u64, f32>,
    prior: f32,
    /// How many records a person has in the lists: what is counted are records, what is rare are people.
    pub(super) records_per_person: f32,
}

impl Population {
    /// Counts records. Their words are counted in `terms`, which is settled afterwards.
    pub(super) fn count<'p>(
        &mut self,
        records: impl Iterator<Item = &'p Prepared> + Clone,
        prior: f32,
        terms: &mut Terms,
    ) {
        self.prior = prior;
        self.records_per_person = 1.0;
        for record in records.clone() {
            record.count(terms);
            self.records += 1.0;
            let known = [
                !record.names.is_empty(),
                !record.father.is_empty() || !record.mother.is_empty(),
                !record.place.is_empty(),
                record.district.is_some(),
                record.state.is_some(),
                record.pin.is_some(),
                !(record.marks.is_empty() && record.clothing.is_empty() && record.companions.is_empty()),
            ];
            for (count, known) in self.known.iter_mut().zip(known) {
                *count += f32::from(u8::from(known));
            }
            if let Some(birth) = record.birth {
                self.births += 1.0;
                *self.birthdays.entry(birth.number()).or_default() += 1.0;
            }
        }
        terms.settle();
        let mut keys: Vec<u64> = Vec::new();
        for record in records {
            for beside in contexts(record, terms).into_iter().flatten() {
                keys.push(beside);
                keys.extend(record.place.iter().map(|word| with(beside, *word, terms)));
            }
            if let Some([given, others @ ..]) = record.names.first().map(|name| &**name) {
                let beside = beside_name(*given, terms);
                keys.push(beside);
                keys.extend(
                    others
                        .iter()
                        .chain(&record.languages)
                        .map(|word| with(beside, *word, terms)),
                );
            }
        }
        keys.sort_unstable();
        for run in keys.chunk_by(|a, b| a == b) {
            if let [key, _, ..] = run {
                self.together.insert(*key, run.len() as f32);
            }
        }
        self.birthdays.retain(|_, count| *count > 1.0);
    }

    /// The share of records in which such a word stands.
    pub(super) fn share(&self, count: f32, kind: Kind) -> f32 {
        let unseen = self.prior * UNSEEN[kind as usize];
        (self.others(count) + unseen) / (self.people(self.known[kind as usize]) + self.prior + 1.0)
    }

    /// The share of records with that date of birth.
    pub(super) fn birthday(&self, number: u64) -> f32 {
        let count = self.birthdays.get(&number).copied().unwrap_or(1.0);
        (self.others(count) + self.prior / BIRTHDAYS) / (self.people(self.births) + self.prior + 1.0)
    }

    /// How many people have it, the one in question counted by half: that there is one says that there may be more, and not
    /// that there are.
    fn others(&self, records: f32) -> f32 {
        self.people(records) - 0.5
    }

    fn people(&self, records: f32) -> f32 {
        (records / self.records_per_person).max(1.0)
    }

    /// The share of a word of a place among the records that stand beside the same PIN or district.
    pub(super) fn share_beside(&self, word: TermId, beside: Option<u64>, terms: &Terms) -> f32 {
        let share = self.share(terms.same(word, Kind::Place), Kind::Place);
        beside.map_or(share, |beside| self.beside(word, beside, share, terms))
    }

    /// The share of a word beside another, where alone it has `share`: names go together with names and with languages, and
    /// words of a place with its PIN.
    pub(super) fn beside(&self, word: TermId, beside: u64, share: f32, terms: &Terms) -> f32 {
        // Whoever is compared must not speak for themselves: what counts is how many other people go together so.
        let others = |key: u64| {
            self.together
                .get(&key)
                .map_or(0.0, |count| count / self.records_per_person - 1.0)
                .max(0.0)
        };
        let (all, both) = (others(beside), others(with(beside, word, terms)));
        ((both + CONTEXT * share) / (all + CONTEXT)).min(1.0)
    }

    /// The rarest that anything can be in a list of this length, in bits.
    pub(super) fn rarest(&self) -> f32 {
        (self.records + self.prior).log2()
    }
}

/// The PIN and the district of a record, as something that words of a place stand beside.
fn contexts(record: &Prepared, terms: &Terms) -> [Option<u64>; 2] {
    [
        record.pin.map(beside_pin),
        record.district.map(|district| beside_district(district, terms)),
    ]
}

pub(super) fn beside_pin(pin: TermId) -> u64 {
    mix(101, u64::from(pin.0), 0)
}

pub(super) fn beside_district(district: TermId, terms: &Terms) -> u64 {
    mix(102, u64::from(terms.get(district).likened.0), 0)
}

/// A name that other parts of the name and languages stand beside.
pub(super) fn beside_name(given: TermId, terms: &Terms) -> u64 {
    mix(104, u64::from(terms.get(given).likened.0), 0)
}

fn with(beside: u64, word: TermId, terms: &Terms) -> u64 {
    mix(103, beside, u64::from(terms.get(word).likened.0))
}
