use minicbor::{Decode, Encode};

use super::StateMark;
use crate::limits::{PROPOSAL_AGREED_BYTES_MAX, PROPOSALS_MAX};

/// Who may be the same child as whom, as the hub compares a whole state: all that is proposed to the user now, in the place
/// of what was before. To a device of version 2 that says in `Open` which mark it has, where that is another one.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Proposals {
    /// What the device says in its next opening, so that it is not told the same again.
    #[n(0)]
    pub mark: StateMark,
    /// The proposals, the likeliest first; at most [`PROPOSALS_MAX`].
    #[n(1)]
    pub proposals: Vec<Proposal>,
}

/// A record that the user may read, and one of another district that may be about the same child. What the other says stays
/// there: whoever wants to know asks that district for the record by its id.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Proposal {
    /// The record that the user may read: a case or a report, 16 bytes.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub own: [u8; 16],
    /// 1 where it is a case, 2 where it is a report of a missing child.
    #[n(1)]
    pub own_sort: u8,
    /// The other.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub other: [u8; 16],
    /// The same of the other.
    #[n(3)]
    pub other_sort: u8,
    /// The code of the district that has the other.
    #[n(4)]
    pub district: String,
    /// How likely they are one child, in percent.
    #[n(5)]
    pub percent: u8,
    /// How the facts that weigh most agreed, in codes without a value: `given=same age=near`. At most
    /// [`PROPOSAL_AGREED_BYTES_MAX`] bytes.
    #[n(6)]
    pub agreed: String,
    /// What the people of the other record decided: `same`, `not_same`, `unsure`. Absent where they have not.
    #[n(7)]
    pub theirs: Option<String>,
}

impl Proposals {
    /// Whether there is no more of anything than may be.
    pub fn is_within_limits(&self) -> bool {
        self.proposals.len() <= PROPOSALS_MAX
            && self
                .proposals
                .iter()
                .all(|one| one.agreed.len() <= PROPOSAL_AGREED_BYTES_MAX)
    }
}
