//! Forms that are filled again and again.

use casework::{
    Asked, Pack, Repeats,
    lint::{self, Severity},
};

use crate::support::with;

const FORM: &str = "forms/1.toml";

#[test]
fn only_a_section_that_says_so_is_added_to() {
    let once = Pack::parse(&with(FORM, "id", "id"), None).unwrap();
    let family = Asked::Table("family".into());
    assert!(!once.form("1").unwrap().is_repeated());
    assert!(!once.form("1").unwrap().is_added_to(&family));
    let text = "id = \"child\"\nrepeats = \"month\"\n";
    let monthly = Pack::parse(&with(FORM, "id = \"child\"\n", text), None).unwrap();
    let form = monthly.form("1").unwrap();
    assert_eq!(form.sections[0].repeats, Some(Repeats::Month));
    assert!(form.is_repeated() && form.is_added_to(&family));
    assert!(
        !form.is_added_to(&Asked::Table("friends".into())),
        "it does not ask for it"
    );
}

#[test]
fn a_newer_packs_way_to_repeat_survives() {
    let text = "id = \"child\"\nrepeats = \"fortnight\"\n";
    let pack = Pack::parse(&with(FORM, "id = \"child\"\n", text), None).unwrap();
    let form = pack.form("1").unwrap();
    assert_eq!(form.sections[0].repeats, Some(Repeats::Unknown("fortnight".into())));
}

#[test]
fn the_linter_finds_a_section_in_which_nothing_can_be_added() {
    let text = "  { table = \"family\" },\n]\n[[section]]\nid = \"again\"\nrepeats = \"month\"\n\
                title = { en = \"Again\", hi = \"फिर\" }\nfield = [ { fact = \"child.sex\", required = true } ]\n[end]";
    let mut files = with(FORM, "  { table = \"family\" },\n]", text);
    let form = files.get_mut(FORM).unwrap();
    *form = form.replace("[end]", "");
    said(&files, "nothing can be added in it");
}

#[test]
fn the_linter_finds_a_table_that_is_added_to_in_one_place_and_amended_in_another() {
    let text = "  { table = \"family\" },\n]\n[[section]]\nid = \"again\"\nrepeats = \"month\"\n\
                title = { en = \"Again\", hi = \"फिर\" }\nfield = [ { table = \"family\" } ]\n[end]";
    let mut files = with(FORM, "  { table = \"family\" },\n]", text);
    let form = files.get_mut(FORM).unwrap();
    *form = form.replace("[end]", "");
    said(&files, "family repeats in again, and stands in a section that does not");
}

#[test]
fn the_linter_finds_what_is_emptied_and_not_asked() {
    let text = "afresh = { facts = [\"child.\"], tables = [\"family\"] }\nchecked";
    let pack = Pack::parse(&with(FORM, "checked", text), None).unwrap();
    let form = pack.form("1").unwrap();
    assert!(form.is_numbered() && !form.is_repeated());
    assert!(form.afresh.as_ref().unwrap().empties(&Asked::Table("family".into())));
    let files = with(FORM, "checked", text);
    let found = lint::check(&files, None).0;
    assert!(
        found.iter().all(|finding| !finding.message.contains("is emptied")),
        "{found:?}"
    );
    for text in ["facts = [\"police.\"]", "tables = [\"friends\"]"] {
        let text = format!("afresh = {{ {text} }}\nchecked");
        said(&with(FORM, "checked", &text), "is emptied when it is begun anew");
    }
}

fn said(files: &std::collections::BTreeMap<String, String>, words: &str) {
    let found = lint::check(files, None).0;
    let error = found.iter().find(|finding| finding.message.contains(words));
    assert!(
        error.is_some_and(|finding| finding.severity == Severity::Error),
        "{found:?}"
    );
}

#[test]
fn the_reports_that_the_rules_ask_for_again_and_again_repeat() {
    let pack = Pack::national();
    for id in ["7", "10", "14", "15", "26", "43"] {
        assert!(pack.form(id).unwrap().is_repeated(), "form {id}");
    }
    // One order, one report at production, one inquiry: what is changed on these is amended.
    for id in ["1", "6", "17", "18", "19", "21", "22", "31", "44", "45"] {
        assert!(!pack.form(id).unwrap().is_repeated(), "form {id}");
    }
    // One order, one journey, one inspection each; and then the next.
    for id in ["18", "19", "45", "46"] {
        assert!(pack.form(id).unwrap().afresh.is_some(), "form {id}");
    }
}
