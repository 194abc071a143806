//! The documents that everybody is measured with: a thousand cases of thirty changes each, all in the compartment `core`, so
//! that a case is one document for everybody.
//!
//! The words are put together from a list of this file, and from syllables where names stand: the shipped dictionary was
//! trained on other sentences.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use casefile::{Action, Document, DocumentKey, Edit};
use casework::{AuthorId, Compartment, DocumentKind, EntryId, Fact, FactType, Pack, RowId, Value};
use protocol::DocumentId;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;

/// Changes of a case.
pub(in crate::bench) const CHANGES: usize = 30;
/// The fact that one-field edits write, of the compartment all of it is in.
pub(super) const EDITED: &str = "production.place";
/// Of the thirty, how many are notes, how many are rows of tables; the rest are facts of forms.
const NOTES: usize = 16;
const ROWS: usize = 7;
/// Facts that a form writes at once.
const FACTS_OF_A_FORM: usize = 6;
/// The words of a note.
const NOTE_WORDS: std::ops::Range<usize> = 32..48;
const HOUR_MS: i64 = 3_600_000;

/// One case.
pub(in crate::bench) struct Case {
    /// Its only document.
    pub(in crate::bench) document: DocumentId,
    /// Its changes as plain chunks, in order.
    pub(in crate::bench) changes: Vec<Vec<u8>>,
    /// The whole as automerge saves it.
    pub(in crate::bench) saved: Vec<u8>,
}

/// Invents so many cases, written by this author until `now_ms`. The same seed invents the same.
pub(in crate::bench) fn invent(count: usize, author: AuthorId, seed: u64, now_ms: i64) -> Result<Vec<Case>> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..count)
        .map(|number| case(number, author, now_ms, &mut random))
        .collect()
}

/// The cases as the peers' programs read them.
pub(super) fn for_peers(cases: &[Case]) -> String {
    let told = cases.iter().map(|case| {
        let digits = case.document.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let id: String = digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
        json!({"id": id, "saved": STANDARD.encode(&case.saved)})
    });
    serde_json::Value::Array(told.collect()).to_string()
}

/// A sentence of so many words.
pub(super) fn words(count: usize, random: &mut StdRng) -> String {
    let mut text = String::new();
    for place in 0..count {
        let word = match random.random_range(0..12) {
            0 => name(random),
            1 => random.random_range(2..480_u32).to_string(),
            _ => WORDS[random.random_range(0..WORDS.len())].to_owned(),
        };
        if place > 0 {
            text.push_str(if random.random_range(0..11) == 0 { ", " } else { " " });
        }
        text.push_str(&word);
    }
    text
}

/// A name of nobody.
fn name(random: &mut StdRng) -> String {
    const SYLLABLES: [&str; 24] = [
        "ra", "mi", "su", "ni", "ka", "lo", "de", "vi", "sha", "ri", "pu", "ma", "ha", "to", "ji", "ba", "ke", "an",
        "gu", "la", "ti", "no", "sa", "ya",
    ];
    let many = random.random_range(2..4);
    let mut name: String = (0..many)
        .map(|_| SYLLABLES[random.random_range(0..SYLLABLES.len())])
        .collect();
    name[..1].make_ascii_uppercase();
    name
}

fn case(number: usize, author: AuthorId, now_ms: i64, random: &mut StdRng) -> Result<Case> {
    let kind = DocumentKind::Case(Compartment::Core);
    let mut at_ms = now_ms - random.random_range(40 * 24..400 * 24) * HOUR_MS;
    let subject = id(at_ms, random);
    let document = DocumentId(DocumentKey { subject, kind }.to_bytes());
    let step_ms = (now_ms - at_ms) / i64::try_from(CHANGES + 1)?;
    let mut doc = Document::new(kind);
    let mut changes = Vec::new();
    for (action, edits) in steps(number, at_ms, step_ms, random)? {
        let change = doc.edit(author, at_ms, &action, &edits)?;
        changes.push(change.context("every step writes something")?.bytes);
        at_ms += step_ms;
    }
    Ok(Case {
        document,
        changes,
        saved: doc.save(),
    })
}

/// What is written, one change after the other.
fn steps(number: usize, opened_ms: i64, step_ms: i64, random: &mut StdRng) -> Result<Vec<(Action, Vec<Edit>)>> {
    let mut steps = Vec::new();
    let mut facts = facts();
    for index in 0..CHANGES - NOTES - ROWS - 1 {
        let written = (0..FACTS_OF_A_FORM).map(|_| {
            let fact = facts.swap_remove(random.random_range(0..facts.len()));
            let value = value(fact, opened_ms, random)?;
            Some(set(&fact.id.to_string(), value))
        });
        let written: Option<Vec<Result<Edit>>> = written.collect();
        let edits: Result<Vec<Edit>> = written.context("every fact has a value")?.into_iter().collect();
        steps.push((Action::form(if index == 0 { "17" } else { "22" }), edits?));
    }
    for index in 0..NOTES + ROWS {
        let at_ms = opened_ms + i64::try_from(index)? * step_ms;
        let place = random.random_range(0..=steps.len());
        steps.insert(
            place,
            if index < NOTES {
                note(at_ms, random)
            } else {
                row(at_ms, index, random)
            },
        );
    }
    steps.insert(0, (Action::OPEN, opening(number, opened_ms)?));
    Ok(steps)
}

fn opening(number: usize, opened_ms: i64) -> Result<Vec<Edit>> {
    [
        ("case.kind", Value::from("cncp")),
        ("case.stage", Value::from("inquiry")),
        (
            "case.urgency",
            Value::from(if number.is_multiple_of(40) { "urgent" } else { "routine" }),
        ),
        ("case.district", Value::from("SNB")),
        ("case.opened_at", Value::Instant(opened_ms)),
        ("case.number", Value::Text(format!("SNB/CWC/{:04}", number + 1))),
        (EDITED, Value::from("Collectorate")),
    ]
    .into_iter()
    .map(|(fact, value)| set(fact, value))
    .collect()
}

fn note(at_ms: i64, random: &mut StdRng) -> (Action, Vec<Edit>) {
    let entry = EntryId::from_bytes(id(at_ms, random));
    let text = words(random.random_range(NOTE_WORDS), random);
    let kind = "note".into();
    (Action::NOTE, vec![Edit::AddEntry { entry, kind, text }])
}

fn row(at_ms: i64, index: usize, random: &mut StdRng) -> (Action, Vec<Edit>) {
    let task = index.is_multiple_of(2);
    let cells = if task {
        BTreeMap::from([
            ("title".to_owned(), Value::Text(words(8, random))),
            ("due".to_owned(), Value::Text(date(random))),
        ])
    } else {
        BTreeMap::from([
            ("since".to_owned(), Value::Instant(at_ms)),
            ("place_kind".to_owned(), Value::from("childrens_home")),
            ("place_name".to_owned(), Value::Text(words(4, random))),
            (
                "order_number".to_owned(),
                Value::Text(format!("{}/26", random.random_range(10..900))),
            ),
            ("note".to_owned(), Value::Text(words(14, random))),
        ])
    };
    let edit = Edit::AddRow {
        row: RowId::from_bytes(id(at_ms, random)),
        table: if task { "tasks" } else { "custody" }.into(),
        cells,
    };
    (if task { Action::TASK } else { Action::EDIT }, vec![edit])
}

/// The facts that forms write here: those of the compartment whose value is words, a moment, a day or a number.
fn facts() -> Vec<&'static Fact> {
    Pack::national()
        .facts()
        .filter(|fact| fact.compartment() == Some(Compartment::Core) && fact.derived.is_none())
        .filter(|fact| !fact.id.to_string().starts_with("case.") && fact.id.to_string() != EDITED)
        .filter(|fact| {
            matches!(
                fact.kind,
                FactType::Text | FactType::LongText | FactType::Instant | FactType::Date | FactType::Integer
            )
        })
        .collect()
}

fn value(fact: &Fact, opened_ms: i64, random: &mut StdRng) -> Option<Value> {
    Some(match fact.kind {
        FactType::Text | FactType::LongText => Value::Text(words(5, random)),
        FactType::Instant => Value::Instant(opened_ms + random.random_range(0..900) * HOUR_MS),
        FactType::Date => Value::Text(date(random)),
        FactType::Integer => Value::Integer(random.random_range(1..3_000)),
        _ => return None,
    })
}

fn date(random: &mut StdRng) -> String {
    format!(
        "2026-{:02}-{:02}",
        random.random_range(1..13),
        random.random_range(1..29)
    )
}

fn set(fact: &str, value: Value) -> Result<Edit> {
    let fact = fact.parse().ok().context("a fact id")?;
    Ok(Edit::SetFact { fact, value })
}

/// An id of that moment (UUIDv7).
fn id(at_ms: i64, random: &mut StdRng) -> [u8; 16] {
    let millis = u64::try_from(at_ms).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random.random())
        .into_uuid()
        .into_bytes()
}

const WORDS: [&str; 150] = [
    "the",
    "of",
    "to",
    "and",
    "a",
    "in",
    "was",
    "she",
    "he",
    "with",
    "her",
    "his",
    "at",
    "on",
    "for",
    "that",
    "not",
    "by",
    "from",
    "has",
    "had",
    "they",
    "says",
    "said",
    "but",
    "who",
    "when",
    "until",
    "there",
    "were",
    "mother",
    "father",
    "uncle",
    "aunt",
    "brother",
    "sister",
    "grandmother",
    "neighbour",
    "teacher",
    "constable",
    "driver",
    "landlord",
    "village",
    "ward",
    "block",
    "station",
    "market",
    "school",
    "hostel",
    "clinic",
    "court",
    "panchayat",
    "river",
    "field",
    "shop",
    "kiln",
    "tannery",
    "road",
    "junction",
    "bridge",
    "called",
    "came",
    "went",
    "asked",
    "told",
    "found",
    "brought",
    "waited",
    "slept",
    "refused",
    "agreed",
    "promised",
    "telephoned",
    "visited",
    "wrote",
    "signed",
    "returned",
    "left",
    "stayed",
    "worked",
    "morning",
    "evening",
    "night",
    "week",
    "month",
    "Monday",
    "Thursday",
    "yesterday",
    "before",
    "after",
    "again",
    "alone",
    "together",
    "quiet",
    "frightened",
    "hungry",
    "tired",
    "better",
    "worse",
    "willing",
    "angry",
    "careful",
    "no",
    "two",
    "three",
    "several",
    "older",
    "younger",
    "small",
    "new",
    "certificate",
    "ration",
    "card",
    "letter",
    "photograph",
    "bag",
    "clothes",
    "medicine",
    "fever",
    "cough",
    "wound",
    "weight",
    "food",
    "money",
    "rupees",
    "wages",
    "loan",
    "rent",
    "train",
    "bus",
    "ticket",
    "number",
    "address",
    "name",
    "age",
    "class",
    "book",
    "exam",
    "leave",
    "hearing",
    "order",
    "report",
    "statement",
    "witness",
    "date",
    "copy",
    "office",
    "home",
    "room",
    "gate",
];

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_795_000_000_000;

    #[test]
    fn the_same_seed_invents_the_same_cases_of_thirty_changes_that_load() {
        let author = AuthorId::from_bytes([3; 16]);
        let cases = invent(20, author, 5, NOW_MS).unwrap();
        let again = invent(20, author, 5, NOW_MS).unwrap();
        for (case, same) in cases.iter().zip(&again) {
            assert_eq!(case.changes, same.changes);
            assert_eq!(case.changes.len(), CHANGES);
            let loaded = Document::load(DocumentKind::Case(Compartment::Core), &case.saved).unwrap();
            let mut built = Document::new(DocumentKind::Case(Compartment::Core));
            built.apply(&case.changes, Pack::national()).unwrap();
            assert_eq!(loaded.heads(), built.heads());
        }
        let saved: usize = cases.iter().map(|case| case.saved.len()).sum();
        assert!(
            (3_500..5_500).contains(&(saved / 20)),
            "{} bytes saved, mean",
            saved / 20
        );
    }
}
