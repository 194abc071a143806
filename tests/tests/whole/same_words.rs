//! Two cases with the same words at the same moment: two changes of the same bytes, neither of which may be lost.

use casework::{Role, Value};
use tests::{
    scene::{Scene, new_case},
    tablet::Tablet,
};

/// So many within a second or two that several fall into the same second, by which changes are dated.
const CASES: usize = 8;

#[test]
fn the_same_words_in_many_cases_at_the_same_moment_are_saved_and_sent_for_each() {
    let scene = Scene::new();
    let asha = scene.officer_with(Tablet::by_hand(1), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let cases: Vec<_> = (0..CASES)
        .map(|_| asha.tablet.open_case(new_case("Munni Kisku")))
        .collect();
    for case in &cases {
        asha.tablet.write(*case, "police.informed", Value::Flag(true));
    }
    asha.tablet.sync_until_in_step();
    assert!(asha.tablet.status().refused.is_empty());
    let binod = scene.officer_with(Tablet::by_hand(2), &scene.hub.url(), "Binod Sah", &Role::PoNic);
    for case in &cases {
        scene.assign(*case, &binod.user);
    }
    binod.tablet.sync_until_in_step();
    for case in &cases {
        assert_eq!(binod.tablet.fact(*case, "police.informed"), Some(Value::Flag(true)));
    }
}
