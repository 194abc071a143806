//! Children reported missing. Their facts are not yet in the dictionary; documents take facts of newer packs, so these
//! are written under the names a later pack will have.

use casefile::{Action, Edit};
use casework::{DocumentKind, Value};
use rand::Rng as _;

use super::{
    names,
    plan::{Draft, Maker, Record},
};

const HOUR_MS: i64 = 3_600_000;
/// The district's head, who may write in every document.
const HEAD: usize = 0;

/// A child reported missing, or sighted.
pub(super) fn missing(maker: &mut Maker<'_>) -> Record {
    let girl = maker.chance(0.55);
    let family = names::family(&mut maker.random, girl);
    let seen_ms = maker.now_ms - maker.random.random_range(5..24 * 120) * HOUR_MS;
    let reported_ms = (seen_ms + maker.random.random_range(1..60) * HOUR_MS).min(maker.now_ms);
    let traced = maker.chance(0.2);
    let marks = [
        "a scar over the left brow",
        "a mole on the chin",
        "name tattooed on the right arm",
        "none known",
    ];
    let clothes = [
        "blue school dress",
        "red frock, slippers",
        "yellow shirt, black trousers",
        "green salwar suit",
    ];
    let places = [
        "Mela ground, Amragachi",
        "Sonbari bus stand",
        "on the way from school",
        "Sonbari Junction",
    ];
    let facts = [
        ("missing.name", Value::from(family.child.as_str())),
        ("missing.sex", Value::from(if girl { "female" } else { "male" })),
        ("missing.age", Value::Integer(maker.random.random_range(3..17))),
        ("missing.height_cm", Value::Integer(maker.random.random_range(80..165))),
        ("missing.marks", Value::from(maker.one(&marks))),
        ("missing.clothes", Value::from(maker.one(&clothes))),
        ("missing.last_seen_at", Value::Instant(seen_ms)),
        ("missing.last_seen_place", Value::from(maker.one(&places))),
        ("missing.reported_by", Value::from(family.mother.as_str())),
        ("missing.reported_at", Value::Instant(reported_ms)),
        ("missing.status", Value::from(if traced { "traced" } else { "missing" })),
    ];
    record(maker, reported_ms, DocumentKind::Missing, &facts)
}

fn record(maker: &mut Maker<'_>, at_ms: i64, kind: DocumentKind, facts: &[(&str, Value)]) -> Record {
    let mut draft = Draft::new(maker.id_at(at_ms));
    let edits = facts
        .iter()
        .map(|(name, value)| Edit::SetFact {
            fact: name.parse().expect("fact ids"),
            value: value.clone(),
        })
        .collect();
    draft.step(HEAD, at_ms, &Action::OPEN, kind, edits);
    draft.record
}
