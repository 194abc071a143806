//! Where a device stands in its district's log, in the hub's own words.

use minicbor::decode::{Decode, Decoder};
use minicbor::encode::{Encode, Encoder, Write};

use crate::limits::CURSOR_BYTES_MAX;

/// Opaque to the device: it stores what the last mark gave and sends it back. Empty asks for everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor(Vec<u8>);

impl Cursor {
    /// The cursor of a device that has nothing yet.
    pub const fn start() -> Self {
        Self(Vec::new())
    }

    /// A cursor of these bytes, unless they are too many.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (bytes.len() <= CURSOR_BYTES_MAX).then(|| Self(bytes.to_vec()))
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<C> Encode<C> for Cursor {
    fn encode<W: Write>(&self, out: &mut Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
        out.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Cursor {
    fn decode(from: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let at = from.position();
        Self::from_bytes(from.bytes()?).ok_or_else(|| minicbor::decode::Error::message("cursor too long").at(at))
    }
}
