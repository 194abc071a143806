//! Two names, part against part: swapped, missing and joined parts, initials.

use super::{
    scratch::Scratch,
    terms::{CLOSE_MAX, Likeness, TermId, Terms, distance},
};

/// Two parts that were set against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) i: u8,
    pub(super) j: u8,
    pub(super) like: Likeness,
    /// One side wrote as one word what the other wrote as two.
    pub(super) joined: bool,
}

/// Sets the parts of two names against each other, the likest first. What one side has more than the other stays out: it
/// is unknown there.
pub(super) fn align(a: &[TermId], b: &[TermId], terms: &Terms, scratch: &mut Scratch, slots: &mut Vec<Slot>) {
    slots.clear();
    let (mut used_a, mut used_b) = (0_u8, 0_u8);
    if a.len() != b.len() {
        join(a, b, terms, slots, &mut used_a, &mut used_b);
    }
    let mut pairs = std::mem::take(&mut scratch.pairs);
    pairs.clear();
    for (i, x) in (0_u8..).zip(a) {
        for (j, y) in (0_u8..).zip(b) {
            let like = scratch.likeness(*x, *y, terms);
            if like < Likeness::Silent {
                pairs.push(Slot {
                    i,
                    j,
                    like,
                    joined: false,
                });
            }
        }
    }
    // The same whichever side is called a.
    pairs.sort_unstable_by_key(|slot| {
        (
            slot.like,
            slot.i.abs_diff(slot.j),
            slot.i + slot.j,
            slot.i.min(slot.j),
            slot.i,
        )
    });
    for slot in &pairs {
        if used_a & (1 << slot.i) == 0 && used_b & (1 << slot.j) == 0 {
            used_a |= 1 << slot.i;
            used_b |= 1 << slot.j;
            slots.push(*slot);
        }
    }
    scratch.pairs = pairs;
    let mut left = (0_u8..).zip(a).filter(|(i, _)| used_a & (1 << i) == 0);
    let mut right = (0_u8..).zip(b).filter(|(j, _)| used_b & (1 << j) == 0);
    while let (Some((i, x)), Some((j, y))) = (left.next(), right.next()) {
        if scratch.likeness(*x, *y, terms) != Likeness::Silent {
            slots.push(Slot {
                i,
                j,
                like: Likeness::Different,
                joined: false,
            });
        }
    }
}

/// Finds two neighbours on one side that are one part on the other.
fn join(a: &[TermId], b: &[TermId], terms: &Terms, slots: &mut Vec<Slot>, used_a: &mut u8, used_b: &mut u8) {
    let a_is_longer = a.len() > b.len();
    let (long, short) = if a_is_longer { (a, b) } else { (b, a) };
    for (at, pair) in (0_u8..).zip(long.windows(2)) {
        for (to, one) in (0_u8..).zip(short) {
            let Some(like) = joined(pair[0], pair[1], *one, terms) else {
                continue;
            };
            let (i, j) = if a_is_longer { (at, to) } else { (to, at) };
            let (both, single) = if a_is_longer {
                (&mut *used_a, &mut *used_b)
            } else {
                (&mut *used_b, &mut *used_a)
            };
            if *both & (3 << at) != 0 || *single & (1 << to) != 0 {
                continue;
            }
            *both |= 3 << at;
            *single |= 1 << to;
            slots.push(Slot {
                i,
                j,
                like,
                joined: true,
            });
        }
    }
}

/// How alike two words as one are to one.
pub(super) fn joined(first: TermId, second: TermId, one: TermId, terms: &Terms) -> Option<Likeness> {
    /// Phones that may differ before it is worth a look.
    const SLACK: usize = 2;
    let (first, second, one) = (terms.get(first), terms.get(second), terms.get(one));
    let lengths = [&first.sound, &second.sound, &one.sound].map(|sound| sound.phones().len());
    if lengths.contains(&0) || (lengths[0] + lengths[1]).abs_diff(lengths[2]) > SLACK {
        return None;
    }
    if lengths[1] < 2 || lengths[0] < 2 || first.sound.phones()[0] != one.sound.phones()[0] {
        return None;
    }
    let both = first.sound.joined(&second.sound);
    let like = distance(both.distance_up_to(&one.sound, CLOSE_MAX));
    (like <= Likeness::Close).then_some(like)
}
