//! The channel to the Vatsalya portal: cases with their stage, placements and timeliness, institutions with their occupancy,
//! and a district's figures of a month and of a quarter. Nothing that names a child (JJ s.74).

use casework::Subject;
use serde_json::json;

use super::{Age, Channel, Clocks, Message, Retraction, Schema, Seen, figures};

/// The channel's code.
pub const CODE: &str = "vatsalya";

/// The JSON Schema of a case's message, as it is published.
pub const SCHEMA: &str = include_str!("../../schemas/vatsalya-case-1.json");

/// The JSON Schema of the message that takes a case back, as it is published.
pub const RETRACTION_SCHEMA: &str = include_str!("../../schemas/vatsalya-retraction-1.json");

/// The channel. The child's age travels in whole years instead of the date of birth, the dates of clocks as timeliness.
pub static CHANNEL: Channel = Channel {
    code: CODE,
    facts: &[
        "case.kind",
        "case.stage",
        "case.urgency",
        "case.grounds",
        "case.opened_at",
        "custody.place_kind",
        "custody.admitted_at",
        "child.sex",
        "institution.name",
        "institution.kind",
        "institution.capacity",
        "institution.present",
        "institution.free_beds",
        "institution.for_sex",
        "institution.age_from",
        "institution.age_until",
        "institution.cares_for",
        "institution.registration_number",
        "institution.registered_until",
        "institution.closed_at",
    ],
    columns: &[("custody", "place_kind"), ("custody", "since"), ("custody", "until")],
    age: Age::Years,
    clocks: Clocks::All,
    schemas: &[
        Schema {
            name: "vatsalya-case-1",
            text: SCHEMA,
            example: include_str!("../../schemas/vatsalya-case-1.example.json"),
            source: Some(include_str!("../../schemas/vatsalya-case-1.source.json")),
        },
        Schema {
            name: "vatsalya-institution-1",
            text: include_str!("../../schemas/vatsalya-institution-1.json"),
            example: include_str!("../../schemas/vatsalya-institution-1.example.json"),
            source: Some(include_str!("../../schemas/vatsalya-institution-1.source.json")),
        },
        Schema {
            name: "vatsalya-figures-1",
            text: figures::SCHEMA,
            example: include_str!("../../schemas/vatsalya-figures-1.example.json"),
            source: None,
        },
        Schema {
            name: "vatsalya-retraction-1",
            text: RETRACTION_SCHEMA,
            example: include_str!("../../schemas/vatsalya-retraction-1.example.json"),
            source: None,
        },
    ],
    tell,
    retract,
};

fn tell(seen: &Seen<'_>) -> Option<Message> {
    match seen.subject() {
        Subject::Case(_) => Some(case(seen)),
        Subject::Institution(_) => Some(institution(seen)),
        Subject::Missing(_) => None,
    }
}

fn case(seen: &Seen<'_>) -> Message {
    let code = |name: &str, otherwise: &str| seen.code(name).unwrap_or_else(|| otherwise.to_owned());
    let custody = seen
        .code("custody.place_kind")
        .map(|kind| json!({ "place_kind": kind, "admitted_at": seen.moment("custody.admitted_at") }));
    Message {
        kind: "case.updated",
        data: json!({
            "case": seen.id(),
            "district": seen.district(),
            // What a case is until somebody says otherwise.
            "kind": code("case.kind", "cncp"),
            "stage": code("case.stage", "intake"),
            "urgency": code("case.urgency", "routine"),
            "grounds": seen.codes("case.grounds"),
            "opened_at": seen.moment("case.opened_at"),
            "custody": custody,
            "placements": seen.placements(),
            "child": { "sex": seen.code("child.sex"), "age_years": seen.age_years() },
            "clocks": seen.clocks(),
            "updated_at": seen.updated_at(),
            "upto": seen.upto(),
        }),
    }
}

fn institution(seen: &Seen<'_>) -> Message {
    Message {
        kind: "institution.updated",
        data: json!({
            "institution": seen.id(),
            "district": seen.district(),
            "name": seen.text("institution.name"),
            "kind": seen.code("institution.kind"),
            "registration_number": seen.text("institution.registration_number"),
            "registered_until": seen.text("institution.registered_until"),
            "capacity": seen.integer("institution.capacity"),
            "present": seen.integer("institution.present"),
            "free_beds": seen.integer("institution.free_beds"),
            "for_sex": seen.code("institution.for_sex"),
            "age_from": seen.integer("institution.age_from"),
            "age_until": seen.integer("institution.age_until"),
            "cares_for": seen.codes("institution.cares_for"),
            "closed_at": seen.moment("institution.closed_at"),
            "clocks": seen.clocks(),
        }),
    }
}

/// The portal knew a case before other records could be taken back: its message keeps its name.
fn retract(retraction: &Retraction<'_>) -> Message {
    Message {
        kind: "case.retracted",
        data: json!({
            "case": retraction.id(),
            "district": retraction.district,
            "section": retraction.section().unwrap_or_default(),
        }),
    }
}
