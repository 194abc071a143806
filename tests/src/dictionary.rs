//! Training the protocol's dictionary: on invented cases alone, because a dictionary tells of what it was trained on.
//!
//! What it is trained on: the short forms of every change of invented districts, the documents they make, and one edit of
//! every fact the national pack knows. How good it is, is measured on districts of other seeds.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use casefile::{Action, Document, DocumentKey, Edit, EditError, Naming, NewChange, Run, add_to_many};
use casework::{AuthorId, Fact, FactType, Pack, Value};
use protocol::{
    DocumentId,
    parcel::{pack, pack_small},
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use crate::demo::{self, District};

/// The size of a dictionary, bytes.
pub const DICTIONARY_BYTES: usize = 64 * 1024;

/// The seeds of the districts that a dictionary is trained on.
const TRAINED_ON: std::ops::Range<u64> = 9_000..9_004;
/// The seed of the district that it is measured on.
const MEASURED_ON: u64 = 77;
const CASES: usize = 150;
/// A moment in the first year of use. What depends on the day is not worth a place in a dictionary.
const NOW_MS: i64 = 1_795_000_000_000;

/// Documents of a district, with the changes they were made by.
struct Documents(BTreeMap<DocumentId, Vec<(AuthorId, Vec<u8>)>>);

impl Documents {
    fn invent(seed: u64, cases: usize) -> Result<Self> {
        let district = District::invent(seed, cases, NOW_MS);
        let mut random = StdRng::seed_from_u64(seed);
        let mut documents = BTreeMap::<_, Vec<_>>::new();
        for record in district.cases.iter().chain(&district.missing) {
            // No author's id may find a place in the dictionary.
            let authors: Vec<AuthorId> = district
                .officers
                .iter()
                .map(|_| AuthorId::from_bytes(random.random()))
                .collect();
            for change in demo::changes(record, &authors)? {
                let written = (authors[change.officer], change.bytes);
                documents.entry(change.document).or_default().push(written);
            }
        }
        Ok(Self(documents))
    }

    /// Each document as it is saved without compression.
    fn plain(&self) -> Result<Vec<Vec<u8>>> {
        let plain = self.0.iter().map(|(id, changes)| {
            let key = DocumentKey::from_bytes(id.0).context("a document of ours")?;
            let mut document = Document::new(key.kind);
            let bytes: Vec<&[u8]> = changes.iter().map(|(_, bytes)| bytes.as_slice()).collect();
            document.apply(&bytes, Pack::national())?;
            Ok(document.save_plain())
        });
        plain.collect()
    }

    /// Each change as it goes up by itself.
    fn alone(&self) -> Result<Vec<Vec<u8>>> {
        let mut alone = Vec::new();
        for (id, changes) in &self.0 {
            let kind = DocumentKey::from_bytes(id.0).map(|key| key.kind);
            for (author, change) in changes {
                let mut run = Run::new(NOW_MS, kind);
                let mut one = Vec::new();
                add_to_many(&mut one, &run.shorten(*author, change, Naming::Beginning)?);
                alone.push(one);
            }
        }
        Ok(alone)
    }
}

/// Trains a dictionary.
pub fn train() -> Result<Vec<u8>> {
    let mut samples = facts()?;
    for seed in TRAINED_ON {
        let documents = Documents::invent(seed, CASES)?;
        samples.extend(documents.alone()?);
        samples.extend(documents.plain()?);
    }
    Ok(zstd::dict::from_samples(&samples, DICTIONARY_BYTES)?)
}

/// One edit of every fact, thrice: written first, written over, and by another hand.
fn facts() -> Result<Vec<Vec<u8>>> {
    let mut random = StdRng::seed_from_u64(1);
    let mut samples = Vec::new();
    for fact in Pack::national().facts() {
        let mut document = Document::new(fact.document);
        let [one, other] = [(); 2].map(|()| AuthorId::from_bytes(random.random()));
        for author in [one, one, other] {
            let Some(value) = value(fact, &mut random) else { break };
            let edit = Edit::SetFact {
                fact: fact.id.clone(),
                value,
            };
            let edited: Result<Option<NewChange>, EditError> = document.edit(author, NOW_MS, &Action::EDIT, &[edit]);
            let Some(change) = edited? else { continue };
            let mut sample = Vec::new();
            let mut run = Run::new(NOW_MS, Some(fact.document));
            add_to_many(&mut sample, &run.shorten(author, &change.bytes, Naming::Beginning)?);
            samples.push(sample);
        }
    }
    Ok(samples)
}

fn value(fact: &Fact, random: &mut StdRng) -> Option<Value> {
    let code = |random: &mut StdRng| {
        let vocabulary = Pack::national().vocabulary(fact.vocabulary.as_deref()?)?;
        let terms = &vocabulary.terms;
        (!terms.is_empty()).then(|| terms[random.random_range(0..terms.len())].code.clone())
    };
    Some(match fact.kind {
        FactType::Text | FactType::LongText => Value::from("came with the mother"),
        FactType::Phone => Value::Text(format!("{}", random.random_range(7_000_000_000_u64..9_999_999_999))),
        FactType::Integer | FactType::Number => Value::Integer(random.random_range(1..18)),
        FactType::Date => Value::Text(format!(
            "2026-{:02}-{:02}",
            random.random_range(1..13),
            random.random_range(1..29)
        )),
        FactType::Instant => Value::Instant(NOW_MS - random.random_range(0..9_000_000_000)),
        FactType::Choice => Value::Text(code(random)?),
        FactType::Choices => Value::Set([code(random)?].into()),
        FactType::Flag => Value::Flag(random.random()),
        FactType::Unknown => return None,
    })
}

/// Bytes with the shipped dictionary and without, of a district it was not trained on, as a table.
pub fn measured() -> Result<String> {
    let documents = Documents::invent(MEASURED_ON, CASES)?;
    let (alone, plain) = (documents.alone()?, documents.plain()?);
    let raw: Vec<&Vec<u8>> = documents.0.values().flatten().map(|(_, bytes)| bytes).collect();
    let mean = |sizes: &mut dyn Iterator<Item = usize>| {
        let sizes: Vec<usize> = sizes.collect();
        sizes.iter().sum::<usize>() / sizes.len().max(1)
    };
    let mut saved = Vec::new();
    for (id, changes) in &documents.0 {
        let key = DocumentKey::from_bytes(id.0).context("a document of ours")?;
        let mut document = Document::new(key.kind);
        let bytes: Vec<&[u8]> = changes.iter().map(|(_, bytes)| bytes.as_slice()).collect();
        document.apply(&bytes, Pack::national())?;
        saved.push(document.save());
    }
    Ok(format!(
        "| mean bytes of | raw | version 1 | version 2 |\n|---|---:|---:|---:|\n\
         | a change by itself ({}) | {} | {} | {} |\n| a document ({}) | {} | {} | {} |\n",
        raw.len(),
        mean(&mut raw.iter().map(|bytes| bytes.len())),
        mean(&mut raw.iter().map(|bytes| pack(bytes).len())),
        mean(&mut alone.iter().map(|bytes| pack_small(bytes).len())),
        plain.len(),
        mean(&mut plain.iter().map(Vec::len)),
        mean(&mut saved.iter().map(|bytes| pack(bytes).len())),
        mean(&mut plain.iter().map(|bytes| pack_small(bytes).len())),
    ))
}
