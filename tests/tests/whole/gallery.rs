//! Every screen in Chromium: it looks as its picture in the repository does, hinders nobody, and is no wider than the window,
//! also with letters of twice the size.

use std::fs;

use image::RgbImage;
use tests::{
    gallery::{Look, SCREENS, Seat, Seen, Size, Walk, differences, hindrances, kept, shrunk},
    places,
    tablet::PASSPHRASE,
    window::{Css, hook},
};

/// One scene and one browser for all of it: what takes long is to play the lives that are shown.
#[test]
fn every_screen_looks_as_its_picture_does_and_hinders_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut walk = Walk::open(folder.path()).unwrap();
    let mut wrong = Vec::new();
    walk.everywhere(|window, seen| {
        looks_as_its_picture(&seen, &mut wrong);
        wrong.extend(hindrances(window, &seen)?);
        Ok(())
    })
    .unwrap();
    a_button_that_moved_is_seen_and_letters_of_another_machine_are_not(&mut walk);
    a_tablet_is_unlocked_and_a_form_is_filled_without_a_pointer(&mut walk);
    assert!(wrong.is_empty(), "{} things:\n{}", wrong.len(), wrong.join("\n"));
}

/// Where it does not, what is seen now is left beside other pictures of the tests.
fn looks_as_its_picture(seen: &Seen, wrong: &mut Vec<String>) {
    let left = places::screenshots().join(seen.picture());
    let found = fs::read(places::gallery().join(seen.picture()));
    let Ok(bytes) = found else {
        return wrong.push(format!(
            "{} is not there: `cargo xtask gallery` takes it",
            seen.picture()
        ));
    };
    let difference = differences(&seen.sight, &bytes, seen.look.size).unwrap();
    if difference.is_seen() {
        fs::write(&left, kept(&shrunk(&seen.sight, seen.look.size)).unwrap()).unwrap();
        wrong.push(format!(
            "{} looks otherwise: {difference:?}; it is in {}; `cargo xtask gallery` where it is meant",
            seen.picture(),
            left.display()
        ));
    }
}

/// The comparison itself, on a real screen: letters that are drawn with other dots are the same, a button that stands elsewhere
/// or has another colour is not.
fn a_button_that_moved_is_seen_and_letters_of_another_machine_are_not(walk: &mut Walk) {
    let screen = *SCREENS.iter().find(|screen| screen.name == "unlock").unwrap();
    let look = Look::at(0)[1];
    let sight = walk.look(screen, look).unwrap();
    let picture = kept(&shrunk(&sight, look.size)).unwrap();
    let window = &walk.window;
    let seen = |sight: &RgbImage| differences(sight, &picture, look.size).unwrap().is_seen();
    assert!(!seen(&sight));

    window.page_of(look.size.pixels(), 2).unwrap();
    window.settle().unwrap();
    assert!(!seen(&window.sight().unwrap()), "the same with four dots for each");
    window.page_of(look.size.pixels(), 1).unwrap();
    for change in [
        ".button.primary { translate: 0 8px }",
        ".button.primary { background: var(--danger); border-color: var(--danger) }",
        ".button.primary { inline-size: 50% }",
    ] {
        let sheet = format!(
            "const sheet = new CSSStyleSheet(); sheet.replaceSync('{change}'); document.adoptedStyleSheets = [sheet]"
        );
        window.evaluate(&sheet).unwrap();
        window.settle().unwrap();
        assert!(seen(&window.sight().unwrap()), "{change}");
    }
}

/// The tablet is unlocked, a case is opened, and a form of it is written in, with keys alone.
fn a_tablet_is_unlocked_and_a_form_is_filled_without_a_pointer(walk: &mut Walk) {
    const ENTER: &str = "\u{e007}";
    const RIGHT: &str = "\u{e014}";
    const TAB: &str = "\u{e004}";
    let look = Look {
        size: Size::Laptop,
        theme: "light",
        lang: "en",
    };
    walk.sit(Seat::Locked, look).unwrap();
    let window = &walk.window;
    window.page_of(look.size.pixels(), 1).unwrap();
    window.reload().unwrap();
    let press = |what: &str| {
        window.tab_to(what).unwrap();
        window.type_keys(ENTER).unwrap();
    };
    press("unlock-user");
    window.tab_to("unlock-passphrase").unwrap();
    window.type_keys(PASSPHRASE).unwrap();
    window.type_keys(ENTER).unwrap();
    press("nav-cases");
    press("new-case");
    window.tab_to("new-note").unwrap();
    window
        .type_keys("A boy sits at the temple gate since the morning.")
        .unwrap();
    window.tab_to("new-age").unwrap();
    window.type_keys("6").unwrap();
    press("new-submit");
    window.see("case").unwrap();
    window.tab_to("tab-overview").unwrap();
    window.type_keys(RIGHT).unwrap();
    press("form-17");
    press("section-found");
    window.tab_to("field-found.place").unwrap();
    window.type_keys("Temple gate").unwrap();
    window.type_keys(TAB).unwrap();
    window
        .see(hook("field-state-found.place").with("data-state", "saved"))
        .unwrap();
    press("form-back");
    window
        .see(Css::element("[role=tab]").with("aria-selected", "true"))
        .unwrap();
}
