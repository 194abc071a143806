//! The part of a district's log that everybody has read, in a file beside the hub.
//!
//! A change stays in the log as a row with its number, author and hash, and its document has it in its snapshot; what goes is the
//! change's bytes a second time. A file is written whole and read again before the first byte is taken away, and a change goes only
//! when the snapshot is seen to have it. Whoever comes back from before what lies in an archive begins anew, as a new tablet does.
//!
//! ```text
//! "VFARCHV1" | records: length u32 big endian, CBOR | length 0 | SHA-256 of everything before
//! ```
//!
//! The first record is [`Head`], each other one a change, in the order of numbers. Bytes of changes are sealed with the keys of their
//! records: of a destroyed record nothing in an archive can be read.

mod file;

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use casefile::DocumentKey;
use casework::Pack;
use protocol::DocumentId;

use self::file::Writer;
pub use self::file::{Head, Reader};
use crate::hub::Hub;
use crate::identity::is_sealed;
use crate::storage::{ArchivedChange, Deed, ReadUpto, StorageError};
use crate::sync::{FoldError, fold, snapshot};

/// Changes handled in one transaction: few enough that nobody who writes waits for long.
const AT_ONCE: u32 = 256;
const DAY_MS: i64 = 86_400_000;

/// Why nothing was archived, or put back.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The district is not known.
    #[error("no such district: `admin district list` shows those there are")]
    NoDistrict,
    /// There is nothing that everybody has read and that is not in an archive.
    #[error("nothing to archive: {0}")]
    Nothing(&'static str),
    /// A change is not sealed yet.
    #[error("the log still has changes that an older hub kept in plain: let the hub run until it has sealed them")]
    Plain,
    /// A snapshot does not have what the log says.
    #[error("a document's snapshot does not have a change that the log has (number {0}): nothing was taken away")]
    NotInSnapshot(u64),
    /// The file is not what was written.
    #[error("{} is no archive, or damaged: its bytes are not those that were written", .0.display())]
    Damaged(PathBuf),
    /// A file.
    #[error("{}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A document does not fold.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl ArchiveError {
    fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::File { path, source }
    }
}

/// What an archive has, or would have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Contents {
    /// The number of the first change.
    pub first: u64,
    /// The number of the last one.
    pub last: u64,
    /// How many.
    pub changes: u64,
    /// The bytes of all of them.
    pub bytes: u64,
}

impl Contents {
    fn add(&mut self, change: &ArchivedChange) {
        if self.changes == 0 {
            self.first = change.number;
        }
        self.last = change.number;
        self.changes += 1;
        self.bytes += change.bytes.len() as u64;
    }
}

/// How far a district's log is read, not counting tablets that were not heard for so many days.
///
/// # Errors
/// The district is unknown, or the database fails.
pub fn read_upto(hub: &Hub, district: &str, silent_days: u32) -> Result<ReadUpto, ArchiveError> {
    hub.storage.district(district)?.ok_or(ArchiveError::NoDistrict)?;
    let since_ms = hub.clock.now_ms().saturating_sub(i64::from(silent_days) * DAY_MS);
    Ok(hub.storage.read_upto(district, since_ms)?)
}

/// What could be archived up to this number, as things stand. Documents that have yet to be folded may add to it.
///
/// # Errors
/// The database fails.
pub fn survey(hub: &Hub, district: &str, upto: u64) -> Result<Contents, ArchiveError> {
    let mut contents = Contents::default();
    each(hub, district, upto, |changes| {
        for change in changes {
            contents.add(change);
        }
        Ok(())
    })?;
    Ok(contents)
}

/// Writes an archive of what everybody has read up to this number, reads it again, and takes the bytes out of the log.
///
/// # Errors
/// There is nothing, the file exists or cannot be written, or a snapshot lacks a change: then nothing was taken away. The database
/// fails: the archive is whole, and the same again takes away what is left.
pub fn archive(hub: &Hub, district: &str, upto: u64, path: &Path) -> Result<Contents, ArchiveError> {
    let pack = hub.pack_of(district)?;
    fold_all(hub, &pack, district, upto)?;
    let mut writer = Writer::create(path, district, upto, hub.clock.now_ms())?;
    let mut contents = Contents::default();
    each(hub, district, upto, |changes| {
        if changes.iter().any(|change| !is_sealed(&change.bytes)) {
            return Err(ArchiveError::Plain);
        }
        stand_in_snapshots(hub, &pack, changes)?;
        for change in changes {
            contents.add(change);
            writer.add(change)?;
        }
        Ok(())
    })?;
    if contents.changes == 0 {
        return Err(ArchiveError::Nothing(
            "what everybody has read lies in archives, or nobody has read anything yet",
        ));
    }
    writer.finish()?;
    let (_, found) = check(path)?;
    if found != contents {
        return Err(ArchiveError::Damaged(path.to_owned()));
    }
    // From here on nobody is told anything from before it.
    hub.storage.set_archived_upto(district, contents.last)?;
    let mut reader = Reader::open(path)?;
    while let Some(changes) = reader.some(AT_ONCE)? {
        let numbers: Vec<u64> = changes.iter().map(|change| change.number).collect();
        hub.storage.empty_archived(district, &numbers)?;
    }
    note(hub, Deed::Archive, district, &contents)?;
    Ok(contents)
}

/// Reads an archive to its end and says what it is of.
///
/// # Errors
/// It is damaged, or cannot be read.
pub fn check(path: &Path) -> Result<(Head, Contents), ArchiveError> {
    let mut reader = Reader::open(path)?;
    let mut contents = Contents::default();
    while let Some(changes) = reader.some(AT_ONCE)? {
        for change in &changes {
            contents.add(change);
        }
    }
    Ok((reader.head().clone(), contents))
}

/// Puts what an archive has back into the log, where it is of this log and the record was not destroyed. Says how much was put
/// back.
///
/// # Errors
/// The archive is damaged: nothing was put back. The database fails: the same again puts back what is left.
pub fn put_back(hub: &Hub, path: &Path) -> Result<Contents, ArchiveError> {
    let (head, _) = check(path)?;
    let district = &head.district;
    hub.storage.district(district)?.ok_or(ArchiveError::NoDistrict)?;
    let mut reader = Reader::open(path)?;
    let mut contents = Contents::default();
    while let Some(changes) = reader.some(AT_ONCE)? {
        let back = hub.storage.put_back(district, &changes)?;
        contents.changes += back;
    }
    note(hub, Deed::PutBack, district, &contents)?;
    Ok(contents)
}

fn note(hub: &Hub, deed: Deed, district: &str, contents: &Contents) -> Result<(), StorageError> {
    let detail = format!("{district}: {} changes", contents.changes);
    hub.storage.note(deed, &detail, hub.clock.now_ms())
}

/// Everything that can be archived up to a number, piece by piece.
fn each(
    hub: &Hub,
    district: &str,
    upto: u64,
    mut with: impl FnMut(&[ArchivedChange]) -> Result<(), ArchiveError>,
) -> Result<(), ArchiveError> {
    let mut after = 0;
    loop {
        let changes = hub.storage.archivable(district, after, upto, AT_ONCE)?;
        let Some(last) = changes.last() else { return Ok(()) };
        after = last.number;
        with(&changes)?;
    }
}

/// Folds every document that has changes up to this number which its snapshot lacks.
fn fold_all(hub: &Hub, pack: &Pack, district: &str, upto: u64) -> Result<(), ArchiveError> {
    let mut after = None;
    loop {
        let documents = hub.storage.not_folded(district, upto, after, AT_ONCE)?;
        for id in &documents {
            if let Some(key) = DocumentKey::from_bytes(id.0) {
                snapshot(&*hub.storage, pack, *id, key.kind)?;
            }
            after = Some(*id);
        }
        if documents.is_empty() {
            return Ok(());
        }
    }
}

/// Whether each change stands in the snapshot of its document, whatever numbers say.
fn stand_in_snapshots(hub: &Hub, pack: &Pack, changes: &[ArchivedChange]) -> Result<(), ArchiveError> {
    let mut by_document: BTreeMap<DocumentId, Vec<&ArchivedChange>> = BTreeMap::new();
    for change in changes {
        by_document.entry(change.document).or_default().push(change);
    }
    for (id, changes) in by_document {
        let key = DocumentKey::from_bytes(id.0).ok_or(ArchiveError::NotInSnapshot(changes[0].number))?;
        let mut state = hub.storage.document(id)?.ok_or(StorageError::NoSuch("document"))?;
        state.tail.clear();
        let document = fold(key.kind, &state, pack)?;
        let held: HashSet<[u8; 32]> = document.changes().into_iter().map(|(head, _)| head.hash).collect();
        if let Some(lacking) = changes.iter().find(|change| !held.contains(&change.hash)) {
            return Err(ArchiveError::NotInSnapshot(lacking.number));
        }
    }
    Ok(())
}
