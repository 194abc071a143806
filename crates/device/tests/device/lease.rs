//! For how long a vault opens without the hub.

use casework::Role;
use ipc::{FailureCode, Reply, Request, Session};

use crate::bench::{Bench, PASSPHRASE, Tablet};

const DAY_MS: i64 = 86_400_000;

/// A tablet whose district lets it go without the hub for a fortnight, with a case of which nothing is sent.
fn tablet() -> (Bench, Tablet, casework::CaseId) {
    let bench = Bench::new();
    bench.hub.state().terms = Some((14 * DAY_MS, None));
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let case = tablet.open_case("Meena");
    (bench, tablet, case)
}

fn again(tablet: &Tablet) -> Session {
    tablet.call(Request::Lock).unwrap();
    tablet.unlock(PASSPHRASE).unwrap()
}

fn session(tablet: &Tablet) -> Session {
    tablet.on_start().session.unwrap()
}

#[test]
fn past_the_time_nothing_is_shown_before_the_hub_was_reached_and_nothing_is_lost() {
    let (bench, tablet, case) = tablet();
    bench.advance(14 * DAY_MS);
    assert!(!again(&tablet).hub_first, "the last day counts");
    assert!(tablet.case(case).is_ok());
    bench.advance(1);
    assert!(again(&tablet).hub_first);
    assert_eq!(tablet.case(case).unwrap_err(), FailureCode::HubFirst);
    let new = Request::Cases {
        filter: ipc::CaseFilter::default(),
        offset: 0,
        limit: 10,
    };
    assert_eq!(tablet.call(new).unwrap_err(), FailureCode::HubFirst);
    let status = tablet.status();
    assert!(status.receipts.is_empty() && status.refused.is_empty());
    assert!(status.waiting > 0, "what waits is counted, not told");

    bench.hub.state().faults.offline = true;
    tablet.sync();
    assert!(session(&tablet).hub_first);
    bench.hub.state().faults.offline = false;
    tablet.sync_well();
    assert!(!session(&tablet).hub_first);
    assert!(tablet.case(case).is_ok());
    assert_eq!(tablet.status().waiting, 0);
    assert!(!again(&tablet).hub_first);
}

#[test]
fn a_session_that_stays_open_is_shut_when_the_time_passes() {
    let (bench, tablet, case) = tablet();
    tablet.call(Request::SetIdle { minutes: 30 }).unwrap();
    bench.advance(14 * DAY_MS + 1);
    tablet.call(Request::Active).unwrap();
    assert!(!tablet.device().watch_over(), "shut, not locked");
    assert_eq!(tablet.case(case).unwrap_err(), FailureCode::HubFirst);
}

#[test]
fn a_clock_set_back_gives_no_time() {
    let (bench, tablet, _) = tablet();
    bench.advance(13 * DAY_MS);
    assert!(!again(&tablet).hub_first);
    bench.advance(-10 * DAY_MS);
    assert!(!again(&tablet).hub_first);
    bench.advance(12 * DAY_MS);
    assert!(
        again(&tablet).hub_first,
        "the clock says fifteen days, whatever it said between"
    );
    bench.advance(-15 * DAY_MS);
    assert!(again(&tablet).hub_first, "the latest time seen is in the vault");
}

#[test]
fn a_clock_that_jumps_ahead_and_comes_back_shuts_nothing_for_good() {
    let (bench, tablet, case) = tablet();
    bench.advance(1_000 * DAY_MS);
    assert!(again(&tablet).hub_first);
    bench.advance(-1_000 * DAY_MS);
    assert!(again(&tablet).hub_first, "the vault has seen the far day");
    tablet.sync_well();
    assert!(tablet.case(case).is_ok());
    assert!(!again(&tablet).hub_first);
}

#[test]
fn a_hub_of_before_terms_shuts_nothing() {
    let bench = Bench::new();
    let tablet = bench.tablet_of("Asha", Role::SocialWorker);
    bench.advance(1_000 * DAY_MS);
    let Reply::Start(start) = tablet.call(Request::Start).unwrap() else {
        panic!("start")
    };
    assert_eq!(start.session.unwrap().open_until_ms, None);
    assert!(!again(&tablet).hub_first);
}
