//! Cases that belong together.

use std::collections::BTreeMap;

use casework::{
    CaseId, Record, RecordRow, Value,
    links::{self, Relation},
};

use crate::fixture::{moment, row_id};

fn case(number: u8) -> CaseId {
    CaseId::from_bytes([number; 16])
}

/// A case that names others: (row, case, relation, note).
fn naming(links: &[(u8, u8, &str, &str)]) -> Record {
    let rows = links.iter().map(|(row, other, relation, note)| RecordRow {
        id: row_id(*row),
        table: "links".to_owned(),
        cells: BTreeMap::from([
            ("case".to_owned(), Value::Text(case(*other).to_string())),
            ("relation".to_owned(), Value::from(*relation)),
            ("note".to_owned(), Value::from(*note)),
        ]),
    });
    Record {
        rows: rows.collect(),
        ..Record::default()
    }
}

fn opened(mut record: Record, at: &str) -> Record {
    record
        .facts
        .insert("case.opened_at".parse().unwrap(), Value::Instant(moment(at)));
    record
}

#[test]
fn a_link_that_two_people_wrote_is_one_with_what_both_said() {
    let links = links::of(&naming(&[
        (1, 9, "sibling", "elder sister"),
        (2, 9, "sibling", "found the same night"),
        (3, 9, "sibling", "elder sister "),
        (4, 8, "same_incident", ""),
    ]));
    assert_eq!(links.links.len(), 2);
    let sister = &links.links[0];
    assert_eq!((sister.case, &sister.relation), (case(9), &Relation::Sibling));
    assert_eq!(sister.notes, ["elder sister", "found the same night"]);
    assert_eq!(sister.rows, [row_id(1), row_id(2), row_id(3)]);
}

#[test]
fn a_twin_who_is_also_written_as_a_sibling_is_shown_as_a_twin() {
    let links = links::of(&naming(&[(1, 9, "sibling", "brother"), (2, 9, "twin", "")]));
    assert_eq!(links.links.len(), 1);
    assert_eq!(links.links[0].relation, Relation::Twin);
    assert_eq!(links.links[0].notes, ["brother"]);
    assert_eq!(links.links[0].rows, [row_id(2), row_id(1)]);
}

#[test]
fn a_number_written_by_hand_is_kept_as_unreadable_and_a_relation_of_a_newer_app_survives() {
    let mut record = naming(&[(1, 9, "half_sibling", "")]);
    record.rows.push(RecordRow {
        id: row_id(2),
        table: "links".to_owned(),
        cells: BTreeMap::from([("case".to_owned(), Value::from("CWC/114/2024"))]),
    });
    let links = links::of(&record);
    assert_eq!(links.unreadable, [row_id(2)]);
    assert_eq!(links.links[0].relation, Relation::Unknown("half_sibling".to_owned()));
}

#[test]
fn a_link_written_in_one_case_is_seen_from_both() {
    let (mira, rohan, lost_again) = (
        naming(&[(1, 2, "twin", "in the other home")]),
        naming(&[]),
        naming(&[(1, 1, "earlier_episode", "")]),
    );
    let cases = BTreeMap::from([(case(1), &mira), (case(2), &rohan), (case(3), &lost_again)]);
    let seen = links::symmetric(&cases);
    let of_rohan = &seen[&case(2)];
    assert_eq!((of_rohan[0].case, &of_rohan[0].relation), (case(1), &Relation::Twin));
    assert_eq!(of_rohan[0].notes, ["in the other home"]);
    assert!(of_rohan[0].rows.is_empty());
    let of_mira: Vec<_> = seen[&case(1)]
        .iter()
        .map(|link| (link.case, link.relation.clone()))
        .collect();
    assert_eq!(of_mira, [(case(2), Relation::Twin), (case(3), Relation::LaterEpisode)]);
}

#[test]
fn episodes_are_in_order_from_whichever_case_one_asks() {
    // The second names the first, the third names the second, and each was opened on another device.
    let first = opened(naming(&[]), "2024-01-05T10:00");
    let second = opened(
        naming(&[(1, 1, "earlier_episode", ""), (2, 3, "later_episode", "")]),
        "2025-02-05T10:00",
    );
    let third = opened(naming(&[(1, 2, "earlier_episode", "")]), "2026-03-05T10:00");
    let twin = opened(naming(&[(1, 3, "twin", "")]), "2026-03-05T10:00");
    let cases = BTreeMap::from([
        (case(1), &first),
        (case(2), &second),
        (case(3), &third),
        (case(4), &twin),
    ]);
    for asked in 1..=3 {
        assert_eq!(links::episodes(case(asked), &cases), [case(1), case(2), case(3)]);
    }
    assert_eq!(links::episodes(case(4), &cases), [case(4)]);
}

#[test]
fn episodes_that_contradict_one_another_are_ordered_by_the_day_they_were_opened() {
    let a = opened(naming(&[(1, 2, "earlier_episode", "")]), "2024-01-05T10:00");
    let b = opened(naming(&[(1, 1, "earlier_episode", "")]), "2025-02-05T10:00");
    let cases = BTreeMap::from([(case(1), &a), (case(2), &b)]);
    assert_eq!(links::episodes(case(2), &cases), [case(1), case(2)]);
}

#[test]
fn a_case_that_names_itself_is_not_its_own_sibling() {
    let odd = naming(&[(1, 1, "sibling", ""), (2, 1, "earlier_episode", "")]);
    let cases = BTreeMap::from([(case(1), &odd)]);
    assert!(links::symmetric(&cases).is_empty());
    assert_eq!(links::episodes(case(1), &cases), [case(1)]);
}
