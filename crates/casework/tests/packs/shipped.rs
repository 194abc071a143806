//! The packs that ship.

use casework::{Pack, lint, shipped_states};

#[test]
fn every_shipped_pack_reads_and_the_linter_finds_no_error() {
    let errors: Vec<String> = lint::shipped_errors().iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn every_state_that_ships_lies_over_the_nation() {
    for state in shipped_states() {
        let pack = Pack::of_state(state);
        assert_eq!(pack.id(), format!("states/{state}"));
        assert!(pack.facts().count() >= Pack::national().facts().count());
    }
}

#[test]
fn a_state_without_a_pack_of_its_own_has_the_national_one() {
    assert_eq!(Pack::of_state("xx").id(), "national");
    assert_eq!(Pack::of_state("").version(), Pack::national().version());
}
