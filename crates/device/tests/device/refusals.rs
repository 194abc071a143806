use casework::Role;
use ipc::{Delivery, Request};
use protocol::Refusal;

use crate::bench::Bench;

#[test]
fn a_refused_change_stays_and_is_shown_and_can_be_sent_again() {
    let bench = Bench::new();
    let mut asha = bench.tablet_of("Asha", Role::SocialWorker);
    let (refused, other) = (asha.open_case("Meena"), asha.open_case("Other"));
    asha.sync_well();
    bench.advance(1_000);
    bench.hub.state().faults.refuse = Some(Refusal::NotPermitted);
    asha.note(refused, "Refused once").unwrap();
    asha.sync_well();
    bench.hub.state().faults.refuse = None;
    asha.note(other, "Holds up nothing").unwrap();
    asha.sync_well();
    asha.restart();

    assert_eq!(asha.case(other).unwrap().delivery, Delivery::OnServer);
    let view = asha.case(refused).unwrap();
    assert_eq!(
        view.delivery,
        Delivery::Refused {
            code: "not_permitted".into()
        }
    );
    assert_eq!(view.timeline[0].text, "Refused once");
    assert_eq!((view.card.refused, view.card.waiting), (1, 0));
    let status = asha.status();
    assert_eq!(
        (status.refused.len(), status.refused[0].code.as_str()),
        (1, "not_permitted")
    );

    asha.call(Request::SendAgain {
        item: status.refused[0].item,
    })
    .unwrap();
    asha.sync_well();
    assert_eq!(asha.case(refused).unwrap().delivery, Delivery::OnServer);
    assert!(
        asha.call(Request::SendAgain {
            item: status.refused[0].item
        })
        .is_err()
    );
}

#[test]
fn a_busy_hub_refuses_nothing_it_only_makes_wait() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    bench.hub.state().faults.refuse = Some(Refusal::Unavailable);
    asha.sync_well();
    assert_eq!((asha.status().waiting, asha.status().refused.len()), (2, 0));
    let exchanges = bench.hub.state().exchanges;
    assert!(exchanges < 4, "a busy hub is not pestered: {exchanges}");
    assert_eq!(asha.case(case).unwrap().delivery, Delivery::OnTablet);
}
