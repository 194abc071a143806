//! What one thread keeps between comparisons, so that it need not work it out again.

use rustc_hash::FxHashMap;

use super::{
    names::Slot,
    terms::{Likeness, TermId, Terms},
};

/// Memory of one thread.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    likenesses: FxHashMap<u64, Likeness>,
    pub(super) pairs: Vec<Slot>,
    pub(super) slots: Vec<Slot>,
}

/// Pairs of words that are remembered: about 50 MB.
const REMEMBERED_MAX: usize = 2_000_000;

impl Scratch {
    /// How alike two words are; the same whichever comes first.
    pub(super) fn likeness(&mut self, a: TermId, b: TermId, terms: &Terms) -> Likeness {
        if a == b {
            return Likeness::Same;
        }
        let (low, high) = (a.min(b), a.max(b));
        let key = u64::from(low.0) << 32 | u64::from(high.0);
        if self.likenesses.len() > REMEMBERED_MAX {
            self.likenesses.clear();
        }
        *self.likenesses.entry(key).or_insert_with(|| terms.likeness(low, high))
    }
}
