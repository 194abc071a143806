//! What an officer asks the district about words that the hub refused.
//!
//! A refused change stays on the device, and its bytes lie in the hub's quarantine. The officer may *ask for access*: to be
//! given the record, so that what was written can be sent again; or *hand it over*: an administrator of the district looks at
//! what lies in quarantine and takes it in or turns it down. The device says each [`Appeal`] in its `Open` (`appeals`) until the
//! hub answers in an [`Appealed`](crate::message::down::Appealed) how the district decided; before that the answer is that it
//! was noted, and when. Who asks once more after a no says a later `asked_s`: that is another appeal. A document that does not exist and one that the user may not know of are noted alike, so an appeal tells
//! nobody what there is. Once an appeal is granted, the device sends the refused changes of that document again by itself: what
//! the district has taken in meanwhile is a duplicate, and everything else is judged by the rights of that day.

use crate::ids::DocumentId;

/// An [`Appeal`] on the wire.
pub const APPEAL_BYTES: usize = 22;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Plea {
    /// To be given the record.
    Access = 1,
    /// That the district decides about what lies in quarantine.
    HandOver = 2,
}

impl Plea {
    /// Every plea.
    pub const ALL: [Self; 2] = [Self::Access, Self::HandOver];

    /// The number on the wire.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The plea of that number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|plea| plea.code() == code)
    }

    /// A stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::HandOver => "hand_over",
        }
    }
}

/// What is asked for, about refused changes of which document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Appeal {
    /// The document.
    pub document: DocumentId,
    /// What is asked for.
    pub plea: Plea,
    /// When the officer asked, by the device's clock, seconds since 1970. It tells one asking from the next.
    pub asked_s: u32,
}

impl Appeal {
    /// The document's id, the plea's number, and the seconds, big endian.
    pub fn to_bytes(self) -> [u8; APPEAL_BYTES] {
        let mut bytes = [0; APPEAL_BYTES];
        bytes[..17].copy_from_slice(&self.document.0);
        bytes[17] = self.plea.code();
        bytes[18..].copy_from_slice(&self.asked_s.to_be_bytes());
        bytes
    }

    /// The appeal in these bytes; `None` for another length or a plea that this code does not know.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (document, [plea, asked @ ..]) = bytes.split_first_chunk()? else {
            return None;
        };
        Some(Self {
            document: DocumentId(*document),
            plea: Plea::from_code(*plea)?,
            asked_s: u32::from_be_bytes(asked.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appeal_is_read_back_and_what_is_none_is_not() {
        for plea in Plea::ALL {
            let appeal = Appeal {
                document: DocumentId([7; 17]),
                plea,
                asked_s: 1_795_000_000,
            };
            assert_eq!(Appeal::from_bytes(&appeal.to_bytes()), Some(appeal));
        }
        for length in [0, 17, 18, 21, 23] {
            assert_eq!(Appeal::from_bytes(&vec![1; length]), None);
        }
        assert_eq!(Appeal::from_bytes(&[9; APPEAL_BYTES]), None);
    }
}
