//! For how long a tablet works without its hub, as the district has set it.

use casework::Role;
use ipc::{FailureCode, NetState, Reply, Request};
use tests::{
    scene::{DISTRICT, Scene, new_case},
    tablet::{PASSPHRASE, Tablet},
};

const DAY_MS: i64 = 86_400_000;

#[test]
fn past_the_districts_days_the_hub_comes_first_and_then_everything_is_there() {
    let mut scene = Scene::new();
    scene.admin.run(&["district", "set-lease", DISTRICT, "3"]).unwrap();
    assert!(scene.admin.run(&["district", "set-lease", DISTRICT, "0"]).is_err());
    let officer = scene.officer_with(Tablet::by_hand(9), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let tablet = &officer.tablet;
    let case = tablet.open_case(new_case("Meena"));
    tablet.sync_well();
    scene.hub.stop().unwrap();
    tablet.write(case, "found.place", "Junction, platform 2");
    tablet.ask(Request::Lock);

    tablet.clock.shift_to(3 * DAY_MS - 60_000);
    assert!(!tablet.unlock(PASSPHRASE).unwrap().hub_first);
    tablet.ask(Request::Lock);
    tablet.clock.shift_to(3 * DAY_MS + 60_000);
    assert!(tablet.unlock(PASSPHRASE).unwrap().hub_first);
    let reveal = true;
    assert_eq!(
        tablet.call(Request::Case { case, reveal }).unwrap_err().code,
        FailureCode::HubFirst
    );
    assert!(matches!(tablet.sync(), NetState::Offline { .. }));
    // The clock set back opens nothing; the hub does, whatever the clock says.
    tablet.ask(Request::Lock);
    tablet.clock.shift_to(0);
    assert!(tablet.unlock(PASSPHRASE).unwrap().hub_first);
    scene.hub.start_again().unwrap();
    tablet.sync_until_in_step();
    let Reply::Start(start) = tablet.ask(Request::Start) else {
        panic!("start")
    };
    assert!(!start.session.unwrap().hub_first);
    assert!(tablet.fact(case, "found.place").is_some());
}
