//! Frames: the self-delimited, checked pieces both bodies are made of.

mod decoder;
mod reader;

pub use decoder::FrameDecoder;
pub use reader::{FrameReader, ReadError};

use crate::limits::{FRAME_BYTES_MAX, FRAME_HEAD_BYTES, FRAME_TAIL_BYTES, PAYLOAD_BYTES_MAX};

/// The flag of the frame that is the last of a body.
pub(crate) const LAST: u8 = 1;

/// Why bytes are no frame. After any of these nothing more is read from the same stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The length in the head is more than a frame may have.
    #[error("a frame of {payload_bytes} bytes of payload is too large")]
    TooLarge {
        /// What the head claims.
        payload_bytes: usize,
    },
    /// Flags that this version does not know.
    #[error("unknown frame flags {0:#04x}")]
    UnknownFlags(u8),
    /// The checksum does not fit.
    #[error("a frame's checksum does not fit its bytes")]
    Checksum,
    /// The stream ended inside a frame.
    #[error("the stream ended inside a frame")]
    Cut,
    /// An earlier frame of this stream was broken.
    #[error("the stream was given up at an earlier frame")]
    GivenUp,
}

/// One whole frame whose checksum fits. What it says is not yet known, nor who says it.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    bytes: Vec<u8>,
}

impl Frame {
    /// A frame of this kind around this payload.
    pub fn new(kind: u8, payload: &[u8]) -> Result<Self, FrameError> {
        let mut bytes = head(kind, 0, payload.len())?.to_vec();
        bytes.extend_from_slice(payload);
        Ok(Self::sealed(bytes))
    }

    /// The bytes so far and their checksum.
    pub(crate) fn sealed(mut bytes: Vec<u8>) -> Self {
        let checksum = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        Self { bytes }
    }

    /// What kind of message it holds.
    pub fn kind(&self) -> u8 {
        self.bytes[0]
    }

    /// Whether it says that it is the last of its body (version 2, upwards).
    pub fn is_last(&self) -> bool {
        self.bytes[1] & LAST != 0
    }

    /// The payload, with its signature where the kind has one.
    pub fn payload(&self) -> &[u8] {
        &self.bytes[FRAME_HEAD_BYTES..self.bytes.len() - FRAME_TAIL_BYTES]
    }

    /// The whole frame, for the wire and for the hash of the chain.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The whole frame, for the wire.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl std::fmt::Debug for Frame {
    /// A frame may hold what a child said, so it shows only its kind and length.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Frame(kind {}, {} bytes)", self.kind(), self.bytes.len())
    }
}

/// The head of a frame with so much payload.
pub(crate) fn head(kind: u8, flags: u8, payload_bytes: usize) -> Result<[u8; FRAME_HEAD_BYTES], FrameError> {
    if payload_bytes > PAYLOAD_BYTES_MAX {
        return Err(FrameError::TooLarge { payload_bytes });
    }
    let length = u32::try_from(payload_bytes)
        .expect("a payload under 4 kB fits 32 bits")
        .to_le_bytes();
    Ok([kind, flags, length[0], length[1], length[2]])
}

/// How long the frame is that begins with this head.
fn frame_bytes(head: [u8; FRAME_HEAD_BYTES]) -> Result<usize, FrameError> {
    let [_, flags, low, middle, high] = head;
    if flags & !LAST != 0 {
        return Err(FrameError::UnknownFlags(flags));
    }
    let payload_bytes = usize::from(low) | usize::from(middle) << 8 | usize::from(high) << 16;
    let whole = FRAME_HEAD_BYTES + payload_bytes + FRAME_TAIL_BYTES;
    if whole > FRAME_BYTES_MAX {
        return Err(FrameError::TooLarge { payload_bytes });
    }
    Ok(whole)
}
