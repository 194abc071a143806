//! The access log of a device: who opened, revealed, looked for or was refused what, in a chain of hashes.
//!
//! Every author keeps one log, whose rows are numbered from 1 without a gap. A row says when (by the device's clock),
//! what was done (a code), to which subject (a case, where it was one) and a detail: the name of a form or a fact, a
//! code, a count; never what is written in a case, nor what somebody looked for. Its hash is
//!
//! ```text
//! sha256( len | hash of the row before, or 32 zero bytes  |  len | at_ms, i64 little endian  |  len | action
//!       | len | subject, 16 bytes or none  |  len | detail )        each len a u64 little endian, of what follows it
//! ```
//!
//! so that a row that is changed, taken out or put in breaks the chain at itself and nowhere else.
//!
//! `Close` says up to which number the hub has this author's rows; from then on the device sends those behind it, in
//! [`Access`](crate::message::up::Access) messages (in version 2 in [`Rows`](crate::message::up::Rows), where they follow
//! from one another) behind its confirmations. To a hub whose `Close` says
//! nothing of it none is ever sent. The hub keeps what it gets at once and as it came: a row whose number it has is
//! passed over, so that a request that was cut costs nothing but its repetition; a row that does not follow from the one
//! before is kept too, as the evidence it is, and told to the district's administrator.
//!
//! A device whose folder was put back from an older copy writes rows with numbers that the hub has with other rows. The hub
//! says so in `Close`, and a device that hears it, or hears of more rows than it ever wrote, asks for everything once more
//! with an empty cursor: what it had written and sent since the copy is at the hub.

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::limits::{ACCESS_ACTION_BYTES_MAX, ACCESS_DETAIL_BYTES_MAX};
use crate::message::DecodeError;

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AccessRow {
    /// Its number.
    #[n(0)]
    pub n: u64,
    /// When, by the device's clock, milliseconds since 1970.
    #[n(1)]
    pub at_ms: i64,
    /// What was done, at most [`ACCESS_ACTION_BYTES_MAX`] bytes.
    #[n(2)]
    pub action: String,
    /// The case it was done to.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub subject: Option<[u8; 16]>,
    /// What more there is to say, at most [`ACCESS_DETAIL_BYTES_MAX`] bytes.
    #[n(4)]
    pub detail: String,
    /// The hash that the device gave it.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub hash: [u8; 32],
}

impl AccessRow {
    /// The hash that the row must have behind a row of hash `previous`.
    pub fn link(&self, previous: &[u8; 32]) -> [u8; 32] {
        link(previous, self.at_ms, &self.action, self.subject.as_ref(), &self.detail)
    }

    /// Refuses rows over the limits, and numbers out of order.
    pub(crate) fn check(rows: &[Self]) -> Result<(), DecodeError> {
        let mut before = 0;
        for row in rows {
            if row.action.len() > ACCESS_ACTION_BYTES_MAX || row.detail.len() > ACCESS_DETAIL_BYTES_MAX {
                return Err(DecodeError::TooLarge);
            }
            if row.n <= before || i64::try_from(row.n).is_err() {
                return Err(DecodeError::Malformed);
            }
            before = row.n;
        }
        Ok(())
    }
}

/// The hash of a row behind a row of hash `previous`.
pub fn link(previous: &[u8; 32], at_ms: i64, action: &str, subject: Option<&[u8; 16]>, detail: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let parts: [&[u8]; 5] = [
        previous,
        &at_ms.to_le_bytes(),
        action.as_bytes(),
        subject.map_or(&[], |id| id.as_slice()),
        detail.as_bytes(),
    ];
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}
