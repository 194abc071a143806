//! No word is lost to a crash: the device's process is killed again and again in the middle of its work.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
    time::{Duration, Instant},
};

use casework::Role;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use tests::{
    places,
    scene::Scene,
    session::{self, Line},
    tablet::{PASSPHRASE, Tablet},
};

const KILLS: u32 = 60;
const SEED: u64 = 31;
/// Edits of one session before the kill, at most.
const EDITS_MAX: u32 = 6;
/// How long after an edit was reported the kill may come: longer than an edit takes, so that it lands anywhere in one.
const INTO_THE_NEXT_EDIT_MAX: Duration = Duration::from_millis(12);

#[test]
fn whatever_was_reported_saved_is_there_after_every_kill() {
    let scene = Scene::new();
    let officer = scene.officer("Asha Toppo", &Role::PoNic, 11);
    let cases = session::prepare(&officer.tablet);
    officer.tablet.sync_until_in_step();
    officer.tablet.ask(ipc::Request::Lock);
    let folder = officer.tablet.folder().to_path_buf();
    let named: Vec<String> = cases.iter().map(ToString::to_string).collect();

    let mut random = StdRng::seed_from_u64(SEED);
    let mut saved = 0;
    for kill in 0..KILLS {
        let mut process = places::workshop("edit-session")
            .args(["--cases", &named.join(","), "--after", &saved.to_string(), "--data-dir"])
            .arg(&folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut next = || -> Line { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
        let Line::Found(found) = next() else {
            panic!("a session begins with what it found")
        };
        let last = found.texts.values().copied().max().unwrap_or(0);
        assert!(
            last == saved || last == saved + 1,
            "kill {kill}: {last} was found, {saved} was reported"
        );
        assert_eq!(
            found,
            session::expected(last),
            "kill {kill}: the vault holds every edit up to {last}, whole"
        );
        saved = last;
        for _ in 0..random.random_range(0..EDITS_MAX) {
            let Line::Saved(number) = next() else {
                panic!("then come the edits")
            };
            assert_eq!(number, saved + 1);
            saved = number;
        }
        let moment = Instant::now() + INTO_THE_NEXT_EDIT_MAX.mul_f64(random.random());
        while Instant::now() < moment {
            std::hint::spin_loop();
        }
        process.kill().unwrap();
        process.wait().unwrap();
        // What it still managed to say before it died counts as said.
        for line in lines.map_while(Result::ok) {
            if let Ok(Line::Saved(number)) = serde_json::from_str(&line) {
                saved = number;
            }
        }
    }

    let tablet = Tablet::live(&folder);
    tablet.unlock(PASSPHRASE).unwrap();
    let found = session::find(&tablet, &cases);
    let last = found.texts.values().copied().max().unwrap();
    assert_eq!(found, session::expected(last));
    tablet.sync_until_in_step();
    assert!(
        tablet.status().refused.is_empty(),
        "the hub takes everything: {:?}",
        tablet.status().refused
    );
}
