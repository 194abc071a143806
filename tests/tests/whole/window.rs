//! The same path in real windows: the built app, driven through WebDriver, two officers with a folder each.

use tests::{
    demo::{District, TOUR_OFFICERS, settle},
    ground,
    hub::Hub,
    journey::{self, Day},
    places, scene,
};

/// Enough for lists to be lists, few enough to be quick.
const CASES: usize = 12;

#[test]
fn two_officers_work_apart_in_real_windows_and_nothing_is_lost() {
    assert!(
        std::env::var_os("DISPLAY").is_some(),
        "a window needs a display: `cargo xtask test` starts a virtual one and builds the app"
    );
    let portal = scene::portal();
    let mut hub = Hub::start(Some(&portal.webhook_url())).unwrap();
    let admin = hub.admin();
    let district = District::invent(2, CASES, ground::now_ms());
    let settled = settle(&district, &admin, &hub.url(), 2, |_| ()).unwrap();
    let folders = tempfile::tempdir().unwrap();
    let pictures = places::screenshots();
    let window = |name| journey::window(name, folders.path(), &pictures).unwrap();
    let link = |officer: usize| {
        admin
            .enrolment_link(settled.user(officer).unwrap())
            .unwrap()
            .to_string()
    };
    let mut day = Day {
        windows: [window("first-officer"), window("second-officer")],
        links: TOUR_OFFICERS.map(link),
        hub: &mut hub,
        gallery: false,
    };
    journey::live(&mut day).unwrap();
}
