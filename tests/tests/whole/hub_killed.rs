//! No word is lost to a hub that dies: it is killed again and again while a tablet talks to it.

use std::time::{Duration, Instant};

use casework::{Compartment, Role};
use ipc::FieldEdit;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use tests::{
    scene::{Scene, new_case},
    tablet::Tablet,
};

const KILLS: u32 = 12;
const EDITS: u32 = 8;
/// Longer than the exchange takes, so that the kill lands anywhere in it.
const INTO_THE_EXCHANGE_MAX: Duration = Duration::from_millis(60);

#[test]
fn whatever_the_hub_confirmed_outlives_its_death_and_the_rest_is_sent_again() {
    let mut scene = Scene::new();
    let asha = scene.officer_with(Tablet::by_hand(1), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let case = asha.tablet.open_case(new_case("Munni Kisku"));
    asha.tablet.sync_until_in_step();
    let mut random = StdRng::seed_from_u64(17);
    let mut written = Vec::new();
    for kill in 0..KILLS {
        for edit in 0..EDITS {
            let text = format!("note {kill}-{edit}");
            let compartment = Compartment::ALL[(edit % 4) as usize];
            asha.tablet.edit(
                case,
                vec![FieldEdit::AddNote {
                    compartment,
                    text: text.clone(),
                }],
            );
            written.push(text);
        }
        std::thread::scope(|scope| {
            scope.spawn(|| asha.tablet.sync());
            let moment = Instant::now() + INTO_THE_EXCHANGE_MAX.mul_f64(random.random());
            while Instant::now() < moment {
                std::hint::spin_loop();
            }
            scene.hub.kill().unwrap();
        });
        scene.hub.start_again().unwrap();
    }
    asha.tablet.sync_until_in_step();
    assert!(asha.tablet.status().refused.is_empty());

    let binod = scene.officer_with(Tablet::by_hand(2), &scene.hub.url(), "Binod Sah", &Role::PoNic);
    scene.assign(case, &binod.user);
    binod.tablet.sync_until_in_step();
    let arrived: Vec<_> = binod
        .tablet
        .case(case)
        .timeline
        .into_iter()
        .map(|entry| entry.text)
        .collect();
    for text in &written {
        assert_eq!(arrived.iter().filter(|entry| *entry == text).count(), 1, "{text}");
    }
    scene.admin.run(&["audit"]).expect("the audit's chain is whole");
}
