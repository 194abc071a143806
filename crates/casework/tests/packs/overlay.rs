//! A state's pack over the national one.

use std::collections::BTreeMap;

use casework::{Pack, PackFault, Role};
use jiff::civil::date;

use crate::support::small;

fn over(files: &[(&str, &str)]) -> Result<Pack, casework::PackError> {
    let national = Pack::parse(&small(), None).unwrap();
    let about = "id = \"states/xx\"\nover = \"national\"\nversion = \"7\"\nin_force_from = \"2020-01-01\"\n";
    let mut all: BTreeMap<String, String> = BTreeMap::from([("pack.toml".to_owned(), about.to_owned())]);
    all.extend(
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned())),
    );
    Pack::parse(&all, Some(&national))
}

fn form(id: &str, title: &str, more: &str) -> String {
    format!(
        "id = \"{id}\"\ntitle = {{ en = \"{title}\" }}\nsource = \"x\"\nchecked = \"C\"\n{more}\n[[section]]\nid = \"a\"\ntitle = {{ en = \"a\" }}\nfield = [{{ fact = \"child.age\" }}]\n"
    )
}

#[test]
fn a_state_adds_replaces_and_relabels_and_keeps_the_rest() {
    let pack = over(&[
        ("forms/1.toml", &form("1", "Form V", "")),
        ("forms/99.toml", &form("99", "Ours", "")),
        ("relabel.toml", "[[relabel]]\nkind = \"term\"\nid = \"sex/female\"\nlabel = { hi = \"बालिका\" }\n[[relabel]]\nkind = \"column\"\nid = \"family/name\"\nlabel = { en = \"Full name\" }\n"),
    ])
    .unwrap();
    assert_eq!((pack.id(), pack.version()), ("states/xx", "7"));
    assert_eq!(pack.form("1").unwrap().title.get("en"), "Form V");
    assert_eq!(pack.form("1").unwrap().sections.len(), 1);
    assert!(pack.form("99").is_some());
    let girl = pack.vocabulary("sex").unwrap().term("female").unwrap();
    assert_eq!((girl.label.get("en"), girl.label.get("hi")), ("Girl", "बालिका"));
    assert_eq!(
        pack.table("family").unwrap().column("name").unwrap().label.get("en"),
        "Full name"
    );
    assert!(
        pack.rights().of(&Role::SocialWorker).is_some(),
        "what the state says nothing about stays"
    );
}

#[test]
fn what_is_stored_keeps_its_document_and_type() {
    let moved = "[[fact]]\nid = \"child.age\"\ntype = \"integer\"\ncompartment = \"core\"\nsensitivity = \"ordinary\"\nlabel = { en = \"Age\" }\n";
    let retyped = moved.replace("integer", "text").replace("core", "care");
    for text in [moved, &retyped] {
        let fault = over(&[("dictionary/x.toml", text)]).unwrap_err().fault;
        assert_eq!(fault, PackFault::Moved("child.age".into()));
    }
}

#[test]
fn of_several_texts_of_a_form_the_one_of_the_day_is_read() {
    let old = form("1", "Old", "in_force_until = \"2022-08-31\"");
    let new = form("1", "New", "in_force_from = \"2022-09-01\"");
    let pack = over(&[("forms/1a.toml", &old), ("forms/1b.toml", &new)]).unwrap();
    assert_eq!(pack.form_on("1", date(2022, 8, 31)).unwrap().title.get("en"), "Old");
    assert_eq!(pack.form_on("1", date(2022, 9, 1)).unwrap().title.get("en"), "New");
    assert_eq!(pack.form("1").unwrap().title.get("en"), "New");
    assert_eq!(pack.forms().count(), 1);
    let overlapping = over(&[("forms/1a.toml", &old), ("forms/1b.toml", &form("1", "New", ""))]).unwrap_err();
    assert_eq!(overlapping.fault, PackFault::Twice("1".into()));
}

#[test]
fn terms_and_rights_have_their_time_too() {
    let pack = over(&[
        ("vocabularies/x.toml", "[[vocabulary]]\nid = \"sex\"\nterm = [\n{ code = \"female\", label = { en = \"Girl\" } },\n{ code = \"male\", label = { en = \"Boy\" }, in_force_until = \"2021-12-31\" },\n]\n"),
        ("roles.toml", "[[role]]\nrole = \"social_worker\"\nlabel = { en = \"x\" }\nreads = [\"core\"]\nwrites = []\nopens_cases = false\nsees_district = false\nin_force_until = \"2021-12-31\"\n[[role]]\nrole = \"social_worker\"\nlabel = { en = \"x\" }\nreads = [\"core\", \"care\"]\nwrites = []\nopens_cases = false\nsees_district = false\nin_force_from = \"2022-01-01\"\n"),
    ])
    .unwrap();
    let sexes = pack.vocabulary("sex").unwrap();
    assert_eq!(sexes.offered_on(date(2021, 12, 31)).count(), 2);
    assert_eq!(sexes.offered_on(date(2022, 1, 1)).count(), 1);
    assert!(sexes.term("male").is_some(), "what was written stays readable");
    let care = casework::Compartment::Care;
    assert!(!pack.rights().on(date(2021, 6, 1)).may_read(&Role::SocialWorker, care));
    assert!(pack.rights().on(date(2022, 6, 1)).may_read(&Role::SocialWorker, care));
    assert!(pack.rights().may_read(&Role::SocialWorker, care));
}
