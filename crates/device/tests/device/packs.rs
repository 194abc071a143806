//! Packs that the hub publishes: fetched, checked, in force when the vault opens next.

use std::collections::BTreeMap;

use casework::{PackBundle, Role};
use ipc::{NetState, Reply, Request};
use protocol::pack::{PackKey, PackRef, SignedPack};

use crate::{
    bench::{Bench, Tablet},
    hub::{Hub, pack_key},
};

/// The state of the district that the hub in memory has.
const STATE: &str = "d1";

fn bundle(title: &str) -> Vec<u8> {
    let head = format!("id = 'states/{STATE}'\nover = 'national'\nversion = '{title}'\nin_force_from = '2027-01-01'\n");
    let relabel = format!("[[relabel]]\nkind = 'form'\nid = '17'\nlabel = {{ en = '{title}', hi = 'प्ररूप' }}\n");
    let files = BTreeMap::from([("pack.toml".to_owned(), head), ("relabel.toml".to_owned(), relabel)]);
    let bundle = PackBundle {
        id: format!("states/{STATE}"),
        version: title.to_owned(),
        files,
    };
    bundle.encode().unwrap()
}

fn publish(hub: &Hub, key: &PackKey, number: u64, text: &[u8]) {
    let bytes = SignedPack::sign(key, STATE, number, text).unwrap().to_cbor();
    let named = PackRef {
        scope: STATE.to_owned(),
        number,
        sha256: SignedPack::name(&bytes),
    };
    hub.state().packs = vec![(named, bytes)];
}

fn title_of_form_17(tablet: &Tablet) -> String {
    let case = tablet.open_case("Meena");
    let form = Request::Form {
        subject: case.into(),
        form: "17".into(),
    };
    let Reply::Form(form) = tablet.call(form).unwrap() else {
        panic!("no form")
    };
    form.title.get("en").to_owned()
}

#[test]
fn a_published_pack_is_in_force_when_the_vault_opens_next_and_is_fetched_once() {
    let bench = Bench::new();
    let mut tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let shipped = title_of_form_17(&tablet);
    publish(&bench.hub, &pack_key(), 1, &bundle("Form A"));
    assert_eq!(tablet.sync(), NetState::Reached);
    assert_eq!(
        title_of_form_17(&tablet),
        shipped,
        "nothing changes under an officer's hands"
    );
    tablet.restart();
    assert_eq!(title_of_form_17(&tablet), "Form A");
    assert_eq!(tablet.sync(), NetState::Reached);
    assert_eq!(bench.hub.state().pack_fetches, 1);
}

#[test]
fn an_old_pack_played_again_is_not_taken() {
    let bench = Bench::new();
    let mut tablet = bench.tablet_of("Asha", Role::SocialWorker);
    publish(&bench.hub, &pack_key(), 2, &bundle("Form B"));
    tablet.sync();
    publish(&bench.hub, &pack_key(), 1, &bundle("Form A"));
    tablet.sync();
    tablet.restart();
    assert_eq!(title_of_form_17(&tablet), "Form B");
}

#[test]
fn a_pack_of_another_hub_and_one_this_app_cannot_read_are_told_and_change_nothing() {
    let bench = Bench::new();
    let mut tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let shipped = title_of_form_17(&tablet);
    for (key, text) in [
        (PackKey::from_seed(&[1; 32]), bundle("Form A")),
        (pack_key(), b"no pack at all".to_vec()),
    ] {
        publish(&bench.hub, &key, 1, &text);
        let net = tablet.sync();
        assert!(
            matches!(&net, NetState::Trouble { code, .. } if code == "pack_unusable"),
            "{net:?}"
        );
        tablet.restart();
        assert_eq!(title_of_form_17(&tablet), shipped);
    }
    publish(&bench.hub, &pack_key(), 1, &bundle("Form C"));
    assert_eq!(tablet.sync(), NetState::Reached, "a good one ends the trouble");
}

fn packs(tablet: &Tablet) -> ipc::PackView {
    match tablet.call(Request::Packs).unwrap() {
        Reply::Packs(packs) => packs,
        other => panic!("{other:?}"),
    }
}

/// The packs in force: name and version, and whether they were published.
fn told(packs: &ipc::PackView) -> Vec<(String, bool)> {
    let part = |part: &ipc::PackPart| (format!("{} {}", part.id, part.version), part.published);
    packs.parts.iter().map(part).collect()
}

#[test]
fn the_tablet_says_which_rules_are_in_force_and_which_have_come() {
    let bench = Bench::new();
    let mut tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let national = format!("national {}", casework::Pack::national().version());
    let shipped = packs(&tablet);
    assert_eq!(told(&shipped), [(national.clone(), false)]);
    assert_eq!(
        (shipped.not_known, &shipped.waiting, shipped.unusable_since_ms),
        (0, &None, None)
    );

    publish(&bench.hub, &pack_key(), 1, &bundle("Form A"));
    tablet.sync();
    let before = packs(&tablet);
    assert_eq!(
        told(&before),
        [(national.clone(), false)],
        "not before the vault opens next"
    );
    assert_eq!(before.waiting.as_deref(), Some("Form A"));
    tablet.restart();
    let after = packs(&tablet);
    assert_eq!(told(&after), [(national, false), ("states/d1 Form A".into(), true)]);
    assert_eq!((after.waiting, after.in_force_from.as_str()), (None, "2027-01-01"));
}

#[test]
fn rules_that_hold_what_this_app_does_not_know_say_so_and_so_do_rules_it_cannot_use() {
    let bench = Bench::new();
    let mut tablet = bench.tablet_of("Asha", Role::SocialWorker);
    let head = "id = 'states/d1'\nover = 'national'\nversion = '9'\nin_force_from = '2027-01-01'\nanthem = 'x'\n";
    let fact = "[[fact]]\nid = 'child.orbit'\ntype = 'drawing'\ncompartment = 'core'\nsensitivity = 'ordinary'\n\
                label = { en = 'Orbit', hi = 'कक्षा' }\n";
    let files = [
        ("pack.toml", head),
        ("dictionary/space.toml", fact),
        ("tariffs/fees.toml", "fee = 3"),
    ];
    let newer = PackBundle {
        id: "states/d1".into(),
        version: "9".into(),
        files: files.map(|(path, text)| (path.to_owned(), text.to_owned())).into(),
    };
    publish(&bench.hub, &pack_key(), 1, &newer.encode().unwrap());
    tablet.sync();
    tablet.restart();
    // A key, a file, and a fact of a new type.
    assert_eq!(packs(&tablet).not_known, 3);

    publish(&bench.hub, &pack_key(), 2, b"no pack at all");
    tablet.sync();
    let packs = packs(&tablet);
    assert_eq!((packs.unusable_since_ms, packs.parts.len()), (Some(bench.now_ms()), 2));
}
