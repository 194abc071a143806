use minicbor::{Decode, Encode};

use crate::ids::{AuthorId, DocumentId};
use crate::message::Named;

/// Changes of one document by others, in the order of the log (version 2). A change that fills a frame by itself comes in
/// [`Change`](super::Change)s.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Changes {
    /// The document, by its number where earlier `Changes` of this answer were of it.
    #[n(0)]
    pub document: Named<DocumentId>,
    /// Who wrote each, and when it came.
    #[n(1)]
    pub written: Vec<Written>,
    /// The changes in their short form, each behind its length as LEB128, packed together. The base of their times is when
    /// the hub received the first.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// One of several changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Written {
    /// Its number in the district's log, as the step from the one before it in this message; the first from zero.
    #[n(0)]
    pub step: u64,
    /// Who wrote it, by their number where they wrote earlier in this answer's `Changes`.
    #[n(1)]
    pub author: Named<AuthorId>,
    /// When the hub received it, milliseconds since the one before it in this message was; the first since 1970.
    #[n(2)]
    pub after_ms: i64,
    /// The writer had lost the document before.
    #[n(3)]
    pub late: Option<bool>,
}

impl std::fmt::Debug for Changes {
    /// The bytes are what an officer wrote about a child: they are not shown.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Changes({:?}, {} changes)", self.document, self.written.len())
    }
}
