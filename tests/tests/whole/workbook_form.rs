//! A district's own form, from the workbook it was drawn in to the tablet it is filled on.

use std::{fs, path::Path};

use casework::{Role, Value};
use ipc::{Reply, Request};
use rust_xlsxwriter::Workbook;
use tests::{
    scene::{DISTRICT, Scene, new_case},
    tablet::PASSPHRASE,
};

/// A visit to a school. The photograph is of a kind that no form of the house has.
fn draw(path: &Path) {
    let mut book = Workbook::new();
    let sheets: [(&str, &[&[&str]]); 3] = [
        (
            "survey",
            &[
                &["type", "name", "label::English (en)", "label::Hindi (hi)", "relevant"],
                &["select_one yn", "goes", "Goes to school", "विद्यालय जाता है", ""],
                &["text", "why_not", "Why not", "क्यों नहीं", "${goes} = 'no'"],
                &["image", "gate", "The gate", "फाटक", ""],
            ],
        ),
        (
            "choices",
            &[
                &["list_name", "name", "label::English (en)", "label::Hindi (hi)"],
                &["yn", "yes", "Yes", "हाँ"],
                &["yn", "no", "No", "नहीं"],
            ],
        ),
        (
            "settings",
            &[
                &["form_id", "form_title", "vatsalya::title_hi"],
                &["visit", "School visit", "विद्यालय भ्रमण"],
            ],
        ),
    ];
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, text) in cells.iter().enumerate() {
                let place = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
                sheet.write_string(place.0, place.1, *text).unwrap();
            }
        }
    }
    book.save(path).unwrap();
}

#[test]
fn what_a_district_drew_in_a_workbook_is_filled_on_a_tablet() {
    let scene = Scene::new();
    let officer = scene.officer("Asha Toppo", &Role::PoNic, 1);
    let folder = tempfile::tempdir().unwrap();
    let (workbook, pack) = (folder.path().join("visit.xlsx"), folder.path().join("pack"));
    draw(&workbook);
    fs::create_dir(&pack).unwrap();
    let state = DISTRICT.to_lowercase();
    let about = format!("id = 'states/{state}'\nover = 'national'\nversion = '1'\nin_force_from = '2026-01-01'\n");
    fs::write(pack.join("pack.toml"), about).unwrap();
    let pack = pack.to_str().unwrap();
    let import = |more: &[&str]| {
        let mut words = vec!["packs", "from-xlsform", workbook.to_str().unwrap(), "--out", pack];
        words.extend(["--prefix", "snb", "--from", "2026-01-01"]);
        words.extend(more);
        scene.admin.run(&words)
    };

    // What the form cannot say is told by its cell, and nothing is written until somebody says that it may be left out.
    let refused = import(&[]).unwrap_err().to_string();
    assert!(refused.contains("nothing was written"), "{refused}");
    let told = import(&["--accept", "question_kind@survey!A4"]).unwrap();
    assert!(told.contains("survey!A4"), "{told}");
    scene.admin.run(&["packs", "publish", pack]).unwrap();

    officer.tablet.sync_until_in_step();
    let tablet = officer.tablet.restarted(2);
    tablet.unlock(PASSPHRASE).unwrap();
    let case = tablet.open_case(new_case("Meena"));
    let Reply::Form(form) = tablet.ask(Request::Form {
        subject: case.into(),
        form: "snb-visit".to_owned(),
    }) else {
        panic!("a form is answered by a form")
    };
    assert_eq!(form.title.get("hi"), "विद्यालय भ्रमण");
    tablet.write(case, "snb.visit.goes", "no");
    tablet.write(case, "snb.visit.why_not", "Looks after the goats");
    tablet.sync_until_in_step();
    let kept = tablet.fact(case, "snb.visit.why_not");
    assert_eq!(kept, Some(Value::Text("Looks after the goats".into())));
}
