//! Under TLS a tablet talks to the hub whose key it was told, and to nobody else.

use std::fs;

use casework::Role;
use ipc::NetState;
use tests::{
    scene::{Scene, new_case},
    tablet::Tablet,
};

#[test]
fn a_tablet_knows_its_hub_by_the_key_in_the_link_and_tells_nobody_else_anything() {
    let mut scene = Scene::under_tls();
    let enrolled = |scene: &Scene, name: &str, seed: u64| {
        let user = scene.user(name, &Role::PoNic);
        let link = scene.admin.enrolment_link(&user).unwrap();
        assert!(link.hub.pin().is_some(), "the link says what the hub is known by");
        let tablet = Tablet::by_hand(seed);
        let strange = link.hub.address().to_owned();
        // Without the pin the system would have to trust the certificate, and it does not.
        assert!(tablet.enrol(&strange, &link.code.to_string()).is_err());
        let session = tablet.enrol(link.hub.as_str(), &link.code.to_string()).unwrap();
        assert_eq!(session.hub, strange, "the address is shown without the pin");
        (user, tablet)
    };
    let (_, asha) = enrolled(&scene, "Asha Toppo", 1);
    let (binods, binod) = enrolled(&scene, "Binod Sah", 2);
    let case = asha.open_case(new_case("Munni Kisku"));
    asha.sync_well();
    scene.assign(case, &binods);
    binod.sync_well();
    assert_eq!(binod.case(case).name, asha.case(case).name);

    // Somebody else stands at the hub's address, with a key of their own.
    let (certificate, key) = (scene.hub.certificate(), scene.hub.key());
    let kept = key.with_extension("kept");
    fs::rename(&key, &kept).unwrap();
    fs::remove_file(&certificate).unwrap();
    scene.hub.make_certificate().unwrap();
    scene.hub.stop().unwrap();
    scene.hub.start_again().unwrap();
    asha.write(case, "found.place", "platform 3");
    let told = asha.sync();
    assert!(
        matches!(&told, NetState::Trouble { code, .. } if code == "garbled"),
        "{told:?}"
    );
    assert_eq!(asha.status().waiting, 1);

    // A certificate that was made anew for the hub's own key is the hub's.
    fs::rename(&kept, &key).unwrap();
    fs::remove_file(&certificate).unwrap();
    scene.hub.make_certificate().unwrap();
    scene.hub.stop().unwrap();
    scene.hub.start_again().unwrap();
    asha.sync_well();
    binod.sync_well();
    assert_eq!(
        binod.fact(case, "found.place"),
        asha.fact(case, "found.place"),
        "what waited has arrived"
    );
}
