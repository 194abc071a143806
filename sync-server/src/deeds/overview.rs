//! A district at one look: tablets and when they were heard, what waits, what is overdue, how full institutions are.
//!
//! Nobody's name who is a child, and no count of children that is so small that it tells of one: below [`FEW`] of a kind, a
//! stage or a clock it is said that there are some. How much of an officer's work is overdue is said as it is.

use protocol::UserId;

use crate::channel::CHANNELS;
use crate::hub::Hub;
use crate::storage::{Device, InstitutionRow, Result};

/// From so many on a count of children is told.
pub const FEW: u64 = 5;
/// Tablets that were not heard for longer are asked after.
const DAY_MS: i64 = 86_400_000;
/// Rows that wait are counted so far.
const COUNTED_MAX: u32 = 1_000;

/// A count of children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Of(u64),
    /// Some, and too few to say how many; or hidden so that another's number does not follow.
    Hidden,
}

/// When tablets that still work were heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heard {
    /// Within a day.
    pub day: u64,
    /// Within a week, not a day.
    pub week: u64,
    /// Longer ago.
    pub longer: u64,
    /// Never.
    pub never: u64,
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Appeals that nobody has decided, so far as they are counted.
    pub appeals: u64,
    /// Refused uploads that nobody has decided about, of the last that are looked at.
    pub quarantine: u64,
    /// Changes by others that tablets do not have yet.
    pub behind: u64,
}

/// How it is with a channel, of the whole hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its code.
    pub channel: &'static str,
    /// Messages that wait and are tried.
    pub waiting: u64,
    /// Messages that are tried no more.
    pub dead: u64,
    /// Since when the first of those that are due waits.
    pub since_ms: Option<i64>,
}

/// How much of somebody's work is overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfOfficer {
    /// The officer and their name; `None`: of cases that are given to nobody.
    pub officer: Option<(UserId, String)>,
    /// How many clocks.
    pub overdue: u64,
}

/// A district at one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Tablets by when they were heard.
    pub heard: Heard,
    /// What waits.
    pub waiting: Waiting,
    /// Cases by the codes of kind and stage.
    pub cases: Vec<((String, String), Count)>,
    /// Overdue clocks by name.
    pub clocks: Vec<(String, Count)>,
    /// How many clocks of an officer's cases are overdue.
    pub officers: Vec<OfOfficer>,
    /// Institutions, with how many clocks of their people's cases are overdue.
    pub institutions: Vec<(InstitutionRow, u64)>,
    /// Channels.
    pub feeds: Vec<Feed>,
}

/// Looks at a district now.
pub fn of(hub: &Hub, district: &str) -> Result<Overview> {
    let storage = &*hub.storage;
    let now_ms = hub.clock.now_ms();
    let devices = storage.devices(Some(district))?;
    let cases = storage.cases_by_stage(district)?.into_iter();
    let overdue_at = storage.overdue_by_institution(district, now_ms)?;
    let institutions = storage.occupancy(district)?.into_iter().map(|(id, row)| {
        let overdue = overdue_at.iter().find(|(place, _)| *place == id);
        (row, overdue.map_or(0, |(_, count)| *count))
    });
    Ok(Overview {
        heard: heard(&devices, now_ms),
        waiting: waiting(hub, district, &devices)?,
        cases: told(cases.map(|(kind, stage, count)| ((kind, stage), count)).collect()),
        clocks: told(storage.overdue_by_clock(district, now_ms)?),
        officers: officers(hub, district, now_ms)?,
        institutions: institutions.collect(),
        feeds: feeds(hub)?,
    })
}

fn heard(devices: &[Device], now_ms: i64) -> Heard {
    let mut heard = Heard::default();
    for device in devices.iter().filter(|device| device.author.revoked_ms.is_none()) {
        let count = match device.seen_ms.map(|seen_ms| now_ms - seen_ms) {
            None => &mut heard.never,
            Some(ago) if ago < DAY_MS => &mut heard.day,
            Some(ago) if ago < 7 * DAY_MS => &mut heard.week,
            Some(_) => &mut heard.longer,
        };
        *count += 1;
    }
    heard
}

fn waiting(hub: &Hub, district: &str, devices: &[Device]) -> Result<Waiting> {
    let working = |device: &&Device| device.author.revoked_ms.is_none();
    let rows = hub.storage.quarantined(COUNTED_MAX)?;
    let ours = rows
        .iter()
        .filter(|row| row.refused_ms.is_none() && devices.iter().any(|device| device.author.id == row.author));
    Ok(Waiting {
        appeals: hub.storage.open_appeals(Some(district), COUNTED_MAX)?.len() as u64,
        quarantine: ours.count() as u64,
        behind: devices.iter().filter(working).map(|device| device.behind).sum(),
    })
}

fn officers(hub: &Hub, district: &str, now_ms: i64) -> Result<Vec<OfOfficer>> {
    let mut officers = Vec::new();
    for (user, overdue) in hub.storage.overdue_by_user(district, now_ms)? {
        let officer = match user {
            Some(id) => hub.storage.user(id)?.map(|user| (id, user.name)),
            None => None,
        };
        officers.push(OfOfficer { officer, overdue });
    }
    Ok(officers)
}

fn feeds(hub: &Hub) -> Result<Vec<Feed>> {
    let of = |channel: &'static crate::channel::Channel| {
        let due = hub.storage.due_deliveries(channel.code, i64::MAX, 1)?;
        Ok(Feed {
            channel: channel.code,
            waiting: hub.storage.waiting_deliveries(channel.code)?,
            dead: hub.storage.dead_deliveries(channel.code, COUNTED_MAX)?.len() as u64,
            since_ms: due.first().map(|delivery| delivery.since_ms),
        })
    };
    CHANNELS.into_iter().map(of).collect()
}

/// The counts that may be told. Where one alone is hidden, the smallest of the others is, too, or it would follow from a sum.
fn told<T>(counts: Vec<(T, u64)>) -> Vec<(T, Count)> {
    let is_few = |count: u64| (1..FEW).contains(&count);
    let alone = counts.iter().filter(|(_, count)| is_few(*count)).count() == 1;
    let least = counts
        .iter()
        .map(|(_, count)| *count)
        .filter(|count| *count >= FEW)
        .min();
    let mut cover = least.filter(|_| alone);
    let tell = |(of, count)| {
        let covers = cover == Some(count);
        if covers {
            cover = None;
        }
        let count = if is_few(count) || covers {
            Count::Hidden
        } else {
            Count::Of(count)
        };
        (of, count)
    };
    counts.into_iter().map(tell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_children_are_not_counted_and_their_number_does_not_follow() {
        let of = |counts: &[u64]| -> Vec<Option<u64>> {
            let counts = counts.iter().map(|count| ((), *count)).collect();
            let tell = |((), count)| match count {
                Count::Of(count) => Some(count),
                Count::Hidden => None,
            };
            told(counts).into_iter().map(tell).collect()
        };
        assert_eq!(of(&[5, 0, 12]), [Some(5), Some(0), Some(12)]);
        assert_eq!(of(&[12, 3, 7, 7]), [Some(12), None, None, Some(7)]);
        assert_eq!(of(&[1, 4, 9]), [None, None, Some(9)]);
        assert_eq!(of(&[2]), [None]);
        assert_eq!(of(&[]), [] as [Option<u64>; 0]);
    }
}
