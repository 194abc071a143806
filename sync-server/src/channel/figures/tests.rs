use casework::Value;
use serde_json::{Value as Json, json};

use super::*;
use crate::channel::CHANNELS;
use crate::project::ClockTimes;
use crate::storage::PlacementRow;

const EXAMPLE: &str = include_str!("../../../schemas/vatsalya-figures-1.example.json");

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn row(n: u8, kind: &str, opened: &str, facts: &[(&str, Value)]) -> CaseRow {
    let kept = Kept {
        facts: facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        clocks: vec![
            ClockTimes {
                id: "sir-cncp".into(),
                instance: String::new(),
                due_at_ms: Some(at("2026-10-20T18:30:00Z")),
                stopped_at_ms: (n != 3).then(|| at("2026-10-20T18:30:00Z") + i64::from(n) - 1),
                extended: false,
            },
            ClockTimes {
                id: "care-plan".into(),
                instance: String::new(),
                due_at_ms: Some(at("2026-11-20T18:30:00Z")),
                stopped_at_ms: None,
                extended: false,
            },
        ],
        placements: vec![PlacementRow {
            place_kind: "childrens_home".into(),
            since_ms: Some(at(opened)),
            until_ms: None,
        }],
    };
    CaseRow {
        subject: [n; 16],
        district: "KA-BLR".into(),
        kind: kind.into(),
        stage: "inquiry".into(),
        urgency: "routine".into(),
        opened_at_ms: Some(at(opened)),
        upto: 1,
        changed_ms: 1,
        facts: serde_json::to_string(&kept).unwrap(),
    }
}

fn rows() -> Vec<CaseRow> {
    let moment = |text: &str| Value::Instant(at(text));
    let grounds = |codes: [&str; 2]| Value::Set(codes.map(str::to_owned).into());
    vec![
        // Opened in September, disposed in October.
        row(
            1,
            "cncp",
            "2026-09-10T04:00:00Z",
            &[("order.final_at", moment("2026-10-31T18:29:59Z"))],
        ),
        // The last and the first moment of October in India.
        row(
            2,
            "cncp",
            "2026-09-30T18:30:00Z",
            &[
                ("child.sex", Value::from("female")),
                (crate::project::AGE_YEARS, Value::Integer(9)),
                ("case.grounds", grounds(["ii", "vii"])),
                ("restoration.restored_at", moment("2026-10-31T18:29:59Z")),
            ],
        ),
        row(3, "cicl", "2026-10-31T18:29:59Z", &[("child.sex", Value::from("male"))]),
        // November's: not of October.
        row(4, "cncp", "2026-10-31T18:30:00Z", &[("child.sex", Value::from("male"))]),
    ]
}

#[test]
fn a_month_of_a_district_is_the_golden_example_and_keeps_to_the_schema() {
    let [month, _] = Period::over(Date::constant(2026, 11, 3));
    let message = message("KA-BLR", month, &rows()).unwrap();
    let whole: Json = serde_json::from_str(&payload(&message, month.ends_ms().unwrap())).unwrap();
    let golden: Json = serde_json::from_str(EXAMPLE).unwrap();
    assert_eq!(whole, golden, "\n{}", serde_json::to_string_pretty(&whole).unwrap());
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    assert!(schema.is_valid(&whole));
}

#[test]
fn periods_are_those_of_india_and_over() {
    let spans = |year, month, day| {
        Period::over(Date::constant(year, month, day)).map(|one| (one.from.to_string(), one.until.to_string()))
    };
    let of = |text: &str| text.to_owned();
    assert_eq!(
        spans(2026, 11, 1),
        [
            (of("2026-10-01"), of("2026-11-01")),
            (of("2026-07-01"), of("2026-10-01"))
        ]
    );
    assert_eq!(
        spans(2027, 1, 31),
        [
            (of("2026-12-01"), of("2027-01-01")),
            (of("2026-10-01"), of("2027-01-01"))
        ]
    );
    let [month, _] = Period::over(Date::constant(2026, 11, 1));
    assert_eq!(month.starts_ms(), Some(at("2026-09-30T18:30:00Z")));
    assert_eq!(month.ends_ms(), Some(at("2026-10-31T18:30:00Z")));
    assert_eq!(
        indian_date(at("2026-10-31T18:30:00Z")),
        Some(Date::constant(2026, 11, 1))
    );
}

#[test]
fn whatever_a_case_says_figures_are_counts_of_few_codes() {
    let [month, _] = Period::over(Date::constant(2026, 11, 3));
    let hostile = |n: u8| {
        let code = format!("=cmd|\u{7}{n}");
        row(
            n,
            &code,
            "2026-10-05T04:00:00Z",
            &[("child.sex", Value::from(code.as_str()))],
        )
    };
    let many: Vec<_> = (0..=255).map(hostile).collect();
    let message = message("KA-BLR", month, &many).unwrap();
    let kinds = message.data["cases"].as_array().unwrap();
    assert!(kinds.len() <= 65, "{}", kinds.len());
    assert!(kinds.iter().all(|one| !one["kind"].as_str().unwrap().starts_with('=')));
    assert_eq!(message.data["opened"]["by_sex"]["others"], json!(256 - 64));
    assert_eq!(super::message("KA-BLR", month, &[]), None);
}

#[test]
fn every_fact_that_is_counted_is_in_the_dictionary_and_none_identifies() {
    assert!(CHANNELS.iter().any(|channel| channel.code == vatsalya::CODE));
    for name in FACTS {
        let fact = casework::Pack::national().fact(&name.parse().unwrap()).unwrap();
        assert_ne!(fact.sensitivity, casework::Sensitivity::Identifying, "{name}");
    }
}
