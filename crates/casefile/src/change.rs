//! A change as it travels: looked at before anything is done with it.

use automerge::Change;
use casework::AuthorId;

use crate::{bomb, guard::guarded};

/// Largest change, in bytes, as a plain (uncompressed) automerge chunk. A form filled in one go is about 4 kB; the
/// longest text the dictionary allows is 60 kB in Devanagari.
pub const CHANGE_BYTES_MAX: usize = 96 * 1024;
/// Most operations in a change. An edit of a whole form has about 60.
pub const CHANGE_ROWS_MAX: u64 = 4_096;

/// SHA-256 of a change chunk, as automerge computes it.
pub type ChangeHash = [u8; 32];

/// Why bytes are not a change we take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// More than [`CHANGE_BYTES_MAX`].
    #[error("the change is larger than {CHANGE_BYTES_MAX} bytes")]
    TooLarge,
    /// More than [`CHANGE_ROWS_MAX`] operations.
    #[error("the change has more than {CHANGE_ROWS_MAX} operations")]
    TooManyRows,
    /// A document, a compressed change, a bundle.
    #[error("not a plain change chunk")]
    NotAPlainChange,
    /// Not readable at all, or its checksum does not fit.
    #[error("the change cannot be read")]
    Malformed,
    /// The actor is not 16 bytes.
    #[error("the change's actor is not an author id")]
    NotAnAuthor,
}

/// What stands at the head of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeHead {
    /// The change's hash.
    pub hash: ChangeHash,
    /// Who wrote it.
    pub author: AuthorId,
    /// Its number among the author's changes of this document, from 1.
    pub seq: u64,
    /// The changes it stands on.
    pub deps: Vec<ChangeHash>,
    /// When it was written by the author's clock, milliseconds since 1970-01-01 UTC (whole seconds).
    pub at_ms: i64,
    /// What was being done: the code of an [`crate::Action`].
    pub action: String,
    /// How many operations it has.
    pub ops: usize,
}

impl ChangeHead {
    /// Reads the head of a change from bytes of any origin.
    pub fn parse(bytes: &[u8]) -> Result<Self, ChangeError> {
        Self::of(&read(bytes)?)
    }

    pub(crate) fn of(change: &Change) -> Result<Self, ChangeError> {
        Ok(Self {
            hash: change.hash().0,
            author: author_of(change.actor_id()).ok_or(ChangeError::NotAnAuthor)?,
            seq: change.seq(),
            deps: change.deps().iter().map(|hash| hash.0).collect(),
            at_ms: change.timestamp().saturating_mul(1_000),
            action: change.message().unwrap_or_default().to_owned(),
            ops: change.len(),
        })
    }
}

/// The change in these bytes, after every check that needs no document.
pub(crate) fn read(bytes: &[u8]) -> Result<Change, ChangeError> {
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(ChangeError::TooLarge);
    }
    bomb::check(bytes)?;
    let change = guarded(|| Change::from_bytes(bytes.to_vec()).ok())
        .flatten()
        .ok_or(ChangeError::Malformed)?;
    // The checksum is the beginning of the hash, and automerge does not compare them here.
    if bytes.get(4..8) == Some(&change.hash().0[..4]) {
        Ok(change)
    } else {
        Err(ChangeError::Malformed)
    }
}

pub(crate) fn author_of(actor: &automerge::ActorId) -> Option<AuthorId> {
    actor.to_bytes().try_into().ok().map(AuthorId::from_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Action, Document, Edit};
    use casework::{Compartment, DocumentKind, Value};
    use proptest::prelude::*;

    fn a_change() -> Vec<u8> {
        let mut doc = Document::new(DocumentKind::Case(Compartment::Core));
        let edit = Edit::SetFact {
            fact: "case.number".parse().unwrap(),
            value: Value::from("DCPU/12"),
        };
        doc.edit(AuthorId::from_bytes([3; 16]), 5_000, &Action::EDIT, &[edit])
            .unwrap()
            .unwrap()
            .bytes
    }

    #[test]
    fn the_head_of_a_change_says_who_and_when() {
        let head = ChangeHead::parse(&a_change()).unwrap();
        assert_eq!(
            (head.author, head.seq, head.at_ms),
            (AuthorId::from_bytes([3; 16]), 1, 5_000)
        );
        assert_eq!(head.action, "edit");
        assert_eq!(head.deps.len(), 1);
    }

    #[test]
    fn a_document_or_a_compressed_change_is_not_a_plain_change() {
        let doc = Document::new(DocumentKind::Missing);
        assert_eq!(ChangeHead::parse(&doc.save()), Err(ChangeError::NotAPlainChange));
        let mut compressed = a_change();
        compressed[8] = 2;
        assert_eq!(ChangeHead::parse(&compressed), Err(ChangeError::NotAPlainChange));
        assert_eq!(
            ChangeHead::parse(&vec![0; CHANGE_BYTES_MAX + 1]),
            Err(ChangeError::TooLarge)
        );
        assert_eq!(ChangeHead::parse(b""), Err(ChangeError::Malformed));
    }

    #[test]
    fn a_run_of_a_thousand_million_operations_is_refused_before_it_is_read() {
        // One column (action, id 4, integer): a run of 2^40 ones. The checksum need not fit: the outline is looked at first.
        let mut run = vec![0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0x01];
        let mut body = vec![0, 1, 7, 1, 1, 0, 0, 0, 1, 0x42, u8::try_from(run.len()).unwrap()];
        body.append(&mut run);
        let mut chunk = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, 1, u8::try_from(body.len()).unwrap()];
        chunk.extend(body);
        assert_eq!(ChangeHead::parse(&chunk), Err(ChangeError::TooManyRows));
    }

    #[test]
    fn a_checksum_that_does_not_fit_is_refused() {
        for at in 4..8 {
            let mut bytes = a_change();
            bytes[at] ^= 1;
            assert_eq!(ChangeHead::parse(&bytes), Err(ChangeError::Malformed));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = ChangeHead::parse(&bytes);
        }

        #[test]
        fn no_damaged_change_makes_it_panic(at in 0_usize..200, to in any::<u8>(), cut in 0_usize..200) {
            let mut bytes = a_change();
            let length = bytes.len();
            bytes[at % length] = to;
            let _ = ChangeHead::parse(&bytes);
            bytes.truncate(cut % length);
            prop_assert!(ChangeHead::parse(&bytes).is_err());
        }
    }
}
