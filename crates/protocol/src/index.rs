//! The state's index of missing children: what a device has of reports it may not read.
//!
//! A child is found when a report in one place meets a report in another. So a device that is asked to look has, of every
//! open report of its state, the facts that are compared, and no more: no telephone, no circumstances, no picture. Who reads a
//! report itself has its document besides, by its grant; who only finds one here asks the district that is named in it.
//!
//! A device of version 2 that wants the index says in `Open` how far it has it: an [`IndexCursor`], empty at first. One that
//! says nothing gets none. To one whose role may not read such reports the hub says, once, to forget what it has. The rest
//! comes in [`Index`](crate::message::down::Index) messages (79) behind everything the log says and before the end of the
//! answer, at most [`INDEX_ANSWER_BYTES_MAX`](crate::limits::INDEX_ANSWER_BYTES_MAX) bytes of them in one answer; the end
//! then says `index_more`, and the device syncs again, what it wrote meanwhile first, before it fetches pictures.
//!
//! # An entry
//!
//! At most [`INDEX_ENTRY_BYTES_MAX`](crate::limits::INDEX_ENTRY_BYTES_MAX) bytes: a CBOR map with integers as keys, all but
//! the first two may be missing, all but the first two texts as somebody wrote them, in any script. An entry of an id that the
//! device has takes the place of the one before.
//!
//! | key | what | key | what |
//! |---|---|---|---|
//! | 0 | the report's id, 16 bytes | 10 | when the child was last seen, or found |
//! | 1 | 0 missing, 1 sighted, 2 found; else unknown | 11 | village, street, landmark |
//! | 2 | the child's name | 12 | district |
//! | 3 | other names | 13 | state |
//! | 4 | father's name | 14 | PIN |
//! | 5 | mother's name | 15 | height in cm |
//! | 6 | sex | 16 | marks on the body |
//! | 7 | age in years | 17 | clothing |
//! | 8 | the day on which that was the age | 18 | companions |
//! | 9 | date of birth | 19 | languages |
//! | | | 20 | the code of the district that has the report |
//!
//! # What the hub compares
//!
//! The hub compares the whole state, and also cases, which no index has. To a device that says in `Open` which `proposals` it
//! has (a mark, zeros at first) it says in [`Proposals`](crate::message::down::Proposals) (80) what concerns records that the
//! user may read: of the other record its id, its district, how likely it is and in which facts it agrees, and nothing that
//! stands in it. People of both districts decide, each in their own record; the hub says to either what the other decided.
//!
//! # How long an entry is
//!
//! Where all of it together would be longer, the ends of what tells least are cut off. A report that is closed is told as
//! `gone`, once to each device, and stands nowhere any more.

use minicbor::decode::{Decode, Decoder, Error as DecodeError};
use minicbor::encode::{Encode, Encoder, Error as EncodeError, Write};

use crate::limits::INDEX_CURSOR_BYTES_MAX;

/// How far a device has the index. Opaque to it: it keeps what the last [`Index`](crate::message::down::Index) gave, and
/// says it again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexCursor(Vec<u8>);

impl IndexCursor {
    /// The cursor of these bytes; `None` where they are too many.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() <= INDEX_CURSOR_BYTES_MAX).then(|| Self(bytes.to_vec()))
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it asks for everything.
    pub fn is_start(&self) -> bool {
        self.0.is_empty()
    }
}

impl<C> Encode<C> for IndexCursor {
    fn encode<W: Write>(&self, out: &mut Encoder<W>, _: &mut C) -> Result<(), EncodeError<W::Error>> {
        out.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for IndexCursor {
    fn decode(from: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
        let at = from.position();
        Self::from_bytes(from.bytes()?).ok_or_else(|| DecodeError::message("a cursor too long").at(at))
    }
}
