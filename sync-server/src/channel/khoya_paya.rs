//! The channel to Khoya-Paya, which everybody reads: what may be published of a found child, and answers to those who saw one.
//!
//! JJ s.74 forbids whatever would identify a child; the Committee may let it be published to find the family. So nothing goes
//! there without `publication.consent = given` in the case, and all of it is taken back when that is not so any more, or
//! the child is home. No name, no institution, nothing of what happened.

use casework::Subject;
use serde_json::json;

use super::{Age, Channel, Clocks, Message, Schema, Seen, retraction};

/// The channel's code, and what stands in a post that it sent.
pub const CODE: &str = "khoya-paya";

/// The channel.
pub static CHANNEL: Channel = Channel {
    code: CODE,
    facts: &[
        "publication.consent",
        "publication.consent_at",
        "case.kind",
        "found.at",
        "child.sex",
        "child.languages",
        "child.identity_marks",
        "restoration.restored_at",
        "restoration.failed_at",
        "missing.source",
        "missing.source_reference",
        "missing.status",
        "missing.closed_at",
    ],
    columns: &[
        ("attachments", "kind"),
        ("attachments", "sha_field"),
        ("attachments", "bytes_field"),
    ],
    age: Age::Years,
    clocks: Clocks::None,
    schemas: &[
        Schema {
            name: "khoya-paya-found-1",
            text: include_str!("../../schemas/khoya-paya-found-1.json"),
            example: include_str!("../../schemas/khoya-paya-found-1.example.json"),
            source: Some(include_str!("../../schemas/khoya-paya-found-1.source.json")),
        },
        Schema {
            name: "khoya-paya-answer-1",
            text: include_str!("../../schemas/khoya-paya-answer-1.json"),
            example: include_str!("../../schemas/khoya-paya-answer-1.example.json"),
            source: Some(include_str!("../../schemas/khoya-paya-answer-1.source.json")),
        },
    ],
    tell,
    retract: retraction::record_retracted,
};

fn tell(seen: &Seen<'_>) -> Option<Message> {
    match seen.subject() {
        Subject::Case(_) => found(seen),
        Subject::Missing(_) => answer(seen),
        Subject::Institution(_) => None,
    }
}

/// A found child whose family is sought, with the Committee's consent.
fn found(seen: &Seen<'_>) -> Option<Message> {
    let is_home = seen.moment("restoration.restored_at").is_some() && seen.moment("restoration.failed_at").is_none();
    if !seen.is("publication.consent", "given") || seen.is("case.kind", "cicl") || is_home {
        return None;
    }
    Some(Message {
        kind: "found.published",
        data: json!({
            "record": seen.id(),
            "district": seen.district(),
            "consent": { "by": "cwc", "at": seen.moment("publication.consent_at") },
            "found_at": seen.moment("found.at"),
            "child": {
                "sex": seen.code("child.sex"),
                "age_years": seen.age_years(),
                "languages": seen.codes("child.languages"),
                "marks": seen.text("child.identity_marks"),
            },
            "photos": seen.photos(),
        }),
    })
}

/// What became of a post: somebody looks into it, or it is over. Nothing about the child.
fn answer(seen: &Seen<'_>) -> Option<Message> {
    if !seen.is("missing.source", CODE) {
        return None;
    }
    Some(Message {
        kind: "post.answered",
        data: json!({
            "report": seen.id(),
            "district": seen.district(),
            "reference": seen.text("missing.source_reference")?,
            "status": seen.code("missing.status").unwrap_or_else(|| "sighted".to_owned()),
            "closed_at": seen.moment("missing.closed_at"),
        }),
    })
}
