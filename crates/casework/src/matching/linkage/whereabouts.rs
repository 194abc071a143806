//! Where a child lived, was missed or was found: PIN, district, state and the words of a place, as one chain.

use super::{
    compare::{Ground, Part, level},
    field::{Field, Level},
    names::joined,
    population::{beside_district, beside_pin},
    prepared::{Prepared, WORDS_MAX},
    reason::How,
    scratch::Scratch,
    terms::{Kind, Likeness, TermId, one_slip},
};

impl Ground<'_> {
    /// PIN, district, state and place. What the narrower agrees in, the wider cannot but agree in, and weighs no more.
    pub(super) fn whereabouts(&self, a: &Prepared, b: &Prepared, scratch: &mut Scratch, out: &mut Vec<Part>) {
        let mut beside = None;
        if let (Some(x), Some(y)) = (a.pin, b.pin) {
            let level = pin(x, y, a.pin_digits, b.pin_digits);
            let u = match level {
                Level::Same => {
                    beside = Some(beside_pin(x));
                    self.population.share(self.terms.same(x, Kind::Pin), Kind::Pin)
                }
                _ => self.weights.strangers(Field::Pin, level),
            };
            out.push(Part {
                field: Field::Pin,
                level,
                u,
                words: Some((x, y)),
                how: How::Plain,
            });
        }
        if beside.is_none()
            && let (Some(x), Some(y)) = (a.district, b.district)
        {
            let level = match level(scratch.likeness(x, y, self.terms)) {
                level @ (Level::Same | Level::Close) => level,
                Level::Near | Level::Similar => Level::Near,
                _ => Level::Different,
            };
            let mut u = self.weights.strangers(Field::District, level);
            if level <= Level::Close {
                beside = Some(beside_district(x.min(y), self.terms));
                let count = self
                    .terms
                    .same(x, Kind::District)
                    .max(self.terms.same(y, Kind::District));
                let share = self.population.share(count, Kind::District);
                u = if level == Level::Same { share } else { share.max(u) };
            }
            out.push(Part {
                field: Field::District,
                level,
                u,
                words: Some((x, y)),
                how: How::Plain,
            });
        }
        if beside.is_none()
            && let (Some(x), Some(y)) = (a.state, b.state)
        {
            let same = scratch.likeness(x, y, self.terms) <= Likeness::Close;
            let level = if same { Level::Same } else { Level::Different };
            let u = if same {
                let count = self.terms.same(x, Kind::State).max(self.terms.same(y, Kind::State));
                self.population.share(count, Kind::State)
            } else {
                self.weights.strangers(Field::State, level)
            };
            out.push(Part {
                field: Field::State,
                level,
                u,
                words: Some((x, y)),
                how: How::Plain,
            });
        }
        if !a.place.is_empty() && !b.place.is_empty() {
            let part = self.place(&a.place, &b.place, beside, scratch);
            out.push(part);
        }
    }

    /// The words of two places: how much of what the shorter tells is told by the other, in bits.
    fn place(&self, a: &[TermId], b: &[TermId], beside: Option<u64>, scratch: &mut Scratch) -> Part {
        /// What a word that is only near tells of what the word itself would.
        const NEAR: f32 = 0.7;
        let bits = |word: TermId| -self.population.share_beside(word, beside, self.terms).log2();
        let all = |words: &[TermId]| words.iter().map(|word| bits(*word)).sum::<f32>();
        // The same whichever side is called a.
        let turned = b < a;
        let (a, b) = if turned { (b, a) } else { (a, b) };
        let mut shared = 0.0;
        let mut used = 0_u32;
        let mut telling: Option<(f32, TermId, TermId)> = None;
        let mut agree = |agreed: f32, x: TermId, y: TermId| {
            shared += agreed;
            if telling.is_none_or(|(most, ..)| agreed > most) {
                telling = Some((agreed, x, y));
            }
        };
        // First those that are the same, then those that are near.
        let mut near: [(Likeness, u8, u8); WORDS_MAX * WORDS_MAX] = [(Likeness::Different, 0, 0); _];
        let mut count = 0;
        for (i, x) in (0_u8..).zip(a) {
            for (j, y) in (0_u8..).zip(b) {
                let like = scratch.likeness(*x, *y, self.terms);
                if like <= Likeness::Near {
                    near[count] = (like, i, j);
                    count += 1;
                }
            }
        }
        for same in [true, false] {
            for (like, i, j) in &near[..count] {
                let these = 1 << i | 1 << (j + 16);
                if (*like == Likeness::Same) == same && used & these == 0 {
                    used |= these;
                    let (x, y) = (a[usize::from(*i)], b[usize::from(*j)]);
                    let share = if *like <= Likeness::Close { 1.0 } else { NEAR };
                    agree(bits(x).min(bits(y)) * share, x, y);
                }
            }
        }
        // Two words that the other wrote as one.
        for (long, short, long_at, short_at) in [(a, b, 0, 16), (b, a, 16, 0)] {
            for (i, two) in long.windows(2).enumerate() {
                for (j, one) in short.iter().enumerate() {
                    let these = 3 << (i + long_at) | 1 << (j + short_at);
                    if used & these == 0 && joined(two[0], two[1], *one, self.terms).is_some() {
                        used |= these;
                        let (x, y) = if long_at == 0 { (two[0], *one) } else { (*one, two[0]) };
                        agree((bits(two[0]) + bits(two[1])).min(bits(*one)), x, y);
                    }
                }
            }
        }
        let level = match shared / all(a).min(all(b)).max(0.1) {
            0.85.. => Level::Same,
            0.55.. => Level::Close,
            0.3.. => Level::Near,
            0.08.. => Level::Similar,
            _ => Level::Different,
        };
        let u = match level {
            Level::Different => self.weights.strangers(Field::Place, level),
            // No place is rarer than one in the list.
            _ => (-shared.min(self.population.rarest())).exp2(),
        };
        Part {
            field: Field::Place,
            level,
            u,
            words: telling.map(|(_, x, y)| if turned { (y, x) } else { (x, y) }),
            how: How::Plain,
        }
    }
}

fn pin(a: TermId, b: TermId, x: u32, y: u32) -> Level {
    /// Digits of a sorting district, and of a whole PIN.
    const REGION: u32 = 3;
    let digits = |number: u32| number.checked_ilog10().map_or(0, |log| log + 1);
    if a == b {
        return Level::Same;
    }
    let head = |number: u32| number / 10_u32.pow(digits(number).saturating_sub(REGION));
    let spelt = |number: u32| -> Vec<u32> { (0..digits(number)).map(|at| number / 10_u32.pow(at) % 10).collect() };
    if x != 0 && y != 0 && one_slip(&spelt(x), &spelt(y)) {
        Level::Close
    } else if x != 0 && digits(x) == digits(y) && head(x) == head(y) {
        Level::Near
    } else {
        Level::Different
    }
}
