//! The names of things on the wire: fixed numbers of bytes, written as hexadecimal where people see them.

use std::fmt;
use std::str::FromStr;

use minicbor::decode::{Decode, Decoder};
use minicbor::encode::{Encode, Encoder, Write};

/// A text that is not the hexadecimal form of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} hexadecimal digits")]
pub struct ParseIdError {
    expected: usize,
}

macro_rules! wire_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $bytes]);

        impl $name {
            /// How many bytes the id has.
            pub const BYTES: usize = $bytes;

            /// The id's bytes, for a database or a document.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }

            /// The id in a slice of exactly its length.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                decode_hex(text).map(Self).ok_or(ParseIdError { expected: 2 * $bytes })
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: Write>(
                &self,
                out: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                out.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(from: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = from.position();
                Self::from_slice(from.bytes()?)
                    .ok_or_else(|| minicbor::decode::Error::message("id of the wrong length").at(at))
            }
        }
    };
}

wire_id!(
    /// One user on one device. Random, made by the device when it enrols; also the automerge actor of its changes.
    AuthorId,
    16
);
wire_id!(
    /// A person at the hub, whatever device they hold. Made by the hub.
    UserId,
    16
);
wire_id!(
    /// A document: 16 bytes naming its subject and one byte for the kind of document. Opaque here.
    DocumentId,
    17
);
wire_id!(
    /// What documents are about: a case, an institution. The first 16 bytes of their ids.
    SubjectId,
    16
);
wire_id!(
    /// One life of a hub's log. A hub restored from a backup has a new epoch, and old cursors mean nothing to it.
    Epoch,
    16
);
wire_id!(
    /// Random bytes that make an opening unrepeatable.
    Nonce,
    16
);
wire_id!(
    /// The SHA-256 of some bytes.
    Sha256,
    32
);

fn decode_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}

impl DocumentId {
    /// What the document is about.
    pub fn subject(&self) -> SubjectId {
        SubjectId(*self.0.first_chunk().expect("a document's id begins with its subject"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text() {
        let id = DocumentId([0xa5; 17]);
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn a_text_that_is_no_id_is_refused() {
        for text in ["", "00", "zz", &"g".repeat(32), &"é".repeat(16), &"0".repeat(33)] {
            assert!(text.parse::<AuthorId>().is_err(), "{text}");
        }
    }

    #[test]
    fn bytes_of_another_length_are_no_id() {
        let bytes = minicbor::to_vec(UserId([1; 16])).unwrap();
        assert!(minicbor::decode::<DocumentId>(&bytes).is_err());
    }
}
