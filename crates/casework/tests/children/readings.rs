//! What is known of a disability.

use casework::disability::{self, Benchmark};
use serde::Deserialize;

use crate::fixture::{self, Written};

#[derive(Deserialize)]
struct Summaries {
    summary: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    says: String,
    #[serde(flatten)]
    case: Written,
    /// Kinds, gravest first.
    #[serde(default)]
    kinds: Vec<String>,
    percent: Option<i64>,
    /// Missing where nothing at all is known.
    benchmark: Option<Benchmark>,
    #[serde(default)]
    udid: bool,
}

#[test]
fn every_disability_is_as_the_table_of_cases_has_it() {
    let file: Summaries = fixture::read(include_str!("../data/disability.toml"));
    for expected in file.summary {
        let says = &expected.says;
        let summary = disability::summary(&expected.case.record(), fixture::moment("2026-11-23T10:00"));
        assert_eq!(
            summary.as_ref().map(|summary| summary.benchmark),
            expected.benchmark,
            "{says}"
        );
        let Some(summary) = summary else { continue };
        let kinds: Vec<&str> = summary.disabilities.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(kinds, expected.kinds, "{says}");
        assert_eq!(
            (summary.percent, summary.has_udid),
            (expected.percent, expected.udid),
            "{says}"
        );
    }
}
