//! An officer records what a child says, in the real window with a real sound server: it is heard, kept and encrypted, and
//! nothing of it lies about.

use std::{fs, path::Path};

use ipc::AttachmentKind;
use tests::{
    journey::GivenACase,
    scene::Scene,
    window::{Microphone, hook},
};

#[test]
fn what_an_officer_records_in_the_window_is_heard_kept_and_arrives() {
    let scene = Scene::new();
    let microphone = Microphone::speaking().unwrap();
    let told = [("PULSE_SERVER", microphone.server())];
    let mut given = GivenACase::new(&scene, &scene.hub.url(), "recording", &told).unwrap();
    let window = &mut given.window;
    window.press("nav-cases").unwrap();
    window.press("case-row").unwrap();
    window.press("tab-photos").unwrap();
    window.press("add-recording").unwrap();
    window.press("sound-start").unwrap();
    window.see("sound-running").unwrap();
    window.see_words("sound-running", "0:03").unwrap();
    window.picture("41-recording").unwrap();
    window.press("sound-stop").unwrap();
    window.press("player-play").unwrap();
    window.see(hook("player").with("data-playing", "true")).unwrap();
    window.see(hook("player").with("data-playing", "false")).unwrap();
    window.press("sound-keep").unwrap();
    window.see("photo-item").unwrap();
    window.picture("42-recorded").unwrap();
    let strip = hook("sync-strip").with("data-state", "in_step");
    window.press("sync-now").unwrap();
    window.see(strip.with("data-waiting", "0")).unwrap();

    given.colleague.tablet.sync_well();
    let attachments = given.colleague.tablet.case(given.case).attachments;
    let kept: Vec<_> = attachments.iter().map(|kept| &kept.kind).collect();
    let [AttachmentKind::Recording { ms }] = kept[..] else {
        panic!("one recording arrives: {kept:?}")
    };
    // On a busy machine the recorder hears less than the window counts.
    assert!((1..10_000).contains(ms), "{ms} ms");
    window.close().unwrap();
    no_sound_in_the_clear(window.folder());
}

/// No file that the app left holds what a recorder writes, or what the app makes of it.
fn no_sound_in_the_clear(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            no_sound_in_the_clear(&path);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for sign in [&b"OpusHead"[..], b"OggS", b"moof", b"dOps"] {
            let is_there = bytes.windows(sign.len()).any(|window| window == sign);
            assert!(!is_there, "{} holds {}", path.display(), sign.escape_ascii());
        }
    }
}
