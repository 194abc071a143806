//! An officer prints a form in the real window, without a network: the paper lies where they said, in both languages, and the
//! district sees in the access log that it was printed. A redacted copy tells nobody who the child is. Form 46 of an
//! institution is a paper as any other.

use std::{path::Path, process::Command};

use casework::Role;
use ipc::{PaperCopy, PrintOrder, PrintPurpose, Reply, Request};
use tests::{
    journey::GivenACase,
    scene::{DISTRICT, Scene},
};

/// The letters of a paper in their order, without gaps: poppler takes some vowel signs for gaps.
fn words(paper: &Path) -> String {
    let output = Command::new("pdftotext")
        .args(["-enc", "UTF-8"])
        .arg(paper)
        .arg("-")
        .output()
        .unwrap();
    assert!(output.status.success());
    plain(&String::from_utf8(output.stdout).unwrap())
}

fn plain(text: &str) -> String {
    let is_seen = |letter: &char| !letter.is_whitespace() && !matches!(letter, '\u{200b}' | '\u{200c}' | '\u{200d}');
    text.chars().filter(is_seen).collect()
}

#[test]
fn a_form_is_printed_in_the_window_and_a_redacted_copy_names_nobody() {
    let scene = Scene::new();
    let mut given = GivenACase::new(&scene, &scene.hub.url(), "printing", &[]).unwrap();
    let papers = tempfile::tempdir().unwrap();
    let (whole, redacted) = (papers.path().join("whole.pdf"), papers.path().join("redacted.pdf"));
    let window = &mut given.window;
    window.press("nav-cases").unwrap();
    window.press("case-row").unwrap();
    window.press("tab-forms").unwrap();
    window.press("form-17").unwrap();
    window.press("form-review").unwrap();
    window.press("print").unwrap();
    window.see("print-sheet").unwrap();
    window.picture("45-print").unwrap();
    window.press("print-go").unwrap();
    window.see("print-error").unwrap();
    window.write("print-path", whole.to_str().unwrap()).unwrap();
    window.press("print-go").unwrap();
    window.see_words("print-done", "copy 1").unwrap();
    window.picture("46-printed").unwrap();
    window.press("print-copy-redacted").unwrap();
    window.see("print-read-first").unwrap();
    window.press("print-languages-en").unwrap();
    window.write("print-path", redacted.to_str().unwrap()).unwrap();
    window.press("print-go").unwrap();
    window.see_words("print-done", "copy 2").unwrap();
    window.close().unwrap();

    let words_of_whole = words(&whole);
    for said in [
        "Munni Kisku",
        "FORM 17",
        "प्ररूप 17",
        "DRAFT",
        "मसौदा",
        "Printed by Asha Toppo",
    ] {
        assert!(words_of_whole.contains(&plain(said)), "{said} in {words_of_whole}");
    }
    let words_of_redacted = words(&redacted);
    assert!(words_of_redacted.contains("section74"), "{words_of_redacted}");
    for name in ["Munni", "Kisku"] {
        assert!(!words_of_redacted.contains(name), "{name} in {words_of_redacted}");
    }
}

#[test]
fn the_inspection_of_an_institution_is_a_paper_as_any_other() {
    let scene = Scene::new();
    let head = scene.officer("Sabita Mahato", &Role::Dcpo, 1);
    let house = scene
        .admin
        .add_institution(DISTRICT, "Asha Kiran Children's Home", "childrens_home", 30)
        .unwrap();
    head.tablet.sync_until_in_step();
    let folder = tempfile::tempdir().unwrap();
    for (languages, title) in [
        (vec!["en"], "Inspection"),
        (vec!["hi"], "निरीक्षण"),
        (vec!["hi", "en"], "Inspection"),
    ] {
        let path = folder.path().join(format!("{}.pdf", languages.join("-")));
        let printed = head.tablet.ask(Request::Print(PrintOrder {
            subject: house.into(),
            form: "46".into(),
            filing: None,
            languages: languages.into_iter().map(str::to_owned).collect(),
            copy: PaperCopy::Whole,
            purpose: PrintPurpose::OfficeFile,
            path: path.to_str().unwrap().into(),
        }));
        assert!(matches!(printed, Reply::Printed(_)), "{printed:?}");
        let words = words(&path);
        for said in [title, "Asha Kiran Children's Home", "Sabita Mahato"] {
            assert!(words.contains(&plain(said)), "{said} in {words}");
        }
    }
}
