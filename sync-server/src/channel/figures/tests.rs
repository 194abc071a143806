use casework::Value;
use casework::reports::{AGE_YEARS, ClockTimes};
use serde_json::{Value as Json, json};

use super::*;
use crate::channel::CHANNELS;
use crate::storage::PlacementRow;

const EXAMPLE: &str = include_str!("../../../schemas/vatsalya-figures-1.example.json");

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn row(n: u8, kind: &str, opened: &str, facts: &[(&str, Value)]) -> CaseRow {
    let clock = |id: &str, due: &str, stopped_at_ms: Option<i64>| ClockTimes {
        id: id.into(),
        instance: String::new(),
        due_at_ms: Some(at(due)),
        stopped_at_ms,
        extended: false,
    };
    let due = "2026-10-20T18:30:00Z";
    // The first six are stopped in time, to the last millisecond; the next six late; the others not.
    let stopped = match n {
        0..6 => Some(at(due)),
        6..12 => Some(at(due) + 1),
        _ => None,
    };
    let kept = Kept {
        facts: facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        clocks: vec![
            clock("sir-cncp", due, stopped),
            clock("care-plan", "2026-11-20T18:30:00Z", None),
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

/// Twenty-eight cases, counted by hand in the golden example.
fn rows() -> Vec<CaseRow> {
    let moment = |text: &str| Value::Instant(at(text));
    let grounds = |codes: [&str; 2]| Value::Set(codes.map(str::to_owned).into());
    let of = |n: u8| match n {
        // Opened in September, disposed of with the last moment of October.
        0..6 => row(
            n,
            "cncp",
            "2026-09-10T04:00:00Z",
            &[("order.final_at", moment("2026-10-31T18:29:59Z"))],
        ),
        // Opened with the first moment of October in India: eight girls, restored with its last.
        6..14 => row(
            n,
            "cncp",
            "2026-09-30T18:30:00Z",
            &[
                ("child.sex", Value::from("female")),
                (AGE_YEARS, Value::Integer(9)),
                ("case.grounds", grounds(["ii", "vii"])),
                ("restoration.restored_at", moment("2026-10-31T18:29:59Z")),
            ],
        ),
        // And with its last: twelve boys, of whom three are of an age of few.
        14..23 => row(
            n,
            "cicl",
            "2026-10-31T18:29:59Z",
            &[("child.sex", Value::from("male")), (AGE_YEARS, Value::Integer(16))],
        ),
        23..26 => row(
            n,
            "cicl",
            "2026-10-31T18:29:59Z",
            &[("child.sex", Value::from("male")), (AGE_YEARS, Value::Integer(12))],
        ),
        // November's: not of October.
        _ => row(n, "cncp", "2026-10-31T18:30:00Z", &[("child.sex", Value::from("male"))]),
    };
    (0..28).map(of).collect()
}

fn october() -> Period {
    Period::over(PeriodKind::Month, Date::constant(2026, 11, 3))
}

#[test]
fn a_month_of_a_district_is_the_golden_example_and_keeps_to_the_schema() {
    let message = message("KA-BLR", october(), &rows()).unwrap();
    let whole: Json = serde_json::from_str(&payload(&message, october().ends_ms())).unwrap();
    let golden: Json = serde_json::from_str(EXAMPLE).unwrap();
    assert_eq!(whole, golden, "\n{}", serde_json::to_string_pretty(&whole).unwrap());
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    assert!(schema.is_valid(&whole));
}

#[test]
fn whatever_a_case_says_figures_are_counts_of_few_codes() {
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
    let message = message("KA-BLR", october(), &many).unwrap();
    let kinds = message.data["cases"].as_array().unwrap();
    assert!(kinds.len() <= 65, "{}", kinds.len());
    assert!(kinds.iter().all(|one| !one["kind"].as_str().unwrap().starts_with('=')));
    assert_eq!(message.data["opened"]["by_sex"], json!({ "others": 256 }));
    assert_eq!(super::message("KA-BLR", october(), &[]), None);
}

#[test]
fn a_district_of_few_children_tells_that_there_are_some_and_no_more() {
    let message = message("KA-BLR", october(), &rows()[..3]).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let whole: Json = serde_json::from_str(&payload(&message, october().ends_ms())).unwrap();
    assert!(schema.is_valid(&whole));
    let kind = &whole["data"]["cases"][0];
    assert!(kind["pending_at_start"].is_null() && kind["disposed"].is_null());
    assert_eq!((&kind["opened"], &kind["pending_at_end"]), (&json!(0), &json!(0)));
    assert!(whole["data"]["placed_at_end"]["childrens_home"].is_null());
}

#[test]
fn the_channel_of_figures_is_set_up() {
    assert!(CHANNELS.iter().any(|channel| channel.code == vatsalya::CODE));
}
