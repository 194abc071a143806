use casework::{CaseId, Role};

use crate::bench::{Bench, Tablet};

#[test]
fn names_places_and_notes_are_found_as_they_are_typed() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let mut children: Vec<(CaseId, &str, &str)> = Vec::new();
    for (name, typed) in [
        ("ज़रीना खातून", "जरी"),
        ("பொன்னி செல்வி", "பொன்"),
        ("মৌসুমী বড়ুয়া", "মৌসু"),
        ("کریم اللہ", "كري"),
        ("Zoé D'Souza", "zoe"),
    ] {
        children.push((asha.open_case(name), name, typed));
    }
    for (case, name, typed) in &children {
        assert_eq!(asha.find(typed), [*case], "{typed} finds {name}");
    }
    let (case, ..) = children[0];
    asha.set(case, "found.place", "Howrah station, platform 8").unwrap();
    asha.note(case, "She asked for her sister in Murshidabad.").unwrap();
    assert_eq!(asha.find("platform"), [case]);
    assert_eq!(asha.find("murshid"), [case], "a note is found by its words");
    assert_eq!(
        asha.find("जरी murshid howrah"),
        [case],
        "words of several documents together"
    );
}

#[test]
fn what_a_role_may_not_read_is_not_found_on_its_tablet() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::Dcpo);
    let case = asha.open_case("Meenakshi");
    asha.set(case, "police.officer", "Inspector Raghunath").unwrap();
    asha.sync_well();
    assert_eq!(asha.find("raghu"), [case]);
    let chetan: Tablet = bench.tablet_of("Chetan", Role::Counsellor);
    bench.hub.assign("Chetan", case);
    chetan.sync_well();
    assert_eq!(chetan.find("meena"), [case]);
    assert!(
        chetan.find("raghu").is_empty(),
        "a counsellor does not read what is legal"
    );
}

#[test]
fn what_has_left_the_tablet_is_found_no_more() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meenakshi");
    asha.sync_well();
    assert_eq!(asha.find("meen"), [case]);
    bench.hub.unassign("Asha", case);
    asha.sync_well();
    assert!(asha.find("meen").is_empty());
}
