//! Bad input in the real window: a clear sentence on the screen, and nothing lost behind it.

use std::fs;

use casework::Role;
use tests::{
    demo::pictures,
    journey::{self, GivenACase},
    network::{Network, Weather},
    places, qr,
    scene::Scene,
    tablet::Tablet,
    window::{Window, hook},
};

const UNREACHABLE: &str = "The server cannot be reached. Check the address and the connection, then try again.";
const NO_ANSWER: &str = "The answer could not be read; another network may stand between.";

/// An app that nobody has opened yet, and its folder.
fn new_window(name: &str) -> (Window, tempfile::TempDir) {
    assert!(
        std::env::var_os("DISPLAY").is_some(),
        "a window needs a display: `cargo xtask test` starts a virtual one and builds the app"
    );
    let folder = tempfile::tempdir().unwrap();
    let window = journey::window(name, folder.path(), &places::screenshots()).unwrap();
    (window, folder)
}

/// A fault would leave its place in what the app says about itself.
fn has_not_tripped(window: &Window) {
    let said = fs::read_to_string(window.folder().join("window.log")).unwrap();
    assert!(!said.contains("a fault at"), "{said}");
}

fn enrol_with(window: &Window, code: &str) {
    window.write("enrol-code", code).unwrap();
    window.press("enrol-submit").unwrap();
}

#[test]
fn each_thing_that_goes_wrong_while_setting_up_has_its_sentence_and_the_code_works_after_all() {
    let scene = Scene::new();
    let network = Network::to(scene.hub.address()).unwrap();
    let asha = scene.user("Asha Toppo", &Role::PoNic);
    let used = scene.code(&asha);
    Tablet::by_hand(1).enrol(&scene.hub.url(), &used).unwrap();

    let (mut window, _folder) = new_window("setting-up");
    window.open(None).unwrap();
    window.press("lang-en").unwrap();
    window.write("enrol-hub", &network.url()).unwrap();
    journey::choose_passphrase(&window).unwrap();
    enrol_with(&window, &used);
    let used_before = "This code has been used before. Ask the district office for a new one.";
    window.see_words("error-message", used_before).unwrap();
    window.picture("31-used-code").unwrap();

    let code = code_from_a_picture(&scene, &network, &asha, &window);
    let last = if code.ends_with('7') { '8' } else { '7' };
    enrol_with(&window, &format!("{}{last}", &code[..code.len() - 1]));
    window
        .see_words("error-message", "There is a slip in the code.")
        .unwrap();

    // The hub takes the code, and goes in the middle of its answer: in the head of it, and in its body.
    for bytes in [40, 180] {
        network.set(Weather::CutAnswerAfter(bytes));
        network.take_traffic();
        enrol_with(&window, &code);
        window.see_words("error-message", UNREACHABLE).unwrap();
        assert_eq!(
            network.take_traffic().down,
            bytes,
            "the answer was cut where it should be"
        );
        network.set(Weather::Garbage(700));
        enrol_with(&window, &code);
        window.see_words("error-message", NO_ANSWER).unwrap();
    }
    window.scroll_to("error-message").unwrap();
    window.picture("33-garbage-while-setting-up").unwrap();

    network.set(Weather::Clear);
    window.press("enrol-submit").unwrap();
    window.see(hook("sync-strip").with("data-state", "in_step")).unwrap();
    has_not_tripped(&window);
    window.close().unwrap();
}

/// Tries files that hold no code, then the picture that the hub prints; gives the code that was read.
fn code_from_a_picture(scene: &Scene, network: &Network, user: &str, window: &Window) -> String {
    let sheet = window.folder().join("sheet.svg");
    let link = scene.admin.enrolment_sheet(user, &network.url(), &sheet).unwrap();
    let choose = |name: &str, bytes: &[u8]| {
        let file = window.folder().join(name);
        fs::write(&file, bytes).unwrap();
        window.choose_file("enrol-qr", &file).unwrap();
    };
    choose("letter.png", b"Dear officer, this is a letter.");
    let no_picture = "This file is not a picture the app can read.";
    window.see_words("enrol-qr-error", no_picture).unwrap();
    choose("bag.jpg", &pictures::as_jpeg(&pictures::draw(11, 900, 600), 85));
    window
        .see_words("enrol-qr-error", "There is no code in this picture.")
        .unwrap();
    choose(
        "sheet.png",
        &qr::photo_of(&fs::read_to_string(&sheet).unwrap()).unwrap(),
    );
    let code = link.code.to_string();
    window.see_value("enrol-code", &code).unwrap();
    window.see_value("enrol-hub", &network.url()).unwrap();
    window.see_no("enrol-qr-error").unwrap();
    window.picture("32-code-from-a-picture").unwrap();
    code
}

#[test]
fn a_hub_that_breaks_off_or_talks_nonsense_is_told_and_what_waits_arrives_when_it_is_well_again() {
    // Less than the head of an answer and its first frame.
    const HEAD_BYTES: u64 = 85;
    const NOTES: [&str; 2] = ["She counts to twenty in Santali.", "Her aunt sells tea on platform 3."];
    let scene = Scene::new();
    let network = Network::to(scene.hub.address()).unwrap();
    let mut given = GivenACase::new(&scene, &network.url(), "syncing", &[]).unwrap();
    let window = &mut given.window;
    let stands = |state: &str, waiting: usize| {
        let strip = hook("sync-strip").with("data-state", state);
        window.see(strip.with("data-waiting", &waiting.to_string())).unwrap();
    };
    let says = |sentence: &str| {
        window.press("nav-sync").unwrap();
        window.see_words("sync-page", sentence).unwrap();
        window.see_words("count-on_tablet", "2").unwrap();
    };
    stands("in_step", 0);

    // The hub takes the notes, and goes in the middle of its answer, before the verdicts on them.
    network.set(Weather::CutAnswerAfter(HEAD_BYTES));
    network.take_traffic();
    window.press("nav-cases").unwrap();
    window.press("case-row").unwrap();
    window.press("tab-timeline").unwrap();
    for (written, note) in NOTES.iter().enumerate() {
        window.press("add-note").unwrap();
        window.write("note-text", note).unwrap();
        window.press("note-submit").unwrap();
        window.see_words("timeline", note).unwrap();
        stands("offline", written + 1);
    }
    assert!(network.take_traffic().down >= HEAD_BYTES, "an answer was begun");
    window.see_words("sync-strip", "Offline since").unwrap();
    window.see_words("sync-strip", "2 changes wait").unwrap();
    says("No connection to the server since");
    window.picture("34-hub-gone-in-mid-answer").unwrap();

    for weather in [Weather::GarbageBatch(700), Weather::Garbage(700)] {
        network.set(Weather::Down);
        window.press("sync-now").unwrap();
        stands("offline", 2);
        network.set(weather);
        window.press("sync-now").unwrap();
        stands("trouble", 2);
        window.see_words("sync-strip", "Trouble with the server").unwrap();
        says(&format!("{NO_ANSWER} Nothing was lost; the app will try again."));
    }
    window.picture("35-garbage-instead-of-a-batch").unwrap();

    network.set(Weather::Clear);
    window.press("sync-now").unwrap();
    stands("in_step", 0);
    given.colleague.tablet.sync_well();
    let timeline = given.colleague.tablet.case(given.case).timeline;
    for note in NOTES {
        assert_eq!(
            timeline.iter().filter(|entry| entry.text == note).count(),
            1,
            "{note:?} arrived, and once"
        );
    }
    has_not_tripped(window);
    window.close().unwrap();
}
