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
//! | | | 21 | what its newest photo looks like, 64 bytes ([`look`](#what-a-photo-looks-like)) |
//!
//! # What the hub compares
//!
//! The hub compares the whole state, and also cases, which no index has. To a device that says in `Open` which `proposals` it
//! has (a mark, zeros at first) it says in [`Proposals`](crate::message::down::Proposals) (80) what concerns records that the
//! user may read: of the other record its id, its district, how likely it is and in which facts it agrees, and nothing that
//! stands in it. People of both districts decide, each in their own record; the hub says to either what the other decided.
//!
//! # Asking for a record
//!
//! A device whose user wants to know more of a record names its id in `Open` (`asks`), until it has a
//! [`Detail`](crate::message::down::Detail) (81). Of an open report of the state the hub tells, to a role that reads such
//! reports, the facts that help to find the child, and no telephone; of a case nothing that it says, and only to whom it was
//! proposed. Either way it says who may be asked in the district that has it. Each answer is a row of the hub's audit. A hub that
//! knows nothing of this does not answer, and the device goes on saying that it has none.
//!
//! # What a photo looks like
//!
//! A row of attachments says in its column `look`, in 128 hexadecimal digits, what its photo looks like, for finding the same
//! photo in two records: the picture in grey, 17 by 17, its darkest black and its brightest white; of each of the 16 by 16
//! places, row by row, two bits, the lowest bit of a byte first: whether it is brighter by more than 12 of 255 than the place at
//! its right, and than the one below. Two looks are of one picture where at most 40 of a hundred bits that either has differ.
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
