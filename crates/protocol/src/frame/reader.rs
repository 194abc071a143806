//! Frames out of a blocking stream.

use std::io::{self, Read};

use super::{Frame, FrameDecoder, FrameError};
use crate::limits::FRAME_BYTES_MAX;

/// Why the next frame could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The stream failed. What came before stands.
    #[error("the stream failed")]
    Io(#[from] io::Error),
    /// The bytes are no frame, or the stream ended inside one.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

/// Reads frames from a blocking stream, one at a time.
#[derive(Debug)]
pub struct FrameReader<R> {
    stream: R,
    decoder: FrameDecoder,
    buffer: Box<[u8; FRAME_BYTES_MAX]>,
    filled: std::ops::Range<usize>,
    bytes_read: u64,
}

impl<R: Read> FrameReader<R> {
    /// A reader at the beginning of a stream.
    pub fn new(stream: R) -> Self {
        Self {
            stream,
            decoder: FrameDecoder::new(),
            buffer: Box::new([0; FRAME_BYTES_MAX]),
            filled: 0..0,
            bytes_read: 0,
        }
    }

    /// The next frame; `None` where the stream ended between two frames.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, ReadError> {
        loop {
            let mut input = &self.buffer[self.filled.clone()];
            let frame = self.decoder.feed(&mut input)?;
            self.filled.start = self.filled.end - input.len();
            if frame.is_some() {
                return Ok(frame);
            }
            let count = match self.stream.read(&mut self.buffer[..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if count == 0 {
                self.decoder.finish()?;
                return Ok(None);
            }
            self.filled = 0..count;
            self.bytes_read += count as u64;
        }
    }

    /// How many bytes the stream has given so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that gives its bytes in small pieces.
    struct Dripping<'a>(&'a [u8]);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(7);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn frames_are_read_one_by_one_until_the_end() {
        let bytes: Vec<u8> = (1..=3)
            .flat_map(|kind| Frame::new(kind, &[kind; 20]).unwrap().into_bytes())
            .collect();
        let mut reader = FrameReader::new(Dripping(&bytes));
        for kind in 1..=3 {
            assert_eq!(reader.next_frame().unwrap().unwrap().kind(), kind);
        }
        assert!(reader.next_frame().unwrap().is_none());
        assert_eq!(reader.bytes_read(), bytes.len() as u64);
    }

    #[test]
    fn an_end_inside_a_frame_is_a_cut() {
        let bytes = Frame::new(1, b"half").unwrap().into_bytes();
        let mut reader = FrameReader::new(Dripping(&bytes[..bytes.len() - 1]));
        assert!(matches!(reader.next_frame(), Err(ReadError::Frame(FrameError::Cut))));
    }
}
