//! What a device says. Every frame is signed, see [`crate::signing`].

mod access;
mod again;
mod batch;
mod confirm;
mod end;
mod open;
mod rows;
mod upload;

pub use access::Access;
pub use again::Again;
pub use batch::{Batch, BatchWriter, Group};
pub use confirm::Confirm;
pub use end::End;
pub use open::Open;
pub use rows::{Rows, ShortRow};
pub use upload::Upload;

use super::{DecodeError, messages};
use crate::frame::Frame;
use crate::limits::SIGNATURE_BYTES;

messages! {
    /// A message of a device to the hub.
    UpMessage {
        /// Who speaks and from where.
        1 => Open,
        /// A part of a change.
        2 => Upload,
        /// A revoked document is destroyed.
        3 => Confirm,
        /// A copy is damaged.
        4 => Again,
        /// Nothing more.
        5 => End,
        /// Rows of the access log.
        6 => Access,
        /// Changes, several to a frame.
        7 => Batch,
        /// Rows of the access log, in short.
        8 => Rows,
    }
}

impl UpMessage {
    /// What a frame says, whoever says it: its signature is cut off and **not** checked. For learning from an `Open`
    /// whose key to check with; everything else goes through [`VerifyingChain`](crate::VerifyingChain).
    pub fn unverified(frame: &Frame) -> Result<Self, DecodeError> {
        let payload = frame.payload();
        let body = payload
            .len()
            .checked_sub(SIGNATURE_BYTES)
            .ok_or(DecodeError::Malformed)?;
        Self::from_kind(frame.kind(), &payload[..body])
    }
}
