use casework::Role;
use ipc::{CaseFilter, NetState};
use protocol::Frame;

use crate::bench::Bench;

#[test]
fn an_answer_cut_anywhere_is_taken_up_where_it_stopped() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let cases: Vec<_> = (0..6).map(|n| asha.open_case(&format!("Child {n}"))).collect();
    asha.sync_well();
    let bina = bench.tablet_of("Bina", Role::Dcpo);
    for case in &cases {
        bench.hub.assign("Bina", *case);
        asha.note(*case, "A word").unwrap();
    }
    asha.sync_well();
    let mine = bina.open_case("Mine");
    // Whatever the cut, the next try gets further, and an upload the hub has taken is not sent in vain for ever.
    for tries in 1.. {
        bench.hub.state().faults.cut_after = Some(700 + tries * 37);
        if bina.sync() == NetState::Reached {
            break;
        }
        assert!(tries < 400, "the sync never came to its end");
    }
    assert_eq!(bina.cases(CaseFilter::default()).len(), 7);
    for case in &cases {
        assert_eq!(bina.case(*case).unwrap().timeline.len(), 2);
    }
    bench.hub.state().faults.cut_after = None;
    bina.sync_well();
    assert_eq!(bina.status().waiting, 0);
    assert_eq!(
        bench.hub.document(mine, casework::Compartment::Core).changes().len(),
        1,
        "once, not twice"
    );
}

#[test]
fn a_lost_answer_claims_nothing_and_loses_nothing() {
    let bench = Bench::new();
    let mut asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    bench.hub.state().faults.lose_answers = true;
    assert!(matches!(asha.sync(), NetState::Offline { .. }));
    assert_eq!(asha.status().waiting, 2, "the hub has them, but nobody has said so");
    asha.restart();
    bench.hub.state().faults.lose_answers = false;
    asha.sync_well();
    assert_eq!(asha.status().waiting, 0);
    assert_eq!(bench.hub.document(case, casework::Compartment::Core).changes().len(), 1);
}

#[test]
fn garbage_for_an_answer_is_trouble_and_nothing_more() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let since_ms = bench.now_ms();
    let garbled = NetState::Trouble {
        code: "garbled".into(),
        since_ms,
    };
    let frame_of_nothing = Frame::new(99, b"?").unwrap().into_bytes();
    for answer in [
        b"<html>Please log in</html>".to_vec(),
        vec![0xFF; 9000],
        frame_of_nothing,
    ] {
        bench.hub.state().faults.answer = Some(answer);
        assert_eq!(asha.sync(), garbled);
    }
    bench.hub.state().faults.answer = Some(Vec::new());
    assert_eq!(
        asha.sync(),
        NetState::Offline { since_ms },
        "an answer that never began was cut"
    );
    assert_eq!(asha.status().waiting, 2);
    bench.hub.state().faults.answer = None;
    asha.sync_well();
    assert_eq!(asha.case(case).unwrap().delivery, ipc::Delivery::OnServer);
}

#[test]
fn a_verdict_on_something_never_sent_is_not_believed() {
    use protocol::message::down::{Outcome, Verdict, Welcome};
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    asha.sync_well();
    asha.open_case("Meena");
    let mut epoch = [7; 16];
    epoch[0] = 0;
    let welcome = Welcome {
        hub_time_ms: 0,
        epoch: protocol::Epoch(epoch),
        district: "D1".into(),
    };
    let verdict = Verdict::new(77, Outcome::Accepted { number: 1, late: false });
    let frames = [protocol::DownMessage::from(welcome), verdict.into()];
    let answer = frames
        .iter()
        .flat_map(|message| message.to_frame().unwrap().into_bytes())
        .collect();
    bench.hub.state().faults.answer = Some(answer);
    assert!(matches!(asha.sync(), NetState::Trouble { code, .. } if code == "garbled"));
    assert_eq!(asha.status().waiting, 2);
}

#[test]
fn a_tablet_with_a_wrong_clock_hands_in_its_words_all_the_same() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    asha.open_case("Meena");
    bench.hub.state().faults.clock_ms = Some(bench.now_ms() - 40 * 24 * 3_600_000);
    asha.sync_well();
    assert_eq!(asha.status().waiting, 0);
}

#[test]
fn a_hub_restored_from_a_backup_gets_back_what_it_lost() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.sync_well();
    let backup = bench.hub.log_length();
    asha.note(case, "Written after the backup").unwrap();
    asha.sync_well();
    bench.hub.accept(case, "VP-1");
    asha.sync_well();
    bench.hub.restore(backup);
    asha.sync_well();
    assert_eq!(
        bench.hub.document(case, casework::Compartment::Core).timeline().len(),
        2
    );
    assert_eq!(asha.status().waiting, 0);
    let delivery = asha.case(case).unwrap().delivery;
    assert_eq!(
        delivery,
        ipc::Delivery::OnServer,
        "the portal's receipt was of a log that is no more"
    );
}
