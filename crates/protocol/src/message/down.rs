//! What the hub says.

mod appealed;
mod author;
mod cards;
mod change;
mod changes;
mod close;
mod detail;
mod done;
mod grant;
mod index;
mod judged;
mod many;
mod mark;
mod piece;
mod proposals;
mod receipt;
mod received;
mod reject;
mod revoke;
mod verdict;
mod verdicts;
mod welcome;

pub use appealed::Appealed;
pub use author::Author;
pub use cards::Cards;
pub use change::Change;
pub use changes::{Changes, Written};
pub use close::{Close, Token};
pub use detail::{Detail, Person, Told};
pub use done::{Done, STATE_MARK_BYTES, StateMark, TOKEN_BYTES};
pub use grant::Grant;
pub use index::{Index, REPORT_ID_BYTES};
pub use judged::Judged;
pub use mark::Mark;
pub use piece::{PIECE_DIGEST_BYTES, Piece, Share};
pub use proposals::{Proposal, Proposals};
pub use receipt::{Receipt, ReceiptState};
pub use received::Received;
pub use reject::Reject;
pub use revoke::Revoke;
pub use verdict::{Outcome, Verdict};
pub use verdicts::{Taken, Verdicts};
pub use welcome::Welcome;

use super::{DecodeError, EncodeError, messages};
use crate::frame::Frame;

messages! {
    /// A message of the hub to a device.
    DownMessage {
        /// The hub took the opening.
        65 => Welcome,
        /// What became of an upload.
        66 => Verdict,
        /// A change by somebody else.
        67 => Change,
        /// A document the device may read from now on.
        68 => Grant,
        /// A document the device must forget.
        69 => Revoke,
        /// Somebody who writes in this district.
        70 => Author,
        /// What a channel said about a document.
        71 => Receipt,
        /// How far the device has read.
        72 => Mark,
        /// The end of the answer.
        73 => Close,
        /// The whole request is refused.
        74 => Reject,
        /// When the hub received what came folded in a grant.
        75 => Received,
        /// What became of many uploads.
        76 => Verdicts,
        /// Changes of one document by others.
        77 => Changes,
        /// The end of the answer, to a device of version 2.
        78 => Done,
        /// Open reports of missing children, to a device that asks for them.
        79 => Index,
        /// Who may be the same child as whom, in the whole state.
        80 => Proposals,
        /// A record of another district that the device asked for.
        81 => Detail,
        /// What the list shows of cases that are still to come, to a device that reads pieces.
        82 => Cards,
        /// A part of a grant, to a device that reads pieces.
        83 => Piece,
        /// What became of something that was asked about refused words.
        85 => Appealed,
        /// A refused change of the device's own is refused for good, to a device that reads what is judged.
        84 => Judged,
    }
}

impl DownMessage {
    /// The frame to send.
    pub fn to_frame(&self) -> Result<Frame, EncodeError> {
        Ok(Frame::new(self.kind(), &self.to_cbor()?)?)
    }

    /// What a frame of the hub says.
    pub fn from_frame(frame: &Frame) -> Result<Self, DecodeError> {
        Self::from_kind(frame.kind(), frame.payload())
    }
}
