//! An author who is shut out: everything written is at the hub before anything is destroyed.

use casework::Role;
use ipc::{FailureCode, NetState, Request};
use protocol::pack::PackKey;

use crate::bench::{Bench, PASSPHRASE, Tablet};

/// A tablet with a case and two notes that were not sent.
fn tablet(bench: &Bench) -> Tablet {
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let case = tablet.open_case("Meena");
    tablet.sync_well();
    for text in ["not yet sent", "nor this"] {
        tablet.note(case, text).unwrap();
    }
    tablet
}

fn files(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).map(|entries| entries.flatten().collect());
    let entries: Vec<_> = entries.unwrap_or_default();
    entries
        .iter()
        .map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 })
        .sum()
}

#[test]
fn what_was_not_sent_is_kept_at_the_hub_then_keys_and_files_are_gone_and_it_is_told() {
    let bench = Bench::new();
    let tablet = tablet(&bench);
    let vaults = tablet.folder().join("users");
    assert!(files(&vaults) > 2);
    bench.hub.state().shut_out = Some(false);
    tablet.sync();
    assert_eq!(bench.hub.state().kept_aside, 2);
    assert_eq!(bench.hub.state().destroyed, 1);
    assert_eq!(files(&vaults), 0);
    assert_eq!(tablet.call(Request::SyncStatus).unwrap_err(), FailureCode::Locked);
    let start = tablet.on_start();
    assert!(start.users.is_empty() && start.session.is_none());
    let farewell = start.farewells[0].clone();
    assert_eq!(farewell.name, "Asha");
    assert_eq!((farewell.kept_aside, farewell.pictures_lost), (2, 0));
    assert!(farewell.on_hub > 0 && farewell.code.len() == 12);
    let forget = |id: &str| tablet.call(Request::ForgetFarewell { id: id.into() }).unwrap();
    forget("../../etc/passwd");
    forget(&farewell.id);
    assert!(tablet.on_start().farewells.is_empty());
}

#[test]
fn what_the_hub_did_not_understand_in_short_goes_whole_before_anything_is_gone() {
    let bench = Bench::new();
    let tablet = tablet(&bench);
    bench.hub.state().shut_out = Some(false);
    bench.hub.state().understands_nothing_once = true;
    tablet.sync();
    assert_eq!(bench.hub.state().kept_aside, 2);
    assert_eq!(tablet.on_start().farewells[0].kept_aside, 2);
}

#[test]
fn whoever_may_hand_in_is_judged_like_anybody() {
    let bench = Bench::new();
    let tablet = tablet(&bench);
    bench.hub.state().shut_out = Some(true);
    tablet.sync();
    let start = tablet.on_start();
    assert!(start.users.is_empty());
    assert_eq!((start.farewells[0].kept_aside, bench.hub.state().destroyed), (0, 1));
    assert!(start.farewells[0].on_hub >= 3);
}

#[test]
fn nobody_but_the_hub_brings_it_about() {
    let bench = Bench::new();
    let mut tablet = tablet(&bench);
    bench.hub.state().shut_out = Some(false);
    bench.hub.state().dismissed_by = Some(PackKey::from_seed(&[9; 32]));
    let NetState::Trouble { code, .. } = tablet.sync() else {
        panic!("a refusal that nobody signed is trouble, no more")
    };
    assert_eq!(code, "not_enrolled");
    tablet.restart();
    assert_eq!(tablet.status().waiting, 2, "nothing is gone and nothing counts as sent");
}

#[test]
fn a_cut_before_the_hub_has_everything_destroys_nothing() {
    let bench = Bench::new();
    let tablet = tablet(&bench);
    bench.hub.state().shut_out = Some(false);
    bench.hub.state().faults.lose_answers = true;
    tablet.sync();
    assert_eq!(tablet.status().waiting, 2);
    bench.hub.state().faults.lose_answers = false;
    tablet.sync();
    assert!(tablet.on_start().users.is_empty());
}

#[test]
fn the_other_people_on_the_tablet_keep_everything() {
    let bench = Bench::new();
    let tablet = tablet(&bench);
    let code = bench.hub.code_for("Birsa", Role::SocialWorker);
    tablet.enrol(&code).unwrap();
    let case = tablet.open_case("Sunil");
    tablet.call(Request::Lock).unwrap();
    tablet.unlock(PASSPHRASE).unwrap();
    bench.hub.state().shut_out = Some(false);
    tablet.sync();
    bench.hub.state().shut_out = None;
    let left = tablet.on_start().users;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].name, "Birsa");
    tablet.unlock(PASSPHRASE).unwrap();
    assert!(tablet.case(case).is_ok());
}
