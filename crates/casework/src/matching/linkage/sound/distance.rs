//! How far two sounds are apart: the cheapest way to write one into the other, each step priced by how alike phones are.

use super::{PHONES_MAX, Sound, phone::COSTS};

/// Two neighbours in the other order: one slip of the hand.
const TRANSPOSED: u16 = 60;

/// 0 for the same, 100 where nothing is alike; relative to the longer of the two. What is farther apart than `most` may come
/// out as anything above it: most words are nothing alike, and the first letters tell.
pub(super) fn between(one: &Sound, other: &Sound, most: u16) -> u16 {
    const WIDTH: usize = PHONES_MAX + 1;
    let (a, b) = (&*one.phones, &*other.phones);
    if a == b {
        return 0;
    }
    let costs = &*COSTS;
    let abjad = one.abjad || other.abjad;
    let weight = |sound: &Sound| u32::from(sound.weights[usize::from(abjad)]);
    let longer = weight(one).max(weight(other));
    if longer == 0 {
        return if a.is_empty() == b.is_empty() { 0 } else { 100 };
    }
    // The highest cost that is still `most` of a hundred.
    let limit = ((u32::from(most) + 1) * longer - 1) / 100;
    let mut before = [0_u16; WIDTH];
    let mut above = [0_u16; WIDTH];
    let mut row = [0_u16; WIDTH];
    for (at, phone) in b.iter().enumerate() {
        above[at + 1] = above[at] + costs.gap(*phone, abjad);
    }
    let mut least_above = 0;
    for (i, x) in a.iter().enumerate() {
        let gap = costs.gap(*x, abjad);
        row[0] = above[0] + gap;
        let mut least = row[0];
        for (j, y) in b.iter().enumerate() {
            let mut best = (above[j] + costs.swap(*x, *y))
                .min(above[j + 1] + gap)
                .min(row[j] + costs.gap(*y, abjad));
            if i > 0 && j > 0 && *x == b[j - 1] && *y == a[i - 1] {
                best = best.min(before[j - 1] + TRANSPOSED);
            }
            row[j + 1] = best;
            least = least.min(best);
        }
        // Whatever comes goes through this row or the one above.
        if u32::from(least.min(least_above)) > limit {
            return u16::MAX;
        }
        least_above = least;
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    let relative = u32::from(above[b.len()]) * 100 / longer;
    u16::try_from(relative).unwrap_or(u16::MAX)
}
