//! What an officer can do about words that the hub refused: ask for access, send them in smaller parts, hand them over.

use casework::{CaseId, Compartment, Role};
use ipc::{AppealState, Delivery, FailureCode, FieldEdit, Offer, Plea, RefusedItem, Request};
use tests::{
    scene::{Scene, new_case},
    tablet::Tablet,
};

fn note(tablet: &Tablet, case: CaseId, text: &str) {
    tablet.edit(
        case,
        vec![FieldEdit::AddNote {
            compartment: Compartment::Core,
            text: text.to_owned(),
        }],
    );
}

fn first_refused(tablet: &Tablet) -> RefusedItem {
    let status = tablet.status();
    let item = status.refused.into_iter().find(|item| !item.offers.is_empty());
    item.expect("something is refused, and something can be done about it")
}

fn appeals(scene: &Scene) -> Vec<Vec<String>> {
    let listed = scene.admin.run(&["appeals", "list"]).unwrap();
    let rows = listed.lines().map(|line| line.split('\t').map(str::to_owned).collect());
    rows.filter(|row: &Vec<String>| row.len() > 1).collect()
}

/// As if the time for handing in late work had passed: no test waits for two months.
fn long_ago(scene: &mut Scene) {
    scene.hub.stop().unwrap();
    let hub = rusqlite::Connection::open(scene.hub.database()).unwrap();
    assert!(hub.execute("UPDATE revoked SET at_ms = 1", []).unwrap() > 0);
    drop(hub);
    scene.hub.start_again().unwrap();
}

#[test]
fn whoever_asks_for_access_and_is_given_the_record_loses_no_word() {
    let mut scene = Scene::new();
    let asha = scene.officer_with(Tablet::by_hand(181), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let case = asha.tablet.open_case(new_case("Meena"));
    asha.tablet.sync_until_in_step();
    scene.admin.unassign(case, &asha.user).unwrap();
    long_ago(&mut scene);
    note(&asha.tablet, case, "Her aunt lives in Simdega.");
    asha.tablet.sync();
    let item = first_refused(&asha.tablet);
    assert_eq!(item.code, "revoked");
    assert!(
        item.is_gone,
        "the record has left, and the words with it: only the hub has them"
    );
    assert_eq!(item.offers, [Offer::AskAccess, Offer::HandOver, Offer::PutAway]);
    let split = asha.tablet.call(Request::Split { item: item.item }).unwrap_err();
    assert_eq!(split.code, FailureCode::NoSuchItem, "what is not offered is not done");

    let plea = Plea::Access;
    asha.tablet.ask(Request::Appeal { item: item.item, plea });
    let asked = first_refused(&asha.tablet);
    assert_eq!(
        asked.appeal.unwrap().state,
        AppealState::Asked,
        "the hub has not heard of it"
    );
    assert_eq!(
        asked.offers,
        [Offer::HandOver, Offer::PutAway],
        "nobody asks twice at once"
    );
    asha.tablet.sync();
    assert_eq!(first_refused(&asha.tablet).appeal.unwrap().state, AppealState::Noted);
    let rows = appeals(&scene);
    assert_eq!(rows.len(), 1);
    assert!(
        rows[0][2] == "access" && rows[0][3].starts_with("Asha Toppo"),
        "{rows:?}"
    );
    scene
        .admin
        .run(&["appeals", "grant", &rows[0][0], "--words", "Yours until she is home."])
        .unwrap();
    asha.tablet.sync_until_in_step();
    assert!(asha.tablet.status().refused.is_empty());
    // Another officer of the case reads it.
    let biru = scene.officer_with(Tablet::by_hand(182), &scene.hub.url(), "Biru Kujur", &Role::PoNic);
    scene.admin.assign(case, &biru.user).unwrap();
    biru.tablet.sync_until_in_step();
    let timeline = biru.tablet.case(case).timeline;
    assert!(
        timeline.iter().any(|entry| entry.text == "Her aunt lives in Simdega."),
        "{timeline:?}"
    );
}

#[test]
fn what_is_handed_over_is_looked_at_and_the_officer_hears_what_came_of_it() {
    let mut scene = Scene::new();
    let asha = scene.officer_with(Tablet::by_hand(183), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let case = asha.tablet.open_case(new_case("Meena"));
    asha.tablet.sync_until_in_step();
    scene.admin.unassign(case, &asha.user).unwrap();
    long_ago(&mut scene);
    note(&asha.tablet, case, "Her aunt lives in Simdega.");
    note(&asha.tablet, case, "The aunt has a telephone.");
    asha.tablet.sync();
    let status = asha.tablet.status();
    assert_eq!(status.refused.len(), 2);
    assert!(
        status.refused[0].offers.is_empty(),
        "the later one stands on the earlier"
    );
    let item = first_refused(&asha.tablet).item;
    let plea = Plea::HandOver;
    asha.tablet.ask(Request::Appeal { item, plea });
    asha.tablet.sync();
    let rows = appeals(&scene);
    assert_eq!((rows[0][2].as_str(), rows[0][5].as_str()), ("hand_over", "2 refused"));
    let words = "Written into the file by Biru.";
    scene
        .admin
        .run(&["appeals", "decline", &rows[0][0], "--words", words])
        .unwrap();
    asha.tablet.sync();
    let declined = first_refused(&asha.tablet);
    let appeal = declined.appeal.unwrap();
    assert_eq!((appeal.state, appeal.words.as_str()), (AppealState::Declined, words));
    assert!(declined.offers.contains(&Offer::HandOver), "it may be asked once more");
    // Nothing in the database says what the district wrote in plain.
    let bytes = std::fs::read(scene.hub.database()).unwrap();
    assert!(!bytes.windows(words.len()).any(|window| window == words.as_bytes()));
    // Asked once more it is another asking.
    asha.tablet.ask(Request::Appeal { item, plea });
    asha.tablet.sync();
    assert_eq!(first_refused(&asha.tablet).appeal.unwrap().state, AppealState::Noted);
    assert_eq!(appeals(&scene).len(), 1);
}

#[test]
fn what_is_too_large_for_a_hub_goes_in_smaller_parts_and_every_word_arrives() {
    let scene = Scene::with_limits("change_bytes = 6000");
    let asha = scene.officer_with(Tablet::by_hand(184), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let case = asha.tablet.open_case(new_case("Meena"));
    asha.tablet.sync_until_in_step();
    let sentences: Vec<String> = (1..=400)
        .map(|n| format!("She said {n} things about the road."))
        .collect();
    note(&asha.tablet, case, &sentences.join(" "));
    note(&asha.tablet, case, "A short one behind it.");
    asha.tablet.sync();
    let item = first_refused(&asha.tablet);
    assert_eq!(item.code, "too_large");
    assert_eq!(item.offers[0], Offer::Split);
    let other = asha.tablet.open_case(new_case("Another"));
    asha.tablet.sync();
    assert_eq!(
        asha.tablet.case(other).delivery,
        Delivery::OnServer,
        "it holds up no other case"
    );

    asha.tablet.ask(Request::Split { item: item.item });
    assert!(asha.tablet.status().refused.is_empty());
    asha.tablet.sync_until_in_step();
    assert!(asha.tablet.status().refused.is_empty());
    assert_eq!(asha.tablet.case(case).delivery, Delivery::OnServer);
    let biru = scene.officer_with(Tablet::by_hand(185), &scene.hub.url(), "Biru Kujur", &Role::PoNic);
    scene.admin.assign(case, &biru.user).unwrap();
    biru.tablet.sync_until_in_step();
    let timeline = biru.tablet.case(case).timeline;
    let told: Vec<&str> = timeline.iter().rev().map(|entry| entry.text.as_str()).collect();
    let all = told.join(" ");
    for sentence in &sentences {
        assert_eq!(all.matches(sentence.as_str()).count(), 1, "{sentence}");
    }
    assert_eq!(all.matches("A short one behind it.").count(), 1);
    assert_eq!(
        asha.tablet.case(case).timeline.len(),
        timeline.len(),
        "both tablets show the same"
    );

    // One value cannot be divided: that is said, and nothing changes.
    asha.tablet.write(case, "found.place", "x".repeat(9_000).as_str());
    asha.tablet.sync();
    let item = first_refused(&asha.tablet).item;
    let failure = asha.tablet.call(Request::Split { item }).unwrap_err();
    assert_eq!(failure.code, FailureCode::NoSmaller);
    assert_eq!(first_refused(&asha.tablet).item, item);
}
