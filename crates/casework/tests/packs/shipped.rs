//! The packs that ship.

use std::collections::BTreeMap;

use casework::{
    Pack, check_shipped,
    lint::{self, Finding, Severity},
    shipped_files,
};

fn errors(findings: Vec<Finding>) -> Vec<String> {
    let errors = findings
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.to_string()).collect()
}

#[test]
fn every_shipped_pack_reads_without_a_mistake() {
    let errors: Vec<String> = check_shipped().iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn the_linter_finds_no_error_in_what_ships() {
    let (findings, national) = lint::check(&shipped_files("national"), None);
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    found.insert("national", errors(findings));
    for state in ["br", "tn"] {
        let files = shipped_files(&format!("states/{state}"));
        if !files.is_empty() {
            found.insert(state, errors(lint::check(&files, national.as_ref()).0));
        }
    }
    found.retain(|_, errors| !errors.is_empty());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_state_without_a_pack_of_its_own_has_the_national_one() {
    assert_eq!(Pack::of_state("xx").id(), "national");
    assert_eq!(Pack::of_state("").version(), Pack::national().version());
}
