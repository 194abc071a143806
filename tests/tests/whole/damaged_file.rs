//! A tablet whose storage has lost a page: the doctor says so in the window, makes the file whole again, and what was
//! written without a network is still there and arrives.

use std::{fs, path::Path};

use ipc::{Finding, Reply, Request};
use tests::{
    crash::hour::{copy_folder, turn_a_bit},
    journey::GivenACase,
    network::{Network, Weather},
    scene::Scene,
    tablet::{PASSPHRASE, Tablet},
    window::hook,
};

const NOTES: [&str; 2] = ["She asks for her brother.", "The chemist at the crossing knows her."];

#[test]
fn the_doctor_in_the_window_makes_a_damaged_file_whole_and_unsent_notes_arrive() {
    let scene = Scene::new();
    let network = Network::to(scene.hub.address()).unwrap();
    let mut given = GivenACase::new(&scene, &network.url(), "damaged-file", &[]).unwrap();
    let window = &mut given.window;
    let stands = |window: &tests::window::Window, state: &str, waiting: usize| {
        let strip = hook("sync-strip").with("data-state", state);
        window.see(strip.with("data-waiting", &waiting.to_string())).unwrap();
    };
    stands(window, "in_step", 0);
    network.set(Weather::Down);
    window.press("nav-cases").unwrap();
    window.press("case-row").unwrap();
    window.press("tab-timeline").unwrap();
    for (written, note) in NOTES.iter().enumerate() {
        window.press("add-note").unwrap();
        window.write("note-text", note).unwrap();
        window.press("note-submit").unwrap();
        window.see_words("timeline", note).unwrap();
        stands(window, "offline", written + 1);
    }
    window.close().unwrap();

    let vault = only_vault(window.folder());
    let page = a_page_found_only_by_the_doctor(window.folder());
    turn_a_bit(&vault, page).unwrap();

    window.open(None).unwrap();
    window.write("unlock-passphrase", PASSPHRASE).unwrap();
    window.press("unlock-submit").unwrap();
    window.press("nav-tablet").unwrap();
    window.press("doctor-look").unwrap();
    window.see("doctor-mend").unwrap();
    window
        .see_words("doctor-finding", "1 part of the vault's file is damaged")
        .unwrap();
    window.scroll_to("doctor-finding").unwrap();
    window.picture("36-a-damaged-file").unwrap();
    window.press("doctor-mend").unwrap();
    window.see_no("doctor-mend").unwrap();
    window
        .see_words(
            "doctor-finding",
            "Nothing that you wrote and that was not sent was lost.",
        )
        .unwrap();
    window.scroll_to("doctor-finding").unwrap();
    window.picture("37-whole-again").unwrap();
    stands(window, "offline", 2);

    network.set(Weather::Clear);
    window.press("sync-now").unwrap();
    stands(window, "in_step", 0);
    window.press("nav-cases").unwrap();
    window.press("case-row").unwrap();
    window.press("tab-timeline").unwrap();
    given.colleague.tablet.sync_well();
    let timeline = given.colleague.tablet.case(given.case).timeline;
    for note in NOTES {
        window.see_words("timeline", note).unwrap();
        let arrived = timeline.iter().filter(|entry| entry.text == note).count();
        assert_eq!(arrived, 1, "{note:?} arrived, and once");
    }
    window.close().unwrap();
}

fn only_vault(tablet: &Path) -> std::path::PathBuf {
    let users = fs::read_dir(tablet.join("users")).unwrap();
    let vaults: Vec<_> = users.map(|user| user.unwrap().path().join("vault.db")).collect();
    assert_eq!(vaults.len(), 1, "one officer is on the tablet");
    vaults.into_iter().next().unwrap()
}

/// The first page, of those in the second half of the file, that can be lost without its being seen when the vault is
/// opened. (A page that opening needs is mended at once, which other tests show.)
fn a_page_found_only_by_the_doctor(tablet: &Path) -> usize {
    let pages = usize::try_from(only_vault(tablet).metadata().unwrap().len()).unwrap() / 4096;
    let found = (pages / 2..pages).find(|page| {
        let copy = tempfile::tempdir().unwrap();
        copy_folder(tablet, copy.path()).unwrap();
        turn_a_bit(&only_vault(copy.path()), *page).unwrap();
        let copied = Tablet::live_by_hand(copy.path());
        copied.unlock(PASSPHRASE).is_ok()
            && match copied.call(Request::Doctor) {
                Ok(Reply::Doctor(view)) => view
                    .findings
                    .iter()
                    .any(|finding| matches!(finding, Finding::DamagedFile { parts: 1 })),
                _ => false,
            }
    });
    found.expect("there is such a page")
}
