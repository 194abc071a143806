//! Whole lists: what is found, what is not, and that it is the same every time.

use casework::matching::{Asking, Duplicate, Field, How, List, Relation, Report};

use crate::book::{catalogue, duplicates, in_devanagari, knowledge, ramesh, score};

fn named(name: &str) -> Report {
    Report {
        name: name.into(),
        ..ramesh()
    }
}

#[test]
fn the_same_child_in_two_scripts_is_found_with_reasons() {
    let score = score(&ramesh(), &in_devanagari(), Relation::MissingAndFound);
    assert!(score.probability > 0.99, "{score:#?}");
    for field in [
        Field::Given,
        Field::Father,
        Field::Pin,
        Field::Marks,
        Field::Sex,
        Field::Language,
    ] {
        let reason = score.reasons.iter().find(|reason| reason.field == field);
        assert!(
            reason.is_some_and(|reason| reason.weight > 0.0),
            "{field:?}: {score:#?}"
        );
    }
}

#[test]
fn names_are_compared_swapped_joined_shortened_and_by_alias() {
    let other = |name: &str| duplicates(&ramesh(), &named(name));
    let whole = other("Ramesh Kumar").score;
    let swapped = other("Kumar Ramesh");
    assert!(
        swapped.reasons.iter().any(|reason| reason.how == How::Reordered),
        "{swapped:#?}"
    );
    let joined = other("Rameshkumar");
    assert!(
        joined.reasons.iter().any(|reason| reason.how == How::Joined),
        "{joined:#?}"
    );
    for (name, score) in [
        ("swapped", swapped.score),
        ("joined", joined.score),
        ("alone", other("Ramesh").score),
    ] {
        assert!(
            score > whole - 12.0 && score > other("Suresh Kumar").score + 3.0,
            "{name} {score} {whole}"
        );
    }
    let alias = other("Chotu @ Ramesh Kumar");
    assert!(
        alias.reasons.iter().any(|reason| reason.how == How::Alias),
        "{alias:#?}"
    );
    assert!(alias.score > other("Chotu").score);
}

#[test]
fn a_brother_of_the_same_house_is_not_the_child() {
    let brother = Report {
        name: "Suresh Kumar".into(),
        age: "5".into(),
        height_cm: "104".into(),
        marks: "scar on chin".into(),
        ..ramesh()
    };
    let score = duplicates(&ramesh(), &brother);
    assert!(score.probability < 0.5, "{score:#?}");
    assert!(
        score
            .reasons
            .iter()
            .any(|reason| reason.field == Field::Sibling && reason.weight < -1.0),
        "{score:#?}"
    );
    let twin_of_another_name = Report {
        name: "Lakhan Kumar".into(),
        sex: "F".into(),
        marks: String::new(),
        height_cm: String::new(),
        ..ramesh()
    };
    let score = duplicates(&ramesh(), &twin_of_another_name);
    assert!(score.probability < 0.5, "{score:#?}");
}

#[test]
fn father_and_mother_exchanged_are_seen() {
    let crossed = Report {
        father_name: "Sunita Devi".into(),
        mother_name: "Mohan Lal".into(),
        ..ramesh()
    };
    let score = duplicates(&ramesh(), &crossed);
    assert!(
        score
            .reasons
            .iter()
            .any(|reason| reason.how == How::Crossed && reason.weight > 0.0),
        "{score:#?}"
    );
}

#[test]
fn a_fathers_name_behind_the_childs_is_the_fathers() {
    let behind = Report {
        name: "Ramesh Kumar S/O Mohan Lal".into(),
        father_name: String::new(),
        ..ramesh()
    };
    let score = duplicates(&ramesh(), &behind);
    assert!(
        score
            .reasons
            .iter()
            .any(|reason| reason.field == Field::Father && reason.weight > 0.0),
        "{score:#?}"
    );
}

#[test]
fn whoever_was_found_before_being_missed_is_another() {
    let later = Report {
        event_date: "2026-05-01".into(),
        age_on: String::new(),
        ..in_devanagari()
    };
    let earlier = Report {
        event_date: "2025-05-01".into(),
        age_on: String::new(),
        ..in_devanagari()
    };
    let after = score(&ramesh(), &later, Relation::MissingAndFound).score;
    let before = score(&ramesh(), &earlier, Relation::MissingAndFound).score;
    assert!(after > before + 4.0, "{after} {before}");
}

#[test]
fn a_child_grows_between_two_reports() {
    let grown = Report {
        age: "10".into(),
        age_on: "2028-03-01".into(),
        event_date: "2028-03-01".into(),
        height_cm: "132".into(),
        ..in_devanagari()
    };
    let score = score(&ramesh(), &grown, Relation::MissingAndFound);
    for field in [Field::Age, Field::Height] {
        let reason = score.reasons.iter().find(|reason| reason.field == field);
        assert!(
            reason.is_some_and(|reason| reason.weight > 0.0),
            "{field:?}: {score:#?}"
        );
    }
}

/// A list of invented children, the same every time.
pub(crate) fn register(count: usize) -> Vec<Report> {
    const GIVEN: [&str; 16] = [
        "Arjun", "Bina", "Chetan", "Divya", "Ehsan", "Farida", "Gopal", "Hema", "Imran", "Jyoti", "Kiran", "Lata",
        "Mukesh", "Nisha", "Omkar", "Pooja",
    ];
    const FAMILY: [&str; 12] = [
        "Sharma", "Khan", "Das", "Reddy", "Patel", "Nair", "Singh", "Murmu", "Ghosh", "Naik", "Ansari", "Joshi",
    ];
    const PLACES: [&str; 10] = [
        "Rampur", "Salem", "Mysuru", "Puri", "Surat", "Patna", "Nagpur", "Kollam", "Amritsar", "Siliguri",
    ];
    let child = |at: usize| {
        let pick = |list: &[&str], step: usize| list[(at * step + at / list.len()) % list.len()].to_owned();
        Report {
            name: format!("{} {}", pick(&GIVEN, 7), pick(&FAMILY, 5)),
            father_name: format!("{} {}", pick(&GIVEN, 3), pick(&FAMILY, 5)),
            sex: if at.is_multiple_of(2) { "M".into() } else { "F".into() },
            date_of_birth: format!("{}-{:02}-{:02}", 2008 + at % 15, 1 + at * 5 % 12, 1 + at * 11 % 28),
            district: pick(&PLACES, 3),
            pin: format!("{}", 110_001 + at * 37 % 500_000),
            ..Report::default()
        }
    };
    (0..count).map(child).collect()
}

#[test]
fn in_a_long_list_a_misspelt_row_is_found_first() {
    let mut rows = register(1500);
    let slip = Report {
        name: rows[700].name.replace('a', "aa").replace("sh", "s"),
        father_name: String::new(),
        pin: String::new(),
        ..rows[700].clone()
    };
    rows.push(slip.clone());
    let mut list = catalogue(&rows[..1500], Relation::Duplicates);
    let best = list.ask(&slip, 3, &mut Asking::default());
    assert_eq!(best[0].number, 700, "{best:?}");
    list.remove(700);
    assert!(
        list.ask(&slip, 3, &mut Asking::default())
            .iter()
            .all(|proposal| proposal.number != 700)
    );
}

#[test]
fn a_report_that_came_later_is_found_before_and_after_the_index_is_laid_anew() {
    let mut list = catalogue(&register(1000), Relation::MissingAndFound);
    let number = list.add(&in_devanagari());
    assert_eq!(list.late(), 1);
    let mut asking = Asking::default();
    assert_eq!(list.ask(&ramesh(), 1, &mut asking)[0].number, number);
    list.lay();
    assert_eq!(list.late(), 0);
    assert_eq!(list.ask(&ramesh(), 1, &mut asking)[0].number, number);
}

#[test]
fn a_report_that_says_what_it_said_before_stays_where_it_is() {
    let id = |number: usize| u128::try_from(number).unwrap().to_be_bytes();
    let rows = register(600);
    let mut gathered = List::gather(knowledge()).unwrap();
    for (number, report) in rows.iter().enumerate() {
        gathered.store(id(number), report);
    }
    let mut list = gathered.lay(Relation::Duplicates);
    for (number, report) in rows.iter().enumerate() {
        list.put(id(number), Some(report));
    }
    assert_eq!(list.late(), 0, "nobody said anything new");
    // Who says something else is another, who is taken out is nobody, and both may come back as they were.
    list.put(id(7), Some(&ramesh()));
    assert_eq!((list.late(), list.ask(&ramesh(), 1)[0].0), (1, id(7)));
    list.put(id(7), None);
    assert!(!list.has(&id(7)) && list.ask(&ramesh(), 1).iter().all(|(found, _)| *found != id(7)));
    list.put(id(7), Some(&rows[7]));
    assert_eq!(list.ask(&rows[7], 1)[0].0, id(7));
}

#[test]
fn the_answer_is_the_same_every_time() {
    let answers = || {
        let mut list = catalogue(&register(800), Relation::Duplicates);
        list.learn();
        let mut asking = Asking::default();
        let all: Vec<_> = (0..list.len())
            .map(|number| list.ask_stored(number, 5, &mut asking))
            .collect();
        (all, list.weights().into_knowledge(knowledge()))
    };
    assert!(answers() == answers());
}

#[test]
fn duplicates_are_closed_through_a_third() {
    let third = ramesh();
    let one = Report {
        name: "Ramesh Kumar".into(),
        father_name: String::new(),
        mother_name: String::new(),
        ..third.clone()
    };
    let bare = |name: &str| Report {
        name: name.into(),
        ..Report::default()
    };
    let mut rows = register(400);
    rows.extend([third, one, bare("Ramesh")]);
    let list = catalogue(&rows, Relation::Duplicates);
    let pair = |a, b| Duplicate {
        a,
        b,
        score: 9.0,
        probability: 0.95,
        through: None,
    };
    let mut asking = Asking::default();
    let closed = list.close(vec![pair(400, 401), pair(400, 402)], &mut asking);
    let added = closed
        .iter()
        .find(|pair| (pair.a, pair.b) == (401, 402))
        .expect("the third pair");
    assert_eq!(added.through, Some(400));
    let score = list.explain_duplicate(added, &mut asking);
    let sum: f32 = score.reasons.iter().map(|reason| reason.weight).sum();
    assert!((sum - score.score).abs() < 0.01, "{score:#?}");
}

#[test]
fn learning_from_a_short_list_hardly_moves_what_the_pack_says() {
    let mut list = catalogue(
        &[ramesh(), in_devanagari(), register(1).remove(0)],
        Relation::Duplicates,
    );
    let before = list.weights().into_knowledge(knowledge());
    list.learn();
    let after = list.weights().into_knowledge(knowledge());
    for field in Field::COMPARED {
        for (level, rate) in &before.rates[&field].m {
            assert!(
                (after.rates[&field].m[level] - rate).abs() < 0.05,
                "{field:?} {level:?}"
            );
        }
    }
    after.check().expect("what was learned can be put into a pack");
}

#[test]
fn an_empty_list_and_an_empty_report_are_no_trouble() {
    let mut empty = catalogue(&[], Relation::MissingAndFound);
    empty.learn();
    assert!(empty.ask(&ramesh(), 10, &mut Asking::default()).is_empty());
    let score = duplicates(&Report::default(), &Report::default());
    assert!(
        score.score == 0.0 && score.reasons.is_empty() && score.probability < 0.5,
        "{score:?}"
    );
}
