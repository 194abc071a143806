//! For how long somebody on duty is waited for, as the pack says.

use serde::{Deserialize, Serialize};

use crate::{Checked, Role, Urgency};

/// Longest wait for one officer: a day.
const MINUTES_MAX: u16 = 24 * 60;
/// Most officers who are asked one after another.
const OFFICERS_MAX: u32 = 20;
const MINUTE_MS: i64 = 60_000;

/// How a referral finds somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RulesText", into = "RulesText")]
pub struct DutyRules(RulesText);

/// The rules as a pack writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct RulesText {
    /// Who is asked where nobody is on duty, or nobody answers.
    district_officer: Role,
    /// How many officers on duty are asked before.
    officers_asked: u32,
    /// How long each is waited for.
    minutes: Minutes,
    source: String,
    checked: Checked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Minutes {
    emergency: u16,
    urgent: u16,
    routine: u16,
}

impl TryFrom<RulesText> for DutyRules {
    type Error = String;

    fn try_from(text: RulesText) -> Result<Self, String> {
        let Minutes {
            emergency,
            urgent,
            routine,
        } = text.minutes;
        if [emergency, urgent, routine]
            .iter()
            .any(|minutes| !(1..=MINUTES_MAX).contains(minutes))
        {
            return Err(format!("an officer is waited for 1 to {MINUTES_MAX} minutes"));
        }
        if emergency > urgent || urgent > routine {
            return Err("what presses more is not waited for longer".to_owned());
        }
        if !(1..=OFFICERS_MAX).contains(&text.officers_asked) {
            return Err(format!("1 to {OFFICERS_MAX} officers on duty are asked"));
        }
        if matches!(text.district_officer, Role::Unknown(_)) {
            return Err("`district_officer` is no role".to_owned());
        }
        Ok(Self(text))
    }
}

impl From<DutyRules> for RulesText {
    fn from(rules: DutyRules) -> Self {
        rules.0
    }
}

impl DutyRules {
    /// The role of whoever is asked where nobody is on duty, or nobody answers.
    pub const fn district_officer(&self) -> &Role {
        &self.0.district_officer
    }

    /// How many officers on duty are asked before.
    pub const fn officers_asked(&self) -> u32 {
        self.0.officers_asked
    }

    /// How long an officer is waited for, in milliseconds. What is not known to press less than an emergency is one.
    pub fn wait_ms(&self, urgency: &Urgency) -> i64 {
        let Minutes {
            emergency,
            urgent,
            routine,
        } = self.0.minutes;
        let minutes = match urgency {
            Urgency::Routine => routine,
            Urgency::Urgent => urgent,
            Urgency::Emergency | Urgency::Unknown(_) => emergency,
        };
        i64::from(minutes) * MINUTE_MS
    }

    /// Where the minutes come from.
    pub fn source(&self) -> &str {
        &self.0.source
    }
}

#[cfg(all(test, feature = "packs"))]
mod tests {
    use super::*;
    use crate::Pack;

    fn read(text: &str) -> Result<DutyRules, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn the_nation_waits_longer_for_what_presses_less_and_says_where_the_minutes_come_from() {
        let rules = Pack::national().duty().unwrap();
        assert_eq!(rules.wait_ms(&Urgency::Emergency), 10 * MINUTE_MS);
        assert_eq!(rules.wait_ms(&Urgency::Urgent), 20 * MINUTE_MS);
        assert_eq!(rules.wait_ms(&Urgency::Routine), 120 * MINUTE_MS);
        assert_eq!(rules.wait_ms(&Urgency::from_code("of tomorrow")), 10 * MINUTE_MS);
        assert_eq!((rules.officers_asked(), rules.district_officer()), (3, &Role::Dcpo));
        assert!(rules.source().contains("60 minutes"));
    }

    #[test]
    fn the_clock_of_a_referral_runs_as_long_as_all_who_are_asked_before_the_district_officer_are_waited_for() {
        let pack = Pack::national();
        let rules = pack.duty().unwrap();
        for urgency in [Urgency::Emergency, Urgency::Urgent, Urgency::Routine] {
            let id = format!("referral-taken-up-{}", urgency.code());
            let clock = pack.clocks().iter().find(|clock| clock.id == id).unwrap();
            let all = i64::from(rules.officers_asked()) * rules.wait_ms(&urgency);
            assert_eq!(clock.length.unwrap().after(0), Some(all), "{id}");
        }
    }

    #[test]
    fn rules_that_wait_for_nobody_or_for_ever_are_none() {
        let of = |officer: &str, asked: u32, minutes: &str| {
            read(&format!(
                "district_officer = '{officer}'\nofficers_asked = {asked}\nsource = 's'\nchecked = 'C'\n[minutes]\n{minutes}"
            ))
        };
        let good = "emergency = 1\nurgent = 2\nroutine = 2";
        assert!(of("dcpo", 1, good).is_ok());
        for bad in [
            of("nobody", 1, good),
            of("dcpo", 0, good),
            of("dcpo", 21, good),
            of("dcpo", 1, "emergency = 0\nurgent = 2\nroutine = 2"),
            of("dcpo", 1, "emergency = 3\nurgent = 2\nroutine = 2"),
            of("dcpo", 1, "emergency = 3\nurgent = 4\nroutine = 1441"),
        ] {
            assert!(bad.is_err());
        }
    }
}
