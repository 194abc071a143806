//! Two reports, fact against fact. Where either side is silent there is no comparison, so what is unknown weighs nothing.

#![expect(
    clippy::cast_precision_loss,
    reason = "counts of records stay far below what an f32 holds exactly, or need not be exact"
)]

use super::{
    day::Written,
    field::{Field, Level},
    names::{Slot, align},
    population::{Population, beside_name},
    prepared::Prepared,
    reason::How,
    scratch::Scratch,
    terms::{Kind, Likeness, TermId, Terms},
    weights::Weights,
};

/// What two lists are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The first went missing, the second was found or seen.
    MissingAndFound,
    /// The same asked from the other side: the first was found or seen, the second went missing.
    FoundAndMissing,
    /// Two rows of one register that may be one child.
    Duplicates,
}

/// What was set against what, and how well it agrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub(super) field: Field,
    pub(super) level: Level,
    /// How often strangers agree so well.
    pub(super) u: f32,
    pub(super) words: Option<(TermId, TermId)>,
    pub(super) how: How,
}

/// What comparing needs to know.
#[derive(Clone, Copy)]
pub(super) struct Ground<'g> {
    pub(super) terms: &'g Terms,
    pub(super) population: &'g Population,
    pub(super) weights: &'g Weights,
    pub(super) relation: Relation,
}

impl Ground<'_> {
    /// Compares two reports; `out` is emptied first.
    pub(super) fn compare(&self, a: &Prepared, b: &Prepared, scratch: &mut Scratch, out: &mut Vec<Part>) {
        out.clear();
        self.own_names(a, b, scratch, out);
        self.parents(a, b, scratch, out);
        if let (Some(x), Some(y)) = (a.sex, b.sex) {
            self.push(out, Field::Sex, if x == y { Level::Same } else { Level::Different });
        }
        self.birth(a, b, out);
        if let (Some(x), Some(y)) = (a.event, b.event) {
            self.push(out, Field::Event, event(x, y, self.relation));
        }
        self.whereabouts(a, b, scratch, out);
        if let Some(level) = height(a, b) {
            self.push(out, Field::Height, level);
        }
        for (field, x, y) in [
            (Field::Marks, &a.marks, &b.marks),
            (Field::Clothing, &a.clothing, &b.clothing),
            (Field::Companions, &a.companions, &b.companions),
        ] {
            if !x.is_empty() && !y.is_empty() {
                let level = self.meanings(x, y, scratch);
                self.push(out, field, level);
            }
        }
        if !a.languages.is_empty() && !b.languages.is_empty() {
            self.languages(a, b, out);
        }
    }

    fn push(&self, out: &mut Vec<Part>, field: Field, level: Level) {
        let u = self.weights.strangers(field, level);
        out.push(Part {
            field,
            level,
            u,
            words: None,
            how: How::Plain,
        });
    }

    /// The child's own names: the pair of names that speaks most for one child.
    fn own_names(&self, a: &Prepared, b: &Prepared, scratch: &mut Scratch, out: &mut Vec<Part>) {
        if a.names.is_empty() || b.names.is_empty() {
            return;
        }
        // Whoever has several names agrees by chance the more easily.
        let chances = (a.names.len() * b.names.len()) as f32;
        let mut slots = std::mem::take(&mut scratch.slots);
        let mut best = f32::NEG_INFINITY;
        let from = out.len();
        let mut kept: [Option<Part>; 8] = [None; 8];
        for (at, x) in a.names.iter().enumerate() {
            for (to, y) in b.names.iter().enumerate() {
                align(x, y, self.terms, scratch, &mut slots);
                let of_family = [
                    if at == 0 { a.of_family } else { 0 },
                    if to == 0 { b.of_family } else { 0 },
                ];
                let given = self.given(x, y, of_family, &slots);
                out.truncate(from);
                for (number, slot) in slots.iter().enumerate() {
                    let field = if given == Some(number) {
                        Field::Given
                    } else {
                        Field::Family
                    };
                    let mut part = self.slot(field, Kind::Own, x, y, *slot, chances);
                    if at + to > 0 {
                        part.how = How::Alias;
                    }
                    out.push(part);
                }
                let weight = self.sum(&out[from..]);
                if weight > best {
                    best = weight;
                    kept = std::array::from_fn(|at| out.get(from + at).copied());
                }
            }
        }
        out.truncate(from);
        out.extend(kept.iter().flatten());
        self.go_together(&mut out[from..]);
        scratch.slots = slots;
    }

    /// Names go together: where both the given name and another part agree, the other part is as rare as it is beside that name.
    fn go_together(&self, parts: &mut [Part]) {
        let Some(given) = given_of(parts) else { return };
        let beside = beside_name(given, self.terms);
        for part in parts
            .iter_mut()
            .filter(|part| part.field == Field::Family && part.level == Level::Same)
        {
            if let Some((x, y)) = part.words {
                part.u = self.population.beside(x.min(y), beside, part.u, self.terms).max(part.u);
            }
        }
    }

    /// A language is as rare as it is beside the name.
    fn languages(&self, a: &Prepared, b: &Prepared, out: &mut Vec<Part>) {
        let shared = a.languages.iter().find(|language| b.languages.contains(language));
        let level = if shared.is_some() {
            Level::Same
        } else {
            Level::Different
        };
        let mut u = self.weights.strangers(Field::Language, level);
        if let (Some(language), Some(given)) = (shared, given_of(out)) {
            let beside = beside_name(given, self.terms);
            u = self.population.beside(*language, beside, u, self.terms).max(u);
        }
        out.push(Part {
            field: Field::Language,
            level,
            u,
            words: None,
            how: How::Plain,
        });
    }

    /// Which slot holds the name that is the child's alone: no part that a parent has, and at the beginning rather than at the
    /// end. Where the order differs, so that nobody knows, it is the worse of the two: brothers share the better.
    fn given(&self, a: &[TermId], b: &[TermId], of_family: [u8; 2], slots: &[Slot]) -> Option<usize> {
        let own = |slot: &Slot| of_family[0] & (1 << slot.i) == 0 && of_family[1] & (1 << slot.j) == 0;
        let place = |slot: &Slot| match (slot.i, slot.j) {
            (0, 0) => 0,
            (0, _) | (_, 0) => 1,
            _ => 2,
        };
        let worse = |slot: &Slot| std::cmp::Reverse(slot.like);
        let common = |slot: &Slot| self.count(a, b, *slot, Kind::Own);
        let slots = slots.iter().enumerate();
        let best = slots.min_by(|(_, x), (_, y)| {
            let key = |slot: &Slot| (!own(slot), place(slot), worse(slot));
            key(x).cmp(&key(y)).then(common(x).total_cmp(&common(y)))
        });
        best.map(|(at, _)| at)
    }

    fn count(&self, a: &[TermId], b: &[TermId], slot: Slot, kind: Kind) -> f32 {
        let (x, y) = (a[usize::from(slot.i)], b[usize::from(slot.j)]);
        let count = |term: TermId| self.terms.same(term, kind);
        if slot.joined {
            count(x).min(count(y))
        } else {
            count(x).max(count(y))
        }
    }

    fn slot(&self, field: Field, kind: Kind, a: &[TermId], b: &[TermId], slot: Slot, chances: f32) -> Part {
        let (x, y) = (a[usize::from(slot.i)], b[usize::from(slot.j)]);
        let level = level(slot.like);
        let table = self.weights.strangers(field, level);
        let probability = match slot.like {
            Likeness::Same => (self.population.share(self.count(a, b, slot, kind), kind) * chances).min(1.0),
            Likeness::Close => {
                let close = self.terms.close(x, kind).max(self.terms.close(y, kind));
                self.population.share(close, kind).max(table)
            }
            _ => table,
        };
        let how = match (slot.joined, slot.i == slot.j) {
            (true, _) => How::Joined,
            (_, false) if a.len() == b.len() => How::Reordered,
            _ => How::Plain,
        };
        Part {
            field,
            level,
            u: probability,
            words: Some((x, y)),
            how,
        }
    }

    fn sum(&self, parts: &[Part]) -> f32 {
        parts
            .iter()
            .map(|part| self.weights.weight(part.field, part.level, part.u))
            .sum()
    }

    /// Father against father and mother against mother; crosswise only where straight nothing agrees.
    fn parents(&self, a: &Prepared, b: &Prepared, scratch: &mut Scratch, out: &mut Vec<Part>) {
        let from = out.len();
        self.parent(Field::Father, &a.father, &b.father, How::Plain, scratch, out);
        self.parent(Field::Mother, &a.mother, &b.mother, How::Plain, scratch, out);
        if out[from..].iter().any(|part| part.level != Level::Different) {
            return;
        }
        let straight = out.len();
        self.parent(Field::Father, &a.father, &b.mother, How::Crossed, scratch, out);
        self.parent(Field::Mother, &a.mother, &b.father, How::Crossed, scratch, out);
        if out[straight..].iter().any(|part| part.level <= Level::Close) {
            out.drain(from..straight);
        } else {
            out.truncate(straight);
        }
    }

    fn parent(&self, field: Field, a: &[TermId], b: &[TermId], how: How, scratch: &mut Scratch, out: &mut Vec<Part>) {
        if a.is_empty() || b.is_empty() {
            return;
        }
        let mut slots = std::mem::take(&mut scratch.slots);
        align(a, b, self.terms, scratch, &mut slots);
        for slot in &slots {
            let mut part = self.slot(field, Kind::Parent, a, b, *slot, 1.0);
            if how != How::Plain {
                part.how = how;
                // It might as well have agreed straight.
                part.u = (part.u * 2.0).min(1.0);
            }
            out.push(part);
        }
        scratch.slots = slots;
    }

    fn birth(&self, a: &Prepared, b: &Prepared, out: &mut Vec<Part>) {
        if let (Some(x), Some(y)) = (a.birth, b.birth) {
            let level = birth(x, y);
            let u = match level {
                Level::Same => self.population.birthday(x.number()),
                _ => self.weights.strangers(Field::Birth, level),
            };
            out.push(Part {
                field: Field::Birth,
                level,
                u,
                words: None,
                how: How::Plain,
            });
            return;
        }
        let ages = match (a.born, b.born) {
            (Some(x), Some(y)) => Some((x, y)),
            // Without a day that was the age, both are taken as of one time.
            (None, None) => a.age.zip(b.age),
            _ => None,
        };
        if let Some((x, y)) = ages {
            self.push(out, Field::Age, age(x, y));
        }
    }

    /// Marks, clothing, companions: the share of what they mean that both name.
    fn meanings(&self, a: &[TermId], b: &[TermId], scratch: &mut Scratch) -> Level {
        let bits = |word: TermId| {
            -self
                .population
                .share(self.terms.same(word, Kind::Marks), Kind::Marks)
                .log2()
        };
        let all = |words: &[TermId]| words.iter().map(|word| bits(*word)).sum::<f32>();
        let mut told = |these: &[TermId], those: &[TermId]| {
            let agrees = |x: &&TermId| {
                those
                    .iter()
                    .any(|y| scratch.likeness(**x, *y, self.terms) <= Likeness::Close)
            };
            these.iter().filter(agrees).map(|word| bits(*word)).sum::<f32>()
        };
        let shared = f32::midpoint(told(a, b), told(b, a));
        match shared / all(a).min(all(b)).max(0.1) {
            0.65.. => Level::Same,
            0.2.. => Level::Near,
            _ => Level::Different,
        }
    }
}

/// The given name that agrees; the one of the lower number stands for both.
fn given_of(parts: &[Part]) -> Option<TermId> {
    let agrees = |part: &&Part| part.field == Field::Given && part.level == Level::Same && part.how != How::Alias;
    parts.iter().find(agrees)?.words.map(|(x, y)| x.min(y))
}

pub(super) fn level(like: Likeness) -> Level {
    match like {
        Likeness::Same => Level::Same,
        Likeness::Close => Level::Close,
        Likeness::Near => Level::Near,
        Likeness::Similar => Level::Similar,
        Likeness::Initial => Level::Initial,
        Likeness::Silent | Likeness::Different => Level::Different,
    }
}

fn birth(a: Written, b: Written) -> Level {
    if a == b {
        return Level::Same;
    }
    if a.year == b.year && a.month == b.day && a.day == b.month {
        return Level::Swapped;
    }
    let (x, y) = (a.digits(), b.digits());
    let off: Vec<usize> = (0..x.len()).filter(|at| x[*at] != y[*at]).collect();
    let parts = [a.year == b.year, a.month == b.month, a.day == b.day];
    let equal = parts.iter().filter(|equal| **equal).count();
    match off.as_slice() {
        [_] => Level::Close,
        [at, next] if *next == at + 1 && x[*at] == y[*next] && x[*next] == y[*at] => Level::Swapped,
        [_, _] => Level::Near,
        _ if equal == 2 => Level::Near,
        _ if (a.years() - b.years()).abs() <= 1.0 => Level::Similar,
        _ => Level::Different,
    }
}

/// Years of birth, or ages, each with how far from it the truth may be.
fn age((x, x_spread): (f32, f32), (y, y_spread): (f32, f32)) -> Level {
    // Half of what both leave open, because the middle is likelier than the edges.
    match (x - y).abs() - f32::midpoint(x_spread, y_spread) {
        ..=0.6 => Level::Same,
        ..=1.6 => Level::Near,
        ..=3.6 => Level::Similar,
        _ => Level::Different,
    }
}

/// Days of two events.
fn event(a: i32, b: i32, relation: Relation) -> Level {
    match relation {
        // A child who was found before it was missing is another one, but for a few days that a report came late.
        Relation::FoundAndMissing => event(b, a, Relation::MissingAndFound),
        Relation::MissingAndFound => match b - a {
            ..-3 => Level::Different,
            -3..=14 => Level::Same,
            15..=90 => Level::Close,
            91..=365 => Level::Near,
            _ => Level::Similar,
        },
        Relation::Duplicates => match (a - b).abs() {
            0 => Level::Same,
            1..=3 => Level::Close,
            4..=31 => Level::Near,
            32..=366 => Level::Similar,
            _ => Level::Different,
        },
    }
}

fn height(a: &Prepared, b: &Prepared) -> Option<Level> {
    /// What a child grows in a year at most, in cm, after the second birthday.
    const GROWS_CM: f32 = 9.0;
    let (mut x, mut y) = (a.height?, b.height?);
    let mut grown = 0.0;
    if let (Some(first), Some(second)) = (a.measured, b.measured) {
        if first > second {
            std::mem::swap(&mut x, &mut y);
        }
        grown = (first - second).abs().min(18.0) * GROWS_CM;
    }
    let off = if y < x { x - y } else { (y - x - grown).max(0.0) };
    Some(match off {
        ..=3.0 => Level::Same,
        ..=6.0 => Level::Near,
        ..=11.0 => Level::Similar,
        _ => Level::Different,
    })
}
