use casework::Role;
use ipc::{Delivery, Reply, Request, Topic};

use crate::bench::{Bench, Tablet};

/// Watches as a screen does until something is so.
fn watch_until(tablet: &Tablet, is_so: impl Fn() -> bool) {
    let mut after = 0;
    while !is_so() {
        let Reply::Changed(changed) = tablet.call(Request::Watch { after }).unwrap() else {
            panic!("news")
        };
        assert!(
            changed.revision > after,
            "nothing happened for as long as a screen may wait"
        );
        after = changed.revision;
    }
}

#[test]
fn what_is_written_goes_up_by_itself_and_the_screen_is_told() {
    let bench = Bench::new();
    let asha = bench.lively_tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    watch_until(&asha, || asha.case(case).unwrap().delivery == Delivery::OnServer);
    assert_eq!(asha.status().waiting, 0);

    bench.hub.state().faults.offline = true;
    asha.note(case, "Written without a network").unwrap();
    watch_until(&asha, || matches!(asha.status().net, ipc::NetState::Offline { .. }));
    assert_eq!(asha.status().waiting, 1);
    bench.hub.state().faults.offline = false;
    asha.call(Request::SyncNow).unwrap();
    watch_until(&asha, || asha.status().waiting == 0);

    asha.call(Request::Lock).unwrap();
    let Reply::Changed(changed) = asha.call(Request::Watch { after: 0 }).unwrap() else {
        panic!("news")
    };
    assert!(changed.topics.contains(&Topic::Session));
}
