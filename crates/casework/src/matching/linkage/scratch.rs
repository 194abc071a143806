//! What one thread keeps between comparisons, so that it need not work it out again.

use super::{
    names::Slot,
    terms::{Likeness, TermId, Terms},
};

/// Memory of one thread.
#[derive(Debug)]
pub(super) struct Scratch {
    /// Two words and how alike they are, each pair in the place that its numbers give.
    likenesses: Box<[Remembered]>,
    pub(super) pairs: Vec<Slot>,
    pub(super) slots: Vec<Slot>,
}

/// Two words, the one of the lower number first.
type Remembered = (TermId, TermId, Likeness);

/// Places for pairs, as a power of two: few enough to stay near the processor, where looking is quicker than reckoning.
const PLACES_BITS: u32 = 15;

impl Default for Scratch {
    fn default() -> Self {
        // A word is the same as itself, so this is true, too.
        let nothing = (TermId(0), TermId(0), Likeness::Same);
        Self {
            likenesses: vec![nothing; 1 << PLACES_BITS].into(),
            pairs: Vec::new(),
            slots: Vec::new(),
        }
    }
}

impl Scratch {
    /// How alike two words are; the same whichever comes first.
    pub(super) fn likeness(&mut self, a: TermId, b: TermId, terms: &Terms) -> Likeness {
        if a == b {
            return Likeness::Same;
        }
        if terms.is_unlike(a, b) {
            return Likeness::Different;
        }
        let (low, high) = (a.min(b), a.max(b));
        let both = u64::from(low.0) << 32 | u64::from(high.0);
        let mixed = both.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let place = &mut self.likenesses[(mixed >> (u64::BITS - PLACES_BITS)) as usize];
        if (place.0, place.1) != (low, high) {
            *place = (low, high, terms.likeness(low, high));
        }
        place.2
    }
}
