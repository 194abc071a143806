//! *Missing and found* in the real window: a match is proposed, both sides are looked at, somebody decides and takes it back;
//! the other district is asked; a report is made, has a photo, and says who may be its child.

use std::fs;

use casework::Role;
use ipc::{FieldEdit, NewCase, NewReport, Reply, Request};
use tests::{
    demo::pictures,
    journey, places,
    scene::{Scene, new_case},
    tablet::{PASSPHRASE, Tablet},
    window::{Css, Window, hook},
};

const GAYA: &str = "BR-GAY";
const PATNA: &str = "BR-PAT";

fn write(tablet: &Tablet, subject: casework::Subject, facts: &[(&str, &str)]) {
    let set = |(fact, text): &(&str, &str)| FieldEdit::SetFact {
        fact: fact.parse().unwrap(),
        value: (*text).into(),
    };
    tablet.ask(Request::Edit {
        subject,
        edits: facts.iter().map(set).collect(),
        form: None,
        reason: None,
    });
}

/// A boy whom his father reports in Gaya, in Hindi.
fn reported(tablet: &Tablet) {
    let new = NewReport {
        kind: "missing".into(),
        name: "रमेश पासवान".into(),
        age_years: Some(8),
        sex: Some("male".into()),
    };
    let Reply::Reported { report } = tablet.ask(Request::ReportChild(new)) else {
        panic!("a report is a report")
    };
    let facts = [
        ("missing.father", "मोहन पासवान"),
        ("missing.mother", "सीता देवी"),
        ("missing.address", "ग्राम टनकुप्पा, गया 824235"),
        ("missing.police_station", "Wazirganj"),
    ];
    write(tablet, report.into(), &facts);
    tablet.sync();
}

/// The same boy as he was taken in at Patna, in English.
fn taken_in(tablet: &Tablet) {
    let case = tablet.open_case(NewCase {
        age_years: Some(8),
        sex: Some("male".into()),
        ..new_case("Ramesh Paswan")
    });
    let facts = [
        ("parents.father_name", "Mohan Paswan"),
        ("parents.mother_name", "Seeta Devi"),
        ("child.address", "Tankuppa village, Gaya"),
    ];
    write(tablet, case.into(), &facts);
    tablet.sync();
}

fn enrolled(scene: &Scene, district: &str, name: &str, role: &Role, seed: u64) -> Tablet {
    let user = scene.admin.add_user(district, name, role).unwrap();
    let tablet = Tablet::by_hand(seed);
    tablet.enrol(&scene.hub.url(), &scene.code(&user)).unwrap();
    tablet
}

#[test]
fn a_match_is_looked_at_decided_and_taken_back_and_a_report_says_who_it_may_be() {
    assert!(
        std::env::var_os("DISPLAY").is_some(),
        "a window needs a display: `cargo xtask test` starts a virtual one and builds the app"
    );
    let scene = Scene::new();
    for (code, name) in [(GAYA, "Gaya"), (PATNA, "Patna")] {
        scene.admin.add_district(code, name).unwrap();
    }
    let gaya = enrolled(&scene, GAYA, "Vinod Kumar", &Role::PoNic, 1);
    reported(&gaya);
    let patna = enrolled(&scene, PATNA, "Sabita Mahato", &Role::PoNic, 2);
    taken_in(&patna);

    let head = scene.admin.add_user(PATNA, "Arun Lakra", &Role::Dcpo).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut window = journey::window("missing-and-found", folder.path(), &places::screenshots()).unwrap();
    let link = scene.admin.enrolment_link(&head).unwrap().to_string();
    window.open(Some(&link)).unwrap();
    window.press("lang-en").unwrap();
    window.write("enrol-passphrase", PASSPHRASE).unwrap();
    window.write("enrol-passphrase-again", PASSPHRASE).unwrap();
    window.press("enrol-submit").unwrap();
    window.see("case-list").unwrap();

    look_and_decide(&window);
    the_case_says_it_too(&window);
    ask_the_other_district(&window);
    report_with_a_photo(&window);
    window.close().unwrap();
}

fn look_and_decide(window: &Window) {
    window.press("nav-matches").unwrap();
    // The hub folds what came at its own pace; the tablet hears of it with one of its exchanges.
    window.press("match-row").unwrap();
    window.see("compare").unwrap();
    window.see_words("possible", "रमेश पासवान").unwrap();
    window.see_words("possible", "Ramesh Paswan").unwrap();
    window
        .see_words("reasons", "The child's own name sounds the same")
        .unwrap();
    window.see_words("ask-district", GAYA).unwrap();
    window.picture("41-same-child").unwrap();

    window.press("decide-not-same").unwrap();
    window
        .see_words("decided", "Arun Lakra decided: not the same child")
        .unwrap();
    window.see("matches-none").unwrap();
    window.see_no("match-row").unwrap();
    window.press("decide-same").unwrap();
    window
        .see_words("decided", "Arun Lakra decided: the same child")
        .unwrap();
    window.press("decide-undo").unwrap();
    window.see_no("decided").unwrap();
    window.see_count("match-row", 1).unwrap();
}

/// Whoever has the case open is told there, without a name.
fn the_case_says_it_too(window: &Window) {
    window.press("compare-own").unwrap();
    window.see_words("record-matches", "last seen on").unwrap();
    window.see_words("record-matches", GAYA).unwrap();
    window.picture("45-case-and-its-matches").unwrap();
    window.press("of-record-row").unwrap();
    window.see("compare").unwrap();
}

fn ask_the_other_district(window: &Window) {
    window.press("ask-district-now").unwrap();
    window.see_words("answered-facts", "Wazirganj").unwrap();
    window.see_words("answered-people", "Vinod Kumar").unwrap();
    window.scroll_to("answered").unwrap();
    window.picture("42-answered").unwrap();
}

/// The family comes to Patna, too, and reports him once more.
fn report_with_a_photo(window: &Window) {
    window.press("report-child").unwrap();
    window.see("new-report-sheet").unwrap();
    window.write("report-name", "Ramesh Paswan").unwrap();
    window.write("report-age", "8").unwrap();
    window.press("report-sex-male").unwrap();
    window.press("report-submit").unwrap();
    window.see("record-matches").unwrap();
    for (fact, text) in [("missing.father", "Mohan Paswan"), ("missing.mother", "Seeta Devi")] {
        window.write(hook(&format!("field-{fact}")), text).unwrap();
    }
    window.see("of-record-row").unwrap();
    window.picture("43-report-and-its-matches").unwrap();

    window.press("report-compare").unwrap();
    window.see("report-photos").unwrap();
    let file = window.folder().join("boy.jpg");
    fs::write(&file, pictures::as_jpeg(&pictures::draw(7, 900, 900), 85)).unwrap();
    window.choose_file("report-photo", &file).unwrap();
    window.see(hook("report-photos").inner(&Css::element("img"))).unwrap();
    // The case stands first, the report of the other district after it.
    window.see_words("compare", "मोहन पासवान").unwrap();
    window.picture("44-report-with-a-photo").unwrap();
    window.press("compare-own").unwrap();
    window.see("form").unwrap();
}
