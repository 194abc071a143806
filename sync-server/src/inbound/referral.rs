//! A helpline's referral: the draft of a case, with who called and how urgent it is.

use casework::{CaseId, Compartment, Subject, Value};
use serde_json::Value as Json;

use super::{Inbound, Reading, integer, known, moment, number, text};

/// The helplines 1098, 112 and 181.
pub(super) static HELPLINE: Inbound = Inbound {
    channel: "helpline",
    name: "inbound-referral-1",
    schema: include_str!("../../schemas/inbound-referral-1.json"),
    example: include_str!("../../schemas/inbound-referral-1.example.json"),
    asks_for_somebody: true,
    read,
};

fn read(_: &str, data: &Json, now_ms: i64) -> Reading {
    let source = match data["line"].as_str() {
        Some("112") => "erss_112",
        Some("181") => "women_181",
        _ => "helpline_1098",
    };
    let word = |code: &str| Some(Value::from(code));
    let core = known([
        ("case.kind", word("cncp")),
        ("case.stage", word("intake")),
        ("case.urgency", text(data, "/urgency")),
        ("case.opened_at", Some(Value::Instant(now_ms))),
        ("intake.source", word(source)),
        ("intake.reference", text(data, "/reference")),
        ("intake.received_at", moment(data, "/received_at")),
        ("intake.language", text(data, "/language")),
    ]);
    let identity = known([
        ("child.name", text(data, "/child/name")),
        ("child.sex", text(data, "/child/sex")),
        ("child.age_stated", integer(data, "/child/age_years")),
        ("found.place", text(data, "/place")),
        ("found.north", number(data, "/position/north")),
        ("found.east", number(data, "/position/east")),
    ]);
    // What was told in the call may be a statement: it is read by those who read statements.
    let legal = known([("found.circumstances", text(data, "/told"))]);
    Reading {
        documents: vec![
            (Compartment::Core.into(), core),
            (Compartment::Identity.into(), identity),
            (Compartment::Legal.into(), legal),
        ],
        subject: |id| Subject::Case(CaseId::from_bytes(id)),
    }
}
