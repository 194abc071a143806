//! A passphrase is lost, or ten wrong ones erased the key: with an officer of the district every word comes back, through
//! the hub and without it.

use std::fs;

use casework::Role;
use ipc::{FailureCode, RecoveryAsk, Reply, Request};
use tests::{
    scene::{DISTRICT, Officer, Scene, new_case},
    tablet::Tablet,
};

const HOUR_MS: i64 = 3_600_000;

/// A district with a recovery key, whose identity only this folder has.
fn scene_with_key(folder: &std::path::Path) -> (Scene, String) {
    let scene = Scene::new();
    let file = folder.join("district-identity.txt").display().to_string();
    let recipient = scene.admin.run(&["recovery", "identity", &file]).unwrap();
    let set = ["district", "set-recovery", DISTRICT, recipient.trim()];
    scene.admin.run(&set).unwrap();
    (scene, file)
}

fn ask(tablet: &Tablet) -> RecoveryAsk {
    let user = start(tablet).users[0].id.clone();
    match tablet.ask(Request::AskRecovery { user }) {
        Reply::Recovery(ask) => ask,
        other => panic!("{other:?}"),
    }
}

fn start(tablet: &Tablet) -> ipc::Start {
    match tablet.ask(Request::Start) {
        Reply::Start(start) => start,
        other => panic!("{other:?}"),
    }
}

fn recover(tablet: &Tablet, answer: Option<String>) -> Result<Reply, FailureCode> {
    let request = Request::Recover {
        user: start(tablet).users[0].id.clone(),
        answer,
        passphrase: "another few words".into(),
    };
    tablet.call(request).map_err(|failure| failure.code)
}

/// Locks the tablet and uses up every try.
fn erase(officer: &Officer) {
    let tablet = &officer.tablet;
    tablet.ask(Request::Lock);
    for hours in 1..=9 {
        assert!(matches!(
            tablet.unlock("not this one").unwrap_err().code,
            FailureCode::WrongPassphrase { .. }
        ));
        tablet.clock.shift_to(hours * HOUR_MS);
    }
    assert_eq!(tablet.unlock("not this one").unwrap_err().code, FailureCode::Erased);
    tablet.clock.shift_to(0);
}

#[test]
fn an_erased_key_comes_back_through_the_hub_which_never_sees_it() {
    let folder = tempfile::tempdir().unwrap();
    let (scene, identity) = scene_with_key(folder.path());
    let officer = scene.officer_with(Tablet::by_hand(7), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let case = officer.tablet.open_case(new_case("Meena"));
    officer.tablet.sync_well();
    officer.tablet.write(case, "found.place", "Junction, platform 2");
    erase(&officer);

    let asked = ask(&officer.tablet);
    assert_eq!(asked.at_hub, Some(true));
    assert_eq!(recover(&officer.tablet, None).unwrap_err(), FailureCode::NotAnsweredYet);
    let listed = scene.admin.run(&["recovery", "list"]).unwrap();
    assert!(
        listed.contains(&asked.code) && listed.contains("Asha Toppo"),
        "{listed}"
    );
    let open = |code: &str| scene.admin.run(&["recovery", "open", "--identity", &identity, code]);
    assert!(open("0000 0000").is_err(), "another check code is another request");
    let said = open(&asked.code).unwrap();
    assert!(said.contains("Asha Toppo"), "{said}");
    recover(&officer.tablet, None).unwrap();
    assert_eq!(officer.tablet.status().waiting, 1);
    officer.tablet.sync_until_in_step();
    assert_eq!(
        officer
            .tablet
            .fact(case, "found.place")
            .and_then(|value| value.as_text().map(str::to_owned)),
        Some("Junction, platform 2".into())
    );
    officer.tablet.ask(Request::Lock);
    officer.tablet.unlock("another few words").unwrap();
    scene.admin.run(&["audit"]).unwrap();
}

#[test]
fn an_answer_carried_by_hand_opens_it_without_any_hub() {
    let folder = tempfile::tempdir().unwrap();
    let (mut scene, identity) = scene_with_key(folder.path());
    let officer = scene.officer_with(Tablet::by_hand(8), &scene.hub.url(), "Birsa Munda", &Role::PoNic);
    let case = officer.tablet.open_case(new_case("Sunil"));
    erase(&officer);
    scene.hub.stop().unwrap();

    let asked = ask(&officer.tablet);
    assert_eq!(asked.at_hub, Some(false));
    assert_eq!(recover(&officer.tablet, None).unwrap_err(), FailureCode::Unreachable);
    let request = folder.path().join("request.txt");
    fs::write(&request, &asked.text).unwrap();
    let request = request.display().to_string();
    let answer = |code: &str| {
        let arguments = ["recovery", "answer", "--identity", &identity, "--code", code, &request];
        scene.admin.run(&arguments)
    };
    assert!(answer("0000 0000").is_err());
    let answer = answer(&asked.code).unwrap();
    let line = answer.lines().find(|line| !line.starts_with('#')).unwrap();
    recover(&officer.tablet, Some(line.to_owned())).unwrap();
    assert!(officer.tablet.cases().iter().any(|card| card.case == case));
}
