//! How far two sounds are apart: the cheapest way to write one into the other, each step priced by how alike phones are.

use super::{
    PHONES_MAX,
    phone::{COSTS, Phone},
};

/// Two neighbours in the other order: one slip of the hand.
const TRANSPOSED: u16 = 60;

/// 0 for the same, 100 where nothing is alike; relative to the longer of the two.
pub(super) fn between(a: &[Phone], b: &[Phone], abjad: bool) -> u16 {
    const WIDTH: usize = PHONES_MAX + 1;
    if a == b {
        return 0;
    }
    let costs = &*COSTS;
    let weigh = |phones: &[Phone]| phones.iter().map(|phone| costs.gap(*phone, abjad)).sum::<u16>();
    let longer = weigh(a).max(weigh(b));
    if longer == 0 {
        return if a.is_empty() == b.is_empty() { 0 } else { 100 };
    }
    let mut before = [0_u16; WIDTH];
    let mut above = [0_u16; WIDTH];
    let mut row = [0_u16; WIDTH];
    for (at, phone) in b.iter().enumerate() {
        above[at + 1] = above[at] + costs.gap(*phone, abjad);
    }
    for (i, x) in a.iter().enumerate() {
        let gap = costs.gap(*x, abjad);
        row[0] = above[0] + gap;
        for (j, y) in b.iter().enumerate() {
            let mut best = (above[j] + costs.swap(*x, *y))
                .min(above[j + 1] + gap)
                .min(row[j] + costs.gap(*y, abjad));
            if i > 0 && j > 0 && *x == b[j - 1] && *y == a[i - 1] {
                best = best.min(before[j - 1] + TRANSPOSED);
            }
            row[j + 1] = best;
        }
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    let relative = u32::from(above[b.len()]) * 100 / u32::from(longer);
    u16::try_from(relative).unwrap_or(u16::MAX)
}
