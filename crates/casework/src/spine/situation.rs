//! What an officer must know of a case before opening any form: under which part of the Act, which episode, who has
//! the child, how old the child was when it counted.

use serde::{Deserialize, Serialize};

use super::Spine;
use crate::{
    CaseId, CaseKind, Record,
    age::{self, Age},
    custody::{self, CustodyRule},
    links::{self, CaseLink, Relation},
    vocabulary::coded,
};

/// Eighteen years end childhood under the Act (JJ s.2(12)).
const ADULT_YEARS: u8 = 18;

coded!(
    /// How grave an offence is taken to be (JJ s.2(33), (45), (54)).
    OffenceClass {
        /// At most three years' imprisonment.
        Petty = "petty",
        /// Between the two.
        Serious = "serious",
        /// At least seven years' imprisonment.
        Heinous = "heinous",
    }
);

/// The spine of a case with what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Situation {
    /// What is written.
    pub spine: Spine,
    /// In need of care and in conflict with law at once: Committee and Board both have to do with the child
    /// (JJ s.8(3)(g)).
    pub under_both_parts: bool,
    /// Cases of the same child, earlier ones first.
    pub episodes: Vec<CaseLink>,
    /// Every other linked case: siblings, twins, family, incident.
    pub linked: Vec<CaseLink>,
    /// Who has the child now.
    pub custody: Option<custody::Link>,
    /// The child's age now.
    pub age: Option<Age>,
    /// The child's age when apprehended, for a child in conflict with law.
    pub age_at_apprehension: Option<Age>,
    /// The child's age on the day of the offence, on which it depends whether the Act applies (JJ s.2(13)).
    pub age_at_offence: Option<Age>,
    /// How grave the offence is taken to be.
    pub offence_class: Option<OffenceClass>,
    /// What the ages say that somebody must look at.
    pub age_findings: Vec<AgeFinding>,
}

/// What an age says that somebody must look at. It locks nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgeFinding {
    /// Eighteen or older on the day of the offence: the Act does not apply to the offence (JJ s.2(13)).
    AdultAtOffence,
    /// Sixteen or seventeen and a heinous offence: the Board makes a preliminary assessment (JJ s.15).
    PreliminaryAssessment,
    /// Eighteen since the case began: care ends or aftercare begins (JJ s.46).
    AdultNow,
    /// No date of birth: the Committee or Board determines the age (JJ s.94).
    AgeNotProved,
}

impl Situation {
    /// Reads it out of a case at `now_ms`.
    pub fn of(custody_rules: &[CustodyRule], record: &Record, now_ms: i64) -> Self {
        let spine = Spine::of(record);
        let in_conflict = spine.is_in_conflict();
        let (episodes, linked) = links::of(record)
            .links
            .into_iter()
            .partition(|link| matches!(link.relation, Relation::EarlierEpisode | Relation::LaterEpisode));
        let offence_day = record.text("offence.at").and_then(|day| day.parse().ok());
        let apprehended = record.moment("case.apprehended_at").filter(|_| in_conflict);
        let mut situation = Self {
            under_both_parts: spine.kind == CaseKind::Both,
            episodes,
            linked,
            custody: custody::chain(custody_rules, record, now_ms).current(now_ms).cloned(),
            age: age::at(record, now_ms),
            age_at_apprehension: apprehended.and_then(|moment| age::at(record, moment)),
            age_at_offence: offence_day.filter(|_| in_conflict).and_then(|day| age::on(record, day)),
            offence_class: record
                .text("offence.class")
                .filter(|_| in_conflict)
                .map(OffenceClass::from_code),
            age_findings: Vec::new(),
            spine,
        };
        situation.age_findings = situation.find(age::birth_date(record).is_some());
        situation
    }

    fn find(&self, birth_date_known: bool) -> Vec<AgeFinding> {
        let counts = self.age_at_offence.or(self.age_at_apprehension);
        let is_adult = |age: Option<Age>| age.is_some_and(|age| age.years >= ADULT_YEARS);
        let mut findings = Vec::new();
        if is_adult(self.age_at_offence) {
            findings.push(AgeFinding::AdultAtOffence);
        }
        let near_adult = counts.is_some_and(|age| (16..ADULT_YEARS).contains(&age.years));
        if near_adult && self.offence_class == Some(OffenceClass::Heinous) {
            findings.push(AgeFinding::PreliminaryAssessment);
        }
        if is_adult(self.age) {
            findings.push(AgeFinding::AdultNow);
        }
        if !birth_date_known {
            findings.push(AgeFinding::AgeNotProved);
        }
        findings
    }

    /// The earlier cases of the same child, as this case names them.
    pub fn earlier_episodes(&self) -> impl Iterator<Item = CaseId> {
        self.episodes
            .iter()
            .filter(|link| link.relation == Relation::EarlierEpisode)
            .map(|link| link.case)
    }
}

impl Spine {
    /// Reads the spine out of a case.
    pub fn of(record: &Record) -> Self {
        Self::read(|fact| record.facts.get(fact).cloned())
    }

    /// Whether the child is alleged or found to be in conflict with law, alone or besides being in need of care.
    pub fn is_in_conflict(&self) -> bool {
        matches!(self.kind, CaseKind::Cicl | CaseKind::Both)
    }

    /// Whether the child is in need of care and protection, alone or besides being in conflict with law.
    pub fn is_in_need(&self) -> bool {
        matches!(self.kind, CaseKind::Cncp | CaseKind::Both)
    }
}
