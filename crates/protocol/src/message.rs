//! The messages in the frames, one file for each.

pub mod down;
mod named;
pub mod up;

pub use down::DownMessage;
pub use named::{Named, Names, NamesError, Naming};
pub use up::UpMessage;

use crate::frame::FrameError;

/// Why a message cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// It does not fit a frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

/// Why a frame's payload is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A kind of frame that this version does not know in this direction.
    #[error("unknown kind of frame {0}")]
    UnknownKind(u8),
    /// The payload is not the map this kind has.
    #[error("the payload is not what its kind says")]
    Malformed,
    /// More bytes than the message may have.
    #[error("the message is too large")]
    TooLarge,
}

/// One value that fills the bytes exactly.
pub(crate) fn from_cbor<'b, T: minicbor::Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, DecodeError> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let value = decoder.decode().map_err(|_| DecodeError::Malformed)?;
    if decoder.position() == bytes.len() {
        Ok(value)
    } else {
        Err(DecodeError::Malformed)
    }
}

macro_rules! messages {
    ($(#[$doc:meta])* $name:ident { $($(#[$kind_doc:meta])* $kind:literal => $message:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $($(#[$kind_doc])* $message($message),)*
        }

        impl $name {
            /// The kind of frame this message travels in.
            pub const fn kind(&self) -> u8 {
                match self {
                    $(Self::$message(_) => $kind,)*
                }
            }

            /// The payload without a signature.
            pub(crate) fn to_cbor(&self) -> Result<Vec<u8>, crate::message::EncodeError> {
                let encoded = match self {
                    $(Self::$message(message) => minicbor::to_vec(message),)*
                };
                Ok(encoded.expect("memory takes every byte"))
            }

            /// The message in a payload without its signature.
            fn from_kind(kind: u8, payload: &[u8]) -> Result<Self, crate::message::DecodeError> {
                match kind {
                    $($kind => crate::message::from_cbor(payload).map(Self::$message),)*
                    other => Err(crate::message::DecodeError::UnknownKind(other)),
                }
            }
        }

        $(impl From<$message> for $name {
            fn from(message: $message) -> Self {
                Self::$message(message)
            }
        })*
    };
}
pub(crate) use messages;
