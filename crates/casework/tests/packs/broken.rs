//! Every kind of mistake gives a typed error that names file, line and reason, and nothing panics.

use std::collections::BTreeMap;

use casework::{
    Pack, PackFault,
    lint::{self, Severity},
    pack_limits,
};
use proptest::prelude::*;

use crate::support::{and, small, with};

type Files = BTreeMap<String, String>;

fn of_linter(files: &Files) -> Vec<String> {
    lint::check(files, None).0.iter().map(ToString::to_string).collect()
}

#[test]
fn the_small_pack_is_sound() {
    assert!(Pack::parse(&small(), None).is_ok());
    let worst = lint::check(&small(), None).0.into_iter().next();
    assert!(worst.is_none_or(|finding| finding.severity == Severity::Info));
}

/// A mistake, the file and line it is found at, and words of the reason.
#[test]
fn every_mistake_says_file_line_and_reason() {
    let dictionary = "dictionary/child.toml";
    let form = "forms/1.toml";
    let table: Vec<(Files, &str, &str)> = vec![
        (with(form, "id = \"1\"", "id = "), "forms/1.toml:1", ""),
        (
            with(form, "checked = \"C\"\n", ""),
            "forms/1.toml:1",
            "missing field `checked`",
        ),
        (
            with(form, "required = true", "required = 3"),
            "forms/1.toml:11",
            "expected a boolean",
        ),
        (
            with(form, "required = true", "reqired = true"),
            "forms/1.toml:11",
            "nothing reads the key",
        ),
        (
            with(form, "fact = \"child.sex\"", "fact = \"child.sex\", table = \"family\""),
            "forms/1.toml:10",
            "either a fact or a table",
        ),
        (
            with(form, "fact = \"child.age\"", "fact = \"child.weight\""),
            "forms/1.toml:12",
            "the fact `child.weight`",
        ),
        (
            with(form, "table = \"family\"", "table = \"friends\""),
            "forms/1.toml:13",
            "the table `friends`",
        ),
        (
            with(form, "social_worker", "tailor"),
            "forms/1.toml:5",
            "`tailor` is no role",
        ),
        (
            with(form, "social_worker", "counsellor"),
            "forms/1.toml:5",
            "the role `counsellor`",
        ),
        (
            with(form, "checked = \"C\"", "checked = \"D\""),
            "forms/1.toml:4",
            "`D` is no mark",
        ),
        (
            with(form, "checked", "about = \"village\"\nchecked"),
            "forms/1.toml:4",
            "`village` is no kind of document",
        ),
        (
            with(form, "id = \"child\"\n", "id = \"child\"\nrepeats = \"fortnight\"\n"),
            "forms/1.toml:9",
            "`fortnight` is no time to repeat",
        ),
        (
            with(form, "checked", "on_filing = [\"child.age\"]\nchecked"),
            "forms/1.toml:4",
            "which is no moment",
        ),
        (
            with(
                form,
                "[[section]]",
                &on_filing("friends", "name = { fact = \"child.name\" }"),
            ),
            "forms/1.toml:8",
            "the table `friends`",
        ),
        (
            with(form, "[[section]]", &on_filing("family", "age = { is = \"7\" }")),
            "forms/1.toml:10",
            "the column `age`",
        ),
        (
            with(
                form,
                "[[section]]",
                &on_filing("family", "name = { fact = \"child.height\" }"),
            ),
            "forms/1.toml:10",
            "the fact `child.height`",
        ),
        (
            with(
                form,
                "[[section]]",
                &on_filing("family", "name = { fact = \"child.seen_at\" }"),
            ),
            "forms/1.toml",
            "does not fit",
        ),
        (
            with(
                form,
                "checked",
                "in_force_from = \"2020-01-01\"\nin_force_until = \"2019-01-01\"\nchecked",
            ),
            "forms/1.toml:1",
            "ends before it begins",
        ),
        (
            with(form, "== \\\"female", "== \\\"woman"),
            "forms/1.toml:12",
            "`woman` is no code of the vocabulary `sex`",
        ),
        (
            with(form, "child.sex == \\\"female\\\"", "child.sex =="),
            "forms/1.toml:12",
            "not an expression",
        ),
        (
            with(form, "child.sex == \\\"female\\\"", "child.age > \\\"x\\\""),
            "forms/1.toml:12",
            "cannot stand with a text",
        ),
        (
            with(form, "child.sex == \\\"female\\\"", "child.age"),
            "forms/1.toml:12",
            "yes or no is wanted",
        ),
        (
            with(form, "child.sex == \\\"female\\\"", "child.height > 3"),
            "forms/1.toml:12",
            "no fact of the dictionary",
        ),
        (
            with(form, "child.sex == \\\"female\\\"", "count(\\\"friends\\\") > 3"),
            "forms/1.toml:12",
            "no table of the dictionary",
        ),
        (
            with(form, "child.sex == \\\"female\\\"", "[1, 2].exists(x, x > 1)"),
            "forms/1.toml:12",
            "not part of the expressions",
        ),
        (
            with(dictionary, "type = \"choice\"", "type = \"colour\""),
            "dictionary/child.toml:2",
            "a type that this app does not know",
        ),
        (
            with(dictionary, "vocabulary = \"sex\"\n", ""),
            "dictionary/child.toml:2",
            "a choice without a vocabulary",
        ),
        (
            with(dictionary, "vocabulary = \"sex\"", "vocabulary = \"gender\""),
            "dictionary/child.toml:4",
            "the vocabulary `gender`",
        ),
        (
            with(dictionary, "id = \"child.sex\"", "id = \"Child Sex\""),
            "dictionary/child.toml:2",
            "not a fact id",
        ),
        (
            with(dictionary, "child.age\"", "child.sex\""),
            "dictionary/child.toml:",
            "twice",
        ),
        (
            with(dictionary, "compartment = \"core\"", "compartment = \"attic\""),
            "dictionary/child.toml:21",
            "no kind of document",
        ),
        (
            with(
                dictionary,
                "type = \"text\"",
                "type = \"choices\", vocabulary = \"sex\"",
            ),
            "dictionary/child.toml:29",
            "cannot take several codes",
        ),
        (
            with(dictionary, "max = 25", "max = 25\nderived = \"child.age + 1\""),
            "dictionary/child.toml:14",
            "computed from itself",
        ),
        (
            with(dictionary, "max = 25", "max = 25\nderived = \"child.sex\""),
            "dictionary/child.toml:14",
            "cannot stand with",
        ),
        (
            with("vocabularies/common.toml", "\"male\"", "\"female\""),
            "vocabularies/common.toml:",
            "twice",
        ),
        (
            with("roles.toml", "\"core\", \"care\"", "\"core\", \"legal\""),
            "roles.toml:5",
            "writes what it may not read",
        ),
        (
            with("roles.toml", "\"social_worker\"", "\"tailor\""),
            "",
            "`tailor` is no role",
        ),
        (
            with("pack.toml", "version = \"1\"\n", ""),
            "pack.toml:1",
            "missing field `version`",
        ),
        (
            with("pack.toml", "version", "over = \"moon\"\nversion"),
            "pack.toml:1",
            "lies over `moon`",
        ),
        (
            and("recipes/soup.toml", ""),
            "recipes/soup.toml:1",
            "nothing reads a file",
        ),
        (
            and(
                "relabel.toml",
                "\n[[relabel]]\nkind = \"fact\"\nid = \"child.x\"\nlabel = { en = \"x\", hi = \"x\" }",
            ),
            "relabel.toml:2",
            "the fact `child.x`",
        ),
        (
            with(form, ", hi = \"रिपोर्ट\"", ""),
            "forms/1.toml:2",
            "no words in `hi`",
        ),
        (
            with("roles.toml", "\"core\", \"care\"", "\"core\""),
            "forms/1.toml:11",
            "nobody who fills it may write child.sex",
        ),
        (
            with(
                "roles.toml",
                "\"identity\", \"care\"]\nwrites = [\"core\", \"care\"]",
                "\"identity\"]\nwrites = [\"core\"]",
            ),
            "forms/1.toml:11",
            "nobody who fills it may read",
        ),
        (
            with(form, "== \\\"female\\\"", "== null && child.sex == \\\"male\\\""),
            "forms/1.toml:12",
            "can never be true",
        ),
        (
            with(form, "child.sex == \\\"female\\\"", "child.age > 30"),
            "forms/1.toml:12",
            "can never be true",
        ),
        (
            with(form, "child.sex == \\\"female\\\"", "!has(child.age) || has(child.age)"),
            "forms/1.toml:12",
            "is always true",
        ),
        (
            with(form, "checked", "about = \"institution\"\nchecked"),
            "forms/1.toml:12",
            "belongs to `care`",
        ),
        (
            and("vocabularies/more.toml", "[[vocabulary]]\nid = \"moods\"\nterm = []"),
            "vocabularies/more.toml:2",
            "takes its codes",
        ),
    ];
    let mut missed = Vec::new();
    for (files, place, reason) in &table {
        let found = of_linter(files);
        let hit = found
            .iter()
            .any(|finding| finding.starts_with(place) && finding.contains(reason));
        if !hit {
            missed.push(format!("wanted {place} … {reason}; found {found:#?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_pack_without_its_first_file_is_no_pack() {
    let mut files = small();
    files.remove("pack.toml");
    assert_eq!(Pack::parse(&files, None).unwrap_err().fault, PackFault::NoFile);
}

#[test]
fn a_pack_past_the_limits_is_refused_before_it_is_read() {
    let long = "x".repeat(pack_limits::FILE_BYTES_MAX + 1);
    let error = Pack::parse(&and("forms/2.toml", &long), None).unwrap_err();
    assert!(matches!(error.fault, PackFault::TooMuch { .. }), "{error}");
    let mut files = small();
    files.extend((0..pack_limits::FILES_MAX).map(|at| (format!("forms/x{at}.toml"), String::new())));
    assert!(matches!(
        Pack::parse(&files, None).unwrap_err().fault,
        PackFault::TooMuch { .. }
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Bytes from outside never make the reader panic.
    #[test]
    fn a_cut_or_spoilt_file_is_an_error_and_no_panic(which in 0_usize..5, at in 0_usize..900, put in "[ -~]{0,6}") {
        let mut files = small();
        let text = files.values_mut().nth(which).unwrap();
        let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.insert_str(at, &put);
        let _ = Pack::parse(&files, None);
        let text = files.values_mut().nth(which).unwrap();
        text.truncate(at);
        let _ = Pack::parse(&files, None);
    }
}

/// A row that filing writes, before the sections.
fn on_filing(table: &str, cell: &str) -> String {
    format!("[[row_on_filing]]\ntable = \"{table}\"\nkey = []\ncells = {{ {cell} }}\n\n[[section]]")
}
