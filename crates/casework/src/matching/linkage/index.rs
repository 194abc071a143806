//! Who may be meant at all: records that share something rare, found without looking at the rest.
//!
//! Each record stands under some tens of keys: the skeleton of each part of a name, two parts together, a part with the year
//! of birth, the date of birth and all but one component of it, PIN, district with a part of the name, words of the place, the
//! parents' names. A query adds up, for every record that shares a key, how rare that key is, the rarest keys first, and
//! hands on the records with the highest sums. No single key is needed, so no single slip loses a record.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a list has fewer records than a u32 counts, and rates need no more than an f32"
)]

use super::{
    prepared::Prepared,
    sound::Skeleton,
    terms::{TermId, Terms},
};

/// Records in a list so small that everybody is compared with everybody.
const ALL_MAX: usize = 300;
/// Records that one query looks at under its keys, beside a share of the list: what bounds its time.
const LOOKED_AT: usize = 30_000;
/// Bits of a key that say where in the table to look.
const HEAD_BITS: u32 = 18;

/// Mixes numbers to a key.
pub(super) fn mix(tag: u64, a: u64, b: u64) -> u64 {
    let mut hash = tag.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for number in [a, b] {
        hash = (hash ^ number).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        hash ^= hash >> 31;
        hash = hash.wrapping_mul(0x94D0_49BB_1331_11EB);
        hash ^= hash >> 29;
    }
    hash
}

mod tag {
    pub(super) const PART: u64 = 1;
    pub(super) const SHORTENED: u64 = 2;
    pub(super) const TWO_PARTS: u64 = 3;
    pub(super) const PART_YEAR: u64 = 4;
    pub(super) const PART_WHERE: u64 = 5;
    pub(super) const PART_PARENT: u64 = 6;
    pub(super) const PARENT: u64 = 7;
    pub(super) const BIRTH: u64 = 8;
    pub(super) const BIRTH_BUT: u64 = 9;
    pub(super) const PIN: u64 = 10;
    pub(super) const PLACE: u64 = 11;
    pub(super) const PLACE_WHERE: u64 = 12;
    pub(super) const LITERAL: u64 = 13;
    pub(super) const MARKS: u64 = 14;
    pub(super) const BORN_WHERE: u64 = 15;
}

/// Whether the keys are for a record that is looked for, which tries neighbouring years, or for one that is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Stored,
    Sought,
}

/// A key, and what part of its rarity it counts for: keys that hold one another would count twice.
type Weighed = (u64, f32);

/// The keys of a record.
pub(super) fn keys(record: &Prepared, terms: &Terms, side: Side, out: &mut Vec<Weighed>) {
    out.clear();
    let own = skeletons(record.names.iter().flatten(), terms);
    let parents = skeletons(record.father.iter().chain(&record.mother), terms);
    let place = skeletons(&record.place, terms);
    let mut district = record
        .district
        .map(|district| skeletons(&[district], terms))
        .unwrap_or_default();
    for skeleton in &mut district {
        *skeleton = skeleton.outline();
    }
    district.dedup();
    for part in &own {
        out.push((mix(tag::PART, part.bits(), 0), 1.0));
        for shorter in part.shortened() {
            out.push((mix(tag::SHORTENED, shorter.bits(), 0), 0.5));
        }
        // What was written whole on one side and with a slip on the other meets at the shorter.
        out.push((mix(tag::SHORTENED, part.bits(), 0), 0.5));
        for parent in &parents {
            out.push((mix(tag::PART_PARENT, part.bits(), parent.bits()), 0.5));
        }
        for place in &district {
            out.push((mix(tag::PART_WHERE, part.bits(), place.bits()), 0.5));
        }
    }
    for name in &record.names {
        for two in name.windows(2) {
            let [a, b] = [two[0], two[1]].map(|part| terms.get(part).skeletons.first().copied());
            if let (Some(a), Some(b)) = (a, b) {
                out.push((mix(tag::PART, a.joined(b).bits(), 0), 1.0));
            }
        }
    }
    for (at, a) in own.iter().enumerate() {
        for b in &own[at + 1..] {
            out.push((mix(tag::TWO_PARTS, a.bits().min(b.bits()), a.bits().max(b.bits())), 0.5));
        }
    }
    for parent in &parents {
        out.push((mix(tag::PARENT, parent.bits(), 0), 1.0));
    }
    if let Some(birth) = record.birth {
        let (year, month, day) = (u64::from(birth.year), u64::from(birth.month), u64::from(birth.day));
        out.push((mix(tag::BIRTH, year, month.min(day) * 100 + month.max(day)), 0.5));
        out.push((mix(tag::BIRTH_BUT, year, month), 0.5));
        out.push((mix(tag::BIRTH_BUT, year, 100 + day), 0.5));
        out.push((mix(tag::BIRTH_BUT, month, 10_000 + day), 0.5));
    }
    if let Some((born, spread)) = record.born.or(record.age) {
        for year in years(born, spread, side) {
            for part in &own {
                out.push((mix(tag::PART_YEAR, part.bits(), year), 0.5));
            }
            for place in &district {
                out.push((mix(tag::BORN_WHERE, place.bits(), year), 0.3));
            }
        }
    }
    if let Some(pin) = record.pin {
        out.push((mix(tag::PIN, u64::from(pin.0), 0), 0.6));
    }
    for word in &place {
        out.push((mix(tag::PLACE, word.bits(), 0), 0.6));
        for place in &district {
            out.push((mix(tag::PLACE_WHERE, word.bits(), place.bits()), 0.3));
        }
    }
    let literals = record.names.iter().flatten().chain(&record.place);
    for literal in literals.filter(|term| terms.get(**term).skeletons.is_empty()) {
        out.push((mix(tag::LITERAL, u64::from(literal.0), 0), 0.4));
    }
    for mark in record.marks.iter().chain(&record.clothing).chain(&record.companions) {
        out.push((mix(tag::MARKS, u64::from(mark.0), 0), 0.4));
    }
    out.sort_unstable_by_key(|(key, _)| *key);
    out.dedup_by_key(|(key, _)| *key);
}

fn skeletons<'t>(terms: impl IntoIterator<Item = &'t TermId>, list: &Terms) -> Vec<Skeleton> {
    let mut all: Vec<Skeleton> = Vec::new();
    for term in terms {
        for skeleton in &list.get(*term).skeletons {
            if !all.contains(skeleton) {
                all.push(*skeleton);
            }
        }
    }
    all
}

/// The years of birth under which a record stands, or is looked for: the year before and after, too.
fn years(born: f32, spread: f32, side: Side) -> std::ops::RangeInclusive<u64> {
    let reach = match side {
        Side::Stored => 0.0,
        Side::Sought => (1.0 + spread).min(3.0),
    };
    #[expect(clippy::cast_sign_loss, reason = "years and ages are small and above zero")]
    let year = |year: f32| year.max(0.0) as u64;
    year(born - reach)..=year(born + reach)
}

/// Records by key.
#[derive(Debug, Default)]
pub(super) struct Index {
    keys: Vec<u64>,
    /// Where the records of each key begin; one more at the end.
    starts: Vec<u32>,
    records: Vec<u32>,
    /// Where keys with the same head begin.
    heads: Vec<u32>,
    count: usize,
}

/// What a query keeps between records.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sums: Vec<f32>,
    touched: Vec<u32>,
    keys: Vec<Weighed>,
    lists: Vec<(u32, u32, f32)>,
}

impl Index {
    pub(super) fn build(records: &[Prepared], terms: &Terms) -> Self {
        let mut pairs: Vec<(u64, u32)> = Vec::new();
        let mut of_one = Vec::new();
        for (at, record) in (0_u32..).zip(records) {
            keys(record, terms, Side::Stored, &mut of_one);
            pairs.extend(of_one.iter().map(|(key, _)| (*key, at)));
        }
        pairs.sort_unstable();
        let mut index = Self {
            count: records.len(),
            ..Self::default()
        };
        index.records.reserve_exact(pairs.len());
        for (key, record) in &pairs {
            if index.keys.last() != Some(key) {
                index.keys.push(*key);
                index.starts.push(index.records.len() as u32);
            }
            index.records.push(*record);
        }
        index.starts.push(index.records.len() as u32);
        let mut at = 0;
        for head in 0..=1_u64 << HEAD_BITS {
            while at < index.keys.len() && index.keys[at] >> (64 - HEAD_BITS) < head {
                at += 1;
            }
            index.heads.push(at as u32);
        }
        index
    }

    /// How many records it was laid for.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    fn list(&self, key: u64) -> &[u32] {
        let head = (key >> (64 - HEAD_BITS)) as usize;
        let (Some(from), Some(to)) = (self.heads.get(head), self.heads.get(head + 1)) else {
            return &[];
        };
        let within = &self.keys[*from as usize..*to as usize];
        let Ok(at) = within.binary_search(&key) else { return &[] };
        let at = *from as usize + at;
        &self.records[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// The records that share the most, at most `limit` of them; in a small list, all.
    pub(super) fn candidates(
        &self,
        sought: &Prepared,
        terms: &Terms,
        limit: usize,
        tally: &mut Tally,
        out: &mut Vec<u32>,
    ) {
        out.clear();
        if self.count <= ALL_MAX {
            out.extend(0..self.count as u32);
            return;
        }
        tally.sums.resize(self.count, 0.0);
        let mut sought_keys = std::mem::take(&mut tally.keys);
        keys(sought, terms, Side::Sought, &mut sought_keys);
        tally.lists.clear();
        for (key, part) in &sought_keys {
            let list = self.list(*key);
            if let (Some(first), length @ 1..) = (list.first(), list.len()) {
                let from = (std::ptr::from_ref(first) as usize - self.records.as_ptr() as usize) / size_of::<u32>();
                let rarity = (self.count as f32 / length as f32).log2();
                tally.lists.push((from as u32, length as u32, rarity * part));
            }
        }
        tally.keys = sought_keys;
        tally.lists.sort_unstable_by_key(|(from, length, _)| (*length, *from));
        let mut budget = LOOKED_AT + self.count / 8;
        for (from, length, weight) in &tally.lists {
            let Some(left) = budget.checked_sub(*length as usize) else {
                break;
            };
            budget = left;
            for record in &self.records[*from as usize..(*from + *length) as usize] {
                let sum = &mut tally.sums[*record as usize];
                if *sum == 0.0 {
                    tally.touched.push(*record);
                }
                *sum += weight + f32::MIN_POSITIVE;
            }
        }
        out.append(&mut tally.touched);
        let sums = &tally.sums;
        let better = |a: &u32, b: &u32| sums[*b as usize].total_cmp(&sums[*a as usize]).then(a.cmp(b));
        let kept = out.len().min(limit);
        if out.len() > limit {
            out.select_nth_unstable_by(limit, better);
        }
        let mut gone = out.split_off(kept);
        out.sort_unstable_by(better);
        for record in out.iter().chain(&gone) {
            tally.sums[*record as usize] = 0.0;
        }
        gone.clear();
        tally.touched = gone;
    }
}
