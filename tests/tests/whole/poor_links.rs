//! Real tablets and a real hub over links as they are: late, slow, losing, cut, silent. Over both of the hub's stores.

use std::thread;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use casework::{CaseId, Compartment, Role};
use ipc::{FieldEdit, Request};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use tests::{
    cluster,
    demo::pictures,
    network::{Link, Network, Weather},
    scene::{Officer, Scene, new_case},
    tablet::Tablet,
};

const CASES: usize = 6;

/// A village: 50 kbit/s, but not as late as it may be, or the test would be.
const VILLAGE: Link = Link {
    late_ms: 30,
    up_rate: 20_000,
    down_rate: 20_000,
    lost_of_1000: 50,
    again_ms: 120,
    seed: 5,
};
/// Somebody who reads as slowly as their memory card writes.
const SLOW_READER: Link = Link {
    late_ms: 1,
    down_rate: 6_000,
    up_rate: 1_000_000,
    lost_of_1000: 0,
    again_ms: 0,
    seed: 6,
};

fn all_weathers() -> Vec<Weather> {
    let mut random = StdRng::seed_from_u64(11);
    let mut weathers = vec![Weather::Poor(VILLAGE), Weather::Poor(SLOW_READER)];
    for _ in 0..6 {
        weathers.push(Weather::CutAnswerAfter(random.random_range(1..3_000)));
        weathers.push(Weather::CutRequestAfter(random.random_range(1..6_000)));
    }
    weathers.push(Weather::SilentAfter(0));
    weathers.push(Weather::SilentAfter(150));
    weathers
}

fn write(officer: &Officer, case: CaseId, text: &str) {
    let edit = FieldEdit::AddNote {
        compartment: Compartment::Core,
        text: text.to_owned(),
    };
    officer.tablet.ask(Request::Edit {
        subject: case.into(),
        edits: vec![edit],
        form: None,
        reason: None,
    });
}

fn photograph(officer: &Officer, case: CaseId, seed: u64) {
    officer.tablet.ask(Request::AddPhoto {
        case,
        caption: format!("Picture {seed}"),
        picture: STANDARD.encode(pictures::as_jpeg(&pictures::draw(seed, 300, 220), 70)),
    });
}

/// Syncs in this weather: whatever comes of it, the tablet goes on.
fn sync_in(network: &Network, weather: Weather, officer: &Officer) {
    network.set(weather);
    let silent = network.silent();
    thread::scope(|scope| {
        let syncing = scope.spawn(|| drop(officer.tablet.sync()));
        if matches!(weather, Weather::SilentAfter(_)) {
            // It waits for an answer that never comes, until the link is gone altogether.
            while network.silent() == silent && !syncing.is_finished() {
                thread::yield_now();
            }
            network.set(Weather::Clear);
        }
    });
}

fn whatever_the_link(database: Option<&str>) {
    let scene = Scene::at(database);
    let network = Network::to(scene.hub.address()).unwrap();
    let asha = scene.officer_with(Tablet::by_hand(1), &network.url(), "Asha Toppo", &Role::PoNic);
    let binod = scene.officer_with(Tablet::by_hand(2), &scene.hub.url(), "Binod Sah", &Role::PoNic);
    let cases: Vec<CaseId> = (0..CASES)
        .map(|n| asha.tablet.open_case(new_case(&format!("Invented {n}"))))
        .collect();
    asha.tablet.sync_until_in_step();
    for case in &cases {
        scene.assign(*case, &binod.user);
    }
    binod.tablet.sync_until_in_step();

    let mut written = Vec::new();
    for (turn, weather) in all_weathers().into_iter().enumerate() {
        let case = cases[turn % CASES];
        for (who, officer) in [("asha", &asha), ("binod", &binod)] {
            let text = format!("{who} wrote {turn}");
            write(officer, case, &text);
            written.push((case, text));
        }
        if turn % 5 == 0 {
            photograph(&asha, case, turn as u64);
        }
        sync_in(&network, weather, &asha);
        binod.tablet.sync_well();
    }

    network.set(Weather::Clear);
    asha.tablet.sync_until_in_step();
    binod.tablet.sync_until_in_step();
    asha.tablet.sync_until_in_step();
    for officer in [&asha, &binod] {
        let status = officer.tablet.status();
        assert_eq!((status.waiting, status.pictures_waiting), (0, 0), "{}", officer.name);
        assert!(status.refused.is_empty(), "{}: {:?}", officer.name, status.refused);
        for (case, text) in &written {
            let timeline = officer.tablet.case(*case).timeline;
            let found = timeline.iter().filter(|entry| entry.text == *text).count();
            assert_eq!(found, 1, "{}: {text:?}", officer.name);
        }
    }
    for case in &cases {
        let [here, there] = [&asha, &binod].map(|officer| officer.tablet.case(*case));
        assert_eq!(here.timeline.len(), there.timeline.len());
        assert_eq!(here.attachments.len(), there.attachments.len());
        assert!(there.attachments.iter().all(|kept| kept.on_hub));
    }
}

#[test]
fn every_word_arrives_once_whatever_the_link_does() {
    whatever_the_link(None);
}

#[test]
fn every_word_arrives_once_at_a_hub_on_postgresql_too() {
    whatever_the_link(Some(&cluster::shared().database()));
}
