//! One case that has been worked on for two years: four documents, two hundred changes by three people.

use std::collections::BTreeMap;

use casefile::{Action, Document, Edit, Heads};
use casework::{AuthorId, Compartment, DocumentKind, FactType, Pack, Record, RowId, Value, clock};

use super::Samples;

/// How often each thing is done.
const TIMES: usize = 100;
/// Changes of the case.
const CHANGES: u32 = 200;
const DAY_MS: i64 = 86_400_000;
/// 2024-11-23, 10:00 in India: two years before the tests' own day.
const BEGUN_MS: i64 = 1_732_336_200_000;

/// What was measured of the case.
#[derive(Debug, Clone)]
pub struct LongCase {
    /// Changes it has.
    pub changes: u32,
    /// Bytes of its saved documents.
    pub bytes: usize,
    /// Loading its documents.
    pub load: Samples,
    /// Editing a field.
    pub edit: Samples,
    /// Taking in ten changes that another wrote apart.
    pub merge: Samples,
    /// Facts, rows and clocks.
    pub project: Samples,
    /// Listing its conflicts.
    pub conflicts: Samples,
    /// Reading it as it stood in the middle.
    pub then: Samples,
    /// What was done since.
    pub since: Samples,
}

struct Made {
    documents: Vec<Document>,
    middle: Vec<Heads>,
}

/// Measures the case.
///
/// # Panics
/// When what was just written cannot be read.
pub fn long_case() -> LongCase {
    let pack = Pack::national();
    let Made { mut documents, middle } = make(pack);
    let apart = write_apart(pack, &mut documents[1]);
    let saved: Vec<(DocumentKind, Vec<u8>)> = documents.iter().map(|doc| (doc.kind(), doc.save())).collect();
    let load = || -> Vec<Document> {
        let loaded = saved.iter().map(|(kind, bytes)| Document::load(*kind, bytes));
        loaded.collect::<Result<_, _>>().expect("what was saved loads")
    };
    let now_ms = BEGUN_MS + 730 * DAY_MS;
    LongCase {
        changes: CHANGES,
        bytes: saved.iter().map(|(_, bytes)| bytes.len()).sum(),
        load: Samples::of(TIMES, |_| load()),
        edit: {
            let mut open = load();
            Samples::of(TIMES, |round| write(&mut open[1], 0, now_ms, &[field(pack, 1, round)]))
        },
        merge: {
            let mut fresh: Vec<Document> = (0..TIMES).map(|_| documents[1].clone()).collect();
            Samples::of(TIMES, |round| {
                fresh[round].apply(&apart, pack).expect("the changes fit")
            })
        },
        project: Samples::of(TIMES, |_| {
            let mut record = Record::default();
            for document in &documents {
                document.add_to(&mut record);
            }
            clock::of_record(pack.clocks(), &record, now_ms)
        }),
        conflicts: {
            let mut both = documents.clone();
            both[1].apply(&apart, pack).expect("the changes fit");
            Samples::of(TIMES, |_| both.iter().map(|doc| doc.clashes().len()).sum::<usize>())
        },
        then: Samples::of(TIMES, |_| {
            let mut record = Record::default();
            for (doc, heads) in documents.iter().zip(&middle) {
                doc.at(heads).expect("the heads are its own").add_to(&mut record);
            }
            record
        }),
        since: Samples::of(TIMES, |_| {
            let told = documents.iter().zip(&middle).map(|(doc, heads)| doc.since(heads));
            told.collect::<Result<Vec<_>, _>>().expect("the heads are its own")
        }),
    }
}

fn make(pack: &Pack) -> Made {
    let mut documents: Vec<Document> = Compartment::ALL
        .iter()
        .map(|kind| Document::new((*kind).into()))
        .collect();
    let mut middle = Vec::new();
    for n in 0..CHANGES {
        let which = (n % 4) as usize;
        let at_ms = BEGUN_MS + i64::from(n) * 730 * DAY_MS / i64::from(CHANGES);
        let mut edits: Vec<Edit> = (0..3).map(|k| field(pack, which, (n * 3 + k) as usize)).collect();
        if n % 5 == 0 {
            edits.push(row(n));
        }
        write(&mut documents[which], u8::try_from(n % 3).unwrap_or(0), at_ms, &edits);
        if n == CHANGES / 2 {
            middle = documents.iter().map(Document::now_heads).collect();
        }
    }
    Made { documents, middle }
}

/// Two people write the same ten fields apart: what the other wrote.
fn write_apart(pack: &Pack, document: &mut Document) -> Vec<Vec<u8>> {
    let mut theirs = document.clone();
    (0..10_usize)
        .filter_map(|n| {
            // The same fields, other words: one round through the fields later.
            write(document, 0, BEGUN_MS, &[field(pack, 1, n)]);
            write(&mut theirs, 7, BEGUN_MS, &[field(pack, 1, n + 60)])
        })
        .collect()
}

fn write(document: &mut Document, who: u8, at_ms: i64, edits: &[Edit]) -> Option<Vec<u8>> {
    let author = AuthorId::from_bytes([who + 1; 16]);
    let change = document
        .edit(author, at_ms, &Action::EDIT, edits)
        .expect("the edits fit");
    change.map(|change| change.bytes)
}

/// A fact of the compartment with a value that differs from round to round.
fn field(pack: &Pack, compartment: usize, round: usize) -> Edit {
    let kept = Compartment::ALL[compartment];
    let facts: Vec<_> = pack
        .facts()
        .filter(|fact| fact.compartment() == Some(kept) && fact.derived.is_none())
        .filter(|fact| matches!(fact.kind, FactType::Text | FactType::LongText | FactType::Instant))
        .collect();
    let fact = facts[round % facts.len().min(60)];
    let value = match fact.kind {
        FactType::Instant => Value::Instant(BEGUN_MS + i64::try_from(round).unwrap_or(0) * DAY_MS),
        _ => Value::Text(format!("As it was told on visit {round}, in the words of the family")),
    };
    Edit::SetFact {
        fact: fact.id.clone(),
        value,
    }
}

fn row(n: u32) -> Edit {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    Edit::AddRow {
        row: RowId::from_bytes(id),
        table: "visits".into(),
        cells: BTreeMap::from([
            ("at".to_owned(), Value::Instant(BEGUN_MS + i64::from(n) * DAY_MS)),
            ("findings".to_owned(), Value::from("She goes to school and is well")),
        ]),
    }
}
