//! The process that tries: reads questions, answers each with a byte, and keeps nothing.

use std::collections::HashMap;
use std::io::{self, Read, Write};

use casefile::Document;
use casework::DocumentKind;
use protocol::DocumentId;

/// Documents that a helper keeps open.
const OPEN_MAX: usize = 8;
/// Largest part of a question. A helper's memory is bounded; this bounds what a damaged length asks for.
const PART_BYTES_MAX: u32 = 64 * 1024 * 1024;

/// A change, and the document it belongs into; without one that which the helper has open.
pub(super) struct Question<'q> {
    pub(super) id: DocumentId,
    pub(super) document: Option<(DocumentKind, &'q [u8])>,
    pub(super) change: &'q [u8],
}

/// What a helper says, as one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Applied,
    NotApplied,
}

impl Answer {
    const fn to_byte(self) -> u8 {
        match self {
            Self::Applied => b'+',
            Self::NotApplied => b'-',
        }
    }

    pub(super) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            b'+' => Some(Self::Applied),
            b'-' => Some(Self::NotApplied),
            _ => None,
        }
    }
}

impl Question<'_> {
    /// The id, the byte of the kind (0 where the document is open), the saved document and the change, each with its length.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let (kind, saved) = self
            .document
            .map_or((0, &[][..]), |(kind, saved)| (kind.to_byte(), saved));
        let mut bytes = self.id.0.to_vec();
        bytes.push(kind);
        for part in [saved, self.change] {
            bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend(part);
        }
        bytes
    }
}

/// Answers until nobody asks any more, with so much memory at most.
pub fn serve(memory_bytes: u64, from: impl Read, to: impl Write) -> io::Result<()> {
    bound(memory_bytes)?;
    answer_all(from, to)
}

pub(super) fn answer_all(mut from: impl Read, mut to: impl Write) -> io::Result<()> {
    let mut open = HashMap::new();
    loop {
        let mut id = DocumentId([0; 17]);
        let (first, rest) = id.0.split_at_mut(1);
        // Between two questions, and there alone, it may end.
        if from.read(first)? == 0 {
            return Ok(());
        }
        from.read_exact(rest)?;
        let mut kind = [0];
        from.read_exact(&mut kind)?;
        let (saved, change) = (part(&mut from)?, part(&mut from)?);
        let before = match DocumentKind::from_byte(kind[0]) {
            Some(kind) => Some(Document::load(kind, &saved).map_err(io::Error::other)?),
            None => open.remove(&id),
        };
        let answer = match before {
            Some(document) => tried(document, &change, |document| {
                if open.len() >= OPEN_MAX {
                    open.clear();
                }
                open.insert(id, document);
            }),
            None => Answer::NotApplied,
        };
        to.write_all(&[answer.to_byte()])?;
        to.flush()?;
    }
}

fn tried(mut document: Document, change: &[u8], keep: impl FnOnce(Document)) -> Answer {
    match document.try_out(change) {
        Ok(()) => {
            keep(document);
            Answer::Applied
        }
        Err(_) => Answer::NotApplied,
    }
}

fn part(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > PART_BYTES_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// No more memory than that, and no picture of it where the process is killed.
#[cfg(unix)]
fn bound(memory_bytes: u64) -> io::Result<()> {
    rlimit::Resource::AS.set(memory_bytes, memory_bytes)?;
    rlimit::Resource::CORE.set(0, 0)
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
fn bound(_: u64) -> io::Result<()> {
    Ok(())
}
