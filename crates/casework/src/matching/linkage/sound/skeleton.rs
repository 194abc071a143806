//! The consonants of a word, roughly: what blocking looks words up by.

use super::Phone;

/// Up to [`Skeleton::CLASSES_MAX`] classes of consonants, four bits each, the first the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Skeleton(u64);

/// Most readings of one word that are kept.
const READINGS_MAX: usize = 4;

impl Skeleton {
    /// Longest skeleton.
    pub const CLASSES_MAX: usize = 12;

    /// The number.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// How many classes it has.
    pub fn len(self) -> usize {
        (64 - self.0.leading_zeros()).div_ceil(4) as usize
    }

    /// Whether the word has no consonant that counts.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Every skeleton with one class left out, where enough remain to mean something: how a slip of the pen is survived.
    pub fn shortened(self) -> impl Iterator<Item = Self> {
        let len = self.len();
        let places = if len > 3 { 0..len } else { 0..0 };
        places.map(move |at| {
            let low = self.0 & ((1 << (4 * at)) - 1);
            Self((self.0 >> (4 * (at + 1)) << (4 * at)) | low)
        })
    }

    /// The beginning of a long word without its nasals, which hands leave out: what a place is looked up by where something
    /// else is looked up with it.
    #[must_use]
    pub fn outline(self) -> Self {
        const CLASSES: usize = 4;
        let classes = (0..self.len()).rev().map(|at| ((self.0 >> (4 * at)) & 0xF) as u8);
        let heard = classes.filter(|class| !matches!(*class, class::M | class::N));
        heard.take(CLASSES).fold(Self(0), Self::push)
    }

    /// The skeleton of two words as one.
    #[must_use]
    pub fn joined(self, next: Self) -> Self {
        let classes = (0..next.len()).rev().map(|at| ((next.0 >> (4 * at)) & 0xF) as u8);
        // Within a word y and v come and go.
        let classes = classes.map(|class| {
            if matches!(class, class::V | class::Y) {
                class::NONE
            } else {
                class
            }
        });
        classes.fold(self, Self::push)
    }

    fn push(self, class: u8) -> Self {
        // Two of one class in a row are one: a cluster that one hand wrote with a vowel between.
        if class == 0 || self.len() == Self::CLASSES_MAX || (self.0 & 0xF) == u64::from(class) {
            self
        } else {
            Self((self.0 << 4) | u64::from(class))
        }
    }
}

mod class {
    pub(super) const NONE: u8 = 0;
    pub(super) const K: u8 = 1;
    pub(super) const C: u8 = 2;
    pub(super) const T: u8 = 3;
    pub(super) const P: u8 = 4;
    pub(super) const M: u8 = 5;
    pub(super) const N: u8 = 6;
    pub(super) const R: u8 = 7;
    pub(super) const L: u8 = 8;
    pub(super) const S: u8 = 9;
    pub(super) const V: u8 = 10;
    pub(super) const Y: u8 = 11;
}

/// The classes a phone may belong to: y, v and h count at the beginning only, because within a word they come and go.
fn classes(phone: Phone, first: bool) -> &'static [u8] {
    use class::{C, K, L, M, N, NONE, P, R, S, T, V, Y};
    match phone {
        Phone::K | Phone::G => &[K],
        Phone::C | Phone::J | Phone::Z => &[C],
        Phone::T | Phone::D | Phone::TamilT => &[T],
        Phone::P | Phone::B | Phone::F | Phone::TamilP => &[P],
        Phone::M => &[M],
        Phone::N | Phone::Nasal => &[N],
        Phone::R => &[R],
        Phone::L | Phone::Zh => &[L],
        Phone::S | Phone::Sh => &[S],
        Phone::TamilK => &[K, NONE],
        Phone::TamilC => &[C, S],
        Phone::Nasalised => &[NONE, N],
        Phone::Flap => &[R, T],
        Phone::BengaliJ => {
            if first {
                &[C, Y]
            } else {
                &[C, NONE]
            }
        }
        Phone::BengaliB => {
            if first {
                &[P, V]
            } else {
                &[P, NONE]
            }
        }
        Phone::V | Phone::UrduV if first => &[V],
        Phone::Y | Phone::UrduY if first => &[Y],
        _ => &[NONE],
    }
}

/// Every reading, the likeliest first.
pub(super) fn of(phones: &[Phone]) -> Vec<Skeleton> {
    let mut readings = vec![Skeleton(0)];
    for (at, phone) in phones.iter().enumerate() {
        let classes = classes(*phone, at == 0);
        let grown = classes
            .iter()
            .flat_map(|class| readings.iter().map(|reading| reading.push(*class)));
        let grown: Vec<_> = grown.take(READINGS_MAX).collect();
        readings = grown;
    }
    readings.dedup();
    readings
}
