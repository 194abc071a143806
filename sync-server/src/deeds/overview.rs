//! A district at one look: tablets and when they were heard, what waits, which referrals nobody takes up, what is overdue, how
//! full institutions are, and how channels are.
//!
//! Nobody's name who is a child, and no count of children that is so small that it tells of one: below [`FEW`](casework::reports::FEW) of a kind, a
//! stage or a clock it is said that there are some. How much of an officer's work is overdue is said as it is.

use casework::reports::{Count, hide_few};
use protocol::UserId;

use crate::channel::CHANNELS;
use crate::hub::Hub;
use crate::storage::{Device, InstitutionRow, Result, StorageError};

/// Tablets that were not heard for longer are asked after.
const DAY_MS: i64 = 86_400_000;
/// Rows that wait are counted so far.
const COUNTED_MAX: u32 = 1_000;
/// So many referrals that nobody took up are told of one by one; there should be none.
const REFERRALS_MAX: u32 = 100;

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
    /// Whether this hub tells it anything.
    pub is_set_up: bool,
    /// Messages that wait and are tried.
    pub waiting: u64,
    /// Messages that are tried no more.
    pub dead: u64,
    /// Since when the oldest of those waits.
    pub since_ms: Option<i64>,
    /// When it last took something.
    pub accepted_ms: Option<i64>,
    /// Posts of it that were refused and are kept for somebody to look at.
    pub faulty: u64,
}

/// A referral that nobody has taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untaken {
    /// The case that it becomes.
    pub case: [u8; 16],
    /// When it came.
    pub since_ms: i64,
    /// How many were asked.
    pub asked: u64,
    /// Who was asked last.
    pub last: Option<Asked>,
}

/// Who was asked last to take a referral up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The officer and their name.
    pub officer: (UserId, String),
    /// When.
    pub at_ms: i64,
    /// Until when they are waited for; `None` for whoever is asked in the end.
    pub until_ms: Option<i64>,
    /// Whether it was escalated to the district officer.
    pub is_escalated: bool,
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
    /// Referrals that nobody has taken up, the one that waits longest first.
    pub referrals: Vec<Untaken>,
    /// Whether there are more than are told of.
    pub more_referrals: bool,
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
    let mut referrals = referrals(hub, district)?;
    let more_referrals = referrals.len() > REFERRALS_MAX as usize;
    referrals.truncate(REFERRALS_MAX as usize);
    Ok(Overview {
        referrals,
        more_referrals,
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

/// One more than is told of, where there are so many.
fn referrals(hub: &Hub, district: &str) -> Result<Vec<Untaken>> {
    let name = |user: UserId| Ok::<_, StorageError>(hub.storage.user(user)?.map_or_else(String::new, |user| user.name));
    let mut untaken = Vec::new();
    for referral in hub.storage.waiting_referrals(district, REFERRALS_MAX + 1)? {
        let last = match referral.asked.last() {
            None => None,
            Some(asking) => Some(Asked {
                officer: (asking.user, name(asking.user)?),
                at_ms: asking.at_ms,
                until_ms: asking.until_ms,
                is_escalated: asking.why.is_escalation(),
            }),
        };
        untaken.push(Untaken {
            case: referral.subject,
            since_ms: referral.since_ms,
            asked: referral.asked.len() as u64,
            last,
        });
    }
    Ok(untaken)
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
        Ok(Feed {
            channel: channel.code,
            is_set_up: hub.config.channels.of(channel.code).is_some(),
            waiting: hub.storage.waiting_deliveries(channel.code)?,
            dead: hub.storage.dead_deliveries(channel.code, COUNTED_MAX)?.len() as u64,
            since_ms: hub.storage.waiting_since(channel.code)?,
            accepted_ms: hub.storage.last_accepted(channel.code)?,
            faulty: hub.storage.count_refused_posts(channel.code)?,
        })
    };
    CHANNELS.into_iter().map(of).collect()
}

/// The counts that may be told. Where one alone is hidden, the smallest of the others is, too, or it would follow from a sum.
fn told<T>(counts: Vec<(T, u64)>) -> Vec<(T, Count)> {
    let mut counts: Vec<_> = counts.into_iter().map(|(of, count)| (of, Count::Of(count))).collect();
    let all = (0..counts.len()).collect();
    hide_few(
        &mut counts.iter_mut().map(|(_, count)| count).collect::<Vec<_>>(),
        &[vec![all]],
    );
    counts
}
