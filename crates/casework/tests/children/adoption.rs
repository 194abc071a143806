//! How far a child is on the way to adoption.

use casework::{
    Pack,
    adoption::{self, Basis, Lack, Standing},
};
use serde::Deserialize;

use crate::fixture::{self, Written};

#[derive(Deserialize)]
struct Ways {
    way: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    says: String,
    #[serde(flatten)]
    case: Written,
    basis: Option<Basis>,
    standing: String,
    #[serde(default)]
    lacking: Vec<Lack>,
}

#[test]
fn every_way_is_as_the_table_of_cases_has_it() {
    let stages = Pack::national().stages();
    let file: Ways = fixture::read(include_str!("../data/adoption.toml"));
    for expected in file.way {
        let says = &expected.says;
        let readiness = adoption::readiness(stages, &expected.case.record(), fixture::moment("2026-11-23T10:00"));
        assert_eq!(readiness.basis, expected.basis, "{says}");
        assert_eq!(standing(readiness.standing), expected.standing, "{says}");
        let lacking: Vec<Lack> = readiness.lacking.iter().map(|lacking| lacking.what).collect();
        assert_eq!(lacking, expected.lacking, "{says}");
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::NotConsidered => "not considered",
        Standing::Reclaimed => "reclaimed",
        Standing::Reconsidering { .. } => "reconsidering",
        Standing::Inquiry => "inquiry",
        Standing::ReadyToDeclare => "ready to declare",
        Standing::LegallyFree => "legally free",
        Standing::Registered => "registered",
        Standing::Referred => "referred",
        Standing::Matched => "matched",
        Standing::WithFamily => "with family",
        Standing::Adopted => "adopted",
        Standing::Disrupted => "disrupted",
    }
}

#[test]
fn every_lack_has_its_sentence_and_its_place_in_the_law() {
    let stages = Pack::national().stages();
    for lack in Lack::ALL {
        let phrase = stages.phrases.iter().find(|phrase| phrase.id == lack.phrase());
        let phrase = phrase.unwrap_or_else(|| panic!("{lack:?}"));
        assert!(
            phrase.says.has("en") && phrase.says.has("hi") && phrase.source.is_some(),
            "{lack:?}"
        );
    }
}

#[test]
fn the_two_months_to_reconsider_end_with_their_last_day() {
    let file: Ways = fixture::read(include_str!("../data/adoption.toml"));
    let case = file.way.iter().find(|case| case.standing == "reconsidering").unwrap();
    let readiness = |now: &str| {
        let now_ms = fixture::moment(now);
        adoption::readiness(Pack::national().stages(), &case.case.record(), now_ms).standing
    };
    let until_ms = fixture::moment("2026-12-21T00:00");
    assert_eq!(readiness("2026-12-20T23:59"), Standing::Reconsidering { until_ms });
    assert_eq!(readiness("2026-12-21T00:00"), Standing::ReadyToDeclare);
}
