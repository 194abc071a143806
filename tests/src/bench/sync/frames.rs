//! What one field and one note take up in a frame, beside what zstd with the same dictionary makes of the change alone.

use anyhow::{Context as _, Result};
use casefile::{Action, Document, DocumentKey, Edit, Naming, Run, add_to_many};
use casework::{AuthorId, EntryId, Value};
use protocol::{
    AuthorKey, DocumentId, SigningChain, UpMessage,
    message::up::BatchWriter,
    parcel::{DICTIONARY_1_BYTES, pack_small},
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::{
    SEED, documents,
    figures::{Frames, Small},
};
use crate::ground;

/// Cases in each of which one field and one note are written.
const CASES: usize = 200;
/// The words of a note: about 240 letters.
const NOTE_WORDS: usize = 42;
const LEVEL: i32 = 19;

/// A change of somebody who opened the case long ago and goes on now.
struct Written {
    document: DocumentId,
    /// The first of two, and the second, which stands on it.
    changes: [Vec<u8>; 2],
}

/// Measures both.
pub(super) fn measure() -> Result<Frames> {
    let author = AuthorId::from_bytes([9; 16]);
    let now_ms = ground::now_ms();
    let cases = documents::invent(CASES, author, SEED + 1, now_ms)?;
    let mut random = StdRng::seed_from_u64(SEED);
    let (mut edits, mut notes) = (Vec::new(), Vec::new());
    for case in &cases {
        edits.push(write(case, author, now_ms, || field(&mut random))?);
        notes.push(write(case, author, now_ms, || Ok(note(now_ms, &mut random)))?);
    }
    Ok(Frames {
        cases: CASES as u64,
        edit: small(&edits, author, now_ms)?,
        note: small(&notes, author, now_ms)?,
    })
}

fn field(random: &mut StdRng) -> Result<Edit> {
    let fact = documents::EDITED.parse().ok().context("a fact id")?;
    let value = Value::Text(documents::words(3, random));
    Ok(Edit::SetFact { fact, value })
}

fn note(now_ms: i64, random: &mut StdRng) -> Edit {
    let millis = u64::try_from(now_ms).unwrap_or_default();
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &random.random()).into_uuid();
    Edit::AddEntry {
        entry: EntryId::from_bytes(id.into_bytes()),
        kind: "note".into(),
        text: documents::words(NOTE_WORDS, random),
    }
}

fn write(
    case: &documents::Case,
    author: AuthorId,
    now_ms: i64,
    mut edit: impl FnMut() -> Result<Edit>,
) -> Result<Written> {
    let key = DocumentKey::from_bytes(case.document.0).context("a document of ours")?;
    let mut document = Document::load(key.kind, &case.saved)?;
    let mut one = || -> Result<Vec<u8>> {
        let change = document.edit(author, now_ms, &Action::EDIT, &[edit()?])?;
        Ok(change.context("it writes something")?.bytes)
    };
    Ok(Written {
        document: case.document,
        changes: [one()?, one()?],
    })
}

fn small(written: &[Written], author: AuthorId, now_ms: i64) -> Result<Small> {
    let mut dictionary = zstd::bulk::Compressor::with_dictionary(LEVEL, DICTIONARY_1_BYTES)?;
    let mut all = [const { Vec::new() }; 5];
    for pair in written.chunks_exact(2) {
        let [one, other] = pair else { continue };
        let short = short(one, author, now_ms, 1)?;
        let alone = frame(&[(one, 1)], author, now_ms)?;
        let sizes = [
            one.changes[0].len(),
            dictionary.compress(&one.changes[0])?.len(),
            pack_small(&short).len(),
            frame(&[(one, 1), (other, 1)], author, now_ms)? - alone,
            frame(&[(one, 2)], author, now_ms)? - alone,
        ];
        for (sizes, size) in all.iter_mut().zip(sizes) {
            sizes.push(size as u64);
        }
    }
    let [raw, dictionary, short, in_a_frame, one_more] = all.map(median);
    Ok(Small {
        raw,
        dictionary,
        short,
        in_a_frame,
        one_more,
    })
}

/// The short forms of so many of the changes, behind one another.
fn short(written: &Written, author: AuthorId, now_ms: i64, count: usize) -> Result<Vec<u8>> {
    let kind = DocumentKey::from_bytes(written.document.0).map(|key| key.kind);
    let mut run = Run::new(now_ms, kind);
    let mut many = Vec::new();
    for change in &written.changes[..count] {
        add_to_many(&mut many, &run.shorten(author, change, Naming::Beginning)?);
    }
    Ok(many)
}

/// The bytes of a signed frame with the first changes of these documents.
fn frame(written: &[(&Written, usize)], author: AuthorId, now_ms: i64) -> Result<usize> {
    let mut batches = BatchWriter::default();
    let mut n = 0;
    for (written, count) in written {
        let kind = DocumentKey::from_bytes(written.document.0).map(|key| key.kind);
        let mut run = Run::new(now_ms, kind);
        for change in &written.changes[..*count] {
            n += 1;
            let mut one = Vec::new();
            add_to_many(&mut one, &run.shorten(author, change, Naming::Beginning)?);
            anyhow::ensure!(batches.add(n, written.document, &one).is_none(), "it fits one frame");
        }
    }
    let batches = batches.finish();
    let [batch] = batches.as_slice() else {
        anyhow::bail!("{} frames for a few changes", batches.len())
    };
    let key = AuthorKey::from_seed(&[5; 32]);
    let mut chain = SigningChain::new(&key);
    Ok(chain.sign(&UpMessage::Batch(batch.clone()))?.as_bytes().len())
}

fn median(mut sizes: Vec<u64>) -> u64 {
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).copied().unwrap_or_default()
}
