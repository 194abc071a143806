//! Looking the documents over after the file was mended: which are whole although something near them was lost, what was
//! written here and stands in a document alone, and what nobody has any more.

use std::collections::{BTreeMap, BTreeSet};

use casefile::{ChangeHash, ChangeHead, Document, DocumentKey};
use casework::AuthorId;

use super::{DocumentError, Documents};
use crate::{
    store::{Mended, Mending, OwnChange, Read, Store, StoreError, Write},
    sync::CURSOR,
};

/// A document with its changes.
struct Looked {
    id: [u8; 17],
    changes: Vec<(ChangeHead, Vec<u8>)>,
    /// The document, where it is more than what stands in the store.
    anew: Option<Document>,
    /// Whether it was made of its increments alone.
    of_increments: bool,
}

/// A change of this author that stands in a document and not in the outbox.
struct Unlisted {
    id: [u8; 17],
    head: ChangeHead,
    bytes: Vec<u8>,
}

/// Which change: two documents that were begun alike, in the same second, begin with the same bytes. Those of one subject
/// never do.
type Change = ([u8; 16], ChangeHash);

impl Unlisted {
    fn change(&self) -> Change {
        let subject = self.id.first_chunk().expect("a document id begins with its subject");
        (*subject, self.head.hash)
    }
}

impl Documents {
    /// Compares the documents with what is known of them, where the file was mended and that is still to be done.
    pub(crate) fn look_over(&mut self, store: &Store, author: AuthorId) -> Result<(), DocumentError> {
        let Some(mending) = store.read(|read| read.mending())? else {
            return Ok(());
        };
        self.write(store, |documents, write| {
            documents.know_damaged(write)?;
            let mut unlisted = Vec::new();
            let mut subject = Vec::new();
            for id in write.every_document()? {
                if subject.last().is_some_and(|last: &Looked| last.id[..16] != id[..16]) {
                    documents.look_at(write, &mending, &std::mem::take(&mut subject))?;
                }
                let Some(looked) = documents.looked_at(write, author, id)? else {
                    continue;
                };
                if mending.own_lost {
                    unlisted.extend(unlisted_in(write, author, &looked)?);
                }
                subject.push(looked);
            }
            documents.look_at(write, &mending, &subject)?;
            let found = put_back(write, &mending, unlisted)?;
            let damaged: Vec<[u8; 17]> = documents.damaged.iter().copied().collect();
            for id in &damaged {
                documents.restore_alone(write, id)?;
            }
            let mended = Mended {
                at_ms: mending.at_ms,
                pages: mending.pages,
                documents: u32::try_from(documents.damaged.len()).unwrap_or(u32::MAX),
                edits: lost_edits(&mending, &found),
                pictures: mending.pictures,
            };
            Ok(write.end_mending(&mended)?)
        })
    }

    /// Looks at the documents of one subject: those that were doubtful and have everything they must have are sound.
    fn look_at(&mut self, write: &Write<'_>, mending: &Mending, subject: &[Looked]) -> Result<(), StoreError> {
        let doubtful = subject.iter().filter(|looked| self.damaged.contains(&looked.id));
        let doubtful: Vec<&Looked> = doubtful.collect();
        let Some(first) = doubtful.first().filter(|_| mending.evidence) else {
            return Ok(());
        };
        let about = first.id.first_chunk().expect("a document id begins with its subject");
        let mut had: BTreeSet<ChangeHash> = subject.iter().flat_map(Looked::hashes).collect();
        let aside = write.set_aside_about(about)?;
        had.extend(
            aside
                .iter()
                .filter_map(|bytes| Some(ChangeHead::parse(bytes).ok()?.hash)),
        );
        if !write.received_hashes(about)?.iter().all(|hash| had.contains(hash)) {
            return Ok(());
        }
        let mut sound = Vec::new();
        for looked in doubtful {
            let has: BTreeSet<ChangeHash> = looked.hashes().collect();
            if write.own_hashes(&looked.id)?.iter().all(|hash| has.contains(hash)) {
                sound.push(looked);
            }
        }
        // A change of which only an index tells is not known by its document.
        let own = mending.own.iter().filter(|lost| lost.subject == *about);
        if own.into_iter().any(|lost| !had.contains(&lost.hash)) {
            return Ok(());
        }
        for looked in sound {
            let id = looked.id;
            if let Some(document) = &looked.anew {
                write.put_snapshot(&id, &document.save())?;
            }
            if looked.of_increments {
                // How much of it the hub has stood in the row that is lost: the hub says so when it is asked for everything.
                write.set_blob(CURSOR, &[])?;
            }
            self.damaged.remove(&id);
            write.forget_damaged(&id)?;
        }
        Ok(())
    }

    /// A document as it stands in the store, and where that may be too little, with what waits for the hub; `None` where it
    /// cannot be read.
    fn looked_at(&self, read: &Read<'_>, author: AuthorId, id: [u8; 17]) -> Result<Option<Looked>, StoreError> {
        let (Some(key), Some(stored)) = (DocumentKey::from_bytes(id), read.document(&id)?) else {
            return Ok(None);
        };
        let mut loaded = Document::load(key.kind, &stored.bytes).ok();
        let of_increments = loaded.is_none();
        if of_increments {
            let increments = read.increments_alone(&id)?.unwrap_or_default();
            loaded = begun_here(key, author, &increments);
        }
        let Some(mut document) = loaded else { return Ok(None) };
        let mut is_more = of_increments;
        if self.damaged.contains(&id) {
            for (_, bytes) in read.unsent_of(&id)? {
                is_more |= document.apply(&[bytes], self.pack).is_ok_and(|applied| applied.new > 0);
            }
        }
        Ok(Some(Looked {
            id,
            changes: document.changes(),
            anew: is_more.then_some(document),
            of_increments,
        }))
    }
}

impl Looked {
    fn hashes(&self) -> impl Iterator<Item = ChangeHash> {
        self.changes.iter().map(|(head, _)| head.hash)
    }
}

/// The document of these increments, where the first of them was its beginning: made here, on nothing. Then there was
/// nothing before it that could be lost.
fn begun_here(key: DocumentKey, author: AuthorId, increments: &[Vec<u8>]) -> Option<Document> {
    let first = ChangeHead::parse(increments.first()?).ok()?;
    let begun = Document::new(key.kind);
    if first.author != author || first.deps != begun.heads() {
        return None;
    }
    let mut bytes = begun.save();
    for increment in increments {
        bytes.extend_from_slice(increment);
    }
    Document::load(key.kind, &bytes).ok()
}

fn unlisted_in(read: &Read<'_>, author: AuthorId, looked: &Looked) -> Result<Vec<Unlisted>, StoreError> {
    let listed: BTreeSet<ChangeHash> = read.own_hashes(&looked.id)?.into_iter().collect();
    let own = looked
        .changes
        .iter()
        .filter(|(head, _)| head.author == author && !listed.contains(&head.hash));
    let unlisted = own.map(|(head, bytes)| Unlisted {
        id: looked.id,
        head: head.clone(),
        bytes: bytes.clone(),
    });
    Ok(unlisted.collect())
}

/// Puts changes that stand in documents alone back into the outbox: each under its number, or under one that is free behind
/// those it follows. Whether the hub has them, it says. Returns their hashes.
fn put_back(write: &Write<'_>, mending: &Mending, mut unlisted: Vec<Unlisted>) -> Result<BTreeSet<Change>, StoreError> {
    let own = mending.own.iter();
    let numbers: BTreeMap<Change, i64> = own.map(|lost| ((lost.subject, lost.hash), lost.n)).collect();
    unlisted.sort_by_key(|change| (change.head.at_ms, change.head.seq));
    let mut last = BTreeMap::<[u8; 17], i64>::new();
    let mut found = BTreeSet::new();
    // Those that are known by their number first: the others take what is left.
    let (known, unknown): (Vec<_>, Vec<_>) = unlisted.into_iter().partition(|it| numbers.contains_key(&it.change()));
    for change in known.iter().chain(&unknown) {
        let (subject, _) = change.change();
        let mut after = last.get(&change.id).copied().unwrap_or(0);
        for dep in &change.head.deps {
            after = after.max(write.number_of(&subject, dep)?.unwrap_or(0));
        }
        let n = match numbers.get(&change.change()) {
            Some(n) => *n,
            None => write.free_number(after)?,
        };
        last.insert(change.id, n);
        write.put_own_change_back(
            n,
            &OwnChange {
                document: &change.id,
                hash: &change.head.hash,
                action: &change.head.action,
                made_ms: change.head.at_ms,
                bytes: &change.bytes,
            },
        )?;
        found.insert(change.change());
    }
    Ok(found)
}

/// How many edits nobody has any more; `None` where that is not known.
fn lost_edits(mending: &Mending, found: &BTreeSet<Change>) -> Option<u32> {
    if mending.own_lost && !mending.own_known {
        return None;
    }
    let lost = mending
        .own
        .iter()
        .filter(|lost| lost.waited == Some(true) && !found.contains(&(lost.subject, lost.hash)));
    Some(u32::try_from(lost.count()).unwrap_or(u32::MAX))
}
