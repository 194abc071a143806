//! The two states' packs that ship: what each adds, replaces and calls otherwise, and that the rest stays national.

use casework::{Checked, Pack, lint::shipped_errors};

#[test]
fn the_packs_that_ship_are_whole() {
    let wrong = shipped_errors();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_care_plan_of_tamil_nadu_is_form_five() {
    let (national, state) = (Pack::national(), Pack::of_state("tn"));
    let (of_all, of_state) = (national.form("7").unwrap(), state.form("7").unwrap());
    assert!(of_state.title.get("en").contains("Form V"));
    assert!(of_state.title.get("hi").contains("प्ररूप V"));
    assert_eq!(
        of_state.sections, of_all.sections,
        "it asks what the national form asks"
    );
    assert_eq!(state.form("22"), national.form("22"));
}

#[test]
fn a_community_written_elsewhere_is_still_a_term_in_tamil_nadu() {
    let state = Pack::of_state("tn");
    let terms_of = |pack: &Pack| {
        let fact = pack.fact(&"child.community".parse().unwrap()).unwrap();
        let vocabulary = pack.vocabulary(fact.vocabulary.as_deref().unwrap()).unwrap();
        vocabulary
            .terms
            .iter()
            .map(|term| term.code.clone())
            .collect::<Vec<_>>()
    };
    let of_state = terms_of(&state);
    assert!(of_state.contains(&"mbc".to_owned()));
    for code in terms_of(Pack::national()) {
        assert!(of_state.contains(&code), "{code}");
    }
}

#[test]
fn what_bihar_adds_is_told_as_not_verified_and_is_nowhere_else() {
    let state = Pack::of_state("br");
    let note = state.form("br-10a").unwrap();
    assert_eq!(note.checked, Checked::C);
    assert!(note.source.contains("to be verified"));
    assert!(Pack::national().form("br-10a").is_none());
    assert!(Pack::of_state("tn").form("br-10a").is_none());
}

#[test]
fn a_state_without_a_pack_of_its_own_has_the_national_one() {
    assert_eq!(Pack::of_state("zz").id(), "national");
}
