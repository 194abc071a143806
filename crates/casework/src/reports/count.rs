//! Counts of children, and how few of them are not told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// From so many on a count of children is told to those who do not have the cases.
pub const FEW: u64 = 5;

/// The codes that are counted are those of a vocabulary: a few dozen. What is beyond that is counted together.
const CODES_MAX: usize = 64;
const CODE_CHARS_MAX: usize = 64;
/// Under which code what is beyond is counted, and what is no code.
const OTHERS: &str = "others";

/// A count of children; in JSON a number, or `null` where it is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<u64>", into = "Option<u64>")]
pub enum Count {
    /// So many.
    Of(u64),
    /// Some, and too few to say how many; or hidden so that another's number does not follow.
    Hidden,
}

/// How many of each code.
pub type Counts = BTreeMap<String, Count>;

impl Default for Count {
    fn default() -> Self {
        Self::Of(0)
    }
}

impl From<Option<u64>> for Count {
    fn from(count: Option<u64>) -> Self {
        count.map_or(Self::Hidden, Self::Of)
    }
}

impl From<Count> for Option<u64> {
    fn from(count: Count) -> Self {
        count.told()
    }
}

impl Count {
    /// The number, where it is told.
    pub const fn told(self) -> Option<u64> {
        match self {
            Self::Of(count) => Some(count),
            Self::Hidden => None,
        }
    }

    /// One more, where `counts` says so.
    pub(super) fn add_if(&mut self, counts: bool) {
        if let Self::Of(count) = self {
            *count += u64::from(counts);
        }
    }

    /// The sum; hidden where one of them is.
    pub(super) fn sum(counts: impl IntoIterator<Item = Self>) -> Self {
        let sum = counts.into_iter().map(Self::told).sum::<Option<u64>>();
        sum.into()
    }
}

/// The entry of a code. What is no code of a vocabulary (an app of tomorrow may write one that is not known here, and
/// somebody may write anything) is counted with the others: no text of a case becomes a heading.
pub(super) fn entry<'a, T: Default>(counts: &'a mut BTreeMap<String, T>, code: &str) -> &'a mut T {
    let is_code = !code.is_empty()
        && code.len() <= CODE_CHARS_MAX
        && code.chars().all(|c| c.is_ascii_alphanumeric() || "_-+".contains(c))
        && code.starts_with(|c: char| c.is_ascii_alphanumeric());
    let has_room = counts.contains_key(code) || counts.len() < CODES_MAX;
    let code = if is_code && has_room { code } else { OTHERS };
    counts.entry(code.to_owned()).or_default()
}

/// Counts that a sum ties together, by their places: one list, or two with the same sum.
pub type Bound = Vec<Vec<usize>>;

/// Hides counts that tell of few children, and others from which those would follow.
///
/// Below [`FEW`] a count is hidden; nought is told. Where just one of the counts that a sum binds is hidden, the smallest of
/// its own list is, too, or else of the other, and that again until none follows from a sum. This does not protect against
/// somebody who has other figures of the same children, as those of the month before.
pub fn hide_few(counts: &mut [&mut Count], bound: &[Bound]) {
    for count in counts.iter_mut() {
        if count.told().is_some_and(|count| (1..FEW).contains(&count)) {
            **count = Count::Hidden;
        }
    }
    while let Some(at) = bound.iter().find_map(|bound| cover(counts, bound)) {
        *counts[at] = Count::Hidden;
    }
}

/// What is to be hidden so that the only hidden count of a sum does not follow. A count that is not nought covers better than
/// one that is.
fn cover(counts: &[&mut Count], bound: &Bound) -> Option<usize> {
    let is_hidden = |at: &&usize| *counts[**at] == Count::Hidden;
    if bound.iter().flatten().filter(is_hidden).count() != 1 {
        return None;
    }
    let told = bound.iter().flat_map(|list| {
        let is_its_own = list.iter().any(|at| is_hidden(&at));
        let told = list.iter().filter_map(|at| Some((counts[*at].told()?, *at)));
        told.map(move |(count, at)| (!is_its_own, count == 0, count, at))
    });
    told.min().map(|(.., at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(counts: &[u64], bound: &[Bound]) -> Vec<Option<u64>> {
        let mut counts: Vec<_> = counts.iter().map(|count| Count::Of(*count)).collect();
        hide_few(&mut counts.iter_mut().collect::<Vec<_>>(), bound);
        counts.into_iter().map(Count::told).collect()
    }

    fn all(count: usize) -> Vec<Bound> {
        vec![vec![(0..count).collect()]]
    }

    #[test]
    fn few_children_are_not_counted_and_their_number_does_not_follow() {
        assert_eq!(hidden(&[5, 0, 12], &all(3)), [Some(5), Some(0), Some(12)]);
        assert_eq!(hidden(&[12, 3, 7, 7], &all(4)), [Some(12), None, None, Some(7)]);
        assert_eq!(hidden(&[1, 4, 9], &all(3)), [None, None, Some(9)]);
        assert_eq!(hidden(&[2], &all(1)), [None]);
        // Where there is nothing else, a nought covers.
        assert_eq!(hidden(&[2, 0], &all(2)), [None, None]);
        assert_eq!(hidden(&[], &[]), [] as [Option<u64>; 0]);
    }

    #[test]
    fn a_cover_that_is_alone_in_another_sum_is_covered_there_too() {
        // 3 is few; 6 covers it in the first sum and then stands alone in the second, where 8 covers it.
        let bound = [vec![vec![0, 1, 2]], vec![vec![1, 3, 4]]];
        assert_eq!(
            hidden(&[3, 6, 20, 8, 30], &bound),
            [None, None, Some(20), None, Some(30)]
        );
    }

    #[test]
    fn what_is_hidden_is_covered_beside_it_and_not_in_the_sum_above() {
        // 12 and 8 are the sums by kind, 9, 3 and 8 the same by age.
        let bound = [vec![vec![0, 1], vec![2, 3, 4]]];
        assert_eq!(
            hidden(&[12, 8, 9, 3, 8], &bound),
            [Some(12), Some(8), Some(9), None, None]
        );
    }

    #[test]
    fn no_text_becomes_a_code() {
        let mut counts = Counts::new();
        for code in ["=cmd", "", "a b", "-1", "ii", "18+", "\u{202e}x"] {
            entry(&mut counts, code).add_if(true);
        }
        let codes: Vec<_> = counts
            .iter()
            .map(|(code, count)| (code.as_str(), count.told()))
            .collect();
        assert_eq!(codes, [("18+", Some(1)), ("ii", Some(1)), (OTHERS, Some(5))]);
    }
}
