//! The channel to the Vatsalya portal: the state of a case, without anything that names the child (JJ s.74).

use casefile::DocumentKey;
use casework::{Compartment, Value};
use protocol::DocumentId;
use serde_json::{Value as Json, json};

use crate::project::{AGE_YEARS, ClockTimes, Kept};
use crate::storage::{CaseRow, Order, Parcel};

/// The channel's code.
pub const CODE: &str = "vatsalya";

/// The JSON Schema of its messages, as it is published.
pub const SCHEMA: &str = include_str!("../../schemas/vatsalya-case-1.json");

/// The JSON Schema of the message that takes a case back, as it is published.
pub const RETRACTION_SCHEMA: &str = include_str!("../../schemas/vatsalya-retraction-1.json");

/// Which facts the channel may carry: the one list. A fact that is not here does not reach the portal, whatever the
/// mapping below says, because the row it maps from does not have it. The child's age travels in whole years instead of
/// the date of birth; the dates of clocks travel as timeliness.
pub const FACTS: &[&str] = &[
    "case.kind",
    "case.stage",
    "case.urgency",
    "case.grounds",
    "case.opened_at",
    "custody.place_kind",
    "custody.admitted_at",
    "child.sex",
];

/// A case's row as the message that waits to be delivered.
pub fn parcel(row: &CaseRow, message: uuid::Uuid) -> Parcel {
    let case = casework::CaseId::from_bytes(row.subject);
    Parcel {
        channel: CODE.to_owned(),
        subject: row.subject,
        district: row.district.clone(),
        document: DocumentId(DocumentKey::case(case, Compartment::Core).to_bytes()),
        message: format!("msg_{}", message.simple()),
        upto: row.upto,
        payload: message_of(row).to_string(),
    }
}

/// The message that a case was destroyed and is to be forgotten by whoever was told of it. It says nothing of the case but
/// its id.
pub fn retraction(order: &Order, district: &str, message: uuid::Uuid, now_ms: i64) -> Parcel {
    let case = casework::CaseId::from_bytes(order.subject);
    let payload = json!({
        "type": "case.retracted",
        "timestamp": rfc3339(now_ms),
        "data": {
            "case": case.to_string(),
            "district": district,
            "section": order.section,
        },
    });
    Parcel {
        channel: CODE.to_owned(),
        subject: order.subject,
        district: district.to_owned(),
        document: DocumentId(DocumentKey::case(case, Compartment::Core).to_bytes()),
        message: format!("msg_{}", message.simple()),
        upto: 0,
        payload: payload.to_string(),
    }
}

/// The message.
pub fn message_of(row: &CaseRow) -> Json {
    let Kept { facts, clocks } = serde_json::from_str(&row.facts).unwrap_or_default();
    let text = |name: &str| facts.get(name).and_then(Value::as_text);
    let moment = |name: &str| facts.get(name).and_then(Value::as_instant_ms).and_then(rfc3339);
    let grounds = match facts.get("case.grounds") {
        Some(Value::Set(codes)) => codes.iter().cloned().collect(),
        _ => Vec::new(),
    };
    let custody = text("custody.place_kind")
        .map(|kind| json!({ "place_kind": kind, "admitted_at": moment("custody.admitted_at") }));
    json!({
        "type": "case.updated",
        "timestamp": rfc3339(row.changed_ms),
        "data": {
            "case": casework::CaseId::from_bytes(row.subject).to_string(),
            "district": row.district,
            "kind": row.kind,
            "stage": row.stage,
            "urgency": row.urgency,
            "grounds": grounds,
            "opened_at": row.opened_at_ms.and_then(rfc3339),
            "custody": custody,
            "child": {
                "sex": text("child.sex"),
                "age_years": facts.get(AGE_YEARS).and_then(Value::as_integer),
            },
            "clocks": clocks.iter().map(timeliness).collect::<Vec<_>>(),
            "updated_at": rfc3339(row.changed_ms),
            "upto": row.upto,
        },
    })
}

/// A statutory clock that has started: when it is due, when it was stopped, whether that was in time.
fn timeliness(clock: &ClockTimes) -> Json {
    let in_time = clock.stopped_at_ms.zip(clock.due_at_ms);
    json!({
        "id": clock.id,
        "instance": clock.instance,
        "due_at": clock.due_at_ms.and_then(rfc3339),
        "extended": clock.extended,
        "stopped_at": clock.stopped_at_ms.and_then(rfc3339),
        "in_time": in_time.map(|(stopped_ms, due_ms)| stopped_ms <= due_ms),
    })
}

/// A moment as RFC 3339 in UTC; `None` for one that no calendar has.
fn rfc3339(ms: i64) -> Option<String> {
    jiff::Timestamp::from_millisecond(ms)
        .ok()
        .map(|moment| moment.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{case_facts, clock_times};
    use casework::{Pack, Record};

    const EXAMPLE: &str = include_str!("../../schemas/vatsalya-case-1.example.json");
    const MORNING_MS: i64 = 1_795_408_200_000;

    fn a_row() -> CaseRow {
        let facts = json!({
            "case.grounds": { "type": "set", "value": ["ii", "vii"] },
            "case.taken_in_charge_at": { "type": "instant", "value": MORNING_MS },
            "production.at": { "type": "instant", "value": MORNING_MS + 7_200_000 },
            "custody.place_kind": { "type": "text", "value": "childrens_home" },
            "custody.admitted_at": { "type": "instant", "value": MORNING_MS + 10_800_000 },
            "child.sex": { "type": "text", "value": "female" },
            "child.age_stated": { "type": "integer", "value": 9 },
        });
        let record = Record {
            facts: serde_json::from_value(facts).unwrap(),
            rows: Vec::new(),
        };
        let changed_ms = MORNING_MS + 14_400_000;
        let kept = Kept {
            facts: case_facts(&record.facts, changed_ms),
            clocks: clock_times(Pack::national(), &record, changed_ms),
        };
        CaseRow {
            subject: *uuid::Uuid::parse_str("01936b2e-6f00-7a10-8b2c-3d4e5f607182")
                .unwrap()
                .as_bytes(),
            district: "KA-BLR".into(),
            kind: "cncp".into(),
            stage: "in_care".into(),
            urgency: "urgent".into(),
            opened_at_ms: Some(MORNING_MS),
            upto: 412,
            changed_ms,
            facts: serde_json::to_string(&kept).unwrap(),
        }
    }

    fn validator() -> jsonschema::Validator {
        jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap()
    }

    #[test]
    fn a_case_becomes_the_golden_example() {
        let golden: Json = serde_json::from_str(EXAMPLE).unwrap();
        let message = message_of(&a_row());
        assert_eq!(message, golden, "\n{}", serde_json::to_string_pretty(&message).unwrap());
    }

    #[test]
    fn the_example_and_an_empty_case_keep_to_the_schema() {
        let validator = validator();
        let empty = CaseRow {
            facts: serde_json::to_string(&Kept::default()).unwrap(),
            opened_at_ms: None,
            ..a_row()
        };
        for row in [a_row(), empty] {
            let message = message_of(&row);
            let faults: Vec<_> = validator.iter_errors(&message).map(|fault| fault.to_string()).collect();
            assert_eq!(faults, Vec::<String>::new());
        }
    }

    #[test]
    fn the_schema_has_no_place_for_a_name() {
        let mut message = message_of(&a_row());
        message["data"]["child"]["name"] = json!("Asha");
        assert!(!validator().is_valid(&message));
        let mut message = message_of(&a_row());
        message["data"]["note"] = json!("seen at the station");
        assert!(!validator().is_valid(&message));
    }

    #[test]
    fn every_fact_it_carries_is_in_the_dictionary_and_none_identifies() {
        for name in FACTS {
            let fact = Pack::national().fact(&name.parse().unwrap()).unwrap();
            assert_ne!(fact.sensitivity, casework::Sensitivity::Identifying, "{name}");
        }
    }
}
