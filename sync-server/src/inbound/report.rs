//! A missing or sighted child, posted by TrackChild or Khoya-Paya: a report, which is compared with all others.

use casework::{DocumentKind, ReportId, Subject, Value};
use serde_json::Value as Json;

use super::{Inbound, Reading, integer, known, moment, text};

/// TrackChild: the police's reports.
pub(super) static TRACKCHILD: Inbound = Inbound {
    channel: "trackchild",
    name: "inbound-missing-1",
    schema: include_str!("../../schemas/inbound-missing-1.json"),
    example: include_str!("../../schemas/inbound-missing-1.example.json"),
    asks_for_somebody: false,
    read,
};

/// Khoya-Paya: citizens' posts.
pub(super) static KHOYA_PAYA: Inbound = Inbound {
    channel: "khoya-paya",
    name: "inbound-post-1",
    schema: include_str!("../../schemas/inbound-post-1.json"),
    example: include_str!("../../schemas/inbound-post-1.example.json"),
    asks_for_somebody: false,
    read,
};

fn read(channel: &str, data: &Json, _: i64) -> Reading {
    let kind = data["kind"].as_str().unwrap_or("missing");
    let facts = known([
        ("missing.kind", Some(Value::from(kind))),
        ("missing.status", Some(Value::from(kind))),
        ("missing.source", Some(Value::from(channel))),
        ("missing.source_reference", text(data, "/reference")),
        ("missing.reported_at", moment(data, "/reported_at")),
        ("missing.name", text(data, "/child/name")),
        ("missing.also_called", text(data, "/child/also_called")),
        ("missing.sex", text(data, "/child/sex")),
        ("missing.age", integer(data, "/child/age_years")),
        ("missing.father", text(data, "/child/father")),
        ("missing.mother", text(data, "/child/mother")),
        ("missing.height_cm", integer(data, "/child/height_cm")),
        ("missing.marks", text(data, "/child/marks")),
        ("missing.clothes", text(data, "/child/clothes")),
        ("missing.last_seen_at", moment(data, "/seen/at")),
        ("missing.last_seen_place", text(data, "/seen/place")),
        ("missing.last_seen_pin", text(data, "/seen/pin")),
        ("missing.last_seen_with", text(data, "/seen/with")),
        ("missing.fir_number", text(data, "/police/fir_number")),
        ("missing.fir_at", moment(data, "/police/fir_at")),
        ("missing.police_station", text(data, "/police/station")),
        ("missing.family_phone", text(data, "/contact/phone")),
        ("missing.circumstances", text(data, "/told")),
    ]);
    Reading {
        documents: vec![(DocumentKind::Missing, facts)],
        subject: |id| Subject::Missing(ReportId::from_bytes(id)),
    }
}
