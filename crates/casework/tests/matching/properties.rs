//! What holds for whatever two reports say.

use casework::matching::{COLUMNS, Field, Relation, Report};
use proptest::{prelude::*, sample::select};

use crate::book::{catalogue, duplicates, score};

/// Names with the same name in another script beside them.
const NAMES: [(&str, &str); 12] = [
    ("Ramesh Kumar", "रमेश कुमार"),
    ("Sunita Devi", "ਸੁਨੀਤਾ ਦੇਵੀ"),
    ("Gita Das", "গীতা দাস"),
    ("Vijay Naik", "ವಿಜಯ್ ನಾಯಿಕ್"),
    ("Priya Reddy", "ప్రియా రెడ్డి"),
    ("Mohan", "मोहन"),
    ("Anil Patel", "અનિલ પટેલ"),
    ("Lata", "ଲତା"),
    ("Imran Khan", "इमरान खान"),
    ("Murugan", "முருகன்"),
    ("Ravi Varma", "രവി വർമ"),
    ("Kiran", "کرن"),
];

fn fact(column: &'static str) -> BoxedStrategy<String> {
    let some = match column {
        "name" | "alias" | "father_name" | "mother_name" => prop_oneof![
            select(NAMES.to_vec()).prop_map(|(latin, _)| latin.to_owned()),
            select(NAMES.to_vec()).prop_map(|(_, other)| other.to_owned()),
            "[a-z]{1,9} [a-z]{1,9}",
        ]
        .boxed(),
        "sex" => select(vec!["M", "F", "महिला", "other"]).prop_map(str::to_owned).boxed(),
        "age" => (0_u8..18).prop_map(|age| age.to_string()).boxed(),
        "age_on" | "date_of_birth" | "event_date" => (2008_u16..2026, 1_u8..13, 1_u8..29)
            .prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}"))
            .boxed(),
        "place" | "district" => select(vec!["Gaya", "गया", "Salem", "Ward 4 Rampur", "Rampurward", "North Goa"])
            .prop_map(str::to_owned)
            .boxed(),
        "state" => select(vec!["Bihar", "BR", "TN", "Tamil Nadu"])
            .prop_map(str::to_owned)
            .boxed(),
        "pin" => select(vec!["824201", "824210", "600001"])
            .prop_map(str::to_owned)
            .boxed(),
        "height_cm" => (60_u16..180).prop_map(|cm| cm.to_string()).boxed(),
        "language" => select(vec!["Hindi", "हिन्दी", "ta"]).prop_map(str::to_owned).boxed(),
        _ => select(vec!["mole on left cheek", "बाएं गाल पर तिल", "red shirt", "scar"])
            .prop_map(str::to_owned)
            .boxed(),
    };
    prop_oneof![1 => Just(String::new()), 2 => some].boxed()
}

fn report() -> impl Strategy<Value = Report> {
    COLUMNS.map(fact).to_vec().prop_map(|facts| {
        let mut report = Report::default();
        for (column, text) in COLUMNS.iter().zip(facts) {
            *report.fact_mut(column).expect("a column") = text;
        }
        report
    })
}

fn without(report: &Report, column: &str) -> Report {
    let mut report = report.clone();
    report.fact_mut(column).expect("a column").clear();
    report
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(8), ..ProptestConfig::with_cases(160) })]

    #[test]
    fn every_reason_has_a_weight_and_they_add_up(a in report(), b in report()) {
        for relation in [Relation::Duplicates, Relation::MissingAndFound] {
            let score = score(&a, &b, relation);
            let sum: f32 = score.reasons.iter().map(|reason| reason.weight).sum();
            prop_assert!((sum - score.score).abs() < 0.01, "{sum} {score:#?}");
            prop_assert!(score.reasons.iter().all(|reason| reason.weight.is_finite()));
            prop_assert!((0.0..=1.0).contains(&score.probability));
        }
    }

    #[test]
    fn duplicates_are_so_from_both_sides(a in report(), b in report()) {
        let list = catalogue(&[a, b], Relation::Duplicates);
        let mut asking = casework::matching::Asking::default();
        let (there, back) = (list.explain_stored(0, 1, &mut asking), list.explain_stored(1, 0, &mut asking));
        prop_assert!((there.score - back.score).abs() < 0.01, "{there:#?} {back:#?}");
    }

    #[test]
    fn what_is_not_known_is_not_compared(a in report(), b in report(), at in 0..COLUMNS.len()) {
        let column = COLUMNS[at];
        let fields: &[Field] = match column {
            "sex" => &[Field::Sex],
            "place" => &[Field::Place],
            "height_cm" => &[Field::Height],
            "marks" => &[Field::Marks],
            "clothing" => &[Field::Clothing],
            "companions" => &[Field::Companions],
            "language" => &[Field::Language],
            "event_date" => &[Field::Event],
            "date_of_birth" => &[Field::Birth],
            "pin" => &[Field::Pin],
            "district" => &[Field::District],
            "state" => &[Field::State],
            _ => &[],
        };
        for (a, b) in [(without(&a, column), b.clone()), (a.clone(), without(&b, column))] {
            let score = duplicates(&a, &b);
            prop_assert!(score.reasons.iter().all(|reason| !fields.contains(&reason.field)), "{column} {score:#?}");
        }
    }

    #[test]
    fn a_report_that_says_nothing_is_neither_for_nor_against(a in report()) {
        let score = duplicates(&a, &Report::default());
        prop_assert!(score.score.abs() < f32::EPSILON);
        prop_assert!(score.reasons.is_empty());
    }

    #[test]
    fn leaving_out_what_speaks_against_never_lowers_the_score(a in report(), b in report()) {
        // Of what is compared by itself; names and places are read together with one another.
        let whole = duplicates(&a, &b);
        let columns = [(Field::Sex, "sex"), (Field::Height, "height_cm"), (Field::Marks, "marks"), (Field::Language, "language")];
        for (field, column) in columns {
            let against = whole.reasons.iter().any(|reason| reason.field == field && reason.weight < 0.0);
            if against {
                let less = duplicates(&a, &without(&b, column));
                prop_assert!(less.score >= whole.score - 0.01, "{column} {whole:#?} {less:#?}");
            }
        }
    }

    #[test]
    fn two_scripts_score_as_one(at in 0..NAMES.len(), father in 0..NAMES.len(), rest in report()) {
        let report = |name: &str, father: &str| Report {
            name: name.into(), father_name: father.into(), mother_name: String::new(), alias: String::new(), ..rest.clone()
        };
        let latin = report(NAMES[at].0, NAMES[father].0);
        let other = report(NAMES[at].1, NAMES[father].1);
        let one = catalogue(&[latin.clone(), latin.clone(), other.clone(), other], Relation::Duplicates);
        let mut asking = casework::matching::Asking::default();
        let (same, across) = (one.explain_stored(0, 1, &mut asking).score, one.explain_stored(0, 2, &mut asking).score);
        // A letter that one script leaves open may cost a little; a bit and a half for each part of a name at most.
        prop_assert!((same - across).abs() < 6.0, "{same} {across}");
    }
}
