//! Figures of the page: how long a bar is, what comes first, what somebody is to look at.

use super::answers::{Device, Overview};

/// A bar of a chart is at most so many units long.
pub const BAR_UNITS: u64 = 1_000;
/// Bars of one chart; the table beneath has all.
pub const BARS_MAX: usize = 12;
/// A bar that is not nought is seen: at least so many units.
const BAR_UNITS_MIN: u64 = 6;

/// How a bar is coloured, besides what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// As it should be.
    #[default]
    Plain,
    /// Somebody is to look at it.
    Warn,
    /// Somebody is to act.
    Danger,
}

impl Tone {
    /// The name in the style sheets.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Warn => "warn",
            Self::Danger => "danger",
        }
    }
}

/// A bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What it is of.
    pub label: String,
    /// How much; none where it is not told.
    pub value: Option<u64>,
    /// Of how much, where there is a whole.
    pub of: Option<u64>,
    /// What stands behind it.
    pub said: String,
    /// Its colour.
    pub tone: Tone,
}

/// A bar, laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// The bar itself; none where it is not told.
    pub value: Option<u64>,
    /// The whole behind it.
    pub of: Option<u64>,
}

/// The lengths of bars beside each other: the longest of bars and wholes is as long as there is room.
pub fn lengths(bars: &[Bar]) -> Vec<Length> {
    let most = bars
        .iter()
        .flat_map(|bar| [bar.value, bar.of])
        .flatten()
        .max()
        .unwrap_or(0);
    let long = |count: u64| match count {
        0 => 0,
        count => (count.saturating_mul(BAR_UNITS) / most.max(1)).max(BAR_UNITS_MIN),
    };
    let length = |bar: &Bar| Length {
        value: bar.value.map(long),
        of: bar.of.map(long),
    };
    bars.iter().map(length).collect()
}

/// What is to be seen first: the largest, then what is not told, then noughts; and by label among the same.
pub fn largest_first(bars: &mut [Bar]) {
    let rank = |bar: &Bar| match bar.value {
        Some(0) => 2,
        Some(_) => 0,
        None => 1,
    };
    bars.sort_by(|a, b| {
        rank(a)
            .cmp(&rank(b))
            .then_with(|| b.value.cmp(&a.value))
            .then_with(|| a.label.cmp(&b.label))
    });
}

/// Referrals that have come to the district officer, or for which nobody was found.
pub fn escalated(seen: &Overview) -> usize {
    let urgent = seen.referrals.iter().filter(|one| one.escalated || one.name.is_none());
    urgent.count()
}

/// All time limits that have run out. A case that is given to two counts with both, as in the table.
pub fn overdue(seen: &Overview) -> u64 {
    seen.overdue_of_officers.iter().map(|one| one.count).sum()
}

/// Tablets that nobody has heard for a week, or ever.
pub const fn silent(seen: &Overview) -> u64 {
    seen.heard.longer_ago + seen.heard.never
}

/// All messages that are tried no more.
pub fn dead(seen: &Overview) -> u64 {
    seen.feeds.iter().map(|feed| feed.dead).sum()
}

/// All posts that were refused.
pub fn faulty(seen: &Overview) -> u64 {
    seen.feeds.iter().map(|feed| feed.faulty).sum()
}

/// The tablets that work before those that are at their end; among them those that were not heard longest, as the hub lists them.
pub fn working_first(devices: &mut [Device]) {
    devices.sort_by_key(|device| !device.is_enrolled());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, value: Option<u64>, of: Option<u64>) -> Bar {
        Bar {
            label: label.into(),
            value,
            of,
            said: String::new(),
            tone: Tone::Plain,
        }
    }

    #[test]
    fn the_longest_has_the_room_and_what_is_not_nought_is_seen() {
        let bars = [
            bar("a", Some(50), Some(100)),
            bar("b", Some(1), None),
            bar("c", Some(0), None),
            bar("d", None, None),
        ];
        let told: Vec<_> = lengths(&bars).iter().map(|one| (one.value, one.of)).collect();
        assert_eq!(
            told,
            [
                (Some(500), Some(1_000)),
                (Some(10), None),
                (Some(0), None),
                (None, None)
            ]
        );
        let many = [bar("a", Some(1), None), bar("b", Some(u64::MAX / 2_000), None)];
        assert_eq!(lengths(&many)[0].value, Some(6));
        assert_eq!(lengths(&[bar("a", Some(0), Some(0))])[0].value, Some(0));
        assert!(lengths(&[]).is_empty());
    }

    #[test]
    fn the_largest_comes_first_and_what_is_not_told_before_nothing() {
        let mut bars = [
            bar("b", Some(0), None),
            bar("c", Some(7), None),
            bar("a", None, None),
            bar("d", Some(9), None),
            bar("e", Some(7), None),
        ];
        largest_first(&mut bars);
        let order: String = bars.iter().map(|bar| bar.label.as_str()).collect();
        assert_eq!(order, "dceab");
    }
}
