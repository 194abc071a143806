//! The facts, tables and columns that these rules name are in the dictionary. A name that nothing defines would read as
//! *nobody wrote it* for ever.

use casework::Pack;

const SOURCES: [&str; 14] = [
    include_str!("../../src/adoption.rs"),
    include_str!("../../src/age.rs"),
    include_str!("../../src/custody.rs"),
    include_str!("../../src/custody/chain.rs"),
    include_str!("../../src/custody/finding.rs"),
    include_str!("../../src/disability.rs"),
    include_str!("../../src/growth/reading.rs"),
    include_str!("../../src/links.rs"),
    include_str!("../../src/plan.rs"),
    include_str!("../../src/spine.rs"),
    include_str!("../../src/spine/situation.rs"),
    include_str!("../../src/stage.rs"),
    include_str!("../../src/stage/advice.rs"),
    include_str!("../../src/tasks.rs"),
];

/// The texts in quotes of a source.
fn quoted(source: &str) -> impl Iterator<Item = &str> {
    source.lines().flat_map(|line| line.split('"').skip(1).step_by(2))
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn every_fact_that_a_rule_names_is_in_the_dictionary() {
    let mut found = 0;
    for text in SOURCES.into_iter().flat_map(quoted) {
        let Some((topic, name)) = text.split_once('.') else {
            continue;
        };
        if is_word(topic) && is_word(name) && name != "toml" {
            assert!(Pack::national().fact(&text.parse().unwrap()).is_some(), "{text}");
            found += 1;
        }
    }
    assert!(found > 40, "{found} names were found");
}

#[test]
fn every_table_that_a_rule_reads_is_in_the_dictionary() {
    let mut found = 0;
    for source in SOURCES {
        for after in source.split("rows_of(\"").skip(1) {
            let table = after.split('"').next().unwrap();
            assert!(Pack::national().table(table).is_some(), "{table}");
            found += 1;
        }
    }
    assert!(found > 8, "{found} tables were found");
}

#[test]
fn every_column_that_a_rule_reads_is_in_its_table() {
    let read: [(&str, &[&str]); 11] = [
        ("orders", &["number", "authority", "made_at"]),
        (
            "custody",
            &[
                "since",
                "until",
                "place_kind",
                "place_name",
                "order_number",
                "handed_over_by",
                "note",
            ],
        ),
        ("links", &["case", "relation", "note"]),
        (
            "plan_items",
            &["head", "concern", "intervention", "who", "due", "done_at"],
        ),
        ("plan_progress", &["item", "quarter", "at", "progress"]),
        ("plan_reviews", &["at", "next_at"]),
        (
            "growth",
            &["at", "height_cm", "weight_kg", "muac_mm", "lying", "oedema"],
        ),
        ("disabilities", &["kind", "percent", "certificate", "until"]),
        ("visits", &["at", "next_at"]),
        ("hearings", &["at", "held", "next_at"]),
        ("tasks", &["title", "due", "done_at"]),
    ];
    for (table, columns) in read {
        let table = Pack::national().table(table).unwrap();
        for column in columns {
            assert!(table.column(column).is_some(), "{}.{column}", table.id);
        }
    }
}

#[test]
fn the_closed_lists_of_these_rules_are_those_of_the_vocabularies() {
    let known: [(&str, Vec<&str>); 4] = [
        (
            "stage",
            casework::Stage::ALL.iter().map(casework::Stage::code).collect(),
        ),
        (
            "case_relation",
            casework::links::Relation::ALL
                .iter()
                .map(casework::links::Relation::code)
                .collect(),
        ),
        (
            "offence_class",
            casework::OffenceClass::ALL
                .iter()
                .map(casework::OffenceClass::code)
                .collect(),
        ),
        (
            "adoption_status",
            casework::adoption::Basis::ALL
                .iter()
                .map(casework::adoption::Basis::code)
                .collect(),
        ),
    ];
    for (vocabulary, codes) in known {
        let terms: Vec<&str> = Pack::national()
            .vocabulary(vocabulary)
            .unwrap()
            .terms
            .iter()
            .map(|term| term.code.as_str())
            .collect();
        assert_eq!(terms, codes, "{vocabulary}");
    }
    let places = Pack::national().vocabulary("place_kind").unwrap();
    for rule in &Pack::national().stages().custody {
        for place in &rule.places {
            assert!(places.term(place).is_some(), "{}: {place}", rule.code);
        }
    }
}
