use casework::{CaseId, Role};
use ipc::{ChannelAnswer, Delivery};
use protocol::message::down::ReceiptState;

use crate::bench::{Bench, Tablet};

/// When the hub got each version of the child's name, newest first.
fn received(tablet: &Tablet, case: CaseId) -> Vec<Option<i64>> {
    let versions = tablet.history(case, "child.name");
    versions.iter().map(|version| version.received_at_ms).collect()
}

#[test]
fn every_version_says_when_the_hub_got_it_whoever_wrote_it_and_however_it_came() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    assert_eq!(received(&asha, case), [None], "the hub does not have it yet");
    bench.advance(60_000);
    let first = bench.now_ms();
    asha.sync_well();
    assert_eq!(received(&asha, case), [Some(first)]);

    // Folded in a snapshot, and then by itself.
    let bina = bench.tablet_of("Bina", Role::Dcpo);
    bench.hub.assign("Bina", case);
    bina.sync_well();
    assert_eq!(received(&bina, case), [Some(first)]);
    bina.set(case, "child.name", "Mina").unwrap();
    bench.advance(60_000);
    let second = bench.now_ms();
    bina.sync_well();
    asha.sync_well();
    for tablet in [&asha, &bina] {
        assert_eq!(received(tablet, case), [Some(second), Some(first)]);
    }
}

#[test]
fn a_verdict_that_was_lost_is_made_good_by_the_duplicates() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let first = bench.now_ms();
    bench.hub.state().faults.lose_answers = true;
    asha.sync();
    bench.hub.state().faults.lose_answers = false;
    bench.advance(3_600_000);
    asha.sync_well();
    assert_eq!(received(&asha, case), [Some(first)]);
}

#[test]
fn an_older_hub_that_does_not_say_when_works_as_it_did() {
    let bench = Bench::new();
    bench.hub.state().faults.old = true;
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.sync_well();
    assert_eq!(asha.status().waiting, 0);
    assert_eq!(received(&asha, case), [None]);
    let bina = bench.tablet_of("Bina", Role::Dcpo);
    bench.hub.assign("Bina", case);
    bina.sync_well();
    assert_eq!(received(&bina, case), [None]);

    // Once it is newer it says so of what it is asked about anew.
    bench.hub.state().faults.old = false;
    bina.set(case, "child.name", "Mina").unwrap();
    bina.sync_well();
    assert_eq!(received(&bina, case), [Some(bench.now_ms()), None]);
}

#[test]
fn what_a_hub_that_lost_its_log_had_said_is_void() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.sync_well();
    bench.hub.restore(0);
    bench.advance(60_000);
    asha.sync_well();
    assert_eq!(received(&asha, case), [Some(bench.now_ms())]);
}

#[test]
fn each_system_that_answered_stands_on_the_case_with_its_number_or_its_reason() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.sync_well();
    assert_eq!(asha.case(case).unwrap().answers, []);

    let accepted = |reference: &str| ReceiptState::Accepted {
        reference: reference.into(),
    };
    let rejected = |reason: &str| ReceiptState::Rejected { reason: reason.into() };
    bench.hub.answer("trackchild", case, accepted("TC-77"));
    bench.hub.answer("carings", case, rejected("no birth date"));
    asha.sync_well();
    let answer = |channel: &str, reference: Option<&str>, rejected: Option<&str>| ChannelAnswer {
        channel: channel.into(),
        reference: reference.map(Into::into),
        rejected: rejected.map(Into::into),
        at_ms: 5,
    };
    let first = [
        answer("carings", None, Some("no birth date")),
        answer("trackchild", Some("TC-77"), None),
    ];
    let view = asha.case(case).unwrap();
    assert_eq!(view.answers, first);
    assert_eq!(view.delivery, Delivery::OnServer, "the portal has said nothing");

    // What was turned down is taken; what was taken is turned down later, and its number stays.
    bench.hub.answer("carings", case, accepted("C-5"));
    bench.hub.answer("trackchild", case, rejected("photo missing"));
    asha.sync_well();
    let second = [
        answer("carings", Some("C-5"), None),
        answer("trackchild", Some("TC-77"), Some("photo missing")),
    ];
    assert_eq!(asha.case(case).unwrap().answers, second);
}
