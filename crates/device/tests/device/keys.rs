//! Several people on one tablet, passphrases, keys, and locking.

use std::str::FromStr as _;

use casework::Role;
use ipc::{CaseFilter, FailureCode, RecoveryAsk, Reply, Request};
use protocol::recovery::{RecoveryAnswer, RecoveryRequest};
use sealing::{Identity, Recipient, seal};

use crate::bench::{Bench, PASSPHRASE, Tablet};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

fn lock(tablet: &Tablet) {
    tablet.call(Request::Lock).unwrap();
}

/// What an officer's tool does with the district's identity.
fn answered(district: &Identity, request: &RecoveryRequest) -> RecoveryAnswer {
    let plain = district.open(&request.sealed).unwrap();
    let to = Recipient::from_str(&request.recipient).unwrap();
    RecoveryAnswer {
        request: request.id(),
        sealed: seal(&to, &plain).unwrap(),
    }
}

/// A bench whose district has a recovery key.
fn bench_with_recovery() -> (Bench, Identity) {
    let bench = Bench::new();
    let district = Identity::generate();
    bench.hub.state().terms = Some((14 * DAY_MS, Some(district.recipient().to_string())));
    (bench, district)
}

fn ask(tablet: &Tablet) -> RecoveryAsk {
    let user = tablet.on_start().users[0].id.clone();
    match tablet.call(Request::AskRecovery { user }).unwrap() {
        Reply::Recovery(ask) => ask,
        other => panic!("{other:?}"),
    }
}

fn recover(tablet: &Tablet, answer: Option<String>, passphrase: &str) -> Result<Reply, FailureCode> {
    let user = tablet.on_start().users[0].id.clone();
    tablet.call(Request::Recover {
        user,
        answer,
        passphrase: passphrase.into(),
    })
}

fn use_up_the_tries(bench: &Bench, tablet: &Tablet) {
    for _ in 0..9 {
        assert!(matches!(
            tablet.unlock("not this one").unwrap_err(),
            FailureCode::WrongPassphrase { .. }
        ));
        bench.advance(60 * MINUTE_MS);
    }
    assert_eq!(tablet.on_start().users[0].erased_after, 1);
    assert_eq!(tablet.unlock("not this one").unwrap_err(), FailureCode::Erased);
}

#[test]
fn two_people_share_a_tablet_and_neither_sees_the_other() {
    let bench = Bench::new();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let case = tablet.open_case("Meena");
    tablet.sync_well();
    let code = bench.hub.code_for("Birsa", Role::SocialWorker);
    tablet.enrol(&code).unwrap();
    assert!(tablet.cases(CaseFilter::default()).is_empty());
    assert_eq!(tablet.case(case).unwrap_err(), FailureCode::NoSuchCase);
    assert!(tablet.status().receipts.is_empty());
    let names: Vec<String> = tablet.on_start().users.into_iter().map(|user| user.name).collect();
    assert_eq!(names, ["Asha", "Birsa"]);
    tablet.unlock(PASSPHRASE).unwrap();
    assert_eq!(tablet.cases(CaseFilter::default()).len(), 1);
    // Each has a folder and a key: the passphrase of one wraps nothing of the other.
    let change = Request::ChangePassphrase {
        old: PASSPHRASE.into(),
        new: "seven red kettles".into(),
    };
    tablet.call(change).unwrap();
    lock(&tablet);
    let birsa = tablet.on_start().users[1].id.clone();
    let passphrase = PASSPHRASE.into();
    tablet
        .call(Request::Unlock {
            user: birsa,
            passphrase,
        })
        .unwrap();
}

#[test]
fn the_same_person_is_not_enrolled_twice_and_the_code_stays_good() {
    let bench = Bench::new();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let case = tablet.open_case("Meena");
    let code = bench.hub.code_again("Asha");
    assert_eq!(tablet.enrol(&code).unwrap_err(), FailureCode::AlreadyEnrolled);
    assert_eq!(tablet.on_start().users.len(), 1);
    tablet.unlock(PASSPHRASE).unwrap();
    assert!(tablet.case(case).is_ok());
    bench.empty_tablet().enrol(&code).unwrap();
}

#[test]
fn the_tablet_locks_itself_when_nobody_is_there_and_shows_nothing_after() {
    let bench = Bench::new();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let case = tablet.open_case("Meena");
    bench.advance(5 * MINUTE_MS - 1);
    // What the screen asks by itself keeps nothing open, as where news of a case came.
    tablet.status();
    tablet.on_start();
    assert!(tablet.case(case).is_ok());
    assert!(!tablet.device().watch_over());
    bench.advance(1);
    assert!(tablet.device().watch_over());
    assert_eq!(tablet.case(case).unwrap_err(), FailureCode::Locked);
    assert_eq!(tablet.call(Request::SyncStatus).unwrap_err(), FailureCode::Locked);
    assert!(tablet.on_start().session.is_none());

    tablet.unlock(PASSPHRASE).unwrap();
    assert!(tablet.case(case).is_ok());
    tablet.call(Request::SetIdle { minutes: 30 }).unwrap();
    assert_eq!(
        tablet.call(Request::SetIdle { minutes: 0 }).unwrap_err(),
        FailureCode::BadCall
    );
    bench.advance(29 * MINUTE_MS);
    assert!(!tablet.device().watch_over());
    tablet.call(Request::Active).unwrap();
    bench.advance(29 * MINUTE_MS);
    assert!(!tablet.device().watch_over());
    tablet.device().in_sight(false);
    bench.advance(59_000);
    assert!(!tablet.device().watch_over());
    bench.advance(1_000);
    assert!(tablet.device().watch_over(), "out of sight for a minute");
    let session = tablet.unlock(PASSPHRASE).unwrap();
    assert_eq!(session.idle_minutes, 30);
}

#[test]
fn another_passphrase_asks_for_the_old_one_which_counts_as_a_try() {
    let bench = Bench::new();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let case = tablet.open_case("Meena");
    let change = |old: &str, new: &str| {
        let (old, new) = (old.into(), new.into());
        tablet.call(Request::ChangePassphrase { old, new })
    };
    let wrong = change("not this one", "seven red kettles").unwrap_err();
    assert!(matches!(wrong, FailureCode::WrongPassphrase { erased_after: 9, .. }));
    assert_eq!(
        change(PASSPHRASE, "short").unwrap_err(),
        FailureCode::WeakPassphrase { chars_min: 8 }
    );
    assert_eq!(
        change(PASSPHRASE, "73648190").unwrap_err(),
        FailureCode::WeakPin { digits_min: None }
    );
    change(PASSPHRASE, "seven red kettles").unwrap();
    assert!(tablet.case(case).is_ok(), "the vault stays open");
    lock(&tablet);
    assert!(tablet.unlock(PASSPHRASE).is_err());
    tablet.unlock("seven red kettles").unwrap();
    assert!(tablet.case(case).is_ok());
}

#[test]
fn a_new_key_keeps_every_word_sent_or_not() {
    let bench = Bench::new();
    let mut tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let case = tablet.open_case("Meena");
    tablet.sync_well();
    tablet.note(case, "not yet sent").unwrap();
    let passphrase = || PASSPHRASE.to_owned();
    assert!(
        tablet
            .call(Request::RotateKey {
                passphrase: "not this one".into()
            })
            .is_err()
    );
    let Reply::Session(session) = tablet
        .call(Request::RotateKey {
            passphrase: passphrase(),
        })
        .unwrap()
    else {
        panic!("a session")
    };
    assert_eq!(session.name, "Asha");
    assert_eq!(tablet.status().waiting, 1);
    assert_eq!(tablet.cases(CaseFilter::default()).len(), 1);
    tablet.restart();
    tablet.sync_well();
    assert_eq!(tablet.status().waiting, 0);
    assert!(tablet.device().check_access_log().unwrap().is_ok());
}

#[test]
fn ten_wrong_tries_erase_the_key_and_the_district_gives_every_word_back() {
    let (bench, district) = bench_with_recovery();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let case = tablet.open_case("Meena");
    tablet.sync_well();
    tablet.note(case, "not yet sent").unwrap();
    lock(&tablet);
    use_up_the_tries(&bench, &tablet);
    let user = tablet.on_start().users[0].clone();
    assert!(user.erased && user.recoverable);
    assert_eq!(tablet.unlock(PASSPHRASE).unwrap_err(), FailureCode::Erased);

    bench.hub.state().faults.offline = true;
    let asked = ask(&tablet);
    assert_eq!(asked.at_hub, Some(false));
    assert_eq!(tablet.on_start().users[0].recovery.as_ref().unwrap().code, asked.code);
    let request = RecoveryRequest::from_text(&asked.text).unwrap();
    assert_eq!(request.check_code(), asked.code);
    assert_eq!(
        recover(&tablet, Some("no answer".into()), "seven red kettles").unwrap_err(),
        FailureCode::OtherAnswer
    );
    let answer = answered(&district, &request).to_text();
    assert!(recover(&tablet, Some(answer.clone()), "short").is_err());
    recover(&tablet, Some(answer), "seven red kettles").unwrap();
    assert_eq!(tablet.status().waiting, 1);
    bench.hub.state().faults.offline = false;
    tablet.sync_well();
    assert_eq!(tablet.status().waiting, 0);
    lock(&tablet);
    let user = tablet.on_start().users[0].clone();
    assert!(!user.erased && user.erased_after == 10 && user.recovery.is_none());
    tablet.unlock("seven red kettles").unwrap();
}

#[test]
fn a_forgotten_passphrase_is_helped_through_the_hub_too_even_after_a_change_of_keys() {
    let (bench, district) = bench_with_recovery();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let case = tablet.open_case("Meena");
    let passphrase = PASSPHRASE.into();
    tablet.call(Request::RotateKey { passphrase }).unwrap();
    lock(&tablet);
    assert_eq!(
        recover(&tablet, None, "seven red kettles").unwrap_err(),
        FailureCode::NotAnsweredYet
    );
    assert_eq!(ask(&tablet).at_hub, Some(true));
    assert_eq!(
        recover(&tablet, None, "seven red kettles").unwrap_err(),
        FailureCode::NotAnsweredYet
    );
    let (id, request) = {
        let state = bench.hub.state();
        let (id, (request, _)) = state.recoveries.iter().next().unwrap();
        (*id, request.clone())
    };
    let answer = answered(&district, &request).to_cbor();
    bench.hub.state().recoveries.get_mut(&id).unwrap().1 = Some(answer);
    recover(&tablet, None, "seven red kettles").unwrap();
    assert!(tablet.case(case).is_ok());
}

#[test]
fn an_answer_of_another_tablet_opens_nothing() {
    let (bench, district) = bench_with_recovery();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    lock(&tablet);
    let mine = ask(&tablet);
    let other = bench.tablet_of("Birsa", Role::SocialWorker);
    lock(&other);
    let theirs = RecoveryRequest::from_text(&ask(&other).text).unwrap();
    let theirs = answered(&district, &theirs).to_text();
    assert_eq!(
        recover(&tablet, Some(theirs), "seven red kettles").unwrap_err(),
        FailureCode::OtherAnswer
    );
    // A sealed key of somebody else, in an answer to this very request, opens no store of this one.
    let request = RecoveryRequest::from_text(&mine.text).unwrap();
    let swapped = RecoveryRequest {
        sealed: RecoveryRequest::from_text(&ask(&other).text).unwrap().sealed,
        ..request.clone()
    };
    let forged = RecoveryAnswer {
        request: request.id(),
        ..answered(&district, &swapped)
    };
    assert_eq!(
        recover(&tablet, Some(forged.to_text()), "seven red kettles").unwrap_err(),
        FailureCode::OtherAnswer
    );
    tablet.unlock(PASSPHRASE).unwrap();
}

#[test]
fn where_the_district_has_no_key_it_is_said_and_the_erased_vault_can_be_set_up_anew_beside() {
    let bench = Bench::new();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let Reply::Start(start) = tablet.call(Request::Start).unwrap() else {
        panic!("start")
    };
    assert!(!start.keystore && !start.session.unwrap().recoverable);
    lock(&tablet);
    use_up_the_tries(&bench, &tablet);
    let user = tablet.on_start().users[0].id.clone();
    assert_eq!(
        tablet.call(Request::AskRecovery { user }).unwrap_err(),
        FailureCode::NotSealed
    );
    let code = bench.hub.code_again("Asha");
    tablet.enrol(&code).unwrap();
    assert_eq!(tablet.on_start().users.len(), 2, "the old one is not thrown away");
}
