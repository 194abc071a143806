//! Frames out of bytes as they come, without ever holding more than one frame.

use super::{Frame, FrameError, frame_bytes};
use crate::limits::{FRAME_HEAD_BYTES, FRAME_TAIL_BYTES};

/// Takes bytes in pieces of any size and gives frames. Holds at most one frame's bytes, whatever it is fed, and after
/// the first error gives nothing more.
#[derive(Debug, Default)]
pub struct FrameDecoder {
    partial: Vec<u8>,
    given_up: bool,
}

impl FrameDecoder {
    /// A decoder at the beginning of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes from the front of `input` what one frame needs. `None`: all of the input was taken and the frame is not
    /// whole yet. Call again until it says so.
    pub fn feed(&mut self, input: &mut &[u8]) -> Result<Option<Frame>, FrameError> {
        if self.given_up {
            return Err(FrameError::GivenUp);
        }
        let fed = self.try_feed(input);
        self.given_up = fed.is_err();
        fed
    }

    fn try_feed(&mut self, input: &mut &[u8]) -> Result<Option<Frame>, FrameError> {
        if !self.take(FRAME_HEAD_BYTES, input) {
            return Ok(None);
        }
        let head = self.partial[..FRAME_HEAD_BYTES]
            .try_into()
            .expect("the head was just taken");
        let whole = frame_bytes(head)?;
        if !self.take(whole, input) {
            return Ok(None);
        }
        let bytes = std::mem::take(&mut self.partial);
        let (checked, tail) = bytes.split_at(whole - FRAME_TAIL_BYTES);
        if crc32fast::hash(checked).to_le_bytes() != tail {
            return Err(FrameError::Checksum);
        }
        Ok(Some(Frame { bytes }))
    }

    /// Fills up to `wanted` bytes; says whether they are there.
    fn take(&mut self, wanted: usize, input: &mut &[u8]) -> bool {
        let missing = wanted.saturating_sub(self.partial.len());
        let (taken, rest) = input.split_at(missing.min(input.len()));
        self.partial.extend_from_slice(taken);
        *input = rest;
        self.partial.len() >= wanted
    }

    /// Whether the stream may end here: between two frames.
    pub fn finish(&self) -> Result<(), FrameError> {
        if self.given_up {
            Err(FrameError::GivenUp)
        } else if self.partial.is_empty() {
            Ok(())
        } else {
            Err(FrameError::Cut)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{FRAME_BYTES_MAX, PAYLOAD_BYTES_MAX};

    fn drain(decoder: &mut FrameDecoder, mut input: &[u8]) -> Result<Vec<Frame>, FrameError> {
        let mut frames = Vec::new();
        while let Some(frame) = decoder.feed(&mut input)? {
            frames.push(frame);
        }
        assert!(input.is_empty());
        Ok(frames)
    }

    #[test]
    fn a_frame_comes_out_byte_by_byte() {
        let frame = Frame::new(3, b"payload").unwrap();
        let mut decoder = FrameDecoder::new();
        let (last, before) = frame.as_bytes().split_last().unwrap();
        for byte in before {
            assert!(drain(&mut decoder, &[*byte]).unwrap().is_empty());
            assert_eq!(decoder.finish(), Err(FrameError::Cut));
        }
        assert_eq!(drain(&mut decoder, &[*last]).unwrap(), vec![frame]);
        assert_eq!(decoder.finish(), Ok(()));
    }

    #[test]
    fn the_largest_frame_passes_and_a_byte_more_does_not() {
        let largest = Frame::new(1, &[7; PAYLOAD_BYTES_MAX]).unwrap();
        assert_eq!(largest.as_bytes().len(), FRAME_BYTES_MAX);
        assert_eq!(drain(&mut FrameDecoder::new(), largest.as_bytes()).unwrap().len(), 1);
        assert!(Frame::new(1, &[7; PAYLOAD_BYTES_MAX + 1]).is_err());
        let claim = [1, 0, 0xff, 0xff, 0xff];
        assert_eq!(
            drain(&mut FrameDecoder::new(), &claim),
            Err(FrameError::TooLarge {
                payload_bytes: 0x00ff_ffff
            })
        );
    }

    #[test]
    fn a_flipped_bit_ends_the_stream() {
        let frame = Frame::new(9, b"what was said").unwrap();
        for at in 0..frame.as_bytes().len() * 8 {
            let mut bytes = frame.as_bytes().to_vec();
            bytes[at / 8] ^= 1 << (at % 8);
            let mut decoder = FrameDecoder::new();
            // A length that grew leaves the decoder waiting; everything else is found at once.
            let found = drain(&mut decoder, &bytes);
            assert!(found.is_err() || found == Ok(Vec::new()), "bit {at}");
            assert!(decoder.finish().is_err(), "bit {at}");
        }
    }

    #[test]
    fn nothing_is_read_behind_a_broken_frame() {
        let mut decoder = FrameDecoder::new();
        assert_eq!(
            drain(&mut decoder, &[1, 0x80, 0, 0, 0]),
            Err(FrameError::UnknownFlags(0x80))
        );
        let whole = Frame::new(1, b"").unwrap();
        assert_eq!(drain(&mut decoder, whole.as_bytes()), Err(FrameError::GivenUp));
    }
}
