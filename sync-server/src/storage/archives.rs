//! Changes of the log that nobody reads any more, taken out of the database and put back.

use protocol::{AuthorId, DocumentId};

use super::Result;

/// A change of the log, as it lies in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedChange {
    /// Its number in the district's log.
    pub number: u64,
    /// Its document.
    pub document: DocumentId,
    /// Its author.
    pub author: AuthorId,
    /// Its number among its author's changes of the document, from 1.
    pub seq: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// Its bytes, sealed with the key of the record.
    pub bytes: Vec<u8>,
}

/// How far a district's log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadUpto {
    /// The number up to which everybody has been told everything, but those who were not heard for long.
    pub number: u64,
    /// How many of these stand before it: they will begin anew.
    pub left_behind: u32,
}

/// Archives of the log.
pub trait Archives {
    /// How far a district's log is read by authors that are not shut out. Those who were heard before this moment only do not
    /// count.
    fn read_upto(&self, district: &str, heard_since_ms: i64) -> Result<ReadUpto>;

    /// Documents, in the order of their ids, behind this one, of which changes up to `upto` are not in their snapshot.
    fn not_folded(&self, district: &str, upto: u64, after: Option<DocumentId>, limit: u32) -> Result<Vec<DocumentId>>;

    /// Changes behind `after` and up to `upto` that are in their document's snapshot, and whose bytes are here.
    fn archivable(&self, district: &str, after: u64, upto: u64, limit: u32) -> Result<Vec<ArchivedChange>>;

    /// Whoever reads from before this number begins anew from now on.
    fn set_archived_upto(&self, district: &str, upto: u64) -> Result<()>;

    /// Takes away the bytes of changes that are in their document's snapshot; says of how many.
    fn empty_archived(&self, district: &str, numbers: &[u64]) -> Result<u64>;

    /// Puts bytes back where they were taken away and the change is still the same, and reckons anew up to where some are away;
    /// says of how many.
    fn put_back(&self, district: &str, changes: &[ArchivedChange]) -> Result<u64>;
}
