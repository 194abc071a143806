//! What the hub answers at `/v1/admin/…`, as far as the page shows it. What it says besides is passed over, so that a newer hub
//! is understood, too.

use casework::Labels;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

/// A moment, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub i64);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let moment: Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self(moment.as_millisecond()))
    }
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Session {
    /// Their name.
    pub name: String,
    /// The district that they administer; none: all.
    pub district: Option<String>,
    /// When the session ends, however much it is used.
    pub ends_at: Moment,
    /// It ends before, where nothing is asked for so long.
    pub idle_seconds: i64,
}

/// How somebody may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Ways {
    /// Elsewhere, where the hub knows a place.
    pub oidc: Option<Elsewhere>,
}

/// Where else one can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Elsewhere {
    /// What it is called.
    pub name: String,
}

/// A district.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct District {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A district at one look.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Overview {
    /// Which.
    pub district: String,
    /// When, by the hub's clock.
    pub at: Moment,
    /// Below this no count of children is told.
    pub few: u64,
    /// Tablets by when they were heard.
    pub heard: Heard,
    /// What waits.
    pub waiting: Waiting,
    /// Referrals that nobody has taken up, the one that waits longest first.
    pub referrals: Vec<Referral>,
    /// Whether there are more.
    pub more_referrals: bool,
    /// Cases by kind and stage.
    pub cases: Vec<Cases>,
    /// Time limits that have run out, by which.
    pub overdue_clocks: Vec<Clock>,
    /// The same by officer.
    pub overdue_of_officers: Vec<OfOfficer>,
    /// Institutions.
    pub institutions: Vec<Institution>,
    /// Channels.
    pub feeds: Vec<Feed>,
}

/// Tablets that work, by when they were heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Heard {
    /// Within a day.
    pub within_a_day: u64,
    /// Within a week, not a day.
    pub within_a_week: u64,
    /// Longer ago.
    pub longer_ago: u64,
    /// Never.
    pub never: u64,
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Waiting {
    /// Appeals.
    pub appeals: u64,
    /// Refused uploads.
    pub quarantine: u64,
    /// Changes by others that tablets do not have yet.
    pub behind: u64,
}

/// A referral that nobody has taken up.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Referral {
    /// The case that it becomes.
    pub case: String,
    /// When it came.
    pub since: Moment,
    /// How many officers were asked.
    pub asked: u64,
    /// Who was asked last; none where nobody was found.
    pub name: Option<String>,
    /// When they were.
    pub asked_at: Option<Moment>,
    /// Until when they are waited for; none where nobody is left to be asked after them.
    pub until: Option<Moment>,
    /// Whether it has come to the district officer.
    pub escalated: bool,
}

/// Cases of a kind at a stage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Cases {
    /// The kind's code.
    pub kind: String,
    /// The same in words.
    pub kind_words: Labels,
    /// The stage's code.
    pub stage: String,
    /// The same in words.
    pub stage_words: Labels,
    /// How many; none where it is not told.
    pub count: Option<u64>,
}

/// A time limit that has run out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Clock {
    /// Its code.
    pub clock: String,
    /// The same in words.
    pub words: Labels,
    /// How many; none where it is not told.
    pub count: Option<u64>,
}

/// How many time limits have run out of an officer's cases.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OfOfficer {
    /// The officer's name; none: of cases that are given to nobody.
    pub name: Option<String>,
    /// How many.
    pub count: u64,
}

/// An institution, as its people say it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Institution {
    /// Its name.
    pub name: String,
    /// The code of its kind.
    pub kind: String,
    /// The same in words.
    pub kind_words: Labels,
    /// For how many children it is registered.
    pub capacity: Option<i64>,
    /// How many are there.
    pub present: Option<i64>,
    /// Beds that are free.
    pub free_beds: Option<i64>,
    /// Time limits that have run out of its people's cases.
    pub overdue: u64,
}

/// How it is with a channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Feed {
    /// Its code.
    pub channel: String,
    /// Whether the hub tells it anything.
    pub set_up: bool,
    /// Messages that wait and are tried.
    pub waiting: u64,
    /// Messages that are tried no more.
    pub dead: u64,
    /// Since when the oldest waits.
    pub since: Option<Moment>,
    /// When it last took something.
    pub accepted: Option<Moment>,
    /// What it posted and was refused.
    pub faulty: u64,
}

/// A tablet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Device {
    /// Whose changes are known by this id.
    pub author: String,
    /// Whose it is.
    pub user_name: String,
    /// What it is called.
    pub name: String,
    /// `enrolled`, or how far its end has come.
    pub standing: String,
    /// When it was last heard.
    pub heard_at: Option<Moment>,
    /// The app it had then.
    pub app: Option<String>,
    /// Changes by others that it does not have yet.
    pub behind: u64,
}

impl Device {
    /// Whether it works.
    pub fn is_enrolled(&self) -> bool {
        self.standing == "enrolled"
    }

    /// The beginning of its id, to be told from others by, and to be typed.
    pub fn short_id(&self) -> &str {
        short(&self.author)
    }
}

/// The beginning of an id.
pub fn short(id: &str) -> &str {
    id.split('-').next().unwrap_or_default()
}

/// A refused upload.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Upload {
    /// Its number.
    pub number: i64,
    /// When it came.
    pub came_at: Moment,
    /// Why it was refused, as a code.
    pub reason: String,
    /// Whose it is.
    pub author: String,
    /// Of which district.
    pub district: String,
    /// How large it is.
    pub bytes: u64,
    /// When somebody refused it for good.
    pub refused_at: Option<Moment>,
}

/// An appeal that nobody has decided.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Appeal {
    /// Its number.
    pub number: i64,
    /// When it was made.
    pub asked_at: Moment,
    /// `access` or `hand-over`.
    pub asks_for: String,
    /// Who asks.
    pub user_name: String,
    /// Of which district.
    pub district: String,
    /// How many refused changes of theirs lie in quarantine.
    pub refused: usize,
}

/// A message that a channel did not take.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DeadLetter {
    /// Which channel.
    pub channel: String,
    /// About which record.
    pub record: String,
    /// Of which district.
    pub district: String,
    /// Since when it is tried no more.
    pub since: Option<Moment>,
    /// How often it was tried.
    pub tries: u32,
    /// What was answered last, by whoever answered.
    pub trouble: String,
}

/// What became of an upload that was judged again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Judged {
    /// Whether it was taken.
    pub taken: bool,
}

/// What came of a yes to an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Granted {
    /// How many stay in quarantine: the appeal stays open then.
    pub left: usize,
}

/// What the hub says that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Wrong {
    /// By which a program knows it.
    #[serde(default, rename = "type")]
    pub sort: String,
    /// The same for a person.
    #[serde(default)]
    pub detail: String,
}

/// What somebody signs in with.
#[derive(Debug, Serialize)]
pub struct Credentials {
    /// Their name.
    pub name: String,
    /// Their passphrase.
    pub passphrase: String,
    /// The code that their app shows.
    pub code: String,
}

/// A record, or all.
#[derive(Debug, Serialize)]
pub struct Again {
    /// Which.
    pub record: Option<String>,
}

/// What is shut out.
#[derive(Debug, Serialize)]
pub struct ShutOut {
    /// Whether it hands in first what it had not sent.
    pub hand_in: bool,
}

/// What is typed once more.
#[derive(Debug, Serialize)]
pub struct Confirmed {
    /// It.
    pub confirm: String,
}

/// What an officer is told.
#[derive(Debug, Serialize)]
pub struct Decision {
    /// In these words.
    pub words: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_newer_hub_says_besides_is_passed_over_and_a_missing_count_is_none() {
        let text = r#"{"clock":"sir-cncp","words":{"en":"Report","hi":"रिपोर्ट"},"count":null,"more":[1]}"#;
        let clock: Clock = serde_json::from_str(text).unwrap();
        assert_eq!((clock.words.get("hi"), clock.count), ("रिपोर्ट", None));
        let ways: Ways = serde_json::from_str(r#"{"passphrase":true,"oidc":null}"#).unwrap();
        assert_eq!(ways.oidc, None);
    }

    #[test]
    fn a_moment_is_read_as_the_hub_writes_it() {
        let moment: Moment = serde_json::from_str("\"2026-11-23T09:34:05.5Z\"").unwrap();
        assert_eq!(moment, Moment(1_795_426_445_500));
        assert!(serde_json::from_str::<Moment>("\"yesterday\"").is_err());
    }
}
