//! The write-ahead log beside a damaged file: which pages stand in it, as far as its own sums hold.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader},
    path::Path,
};

use crate::vault::PAGE_BYTES;

const HEAD_BYTES: usize = 32;
const FRAME_HEAD_BYTES: usize = 24;
const MAGIC: u32 = 0x377F_0682;

/// Where the newest committed copy of each page begins in the log, and how many pages the file then has.
#[derive(Default)]
pub(super) struct Log {
    pub(super) places: HashMap<u32, u64>,
    pub(super) pages: Option<u32>,
}

/// A sum over eight bytes at a time, as the log has it.
struct Sum {
    big_endian: bool,
    at: (u32, u32),
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        let word = |four: &[u8]| {
            let four = four.try_into().unwrap_or_default();
            if self.big_endian {
                u32::from_be_bytes(four)
            } else {
                u32::from_le_bytes(four)
            }
        };
        for eight in bytes.chunks_exact(8) {
            self.at.0 = self.at.0.wrapping_add(word(&eight[..4])).wrapping_add(self.at.1);
            self.at.1 = self.at.1.wrapping_add(word(&eight[4..])).wrapping_add(self.at.0);
        }
    }

    fn is(&self, bytes: &[u8]) -> bool {
        (number(bytes, 0), number(bytes, 4)) == self.at
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    four.map_or(0, u32::from_be_bytes)
}

/// Reads a log to its last whole transaction. No log, or one that does not begin as one, is an empty one: the database takes
/// it for that, too.
pub(super) fn read(path: &Path) -> Log {
    File::open(path)
        .and_then(|file| frames(BufReader::new(file)))
        .unwrap_or_default()
}

pub(super) fn frames(mut file: impl io::Read) -> io::Result<Log> {
    let mut head = [0; HEAD_BYTES];
    file.read_exact(&mut head)?;
    let mut sum = Sum {
        big_endian: number(&head, 0) & 1 == 1,
        at: (0, 0),
    };
    sum.add(&head[..24]);
    let is_ours = number(&head, 0) & !1 == MAGIC && number(&head, 8) as usize == PAGE_BYTES && sum.is(&head[24..]);
    let (mut log, mut open) = (Log::default(), HashMap::new());
    if !is_ours {
        return Ok(log);
    }
    let mut at = HEAD_BYTES as u64;
    let mut frame = vec![0; FRAME_HEAD_BYTES + PAGE_BYTES];
    while file.read_exact(&mut frame).is_ok() {
        let (about, page) = frame.split_at(FRAME_HEAD_BYTES);
        sum.add(&about[..8]);
        sum.add(page);
        if about[8..16] != head[16..24] || !sum.is(&about[16..]) {
            break;
        }
        open.insert(number(about, 0), at + FRAME_HEAD_BYTES as u64);
        // A frame that says how many pages the file has ends a transaction.
        if number(about, 4) > 0 {
            log.places.extend(open.drain());
            log.pages = Some(number(about, 4));
        }
        at += frame.len() as u64;
    }
    Ok(log)
}
