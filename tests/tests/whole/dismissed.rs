//! An author is shut out: at the next contact what was not sent is handed in or kept aside, then the tablet forgets.

use std::fs;

use casework::Role;
use ipc::{FailureCode, Reply, Request, Start};
use tests::{
    scene::{DISTRICT, Scene, new_case},
    tablet::Tablet,
};

fn start(tablet: &Tablet) -> Start {
    match tablet.ask(Request::Start) {
        Reply::Start(start) => start,
        other => panic!("{other:?}"),
    }
}

fn author_of(scene: &Scene) -> String {
    let listed = scene.admin.run(&["user", "list", "--district", DISTRICT]).unwrap();
    let device = listed.lines().find(|line| line.starts_with('\t')).unwrap();
    device.trim().split('\t').next().unwrap().to_owned()
}

/// An officer's tablet with a case that the hub has and a fact that it has not.
fn tablet(scene: &Scene, seed: u64) -> Tablet {
    let officer = scene.officer_with(Tablet::by_hand(seed), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let case = officer.tablet.open_case(new_case("Meena"));
    officer.tablet.sync_well();
    officer.tablet.write(case, "found.place", "Junction, platform 2");
    officer.tablet
}

fn vaults(tablet: &Tablet) -> usize {
    fs::read_dir(tablet.folder().join("users")).unwrap().count()
}

#[test]
fn what_the_hub_does_not_let_in_it_keeps_aside_before_the_tablet_forgets() {
    let scene = Scene::new();
    let tablet = tablet(&scene, 5);
    scene.admin.run(&["revoke-author", &author_of(&scene)]).unwrap();
    tablet.sync();
    assert_eq!(vaults(&tablet), 0);
    let farewell = start(&tablet).farewells.pop().unwrap();
    assert_eq!(farewell.kept_aside, 1);
    assert!(farewell.on_hub > 0);
    let kept = scene.admin.run(&["quarantine", "list"]).unwrap();
    assert_eq!(kept.lines().count(), 1, "{kept}");
    let listed = scene.admin.run(&["user", "list", "--district", DISTRICT]).unwrap();
    assert!(listed.contains("destroyed"), "{listed}");
    assert_eq!(tablet.call(Request::SyncStatus).unwrap_err().code, FailureCode::Locked);
    scene.admin.run(&["audit"]).unwrap();
}

#[test]
fn whoever_may_hand_in_has_every_word_taken() {
    let scene = Scene::new();
    let tablet = tablet(&scene, 6);
    scene
        .admin
        .run(&["revoke-author", "--hand-in", &author_of(&scene)])
        .unwrap();
    tablet.sync();
    assert_eq!(vaults(&tablet), 0);
    let farewell = start(&tablet).farewells.pop().unwrap();
    assert_eq!(farewell.kept_aside, 0);
    assert_eq!(scene.admin.run(&["quarantine", "list"]).unwrap(), "");
    let listed = scene.admin.run(&["user", "list", "--district", DISTRICT]).unwrap();
    assert!(listed.contains("destroyed"), "{listed}");
}
