//! On every expression of our part of the language whose facts are all written, our evaluator says what the library's own
//! interpreter says. Where that one gives an error (a number past the range, division by zero, whole numbers mixed with
//! decimals) ours may say *unknown* or know better; those are the differences that `casework::expression` documents.

use std::{collections::BTreeMap, sync::Arc};

use casework::{Expression, FactId, Outcome, Value};
use cel::{Context, Program};
use jiff::civil::{Date, date};
use proptest::prelude::*;

const TODAY: Date = date(2026, 11, 23);

/// Facts of the trial: two of each kind, all written.
fn facts(
    numbers: [i64; 2],
    decimals: [f64; 2],
    texts: [&str; 2],
    flags: [bool; 2],
    set: &[String],
) -> BTreeMap<FactId, Value> {
    let mut facts: BTreeMap<FactId, Value> = BTreeMap::new();
    let mut put = |id: &str, value: Value| facts.insert(id.parse().unwrap(), value);
    for at in 0..2 {
        put(&format!("n.whole{at}"), Value::Integer(numbers[at]));
        put(&format!("n.decimal{at}"), Value::Number(decimals[at]));
        put(&format!("t.text{at}"), texts[at].into());
        put(&format!("f.flag{at}"), Value::Flag(flags[at]));
    }
    put("s.codes", Value::Set(set.iter().cloned().collect()));
    put("d.first", "2010-02-28".into());
    put("d.second", "2024-12-31".into());
    facts
}

fn whole() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        (-20_i64..20).prop_map(|n| n.to_string()),
        Just("n.whole0".to_owned()),
        Just("n.whole1".to_owned()),
        Just("size(s.codes)".to_owned()),
        Just("size(t.text0)".to_owned()),
        Just("count(\"family\")".to_owned()),
        Just("years_between(d.first, d.second)".to_owned()),
        Just("days_between(d.first, today)".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (
                inner.clone(),
                prop::sample::select(vec!["+", "-", "*", "/"]),
                inner.clone()
            )
                .prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            (flag_leaf(), inner.clone(), inner).prop_map(|(c, a, b)| format!("({c} ? {a} : {b})")),
        ]
    })
    .boxed()
}

fn decimal() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["0.5", "2.25", "-1.5", "n.decimal0", "n.decimal1"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        (inner.clone(), prop::sample::select(vec!["+", "-", "*"]), inner)
            .prop_map(|(a, sign, b)| format!("({a} {sign} {b})"))
    })
    .boxed()
}

fn text() -> BoxedStrategy<String> {
    prop::sample::select(vec![
        "\"a\"",
        "\"ab\"",
        "\"\"",
        "\"आशा\"",
        "t.text0",
        "t.text1",
        "(t.text0 + \"b\")",
    ])
    .prop_map(str::to_owned)
    .boxed()
}

fn day() -> BoxedStrategy<String> {
    prop::sample::select(vec!["today", "d.first", "d.second", "\"2024-12-31\""])
        .prop_map(str::to_owned)
        .boxed()
}

fn flag_leaf() -> BoxedStrategy<String> {
    let order = || prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    prop_oneof![
        prop::sample::select(vec!["true", "false", "f.flag0", "f.flag1", "has(t.text0)"]).prop_map(str::to_owned),
        prop::sample::select(vec![
            "\"a\" in s.codes",
            "t.text0 in [\"a\", \"ab\"]",
            "s.codes == [\"a\", \"b\"]"
        ])
        .prop_map(|text| format!("({text})")),
        (text(), prop::sample::select(vec!["==", "!="]), text()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
        (day(), order(), day()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
        (text(), prop::sample::select(vec!["startsWith", "contains"]), text())
            .prop_map(|(a, call, b)| format!("{a}.{call}({b})")),
    ]
    .boxed()
}

fn flag() -> BoxedStrategy<String> {
    let order = || prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        flag_leaf(),
        (whole(), order(), whole()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
        (decimal(), order(), decimal()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["&&", "||"]), inner.clone())
                .prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
            inner.clone().prop_map(|a| format!("!{a}")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
        ]
    })
    .boxed()
}

fn cel_value(value: &Value) -> cel::Value {
    match value {
        Value::Text(text) => cel::Value::from(text.as_str()),
        Value::Integer(number) | Value::Instant(number) => cel::Value::Int(*number),
        Value::Number(number) => cel::Value::Float(*number),
        Value::Flag(flag) => cel::Value::Bool(*flag),
        Value::Set(codes) => cel::Value::from(
            codes
                .iter()
                .map(|code| cel::Value::from(code.as_str()))
                .collect::<Vec<_>>(),
        ),
    }
}

/// What the library's interpreter says, `None` where it gives an error.
fn theirs(text: &str, facts: &BTreeMap<FactId, Value>) -> Option<cel::Value> {
    let mut context = Context::default();
    let mut maps: BTreeMap<&str, std::collections::HashMap<String, cel::Value>> = BTreeMap::new();
    for (id, value) in facts {
        let (first, second) = id.as_str().split_once('.').unwrap();
        maps.entry(first)
            .or_default()
            .insert(second.to_owned(), cel_value(value));
    }
    for (name, map) in maps {
        context.add_variable_from_value(name, map);
    }
    context.add_variable_from_value("today", TODAY.to_string());
    let count = |table: Arc<String>| if table.as_str() == "family" { 3_i64 } else { 0 };
    context.add_function("count", count).unwrap();
    let days = |from: Arc<String>, to: Arc<String>| -> i64 {
        let (from, to): (Date, Date) = (from.parse().unwrap(), to.parse().unwrap());
        i64::from(from.until(to).unwrap().get_days())
    };
    let years = |from: Arc<String>, to: Arc<String>| -> i64 {
        let (from, to): (Date, Date) = (from.parse().unwrap(), to.parse().unwrap());
        i64::from(from.until((jiff::Unit::Year, to)).unwrap().get_years())
    };
    context.add_function("days_between", days).unwrap();
    context.add_function("years_between", years).unwrap();
    Program::compile(text).unwrap().execute(&context).ok()
}

fn ours(text: &str, facts: &BTreeMap<FactId, Value>) -> Outcome {
    let expression: Expression = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
    let count = |table: &str| if table == "family" { 3 } else { 0 };
    expression.evaluate(&|id| facts.get(id).cloned(), &count, TODAY)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn our_evaluator_and_the_librarys_agree(
        text in prop_oneof![flag(), whole(), decimal()],
        numbers in any::<[i8; 2]>(),
        words in proptest::array::uniform2(prop::sample::select(vec!["a", "ab", "", "आ"])),
        flags in any::<[bool; 2]>(),
        set in prop::sample::subsequence(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], 0..=3),
    ) {
        prop_assume!(text.chars().count() <= Expression::CHARS_MAX);
        prop_assume!(text.parse::<Expression>().is_ok());
        let facts = facts(numbers.map(i64::from), [0.5, 3.25], words, flags, &set);
        let Some(theirs) = theirs(&text, &facts) else {
            // Their error is our unknown, or absorbed by what is certain anyway.
            return Ok(());
        };
        let agree = match (&theirs, ours(&text, &facts)) {
            (cel::Value::Bool(theirs), ours) => ours.flag() == Some(*theirs),
            (cel::Value::Int(theirs), Outcome::Value(Value::Integer(ours))) => *theirs == ours,
            (cel::Value::Float(theirs), Outcome::Value(Value::Number(ours))) => theirs.to_bits() == ours.to_bits(),
            _ => false,
        };
        prop_assert!(agree, "{text}: theirs {theirs:?}, ours {:?}", ours(&text, &facts));
    }
}

#[test]
fn the_trial_has_something_to_compare() {
    let facts = facts([3, 4], [0.5, 3.25], ["a", "ab"], [true, false], &["a".to_owned()]);
    for text in [
        "n.whole0 + size(s.codes) == 4",
        "years_between(d.first, d.second) == 14 && count(\"family\") == 3",
        "days_between(d.first, today) > 5000 && d.first < today",
        "t.text1.startsWith(t.text0) && has(t.text0) && \"a\" in s.codes",
        "n.decimal0 * 2.0 == 1.0",
    ] {
        assert_eq!(theirs(text, &facts), Some(cel::Value::Bool(true)), "{text}");
        assert_eq!(ours(text, &facts), Outcome::True, "{text}");
    }
}
