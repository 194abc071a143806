//! Somebody puts an older copy of a vault's folder in the place of the right one. Nothing on the tablet can tell; the
//! hub can, and what it has comes back.

use casework::Role;
use ipc::{Finding, Reply, Request};
use tests::{
    crash::hour::copy_folder,
    scene::{Scene, new_case},
    tablet::{PASSPHRASE, Tablet},
};

fn findings(tablet: &Tablet) -> Vec<Finding> {
    match tablet.ask(Request::Doctor) {
        Reply::Doctor(view) => view.findings,
        other => panic!("{other:?}"),
    }
}

fn text(tablet: &Tablet, case: casework::CaseId, fact: &str) -> Option<String> {
    let value = tablet.fact(case, fact)?;
    value.as_text().map(str::to_owned)
}

/// A tablet that was copied, then written on and synced, then put back to the copy; and its case.
fn put_back(scene: &Scene, seed: u64) -> (Tablet, casework::CaseId) {
    let officer = scene.officer_with(Tablet::by_hand(seed), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let tablet = officer.tablet;
    let case = tablet.open_case(new_case("Meena"));
    tablet.write(case, "found.place", "Junction, platform 2");
    tablet.sync_until_in_step();
    tablet.ask(Request::Lock);
    let users = tablet.folder().join("users");
    let kept = tempfile::tempdir().unwrap();
    copy_folder(&users, kept.path()).unwrap();

    tablet.unlock(PASSPHRASE).unwrap();
    tablet.write(case, "found.place", "Junction, platform 4");
    tablet.sync_until_in_step();
    tablet.ask(Request::Lock);
    std::fs::remove_dir_all(&users).unwrap();
    copy_folder(kept.path(), &users).unwrap();
    tablet.unlock(PASSPHRASE).unwrap();
    (tablet, case)
}

#[test]
fn before_the_hub_is_reached_nothing_tells_and_then_everything_it_has_comes_back() {
    let scene = Scene::new();
    let (tablet, case) = put_back(&scene, 91);
    assert_eq!(
        text(&tablet, case, "found.place").as_deref(),
        Some("Junction, platform 2")
    );
    assert_eq!(findings(&tablet), [], "nothing on the tablet can tell");
    tablet.sync_well();
    assert_eq!(
        text(&tablet, case, "found.place").as_deref(),
        Some("Junction, platform 4")
    );
    assert!(matches!(findings(&tablet)[..], [Finding::Behind { .. }]));
    // What is written now stands on everything, and the hub takes it.
    tablet.write(case, "found.place", "Junction, platform 5");
    tablet.sync_until_in_step();
    assert_eq!(tablet.status().refused.len(), 0);
    let audit = scene.admin.run(&["audit"]).unwrap();
    assert!(
        audit.contains("broken-access-log"),
        "the hub notes the log that does not hold: {audit}"
    );
    assert!(scene.admin.run(&["access-log", "verify"]).is_err());
}

#[test]
fn what_was_written_before_that_is_a_fork_which_the_hub_keeps_aside_and_the_tablet_keeps() {
    let scene = Scene::new();
    let (tablet, case) = put_back(&scene, 92);
    tablet.write(case, "found.place", "Bus stand");
    tablet.sync();
    let status = tablet.status();
    let codes: Vec<&str> = status.refused.iter().map(|item| item.code.as_str()).collect();
    assert_eq!(codes, ["fork"]);
    let kept = scene.admin.run(&["quarantine", "list"]).unwrap();
    assert_eq!(kept.lines().count(), 1, "{kept}");
    assert_eq!(
        text(&tablet, case, "found.place").as_deref(),
        Some("Bus stand"),
        "the tablet shows what was written on it"
    );
    let found = findings(&tablet);
    assert!(
        found.iter().any(|finding| matches!(finding, Finding::Behind { .. })),
        "{found:?}"
    );
    // A fork is never let in. Somebody at the district looks, and says so.
    assert!(scene.admin.run(&["quarantine", "release", "1"]).is_err());
    let shown = scene.admin.run(&["quarantine", "show", "1"]).unwrap();
    let author = shown.lines().find_map(|line| line.strip_prefix("author    ")).unwrap();
    scene
        .admin
        .run(&["quarantine", "refuse", "1", "--confirm", author])
        .unwrap();
    tablet.sync();
    let codes: Vec<String> = tablet.status().refused.into_iter().map(|item| item.code).collect();
    assert_eq!(
        codes,
        ["refused_for_good"],
        "the tablet keeps it and says what was decided"
    );
}
