//! How far a child is on the way to adoption: on what ground, where on the way, and what is lacking for the next step.
//! A reading of the facts; it decides nothing and locks nothing.

use jiff::Span;
use serde::{Deserialize, Serialize};

use crate::{
    Checked, Labels, Record, age,
    clock::{end_of, indian_date},
    stage::Stages,
    vocabulary::coded,
};

/// Parents may take back a surrendered child for this long (JJ s.35(3)).
const RECONSIDER_MONTHS: i64 = 2;
/// Members of the Committee who must declare a child legally free (JJ s.38(1) and the proviso to s.27(8) as the Model
/// Rules read it; see the fact `adoption.declared_by`).
const MEMBERS_MIN: i64 = 3;
/// From this age on the child itself is asked (Adoption Regulations 2022; to be verified).
const CONSENT_YEARS: u8 = 5;

coded!(
    /// Why a child may be adopted.
    Basis {
        /// No parent alive or able and willing (JJ s.2(42)).
        Orphan = "orphan",
        /// Deserted, and declared so by the Committee (JJ s.2(1)).
        Abandoned = "abandoned",
        /// Given up before the Committee (JJ s.2(60)).
        Surrendered = "surrendered",
        /// In a home, and not visited by the family for long.
        NoVisitation = "no_visitation",
        /// The guardian was found unfit.
        UnfitGuardian = "unfit_guardian",
    }
);

/// Where on the way a child is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nobody has named a ground.
    NotConsidered,
    /// The parents took the child back.
    Reclaimed,
    /// Surrendered; the parents may still take the child back.
    Reconsidering {
        /// Until the end of this day.
        until_ms: i64,
    },
    /// The Committee inquires, and something is lacking for the declaration.
    Inquiry,
    /// Nothing is lacking for the declaration.
    ReadyToDeclare,
    /// Declared legally free.
    LegallyFree,
    /// Registered in CARINGS.
    Registered,
    /// Referred to a family, or reserved by one.
    Referred,
    /// Matched with a family.
    Matched,
    /// With the family, before the order.
    WithFamily,
    /// The order is made.
    Adopted,
    /// The placement or the adoption was broken off.
    Disrupted,
}

/// What is lacking. The words are phrases `adoption_…` of the pack's stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// The notice in search of the family.
    Notice,
    /// The police report that no family was found.
    NoTraceReport,
    /// The deed of surrender.
    SurrenderDeed,
    /// Parents counselled and told of their two months.
    SurrenderCounselled,
    /// The social investigation report.
    SocialInvestigation,
    /// Fewer than three members signed the declaration.
    ThreeMembers,
    /// The child study report.
    ChildStudy,
    /// The medical examination report.
    MedicalReport,
    /// Registration in CARINGS.
    Registration,
    /// The child is old enough and was not asked.
    ChildAsked,
    /// The child does not agree, or is unsure.
    ChildAgrees,
}

impl Lack {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Notice,
        Self::NoTraceReport,
        Self::SurrenderDeed,
        Self::SurrenderCounselled,
        Self::SocialInvestigation,
        Self::ThreeMembers,
        Self::ChildStudy,
        Self::MedicalReport,
        Self::Registration,
        Self::ChildAsked,
        Self::ChildAgrees,
    ];

    /// The name of its phrase in the pack.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Notice => "adoption_notice",
            Self::NoTraceReport => "adoption_no_trace_report",
            Self::SurrenderDeed => "adoption_surrender_deed",
            Self::SurrenderCounselled => "adoption_surrender_counselled",
            Self::SocialInvestigation => "adoption_social_investigation",
            Self::ThreeMembers => "adoption_three_members",
            Self::ChildStudy => "adoption_child_study",
            Self::MedicalReport => "adoption_medical_report",
            Self::Registration => "adoption_registration",
            Self::ChildAsked => "adoption_child_asked",
            Self::ChildAgrees => "adoption_child_agrees",
        }
    }
}

/// Something lacking, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacking {
    /// What.
    pub what: Lack,
    /// In words.
    pub says: Labels,
    /// Where it stands in the law.
    pub source: Option<String>,
    /// How well that is established.
    pub checked: Option<Checked>,
}

/// How far a child is on the way to adoption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readiness {
    /// On what ground.
    pub basis: Option<Basis>,
    /// Where on the way.
    pub standing: Standing,
    /// What is lacking for what comes next.
    pub lacking: Vec<Lacking>,
}

/// How far the child is at `now_ms`.
pub fn readiness(stages: &Stages, record: &Record, now_ms: i64) -> Readiness {
    let basis = record.text("adoption.status").map(Basis::from_code);
    let standing = standing(record, basis.as_ref(), now_ms);
    let lacking = lacks(record, basis.as_ref(), standing, now_ms)
        .into_iter()
        .map(|what| {
            let phrase = stages.phrases.iter().find(|phrase| phrase.id == what.phrase());
            Lacking {
                what,
                says: phrase.map_or_else(Labels::default, |phrase| phrase.says.clone()),
                source: phrase.and_then(|phrase| phrase.source.clone()),
                checked: phrase.and_then(|phrase| phrase.checked.clone()),
            }
        })
        .collect();
    Readiness {
        basis,
        standing,
        lacking,
    }
}

fn standing(record: &Record, basis: Option<&Basis>, now_ms: i64) -> Standing {
    let moment = |fact: &str| record.moment(fact);
    let last_step = ["adoption.order_at", "adoption.placement_at"]
        .into_iter()
        .filter_map(moment)
        .max();
    if moment("adoption.disrupted_at").is_some_and(|broken| last_step.is_none_or(|step| broken >= step)) {
        return Standing::Disrupted;
    }
    let reached = [
        ("adoption.order_at", Standing::Adopted),
        ("adoption.placement_at", Standing::WithFamily),
        ("adoption.matched_at", Standing::Matched),
        ("adoption.reserved_at", Standing::Referred),
        ("adoption.referred_at", Standing::Referred),
        ("adoption.carings_at", Standing::Registered),
        ("adoption.legally_free_at", Standing::LegallyFree),
        ("adoption.reclaimed_at", Standing::Reclaimed),
    ];
    // A number in CARINGS before the declaration is only the agency's first entry: it frees nobody.
    let free = moment("adoption.legally_free_at").is_some();
    let stands =
        |(fact, standing): &(&str, Standing)| moment(fact).is_some() && (free || *standing != Standing::Registered);
    if let Some((_, standing)) = reached.iter().find(|step| stands(step)) {
        return *standing;
    }
    match (basis, reconsider_until(record)) {
        (None, _) => Standing::NotConsidered,
        (Some(Basis::Surrendered), Some(until_ms)) if now_ms < until_ms => Standing::Reconsidering { until_ms },
        (basis, _) if before_declaration(record, basis).is_empty() => Standing::ReadyToDeclare,
        _ => Standing::Inquiry,
    }
}

/// The end of the last day on which the parents may take the child back: as written, else two months from the deed.
fn reconsider_until(record: &Record) -> Option<i64> {
    let written = record.text("adoption.reclaim_until").and_then(|day| day.parse().ok());
    let day = written.or_else(|| {
        let deed = indian_date(record.moment("adoption.surrender_deed_at")?)?;
        deed.checked_add(Span::new().months(RECONSIDER_MONTHS)).ok()
    });
    end_of(day?)
}

fn lacks(record: &Record, basis: Option<&Basis>, standing: Standing, now_ms: i64) -> Vec<Lack> {
    let mut lacks = match standing {
        Standing::NotConsidered | Standing::Reclaimed | Standing::Adopted | Standing::Disrupted => return Vec::new(),
        Standing::Reconsidering { .. } | Standing::Inquiry | Standing::ReadyToDeclare => {
            before_declaration(record, basis)
        }
        _ => before_placement(record),
    };
    let old_enough = age::at(record, now_ms).is_some_and(|age| age.years >= CONSENT_YEARS);
    match record.text("adoption.child_consent") {
        Some("no" | "unsure") => lacks.push(Lack::ChildAgrees),
        None | Some("not_asked") if old_enough => lacks.push(Lack::ChildAsked),
        _ => {}
    }
    lacks
}

/// What the Committee wants before it declares the child legally free.
fn before_declaration(record: &Record, basis: Option<&Basis>) -> Vec<Lack> {
    let lacks_moment = |fact: &str, lack: Lack| record.moment(fact).is_none().then_some(lack);
    let of_basis = match basis {
        Some(Basis::Surrendered) => [
            lacks_moment("adoption.surrender_deed_at", Lack::SurrenderDeed),
            (record.flag("adoption.surrender_counselled") == Some(false)).then_some(Lack::SurrenderCounselled),
            None,
        ],
        Some(Basis::Orphan | Basis::Abandoned) => [
            lacks_moment("adoption.notice_at", Lack::Notice),
            lacks_moment("adoption.no_trace_at", Lack::NoTraceReport),
            lacks_moment("report.social_investigation_at", Lack::SocialInvestigation),
        ],
        _ => [
            None,
            None,
            lacks_moment("report.social_investigation_at", Lack::SocialInvestigation),
        ],
    };
    of_basis.into_iter().flatten().collect()
}

/// What the agency wants before a family can be found.
fn before_placement(record: &Record) -> Vec<Lack> {
    let lacks_moment = |fact: &str, lack: Lack| record.moment(fact).is_none().then_some(lack);
    let few = record
        .integer("adoption.declared_by")
        .is_some_and(|members| members < MEMBERS_MIN);
    [
        few.then_some(Lack::ThreeMembers),
        lacks_moment("study.made_at", Lack::ChildStudy),
        lacks_moment("adoption.medical_report_at", Lack::MedicalReport),
        lacks_moment("adoption.carings_at", Lack::Registration),
    ]
    .into_iter()
    .flatten()
    .collect()
}
