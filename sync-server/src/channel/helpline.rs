//! The channel to the helplines 1098, 112 and 181: what became of a call, by its number, with times. Nothing about the child.

use casework::Subject;
use serde_json::json;

use super::{Age, Channel, Clocks, Message, Schema, Seen, retraction};

/// The channel's code.
pub const CODE: &str = "helpline";

/// Who calls, as `intake.source` has it, and the number that everybody knows.
const LINES: [(&str, &str); 3] = [("helpline_1098", "1098"), ("erss_112", "112"), ("women_181", "181")];

/// The steps in their order, and the facts that say when each was taken.
const STEPS: [(&str, &str); 7] = [
    ("assigned", "intake.assigned_at"),
    ("escalated", "intake.escalated_at"),
    ("acknowledged", "intake.acknowledged_at"),
    ("reached", "intake.reached_at"),
    ("handed_over", "intake.handed_over_at"),
    ("before_committee", "production.at"),
    ("closed", "intake.closed_at"),
];

/// The channel.
pub static CHANNEL: Channel = Channel {
    code: CODE,
    facts: &[
        "intake.source",
        "intake.reference",
        "intake.received_at",
        "intake.assigned_at",
        "intake.escalated_at",
        "intake.acknowledged_at",
        "intake.reached_at",
        "intake.handed_over_at",
        "production.at",
        "intake.closed_at",
    ],
    columns: &[],
    age: Age::None,
    clocks: Clocks::None,
    schemas: &[Schema {
        name: "helpline-call-1",
        text: include_str!("../../schemas/helpline-call-1.json"),
        example: include_str!("../../schemas/helpline-call-1.example.json"),
        source: Some(include_str!("../../schemas/helpline-call-1.source.json")),
    }],
    tell,
    retract: retraction::record_retracted,
};

fn tell(seen: &Seen<'_>) -> Option<Message> {
    if !matches!(seen.subject(), Subject::Case(_)) {
        return None;
    }
    let source = seen.code("intake.source")?;
    let (_, line) = LINES.into_iter().find(|(code, _)| *code == source)?;
    let reference = seen.text("intake.reference")?;
    let state = STEPS
        .into_iter()
        .rev()
        .find(|(_, at)| seen.moment(at).is_some())
        .map_or("received", |(step, _)| step);
    Some(Message {
        kind: "call.updated",
        data: json!({
            "line": line,
            "reference": reference,
            "district": seen.district(),
            "state": state,
            "received_at": seen.moment("intake.received_at"),
            "assigned_at": seen.moment("intake.assigned_at"),
            "escalated_at": seen.moment("intake.escalated_at"),
            "acknowledged_at": seen.moment("intake.acknowledged_at"),
            "reached_at": seen.moment("intake.reached_at"),
            "handed_over_at": seen.moment("intake.handed_over_at"),
            "before_committee_at": seen.moment("production.at"),
            "closed_at": seen.moment("intake.closed_at"),
        }),
    })
}
