//! A state changes a form: published at the hub, it is on a tablet without a new app, and can be taken back.

use std::{fs, path::Path};

use casework::Role;
use ipc::{Reply, Request};
use tests::{
    scene::{DISTRICT, Scene, new_case},
    tablet::{PASSPHRASE, Tablet},
};

/// A pack of the district's state that asks one more thing in Form 17 and calls the form by another name.
fn write_pack(folder: &Path, title: &str) {
    let state = DISTRICT.to_lowercase();
    let about =
        format!("id = 'states/{state}'\nover = 'national'\nversion = '{title}'\nin_force_from = '2026-01-01'\n");
    let relabel = format!("[[relabel]]\nkind = 'form'\nid = '17'\nlabel = {{ en = '{title}', hi = 'प्ररूप 17' }}\n");
    let dictionary = "[[fact]]\nid = 'production.ward_officer'\ntype = 'text'\ncompartment = 'core'\n\
                      sensitivity = 'ordinary'\nlabel = { en = 'Ward officer', hi = 'वार्ड अधिकारी' }\n";
    fs::create_dir_all(folder.join("dictionary")).unwrap();
    fs::write(folder.join("pack.toml"), about).unwrap();
    fs::write(folder.join("relabel.toml"), relabel).unwrap();
    fs::write(folder.join("dictionary/ward.toml"), dictionary).unwrap();
}

fn title(tablet: &Tablet) -> String {
    let case = tablet.open_case(new_case("Meena"));
    let form = "17".to_owned();
    let Reply::Form(form) = tablet.ask(Request::Form {
        subject: case.into(),
        form,
    }) else {
        panic!("a form is answered by a form")
    };
    form.title.get("en").to_owned()
}

#[test]
fn a_state_changes_a_form_without_a_new_app_and_can_go_back() {
    let scene = Scene::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let tablet = scene.officer("Asha Toppo", &Role::PoNic, 1).tablet;
    let shipped = title(&tablet);

    write_pack(folder.path(), "Form 17 A");
    scene.admin.run(&["packs", "publish", path]).unwrap();
    tablet.sync_until_in_step();
    let tablet = tablet.restarted(2);
    tablet.unlock(PASSPHRASE).unwrap();
    assert_eq!(title(&tablet), "Form 17 A");
    let case = tablet.open_case(new_case("Rita"));
    tablet.write(case, "production.ward_officer", "S. Lakra");
    tablet.sync_until_in_step();

    write_pack(folder.path(), "Form 17 B");
    scene.admin.run(&["packs", "publish", path]).unwrap();
    let state = DISTRICT.to_lowercase();
    scene.admin.run(&["packs", "roll-back", &state, "1"]).unwrap();
    tablet.sync_until_in_step();
    let tablet = tablet.restarted(3);
    tablet.unlock(PASSPHRASE).unwrap();
    assert_eq!(title(&tablet), "Form 17 A");

    fs::write(folder.path().join("relabel.toml"), "[[relabel]]\nkind = 3\n").unwrap();
    let refused = scene.admin.run(&["packs", "publish", path]).unwrap_err().to_string();
    assert!(refused.contains("relabel.toml"), "{refused}");
    assert_ne!(shipped, "Form 17 A");
}
