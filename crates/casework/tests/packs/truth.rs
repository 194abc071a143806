//! Whether a condition can be true, over the national dictionary.

use casework::{Expression, Pack, lint::truth};

/// Whether it can be true, can be false, and is always true.
fn of(text: &str) -> (bool, bool, bool) {
    let condition: Expression = text.parse().unwrap();
    let seen = truth(&condition, Pack::national());
    assert!(seen.decided, "{text}");
    (seen.sometimes_true, seen.sometimes_false, seen.always_true)
}

#[test]
fn conditions_are_tried_with_every_value_that_makes_a_difference() {
    for sound in [
        "child.sex == \"female\"",
        "\"iv\" in case.grounds && \"v\" in case.grounds",
        "case.kind != \"cicl\" && child.age_stated >= 14",
        "years_between(child.birth_date, today) >= 18",
        "days_between(production.at, today) > 15",
        "count(\"family\") == 3",
        "!has(child.birth_date) && size(case.grounds) == 2",
    ] {
        assert_eq!(of(sound), (true, true, false), "{sound}");
    }
    for never in [
        "child.sex == \"female\" && child.sex == \"male\"",
        "child.age_stated > 25",
        "child.age_stated < 14 && child.age_stated >= 14",
        "years_between(child.birth_date, today) > 18 && years_between(child.birth_date, today) < 18",
        "\"i\" in case.grounds && !has(case.grounds)",
    ] {
        assert!(!of(never).0, "{never}");
    }
    assert!(of("has(child.sex) || !has(child.sex)").2);
}
