use casework::Role;
use ipc::{FailureCode, Reply, Request};

use crate::bench::{Bench, PASSPHRASE};

#[test]
fn a_code_makes_an_author_once() {
    let bench = Bench::new();
    let code = bench.hub.code_for("Asha", Role::SocialWorker);
    let tablet = bench.empty_tablet();
    assert_eq!(tablet.enrol("AAAA-AAAA-AAAA").unwrap_err(), FailureCode::MistypedCode);
    let wrong = protocol::EnrolCode::from_random(12_345).to_string();
    assert_eq!(tablet.enrol(&wrong).unwrap_err(), FailureCode::WrongCode);
    let Reply::Session(session) = tablet.enrol(&code.to_lowercase()).unwrap() else {
        panic!("a session")
    };
    assert_eq!(
        (session.name.as_str(), session.role, session.opens_cases),
        ("Asha", Role::SocialWorker, true)
    );
    assert_eq!(bench.empty_tablet().enrol(&code).unwrap_err(), FailureCode::UsedCode);
}

#[test]
fn an_answer_lost_on_the_way_does_not_cost_the_code() {
    let bench = Bench::new();
    let code = bench.hub.code_for("Asha", Role::SocialWorker);
    let mut tablet = bench.empty_tablet();
    bench.hub.state().faults.lose_answers = true;
    assert_eq!(tablet.enrol(&code).unwrap_err(), FailureCode::Unreachable);
    let Reply::Start(start) = tablet.call(Request::Start).unwrap() else {
        panic!("start")
    };
    assert!(
        start.users.is_empty(),
        "nobody is on the tablet before the hub has said so"
    );
    bench.hub.state().faults.lose_answers = false;
    tablet.enrol(&code).unwrap();
    tablet.restart();
    tablet.sync_well();
}

#[test]
fn a_wrong_passphrase_is_told_and_slowed() {
    let bench = Bench::new();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    tablet.call(Request::Lock).unwrap();
    assert_eq!(tablet.call(Request::SyncStatus).unwrap_err(), FailureCode::Locked);
    let Reply::Start(start) = tablet.call(Request::Start).unwrap() else {
        panic!("start")
    };
    assert_eq!(start.users[0].name, "Asha");
    let unlock = |passphrase: &str| {
        tablet.call(Request::Unlock {
            user: start.users[0].id.clone(),
            passphrase: passphrase.into(),
        })
    };
    for left in [Some(4), Some(3), Some(2), Some(1), None] {
        let FailureCode::WrongPassphrase {
            tries_left,
            wait_until_ms,
            ..
        } = unlock("not this one").unwrap_err()
        else {
            panic!("a wrong passphrase is told as one");
        };
        assert_eq!(tries_left, left);
        assert_eq!(wait_until_ms, left.is_none().then_some(bench.now_ms() + 30_000));
    }
    assert_eq!(
        unlock(PASSPHRASE).unwrap_err(),
        FailureCode::Wait {
            until_ms: bench.now_ms() + 30_000
        }
    );
    bench.advance(30_000);
    assert!(unlock(PASSPHRASE).is_ok());
    assert_eq!(
        tablet.device().check_access_log().unwrap().map(|rows| rows > 2),
        Ok(true)
    );
}

#[test]
fn a_short_passphrase_and_plain_http_are_refused_before_anything_is_sent() {
    let bench = Bench::new();
    let code = bench.hub.code_for("Asha", Role::SocialWorker);
    let tablet = bench.empty_tablet();
    let enrol = |hub: &str, passphrase: &str| {
        let (hub, passphrase) = (hub.into(), passphrase.into());
        tablet
            .call(Request::Enrol {
                hub,
                code: code.clone(),
                passphrase,
            })
            .unwrap_err()
    };
    assert_eq!(enrol("http://hub.example", PASSPHRASE), FailureCode::BadAddress);
    assert_eq!(enrol("hub", PASSPHRASE), FailureCode::BadAddress);
    assert_eq!(
        enrol("https://hub.example", "short"),
        FailureCode::WeakPassphrase { chars_min: 8 }
    );
}
