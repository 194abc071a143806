//! What is no expression of ours.

use casework::{Expression, ExpressionError};
use proptest::prelude::*;

fn error(text: &str) -> ExpressionError {
    text.parse::<Expression>().expect_err(text)
}

#[test]
fn what_the_evaluator_does_not_have_is_refused_by_name() {
    for (text, word) in [
        ("[1].all(x, x > 0)", "`all`"),
        ("{\"a\": 1}", "`{ }`"),
        ("a.b[0]", "`_[_]()`"),
        ("a.b % 2 == 0", "`_%_()`"),
        ("matches(a.b, \"x\")", "`matches()`"),
        ("a.b.endsWith(\"x\")", "`.endsWith()`"),
        ("duration(\"1h\")", "`duration()`"),
        ("child", "`child`"),
        ("1u", "`u`"),
        ("b\"x\"", "`b`"),
        ("Child.name == 1", "`Child.name`"),
    ] {
        let ExpressionError::NotOurs(what) = error(text) else {
            panic!("{text}: {:?}", error(text))
        };
        assert!(what.contains(word), "{text}: {what}");
    }
    for text in ["count(a.b)", "size()", "today()", "years_between(today)", "[a.b]"] {
        let refused = error(text);
        let named = matches!(refused, ExpressionError::Arguments(_) | ExpressionError::NotOurs(_));
        assert!(named, "{text}: {refused:?}");
    }
    for text in ["", " ", "a.b ==", "(a.b", "a.b = 1", "\"a", "a.b && ", "§"] {
        assert!(matches!(error(text), ExpressionError::Syntax(_)), "{text}");
    }
}

#[test]
fn the_limits_have_names_and_hold() {
    let long = format!("\"{}\" == \"x\"", "x".repeat(Expression::CHARS_MAX));
    assert_eq!(error(&long), ExpressionError::TooLong);
    let deep = format!("{}1{} == 1", "(".repeat(60), ")".repeat(60));
    assert_eq!(error(&deep), ExpressionError::TooDeep);
    for sign in ["!", "-", "- "] {
        assert_eq!(error(&format!("{}true", sign.repeat(80))), ExpressionError::TooDeep);
    }
    let big = vec!["1"; Expression::NODES_MAX].join("+");
    assert!(matches!(
        error(&big),
        ExpressionError::TooBig | ExpressionError::TooDeep
    ));
    let wide = format!("1 in [{}]", vec!["1"; Expression::NODES_MAX].join(","));
    assert_eq!(error(&wide), ExpressionError::TooBig);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_makes_the_parser_panic(text in "[ -~]{0,60}") {
        let _ = text.parse::<Expression>();
    }

    #[test]
    fn no_heap_of_tokens_makes_the_parser_panic(
        tokens in proptest::collection::vec(
            prop::sample::select(vec![
                "a.b", "1", "\"x\"", "(", ")", "[", "]", "{", "}", "?", ":", "&&", "||", "!", "-", "+", "==", "<", "in",
                "has(", "size(", "today", ",", ".", "null", "true", "1.5", "e9", "'", "\\", "`", "0x", "r\"", "//", "\n", "ऐ",
            ]),
            0..40,
        ),
    ) {
        let _ = tokens.concat().parse::<Expression>();
        let _ = tokens.join(" ").parse::<Expression>();
    }
}
