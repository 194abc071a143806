//! The channel to CARINGS, by which children are adopted: registration within three working days, the child study and medical
//! examination reports, the order that a child is legally free, photos, and the follow-up after placement (Adoption
//! Regulations 2022).
//!
//! A child is for CARINGS when an agency has received it. Before the child is declared legally free only the registration
//! goes there; the reports and who the child is come with the declaration. Nothing of the parents, of the adoptive parents,
//! or of what happened.

use casework::Subject;
use serde_json::{Value as Json, json};

use super::{Age, Channel, Clocks, Message, Schema, Seen, retraction};

/// The channel's code.
pub const CODE: &str = "carings";

/// Registration with a photo within three working days.
const REGISTRATION: &str = "saa-photo-carings";

/// The channel.
pub static CHANNEL: Channel = Channel {
    code: CODE,
    facts: &[
        "adoption.status",
        "adoption.agency",
        "adoption.agency_received_at",
        "adoption.reclaimed_at",
        "adoption.carings_at",
        "adoption.carings_number",
        "adoption.legally_free_at",
        "adoption.legally_free_number",
        "adoption.declared_by",
        "adoption.medical_report_at",
        "adoption.special_need",
        "adoption.sibling_kept",
        "adoption.placement_at",
        "adoption.order_at",
        "adoption.disrupted_at",
        "child.name",
        "child.birth_date",
        "child.sex",
        "health.examined_at",
        "health.blood_group",
        "health.immunisation",
        "study.made_at",
        "study.mother_tongue",
        "study.milestones",
        "study.temperament",
        "study.food",
        "study.child_prepared",
        "study.recommendation",
    ],
    columns: &[
        ("attachments", "kind"),
        ("attachments", "sha_field"),
        ("attachments", "bytes_field"),
        ("adoption_reports", "at"),
        ("adoption_reports", "uploaded_at"),
    ],
    age: Age::Years,
    clocks: Clocks::One(REGISTRATION),
    schemas: &[Schema {
        name: "carings-child-1",
        text: include_str!("../../schemas/carings-child-1.json"),
        example: include_str!("../../schemas/carings-child-1.example.json"),
        source: Some(include_str!("../../schemas/carings-child-1.source.json")),
    }],
    tell,
    retract: retraction::record_retracted,
};

fn tell(seen: &Seen<'_>) -> Option<Message> {
    let received_at = seen.moment("adoption.agency_received_at")?;
    // Parents who took their child back have it: the registration is taken back, too (JJ s.35(3)).
    if !matches!(seen.subject(), Subject::Case(_)) || seen.moment("adoption.reclaimed_at").is_some() {
        return None;
    }
    let is_free = seen.moment("adoption.legally_free_at").is_some();
    Some(Message {
        kind: "child.updated",
        data: json!({
            "case": seen.id(),
            "district": seen.district(),
            "category": seen.code("adoption.status"),
            "agency": { "name": seen.text("adoption.agency"), "received_at": received_at },
            "registration": {
                "at": seen.moment("adoption.carings_at"),
                "number": seen.text("adoption.carings_number"),
                "clock": seen.clocks().into_iter().next(),
            },
            "child": { "sex": seen.code("child.sex"), "age_years": seen.age_years() },
            "photos": seen.photos(),
            "legally_free": is_free.then(|| legally_free(seen)),
            "placement": seen.moment("adoption.placement_at").map(|at| placement(seen, &at)),
        }),
    })
}

/// Who the child is, and its reports, once it may be adopted.
fn legally_free(seen: &Seen<'_>) -> Json {
    json!({
        "at": seen.moment("adoption.legally_free_at"),
        "order_number": seen.text("adoption.legally_free_number"),
        "declared_by_members": seen.integer("adoption.declared_by"),
        "child": { "name": seen.text("child.name"), "birth_date": seen.text("child.birth_date") },
        "siblings": seen.code("adoption.sibling_kept"),
        "study_report": seen.moment("study.made_at").map(|at| json!({
            "at": at,
            "mother_tongue": seen.code("study.mother_tongue"),
            "milestones": seen.code("study.milestones"),
            "temperament": seen.codes("study.temperament"),
            "food": seen.text("study.food"),
            "child_prepared": seen.code("study.child_prepared"),
            "recommendation": seen.code("study.recommendation"),
        })),
        "medical_report": seen.moment("adoption.medical_report_at").map(|at| json!({
            "at": at,
            "examined_at": seen.moment("health.examined_at"),
            "special_need": seen.code("adoption.special_need"),
            "blood_group": seen.code("health.blood_group"),
            "immunisation": seen.code("health.immunisation"),
        })),
    })
}

fn placement(seen: &Seen<'_>, at: &str) -> Json {
    let mut visits: Vec<_> = seen
        .rows("adoption_reports")
        .filter_map(|row| Some(json!({ "at": row.moment("at")?, "uploaded_at": row.moment("uploaded_at") })))
        .collect();
    visits.sort_by_key(|visit| visit["at"].as_str().map(str::to_owned));
    json!({
        "at": at,
        "order_at": seen.moment("adoption.order_at"),
        "disrupted_at": seen.moment("adoption.disrupted_at"),
        "follow_up": visits,
    })
}
