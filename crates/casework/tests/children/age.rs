//! The age rule, and what a case's situation says.

use casework::{
    AgeFinding, OffenceClass, Pack, Situation,
    age::{self, AgeFrom},
};
use serde::Deserialize;

use crate::fixture::{self, Written};

#[derive(Deserialize)]
struct Ages {
    age: Vec<Expected>,
    situation: Vec<ExpectedSituation>,
}

#[derive(Deserialize)]
struct Expected {
    says: String,
    at: String,
    #[serde(flatten)]
    case: Written,
    years: Option<u8>,
    from: Option<AgeFrom>,
}

#[derive(Deserialize)]
struct ExpectedSituation {
    says: String,
    now: String,
    #[serde(flatten)]
    case: Written,
    #[serde(default)]
    both: bool,
    at_apprehension: Option<u8>,
    at_offence: Option<u8>,
    class: Option<OffenceClass>,
    place: Option<String>,
    #[serde(default)]
    findings: Vec<AgeFinding>,
}

#[test]
fn every_age_is_as_the_table_of_cases_has_it() {
    let file: Ages = fixture::read(include_str!("../data/age.toml"));
    for expected in file.age {
        let age = age::at(&expected.case.record(), fixture::moment(&expected.at));
        assert_eq!(age.map(|age| age.years), expected.years, "{}", expected.says);
        assert_eq!(age.map(|age| age.from), expected.from, "{}", expected.says);
    }
}

#[test]
fn every_situation_is_as_the_table_of_cases_has_it() {
    let file: Ages = fixture::read(include_str!("../data/age.toml"));
    for expected in file.situation {
        let rules = &Pack::national().stages().custody;
        let now_ms = fixture::moment(&expected.now);
        let situation = Situation::of(rules, &expected.case.record(), now_ms);
        let says = &expected.says;
        assert_eq!(situation.under_both_parts, expected.both, "{says}");
        assert_eq!(
            situation.age_at_apprehension.map(|age| age.years),
            expected.at_apprehension,
            "{says}"
        );
        assert_eq!(
            situation.age_at_offence.map(|age| age.years),
            expected.at_offence,
            "{says}"
        );
        assert_eq!(situation.offence_class, expected.class, "{says}");
        assert_eq!(situation.custody.and_then(|link| link.place), expected.place, "{says}");
        assert_eq!(situation.age_findings, expected.findings, "{says}");
    }
}
