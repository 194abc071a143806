use minicbor::{Decode, Encode};

use crate::refusal::Refusal;

/// What became of one upload.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Verdict {
    /// The upload's number on the device.
    #[n(0)]
    pub n: u64,
    /// What became of it.
    #[n(1)]
    pub outcome: Outcome,
    /// When the hub received what it has in the log, by its own clock, milliseconds since 1970; absent for what it
    /// refused, and from a hub that does not say it.
    #[n(2)]
    pub received_ms: Option<i64>,
}

impl Verdict {
    /// What became of an upload, from a hub that does not say when it came.
    pub const fn new(n: u64, outcome: Outcome) -> Self {
        Self {
            n,
            outcome,
            received_ms: None,
        }
    }
}

/// What may become of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Outcome {
    /// It is in the log, safely, under this number.
    #[n(0)]
    Accepted {
        /// Its number in the district's log.
        #[n(0)]
        number: u64,
        /// The document had been taken from the user before: it is marked as written late by the former worker.
        #[n(1)]
        late: bool,
    },
    /// It has been in the log since an earlier request.
    #[n(1)]
    Duplicate {
        /// Its number in the district's log.
        #[n(0)]
        number: u64,
    },
    /// It is not in the log. The hub keeps the bytes in quarantine; the device keeps them too.
    #[n(2)]
    Refused {
        /// Why.
        #[n(0)]
        code: Refusal,
    },
}
