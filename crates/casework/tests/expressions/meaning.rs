//! What expressions come to, one row for each rule of the language.

use std::collections::BTreeSet;

use casework::{Expression, FactId, Outcome, Pack, Record, RecordRow, RowId, Value};
use jiff::civil::date;

/// 2026-11-23 10:00 in India.
const MORNING: i64 = 1_795_408_200_000;

fn record() -> Record {
    let facts = [
        ("child.sex", "female".into()),
        ("child.birth_date", "2010-11-24".into()),
        ("child.age_stated", Value::Integer(15)),
        ("production.at", Value::Instant(MORNING)),
        ("police.informed", Value::Flag(true)),
        (
            "case.grounds",
            Value::Set(BTreeSet::from(["iv".to_owned(), "v".to_owned()])),
        ),
        ("custody.place_name", "Asha Home".into()),
    ];
    let row = RecordRow {
        id: RowId::from_bytes([1; 16]),
        table: "family".to_owned(),
        cells: std::collections::BTreeMap::new(),
    };
    Record {
        facts: facts
            .map(|(id, value): (&str, Value)| (id.parse::<FactId>().unwrap(), value))
            .into(),
        rows: vec![row],
    }
}

/// The outcome in a record where everything above is written and nothing else, on 23 November 2026. The expression is
/// checked against the dictionary first, as in a pack.
fn of(text: &str) -> Outcome {
    let mut expression: Expression = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    let dictionary = Pack::national().dictionary();
    expression
        .check(&dictionary)
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    expression.in_record(&record(), date(2026, 11, 23))
}

#[test]
fn conditions_hold_or_do_not_or_are_not_known() {
    for text in [
        "child.sex == \"female\"",
        "child.sex != \"male\"",
        "child.sex in [\"female\", \"transgender\"]",
        "\"iv\" in case.grounds && !(\"i\" in case.grounds)",
        "size(case.grounds) == 2",
        "case.grounds == [\"iv\", \"v\"]",
        "has(child.birth_date) && !has(child.name)",
        "years_between(child.birth_date, today) == 15",
        "months_between(child.birth_date, today) == 191",
        "days_between(production.at, today) == 0",
        "production.at >= \"2026-11-23\" && production.at <= today",
        "child.birth_date < \"2010-12-01\"",
        "count(\"family\") == 1 && count(\"belongings\") == 0",
        "custody.place_name.startsWith(\"Asha\") && custody.place_name.contains(\"Home\")",
        "size(custody.place_name) == 9",
        "child.age_stated + 3 * 2 - 1 == 20",
        "child.age_stated / 4 == 3",
        "child.age_stated / 4.0 == 3.75",
        "-child.age_stated < -14",
        "(police.informed ? 1 : 2) == 1",
        "police.informed == true",
        // What nobody wrote equals nothing but null, and a set that nobody wrote is empty.
        "child.name == null",
        "child.name != \"Asha\"",
        "size(child.languages) == 0",
        "!(\"x\" in child.languages)",
        // What is certain stays certain.
        "police.informed || producer.age > 3",
    ] {
        let text = text.replace("\"x\" in child.languages", "\"hindi\" in child.languages");
        let known = Pack::national().vocabulary("language").unwrap().terms[0].code.clone();
        let text = text.replace("hindi", &known);
        assert_eq!(of(&text), Outcome::True, "{text}");
    }
    for text in [
        "child.name == \"Asha\"",
        "producer.sex in [\"female\"]",
        "child.age_stated < 15",
        "!police.informed && producer.age > 3",
        "has(child.languages)",
    ] {
        assert_eq!(of(text), Outcome::False, "{text}");
    }
    for text in [
        "producer.age > 3",
        "!(producer.age > 3)",
        "producer.age + 1 > 3",
        "years_between(order.final_at, today) > 1",
        "police.informed && producer.age > 3",
        "producer.age > 3 ? true : false",
        "producer.name.startsWith(\"A\")",
        "child.age_stated / 0 == 1 || producer.age > 1",
        "9223372036854775807 + child.age_stated > 0",
    ] {
        assert_eq!(of(text), Outcome::Unknown, "{text}");
    }
}

#[test]
fn a_value_is_derived() {
    let values: [(&str, Value); 5] = [
        ("years_between(child.birth_date, today)", Value::Integer(15)),
        ("child.age_stated * 1.5", Value::Number(22.5)),
        ("custody.place_name + \", Gaya\"", "Asha Home, Gaya".into()),
        ("child.age_stated >= 16 ? \"older\" : \"younger\"", "younger".into()),
        ("production.at", Value::Instant(MORNING)),
    ];
    for (text, value) in values {
        assert_eq!(of(text), Outcome::Value(value), "{text}");
    }
    assert_eq!(of("producer.age + 1").into_value(), None);
}

#[test]
fn the_tree_travels_and_the_text_reads_back() {
    for text in [
        "child.sex == \"female\" && (today >= \"2026-01-01\" || !has(child.name))",
        "size(case.grounds) > 0 ? -1 : count(\"family\")",
        "months_between(production.at, today) in [1, 2, 3]",
        "today == child.birth_date",
    ] {
        let tree: Expression = text.parse().unwrap();
        let wire = serde_json::to_string(&tree).unwrap();
        assert_eq!(serde_json::from_str::<Expression>(&wire).unwrap(), tree);
        assert_eq!(tree.to_string().parse::<Expression>().unwrap(), tree, "{tree}");
    }
}
