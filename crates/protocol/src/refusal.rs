//! Why a hub says no: a closed list, with room for the reasons of hubs newer than this code.

use minicbor::decode::{Decode, Decoder};
use minicbor::encode::{Encode, Encoder, Write};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $word:literal;)*) => {
        /// Why something was refused. The number travels; the word is for logs and for finding the officer's sentence.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Refusal {
            $($(#[$doc])* $name,)*
            /// A reason of a newer hub. It survives being stored.
            Unknown(u16),
        }

        impl Refusal {
            /// Every reason this version knows.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The number on the wire.
            pub const fn code(self) -> u16 {
                match self {
                    $(Self::$name => $code,)*
                    Self::Unknown(code) => code,
                }
            }

            /// The reason with this number.
            pub const fn from_code(code: u16) -> Self {
                match code {
                    $($code => Self::$name,)*
                    other => Self::Unknown(other),
                }
            }

            /// A stable word, e.g. `sequence_gap`.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Unknown(_) => "unknown",
                }
            }
        }
    };
}

refusals! {
    /// Bytes that do not follow this protocol, or a change that is no change.
    Malformed = 1, "malformed";
    /// More bytes than a limit allows, packed or unpacked.
    TooLarge = 2, "too_large";
    /// The user may not write in that document, or may not begin a case.
    NotPermitted = 3, "not_permitted";
    /// The change names another author than the one who sent it.
    WrongAuthor = 4, "wrong_author";
    /// The author's changes before this one are missing.
    SequenceGap = 5, "sequence_gap";
    /// The change builds on changes the hub does not have.
    MissingDependencies = 6, "missing_dependencies";
    /// The author has already used this sequence number for something else. The device goes on as a new author.
    Fork = 7, "fork";
    /// There is no such document, or none this user may know of. The two look alike.
    UnknownDocument = 8, "unknown_document";
    /// The document was taken away from the user, and the time for handing in late changes has passed.
    Revoked = 9, "revoked";
    /// A signature or the chain of signatures does not hold.
    BadSignature = 10, "bad_signature";
    /// The device's clock is too far from the hub's. The answer carries the hub's time.
    ClockWrong = 11, "clock_wrong";
    /// This opening was sent before.
    Replay = 12, "replay";
    /// The hub knows no such author, or no longer.
    NotEnrolled = 13, "not_enrolled";
    /// The change would leave the document in a shape its dictionary does not allow.
    Schema = 14, "schema";
    /// The hub does not speak the version in the opening.
    UnsupportedVersion = 15, "unsupported_version";
    /// The hub cannot take it now: try again later.
    Unavailable = 16, "unavailable";
    /// A row that only the filing of a form writes does not say what the document and its author say: a form that they may
    /// not file, another time, changes that the hub does not have, or a filing that somebody changed.
    Filing = 17, "filing";
    /// The change writes what is computed and nobody writes.
    Derived = 18, "derived";
    /// The short form of a change stands on what the hub does not know by the beginning of its hash: the device sends the
    /// whole chunk.
    SendWhole = 19, "send_whole";
    /// The record was destroyed by law. Nothing of what came is kept, and the device keeps nothing either.
    Destroyed = 20, "destroyed";
    /// A person at the hub has looked at the change that was refused, and refused it for good; the hub has no copy any more.
    ForGood = 21, "refused_for_good";
    /// No such enrolment code.
    WrongCode = 32, "wrong_code";
    /// The enrolment code has been used by another device.
    UsedCode = 33, "used_code";
    /// The enrolment code's time has passed.
    ExpiredCode = 34, "expired_code";
    /// Too many tries: wait.
    TooManyTries = 35, "too_many_tries";
    /// The code's user has a vault on this device already; the code stays good.
    AlreadyHere = 36, "already_here";
}

impl Refusal {
    /// Whether the same bytes may be taken later without anyone changing anything.
    pub const fn is_passing(self) -> bool {
        matches!(
            self,
            Self::Unavailable | Self::SendWhole | Self::TooManyTries | Self::ClockWrong | Self::Replay
        )
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(code) => write!(out, "unknown({code})"),
            known => out.write_str(known.word()),
        }
    }
}

impl<C> Encode<C> for Refusal {
    fn encode<W: Write>(&self, out: &mut Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
        out.u16(self.code())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Refusal {
    fn decode(from: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        from.u16().map(Self::from_code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_survives_its_number_and_an_unknown_one_too() {
        for reason in Refusal::ALL {
            assert_eq!(Refusal::from_code(reason.code()), *reason);
        }
        assert_eq!(Refusal::from_code(999).code(), 999);
    }
}
