//! The channel to TrackChild, where police, Committees, Boards and institutions look for missing children: children who were
//! found, admitted or restored, and answers to the reports it sent.
//!
//! Whoever looks for a child must be able to know it: name, age, sex, marks and where it was found. Nothing of its family's
//! whereabouts, its health or of what happened to it, and nothing at all of a child who is only in conflict with law.

use casework::Subject;
use serde_json::json;

use super::{Age, Channel, Clocks, Message, Schema, Seen, retraction};

/// The channel's code, and what stands in a report that it sent.
pub const CODE: &str = "trackchild";

/// Missing, run away, parents not found: JJ s.2(14)(vii).
const LOST: &str = "vii";

/// The channel.
pub static CHANNEL: Channel = Channel {
    code: CODE,
    facts: &[
        "case.kind",
        "case.grounds",
        "found.at",
        "found.place",
        "child.name",
        "child.sex",
        "child.languages",
        "child.identity_marks",
        "custody.place_kind",
        "custody.place_name",
        "custody.admitted_at",
        "restoration.to_kind",
        "restoration.restored_at",
        "restoration.failed_at",
        "missing.source",
        "missing.source_reference",
        "missing.status",
        "missing.fir_number",
        "missing.police_station",
        "missing.traced_at",
        "missing.restored_at",
        "missing.closed_at",
    ],
    columns: &[],
    age: Age::Years,
    clocks: Clocks::None,
    schemas: &[
        Schema {
            name: "trackchild-child-1",
            text: include_str!("../../schemas/trackchild-child-1.json"),
            example: include_str!("../../schemas/trackchild-child-1.example.json"),
            source: Some(include_str!("../../schemas/trackchild-child-1.source.json")),
        },
        Schema {
            name: "trackchild-answer-1",
            text: include_str!("../../schemas/trackchild-answer-1.json"),
            example: include_str!("../../schemas/trackchild-answer-1.example.json"),
            source: Some(include_str!("../../schemas/trackchild-answer-1.source.json")),
        },
    ],
    tell,
    retract: retraction::record_retracted,
};

fn tell(seen: &Seen<'_>) -> Option<Message> {
    match seen.subject() {
        Subject::Case(_) => child(seen),
        Subject::Missing(_) => answer(seen),
        Subject::Institution(_) => None,
    }
}

/// A child that somebody may be looking for.
fn child(seen: &Seen<'_>) -> Option<Message> {
    let found_at = seen.moment("found.at");
    let is_lost = found_at.is_some() || seen.codes("case.grounds").iter().any(|ground| ground == LOST);
    if !is_lost || seen.is("case.kind", "cicl") {
        return None;
    }
    let admitted_at = seen.moment("custody.admitted_at");
    let restored_at = seen
        .moment("restoration.restored_at")
        .filter(|_| seen.moment("restoration.failed_at").is_none());
    let state = match (&restored_at, &admitted_at) {
        (Some(_), _) => "restored",
        (None, Some(_)) => "admitted",
        (None, None) => "found",
    };
    Some(Message {
        kind: "child.updated",
        data: json!({
            "case": seen.id(),
            "district": seen.district(),
            "state": state,
            "found": { "at": found_at, "place": seen.text("found.place") },
            "admitted": admitted_at.map(|at| json!({
                "at": at,
                "place_kind": seen.code("custody.place_kind"),
                "place_name": seen.text("custody.place_name"),
            })),
            "restored": restored_at.map(|at| json!({ "at": at, "to_kind": seen.code("restoration.to_kind") })),
            "child": {
                "name": seen.text("child.name"),
                "sex": seen.code("child.sex"),
                "age_years": seen.age_years(),
                "languages": seen.codes("child.languages"),
                "marks": seen.text("child.identity_marks"),
            },
        }),
    })
}

/// What became of a report that TrackChild sent.
fn answer(seen: &Seen<'_>) -> Option<Message> {
    if !seen.is("missing.source", CODE) {
        return None;
    }
    Some(Message {
        kind: "report.answered",
        data: json!({
            "report": seen.id(),
            "district": seen.district(),
            "reference": seen.text("missing.source_reference")?,
            "status": seen.code("missing.status").unwrap_or_else(|| "missing".to_owned()),
            "fir_number": seen.text("missing.fir_number"),
            "police_station": seen.text("missing.police_station"),
            "traced_at": seen.moment("missing.traced_at"),
            "restored_at": seen.moment("missing.restored_at"),
            "closed_at": seen.moment("missing.closed_at"),
        }),
    })
}
