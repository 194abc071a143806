//! Stages: what is usual, what is missing, and that nothing is ever locked.

use std::collections::BTreeSet;

use casework::{
    CaseKind, Pack, Record, RecordRow, RowId, Stage, Value, clock,
    stage::{self, Advice, Step, phrases},
};
use proptest::prelude::*;
use serde::Deserialize;

use crate::fixture::{self, Written};

#[derive(Deserialize)]
struct File {
    advice: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    says: String,
    now: String,
    #[serde(flatten)]
    case: Written,
    /// `stage warnings` of every stage on the way here that rests on too little.
    #[serde(default)]
    skipped: Vec<String>,
    /// `stage warnings` of the usual steps.
    next: Vec<String>,
}

fn advise(record: &Record, now_ms: i64) -> Advice {
    let pack = Pack::national();
    let running = clock::of_record(pack.clocks(), record, now_ms);
    stage::advice(pack.stages(), record, &running, now_ms)
}

#[test]
fn every_advice_is_as_the_table_of_cases_has_it() {
    let file: File = fixture::read(include_str!("../data/stage.toml"));
    for expected in file.advice {
        let advice = advise(&expected.case.record(), fixture::moment(&expected.now));
        let steps = |steps: &[Step]| -> Vec<String> {
            steps
                .iter()
                .map(|step| format!("{} {}", step.to.code(), step.warnings.len()))
                .collect()
        };
        let skipped: Vec<String> = advice
            .skipped
            .iter()
            .map(|skipped| format!("{} {}", skipped.stage.code(), skipped.warnings.len()))
            .collect();
        assert_eq!(skipped, expected.skipped, "{}: skipped", expected.says);
        assert_eq!(steps(&advice.next), expected.next, "{}: next", expected.says);
    }
}

#[test]
fn a_case_goes_the_whole_way_and_back_with_the_warnings_it_deserves() {
    let file: File = fixture::read(include_str!("../data/stage.toml"));
    let closing = file.advice.iter().find(|case| case.says.contains("too early")).unwrap();
    let advice = advise(&closing.case.record(), fixture::moment(&closing.now));
    let close = advice.next.iter().find(|step| step.to == Stage::Closed).unwrap();
    let words: Vec<&str> = close.warnings.iter().map(|warning| warning.says.get("en")).collect();
    assert!(words.iter().any(|says| says.contains("Two years")), "{words:?}");
    assert!(
        words.iter().any(|says| says.contains("Tasks are still open")),
        "{words:?}"
    );
    assert!(
        words.iter().any(|says| says.contains("time limit has run out")),
        "{words:?}"
    );
    assert!(
        close
            .warnings
            .iter()
            .any(|warning| warning.source.as_deref() == Some("MR Form 7 part D"))
    );
}

#[test]
fn every_sentence_is_there_in_both_languages_and_every_law_says_how_well_it_is_known() {
    let stages = Pack::national().stages();
    for (place, label) in stages.labels() {
        assert!(label.has("en") && label.has("hi"), "{place}");
    }
    for id in phrases::ALL {
        assert!(stages.phrases.iter().any(|phrase| phrase.id == id), "{id}");
    }
    let needs = stages.stages.iter().flat_map(|rule| &rule.needs);
    for need in needs.chain(stages.steps.iter().flat_map(|rule| &rule.needs)) {
        assert_eq!(need.source.is_some(), need.checked.is_some(), "{}", need.says.get("en"));
        assert!(need.when.is_some() != need.no.is_some(), "{}", need.says.get("en"));
    }
    for step in &stages.steps {
        assert_eq!(
            step.source.is_some(),
            step.checked.is_some(),
            "{}",
            step.label.get("en")
        );
    }
}

#[test]
fn from_every_stage_a_usual_step_leads_on_and_every_stage_can_be_reached() {
    let stages = Pack::national().stages();
    for kind in CaseKind::ALL {
        let steps = || {
            stages
                .steps
                .iter()
                .filter(|rule| rule.kinds.is_empty() || rule.kinds.contains(kind) || *kind == CaseKind::Both)
        };
        let mut reached = BTreeSet::from([Stage::Intake]);
        while let Some(rule) =
            steps().find(|rule| !reached.contains(&rule.to) && rule.from.iter().any(|from| reached.contains(from)))
        {
            reached.insert(rule.to.clone());
        }
        for stage in Stage::ALL
            .iter()
            .filter(|stage| *kind != CaseKind::Cicl || **stage != Stage::Adoption)
        {
            assert!(reached.contains(stage), "{} {}", kind.code(), stage.code());
            assert!(
                steps().any(|rule| rule.from.contains(stage)),
                "{} {}",
                kind.code(),
                stage.code()
            );
        }
    }
}

#[test]
fn conditions_read_only_what_everybody_on_the_case_has() {
    // `has(…)` of a fact that a reader may not have would tell that reader something is missing that is not. What is
    // compared instead is unknown then, and nobody is told.
    let pack = Pack::national();
    let compared = ["child.birth_date"];
    for (place, condition) in pack.stages().clone().conditions_mut() {
        for fact in condition
            .facts()
            .into_iter()
            .filter(|fact| !compared.contains(&fact.as_str()))
        {
            let compartment = pack.fact(fact).and_then(casework::Fact::compartment);
            assert_eq!(compartment, Some(casework::Compartment::Core), "{place}: {fact:?}");
        }
        for table in condition.tables() {
            let compartment = pack.table(table).and_then(casework::Table::compartment);
            assert_eq!(compartment, Some(casework::Compartment::Core), "{place}: {table}");
        }
    }
}

#[test]
fn a_state_replaces_a_sentence_and_adds_a_step() {
    let national = Pack::national().stages().clone();
    let steps = national.steps.len();
    let over: stage::Stages = fixture::read(
        r#"
        [[step]]
        from = ["inquiry"]
        to = "aftercare"
        label = { en = "By the State's scheme", hi = "राज्य योजना से" }
        [[phrase]]
        id = "next_visit"
        says = { en = "Home visit", hi = "गृह भेंट" }
        "#,
    );
    let both = national.overlaid(over);
    assert_eq!(both.steps.len(), steps + 1);
    assert_eq!(both.phrase(phrases::NEXT_VISIT).get("en"), "Home visit");
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::Instant),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>().prop_map(Value::Number),
        any::<bool>().prop_map(Value::Flag),
        ".{0,12}".prop_map(Value::Text),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}".prop_map(Value::Text),
        proptest::collection::btree_set("[a-z]{1,4}", 0..4).prop_map(Value::Set),
    ]
}

/// Any record at all: any fact of the pack with any value, any row with any cell.
fn any_record() -> impl Strategy<Value = Record> {
    let pack = Pack::national();
    let facts: Vec<_> = pack.facts().map(|fact| fact.id.clone()).collect();
    let columns: Vec<(String, String)> = pack
        .tables()
        .flat_map(|table| table.columns.iter().map(|column| (table.id.clone(), column.id.clone())))
        .collect();
    let stage = prop_oneof![
        Just("intake"),
        Just("in_care"),
        Just("closed"),
        Just("from_a_newer_app")
    ];
    let kind = prop_oneof![Just("cncp"), Just("cicl"), Just("both"), Just("neither")];
    let facts = proptest::collection::btree_map(proptest::sample::select(facts), any_value(), 0..40);
    let cells = proptest::collection::vec((any::<u8>(), proptest::sample::select(columns), any_value()), 0..30);
    (facts, cells, stage, kind).prop_map(|(mut facts, cells, stage, kind)| {
        facts.insert("case.stage".parse().unwrap(), stage.into());
        facts.insert("case.kind".parse().unwrap(), kind.into());
        let mut rows: Vec<RecordRow> = Vec::new();
        for (id, (table, column), value) in cells {
            rows.push(RecordRow {
                id: RowId::from_bytes([id; 16]),
                table,
                cells: [(column, value)].into(),
            });
        }
        Record { facts, rows }
    })
}

proptest! {
    #[test]
    fn whatever_stands_in_a_record_every_stage_may_be_chosen_and_nothing_panics(
        record in any_record(), now_ms in any::<i64>(), near_ms in 1_500_000_000_000_i64..2_000_000_000_000,
    ) {
        let pack = Pack::national();
        for now_ms in [now_ms, near_ms] {
            let advice = advise(&record, now_ms);
            let mut offered: BTreeSet<Stage> = advice.next.iter().chain(&advice.others).map(|step| step.to.clone()).collect();
            offered.insert(advice.current.clone());
            prop_assert!(Stage::ALL.iter().all(|stage| offered.contains(stage)));
            prop_assert!(advice.others.iter().all(|step| !step.warnings.is_empty()));
            let running = clock::of_record(pack.clocks(), &record, now_ms);
            let tasks = casework::tasks::due(pack.stages(), &record, &running, now_ms);
            let order = |task: &casework::tasks::Task| (task.due_at_ms.is_none(), task.due_at_ms);
            prop_assert!(tasks.is_sorted_by_key(order));
            let situation = casework::Situation::of(&pack.stages().custody, &record, now_ms);
            prop_assert_eq!(situation.under_both_parts, record.text("case.kind") == Some("both"));
            let _ = casework::adoption::readiness(pack.stages(), &record, now_ms);
            let _ = casework::disability::summary(&record, now_ms);
            let _ = casework::growth::of_record(&record);
        }
    }
}
