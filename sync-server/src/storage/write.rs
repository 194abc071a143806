//! What stands in an entry of the log and in a row of the audit, whichever database keeps them.

use protocol::{AuthorId, DocumentId, UserId};
use sha2::{Digest, Sha256};

pub(super) const KIND_CHANGE: u8 = 1;
pub(super) const KIND_GRANT: u8 = 2;
pub(super) const KIND_REVOKE: u8 = 3;
pub(super) const KIND_AUTHOR: u8 = 4;
pub(super) const KIND_RECEIPT: u8 = 5;
/// The place of an entry whose record was destroyed: it says nothing, and no number is missing.
pub(super) const KIND_DESTROYED: u8 = 6;
/// A change of the author's, by its hash, was refused for good.
pub(super) const KIND_JUDGED: u8 = 7;

/// The columns of a log entry that depend on its kind.
#[derive(Default)]
pub(super) struct NewEntry<'a> {
    pub(super) kind: u8,
    pub(super) document: Option<DocumentId>,
    pub(super) user: Option<UserId>,
    pub(super) author: Option<AuthorId>,
    pub(super) seq: Option<u64>,
    pub(super) hash: Option<[u8; 32]>,
    pub(super) late: bool,
    pub(super) bytes: Option<&'a [u8]>,
}

/// Whom and what a deed was about.
#[derive(Default)]
pub(super) struct About<'a> {
    pub(super) user: Option<UserId>,
    pub(super) author: Option<AuthorId>,
    pub(super) document: Option<DocumentId>,
    pub(super) detail: &'a str,
}

/// Changes of one document that stand in the log one behind another: the audit tells of them in one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChangeRun {
    pub(super) document: DocumentId,
    pub(super) first: u64,
    pub(super) last: u64,
}

impl ChangeRun {
    /// The number, or the first and the last of several, as the audit has them.
    pub(super) fn detail(self) -> String {
        let Self { first, last, .. } = self;
        if first == last {
            first.to_string()
        } else {
            format!("{first}-{last}")
        }
    }
}

/// The runs of changes under these numbers, which grow.
pub(super) fn runs(numbered: impl IntoIterator<Item = (DocumentId, u64)>) -> Vec<ChangeRun> {
    let mut runs: Vec<ChangeRun> = Vec::new();
    for (document, number) in numbered {
        match runs.last_mut() {
            Some(run) if run.document == document && run.last + 1 == number => run.last = number,
            _ => runs.push(ChangeRun {
                document,
                first: number,
                last: number,
            }),
        }
    }
    runs
}

/// The hash that binds a row to all before it. Every field has its length before it, so that no two rows look alike.
pub(super) fn link(before: [u8; 32], at_ms: i64, deed: &str, about: &About<'_>) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(before);
    let (user, author, document) = (about.user, about.author, about.document);
    let fields: [&[u8]; 6] = [
        &at_ms.to_be_bytes(),
        deed.as_bytes(),
        user.as_ref().map_or(&[], |id| id.as_bytes()),
        author.as_ref().map_or(&[], |id| id.as_bytes()),
        document.as_ref().map_or(&[], |id| id.as_bytes()),
        about.detail.as_bytes(),
    ];
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().into()
}
