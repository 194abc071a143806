//! What a media object is, by its own bytes, and whether it is what it claims to be as far as can be told without
//! decoding it. A device checks what it takes in, the hub what it is sent: neither keeps a program under a picture's name.
//!
//! These readers follow lengths inside the bytes, never beyond them, and allocate nothing that grows with what a file
//! claims.

use super::{pdf, recording::Recording};

/// A recording, whole. At the quality the app records in, more than a quarter of an hour.
pub const RECORDING_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A scanned paper, whole.
pub const PAPER_BYTES_MAX: usize = 6 * 1024 * 1024;
/// The strokes of a signature.
pub const STROKES_BYTES_MAX: usize = 256 * 1024;

/// The kinds of bytes that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// A photo, or one of its smaller sizes.
    Jpeg,
    /// A rendered signature.
    Png,
    /// The strokes of a signature, as JSON.
    Strokes,
    /// A sound recording: Opus in Ogg.
    Recording,
    /// A scanned paper.
    Paper,
}

/// Bytes that are no media object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotMedia {
    /// They begin like nothing that is kept.
    #[error("of no kind that is kept")]
    Unknown,
    /// They begin like one kind and do not go on like it.
    #[error("not what it claims to be")]
    Damaged,
    /// A paper that would do something when it is opened: run a script, start a program, carry other files.
    #[error("a paper that does more than be read")]
    Active,
    /// A paper under a password.
    #[error("a paper under a password")]
    Encrypted,
    /// More bytes than its kind may have.
    #[error("too large for its kind")]
    TooLarge,
}

impl MediaKind {
    /// What the bytes are.
    pub fn check(bytes: &[u8]) -> Result<Self, NotMedia> {
        let (kind, bytes_max) = match bytes {
            [0xFF, 0xD8, 0xFF, ..] => (Self::Jpeg, usize::MAX),
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => (Self::Png, usize::MAX),
            [b'O', b'g', b'g', b'S', ..] => (Self::Recording, RECORDING_BYTES_MAX),
            [b'%', b'P', b'D', b'F', b'-', ..] => (Self::Paper, PAPER_BYTES_MAX),
            [b'{', b'"', b's', b't', b'r', b'o', b'k', b'e', b's', b'"', b':', ..] => {
                (Self::Strokes, STROKES_BYTES_MAX)
            }
            _ => return Err(NotMedia::Unknown),
        };
        if bytes.len() > bytes_max {
            return Err(NotMedia::TooLarge);
        }
        match kind {
            Self::Paper => pdf::check(bytes)?,
            Self::Recording => drop(Recording::read(bytes)?),
            Self::Jpeg if jpeg(bytes) => {}
            Self::Png if png(&bytes[8..]) => {}
            Self::Strokes if strokes(bytes) => {}
            Self::Jpeg | Self::Png | Self::Strokes => return Err(NotMedia::Damaged),
        }
        Ok(kind)
    }

    /// The media type, for a player or a viewer.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Strokes => "application/json",
            Self::Recording => "audio/ogg",
            Self::Paper => "application/pdf",
        }
    }
}

/// Segments by their lengths up to the first scan, a frame among them, and the end mark at the end.
fn jpeg(bytes: &[u8]) -> bool {
    let mut rest = &bytes[2..];
    let mut framed = false;
    while let [0xFF, marker, body @ ..] = rest {
        match marker {
            0xFF => {
                rest = &rest[1..];
                continue;
            }
            0xC0..=0xC2 => framed = true,
            0xDA => return framed && bytes.ends_with(&[0xFF, 0xD9]),
            0x00 | 0xD0..=0xD9 => return false,
            _ => {}
        }
        let length = body
            .first_chunk()
            .map_or(0, |length| usize::from(u16::from_be_bytes(*length)));
        match body.get(length..) {
            Some(behind) if length >= 2 => rest = behind,
            _ => return false,
        }
    }
    false
}

/// Chunks by their lengths, the head first, the end last and nothing behind it.
fn png(mut chunks: &[u8]) -> bool {
    let mut first = true;
    loop {
        let Some((length, rest)) = chunks.split_first_chunk::<4>() else {
            return false;
        };
        let length = u32::from_be_bytes(*length) as usize;
        let Some((name, rest)) = rest.split_first_chunk::<4>() else {
            return false;
        };
        if first != (name == b"IHDR") {
            return false;
        }
        first = false;
        let Some(behind) = length.checked_add(4).and_then(|skip| rest.get(skip..)) else {
            return false;
        };
        if name == b"IEND" {
            return length == 0 && behind.is_empty();
        }
        chunks = behind;
    }
}

/// Numbers and brackets: what strokes are written with, and nothing that a reader of text would run.
fn strokes(bytes: &[u8]) -> bool {
    let Some(numbers) = bytes
        .strip_prefix(b"{\"strokes\":")
        .and_then(|rest| rest.strip_suffix(b"}"))
    else {
        return false;
    };
    let mut depth = 0u8;
    for byte in numbers {
        match byte {
            b'[' if depth < 3 => depth += 1,
            b']' if depth > 0 => depth -= 1,
            b'0'..=b'9' | b',' if depth > 0 => {}
            _ => return false,
        }
    }
    depth == 0 && numbers.starts_with(b"[")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::recording::tests::second;

    fn chunk(name: &[u8], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&length, name, body, &[0; 4]].concat()
    }

    fn png_of(chunks: &[Vec<u8>]) -> Vec<u8> {
        [b"\x89PNG\r\n\x1A\n".as_slice(), &chunks.concat()].concat()
    }

    #[test]
    fn what_is_kept_is_known_and_what_only_begins_like_it_is_not() {
        let png = png_of(&[chunk(b"IHDR", &[0; 13]), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")]);
        let jpeg = b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xC0\0\x03x\xFF\xDA\0\x02pixels\xFF\xD9".to_vec();
        let sound = second();
        for (bytes, kind) in [
            (jpeg.clone(), MediaKind::Jpeg),
            (png.clone(), MediaKind::Png),
            (sound.clone(), MediaKind::Recording),
            (
                b"{\"strokes\":[[[1,2,0],[3,4,9]],[[5,6,20]]]}".to_vec(),
                MediaKind::Strokes,
            ),
        ] {
            assert_eq!(MediaKind::check(&bytes), Ok(kind));
            assert_ne!(MediaKind::check(&bytes[..bytes.len() / 3]), Ok(kind), "{kind:?} cut");
        }
        let long = [sound.clone(), vec![0; RECORDING_BYTES_MAX]].concat();
        for (bytes, why) in [
            (b"MZ\x90\0".to_vec(), NotMedia::Unknown),
            (b"".to_vec(), NotMedia::Unknown),
            (b"<html>".to_vec(), NotMedia::Unknown),
            // What a recorder writes is made into Ogg by the device.
            (b"\x1A\x45\xDF\xA3".to_vec(), NotMedia::Unknown),
            ([jpeg, b"PK\x03\x04".to_vec()].concat(), NotMedia::Damaged),
            ([png, b"#!/bin/sh".to_vec()].concat(), NotMedia::Damaged),
            ([sound, b"x".to_vec()].concat(), NotMedia::Damaged),
            (b"{\"strokes\":[[[1,2,0]]],\"x\":1}".to_vec(), NotMedia::Damaged),
            (b"{\"strokes\":[[[[1]]]]}".to_vec(), NotMedia::Damaged),
            (long, NotMedia::TooLarge),
        ] {
            assert_eq!(
                MediaKind::check(&bytes),
                Err(why),
                "{:?}",
                &bytes[..bytes.len().min(20)]
            );
        }
    }
}
