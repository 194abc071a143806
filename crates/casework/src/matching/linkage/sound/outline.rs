//! What tells at a glance that two words are nothing alike, by the phones they have and whatever their order.

use super::{
    Sound,
    phone::{Apart, COSTS, Phones},
};

/// The outline of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline {
    there: Phones,
    /// Phones that cost so much at least beside this word.
    apart: Apart,
    weight: u16,
}

impl Outline {
    /// Of a word; none of one whose short vowels are not written, beside which everything costs less.
    pub(super) fn of(sound: &Sound) -> Option<Self> {
        (!sound.abjad).then(|| Self {
            there: sound.there,
            apart: COSTS.apart_from(sound.there),
            weight: sound.weights[0],
        })
    }

    /// Whether two words are certainly more than `most` of a hundred apart. Where it is false, nobody knows yet.
    pub fn is_beyond(&self, other: &Self, most: u16) -> bool {
        let least = self.apart.least(other.there).max(other.apart.least(self.there));
        let longer = u32::from(self.weight.max(other.weight));
        longer > 0 && least * 100 >= (u32::from(most) + 1) * longer
    }
}
