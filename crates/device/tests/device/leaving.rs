use casework::{Compartment, Role};
use ipc::{CaseFilter, FailureCode};

use crate::bench::Bench;

#[test]
fn a_reassigned_case_leaves_only_after_its_edits_arrive() {
    let bench = Bench::new();
    let mut asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena Kumari");
    let other = asha.open_case("Another");
    asha.sync_well();
    bench.hub.unassign("Asha", case);
    asha.note(case, "Written before anybody told me").unwrap();

    asha.sync_well();
    let core = bench.hub.document(case, Compartment::Core);
    assert!(
        core.timeline()
            .iter()
            .any(|entry| entry.text == "Written before anybody told me")
    );
    assert_eq!(bench.hub.late_changes(), 1);
    assert_eq!(asha.case(case).unwrap_err(), FailureCode::NoSuchCase);
    assert_eq!(asha.note(case, "More").unwrap_err(), FailureCode::NoSuchCase);
    let left: Vec<_> = asha
        .cases(CaseFilter::default())
        .into_iter()
        .map(|card| card.case)
        .collect();
    assert_eq!(left, [other]);
    let found = CaseFilter {
        text: "Meena".into(),
        ..CaseFilter::default()
    };
    assert!(asha.cases(found).is_empty(), "not even the search knows the name");
    assert_eq!(
        bench.hub.state().confirmed.len(),
        4,
        "each of the four documents is confirmed destroyed, once"
    );
    asha.restart();
    assert_eq!(asha.case(case).unwrap_err(), FailureCode::NoSuchCase);
    assert_eq!(asha.device().check_access_log().unwrap().map(|rows| rows > 4), Ok(true));
}

#[test]
fn a_case_given_back_comes_back_whole() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.sync_well();
    bench.hub.unassign("Asha", case);
    asha.sync_well();
    bench.hub.assign("Asha", case);
    asha.sync_well();
    assert_eq!(asha.case(case).unwrap().name.as_deref(), Some("Meena"));
    asha.note(case, "Back again").unwrap();
    asha.sync_well();
    assert_eq!(bench.hub.document(case, Compartment::Core).timeline().len(), 2);
}

#[test]
fn a_cut_in_the_leaving_loses_no_word() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.sync_well();
    bench.hub.unassign("Asha", case);
    asha.note(case, "Late").unwrap();
    for tries in 1.. {
        bench.hub.state().faults.cut_after = Some(tries * 41);
        if asha.sync() == ipc::NetState::Reached {
            break;
        }
        assert!(tries < 200, "the sync never came to its end");
    }
    assert_eq!(bench.hub.document(case, Compartment::Core).timeline().len(), 2);
    assert_eq!(asha.case(case).unwrap_err(), FailureCode::NoSuchCase);
}
