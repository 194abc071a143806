//! Reading a district's log, as far as a user may.

use protocol::{AuthorId, DocumentId, UserId};

use super::Result;
use super::receipts::Receipt;

/// Which entries a reader asks for: those after `after` and up to `head`, in a reading that began at `from`.
///
/// Documents granted within a reading are served as snapshots folded up to its head or later, so their single changes
/// are passed over, also when the reading goes on after a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The last number read.
    pub after: u64,
    /// Where the reading began.
    pub from: u64,
    /// Where it ends.
    pub head: u64,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub number: u64,
    /// What it says.
    pub body: EntryBody,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryBody {
    /// A document was changed.
    Change {
        /// The document.
        document: DocumentId,
        /// Who wrote it.
        author: AuthorId,
        /// When the hub received it.
        received_ms: i64,
        /// Whether the writer had lost the document.
        late: bool,
        /// The plain chunk.
        bytes: Vec<u8>,
    },
    /// The reader may read a document.
    Grant {
        /// The document.
        document: DocumentId,
        /// Whether they may write in it.
        writable: bool,
    },
    /// The reader may no longer read a document.
    Revoke {
        /// The document.
        document: DocumentId,
        /// The section of the law under which its record was destroyed, where it was.
        destroyed: Option<String>,
    },
    /// Somebody writes in the district.
    Author(super::people::Author),
    /// A channel answered.
    Receipt(Receipt),
    /// A change of the reader's was refused for good.
    Judged {
        /// The document it was for.
        document: DocumentId,
        /// The hash of the change.
        hash: [u8; 32],
    },
}

/// Reading the log.
pub trait Entries {
    /// The next entries for a reader, at most `limit`, in order. Nothing of a document without a grant, and of the reading
    /// author's own changes only those that were released from quarantine.
    fn entries(
        &self,
        district: &str,
        reader: UserId,
        reading_author: AuthorId,
        window: Window,
        limit: u32,
    ) -> Result<Vec<Entry>>;
}

/// The columns of an entry, whatever its kind, and what the reader may do with its document.
pub(super) struct RawEntry {
    pub(super) number: u64,
    pub(super) kind: u8,
    pub(super) at_ms: i64,
    pub(super) document: Option<DocumentId>,
    pub(super) author: Option<AuthorId>,
    pub(super) late: bool,
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) writable: Option<bool>,
    pub(super) hash: Option<[u8; 32]>,
}
