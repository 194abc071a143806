//! The inside of the file, behind its passphrase: a line that says what it is, a version, records, and an end.
//!
//! ```text
//! "vatsalya-backup\n" | version, 4 bytes LE | record … | end
//! record: kind, 1 byte | length, 4 bytes LE | CBOR
//! ```

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
};

use casework::CaseId;
use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use super::BackupError;

const MAGIC: &[u8; 16] = b"vatsalya-backup\n";
/// The version that is written, and the newest that is read.
pub(super) const VERSION: u32 = 1;
/// Longer than any document or picture.
const RECORD_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Whose it is and what is to come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Head {
    /// The author whose changes these are.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(super) author: [u8; 16],
    /// The officer.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(super) user: [u8; 16],
    /// When it was made.
    #[n(2)]
    pub(super) made_ms: i64,
    /// The version of the app.
    #[n(3)]
    pub(super) app_version: String,
    /// How many changes follow.
    #[n(4)]
    pub(super) changes: u32,
    /// How many pictures follow.
    #[n(5)]
    pub(super) pictures: u32,
}

/// A document that changes stand on, whole.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Ground {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(super) document: [u8; 17],
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(super) snapshot: Vec<u8>,
}

/// A change that no hub has.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Unsent {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(super) document: [u8; 17],
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(super) hash: [u8; 32],
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(super) bytes: Vec<u8>,
}

/// A picture that no hub has.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Picture {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub(super) sha: [u8; 32],
    #[n(1)]
    pub(super) size: u8,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub(super) subject: [u8; 16],
    #[cbor(n(3), with = "minicbor::bytes")]
    pub(super) bytes: Vec<u8>,
}

/// Something in a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Record {
    Head(Head),
    Ground(Ground),
    Unsent(Unsent),
    Picture(Picture),
    Drafts(BTreeMap<CaseId, String>),
    End,
}

impl Record {
    fn kind(&self) -> u8 {
        match self {
            Self::Head(_) => 1,
            Self::Ground(_) => 2,
            Self::Unsent(_) => 3,
            Self::Picture(_) => 4,
            Self::Drafts(_) => 5,
            Self::End => 255,
        }
    }

    fn body(&self) -> Zeroizing<Vec<u8>> {
        const PLAIN: &str = "memory takes every byte";
        Zeroizing::new(match self {
            Self::Head(head) => minicbor::to_vec(head).expect(PLAIN),
            Self::Ground(ground) => minicbor::to_vec(ground).expect(PLAIN),
            Self::Unsent(unsent) => minicbor::to_vec(unsent).expect(PLAIN),
            Self::Picture(picture) => minicbor::to_vec(picture).expect(PLAIN),
            Self::Drafts(drafts) => serde_json::to_vec(drafts).expect("notes are plain data"),
            Self::End => Vec::new(),
        })
    }

    fn read(kind: u8, body: &[u8]) -> Result<Self, BackupError> {
        let damaged = |_| BackupError::Damaged;
        Ok(match kind {
            1 => Self::Head(minicbor::decode(body).map_err(damaged)?),
            2 => Self::Ground(minicbor::decode(body).map_err(damaged)?),
            3 => Self::Unsent(minicbor::decode(body).map_err(damaged)?),
            4 => Self::Picture(minicbor::decode(body).map_err(damaged)?),
            5 => Self::Drafts(serde_json::from_slice(body).map_err(|_| BackupError::Damaged)?),
            255 if body.is_empty() => Self::End,
            _ => return Err(BackupError::Damaged),
        })
    }
}

/// Begins a backup.
pub(super) fn begin(to: &mut impl Write, version: u32) -> io::Result<()> {
    to.write_all(MAGIC)?;
    to.write_all(&version.to_le_bytes())
}

/// Writes a record.
pub(super) fn write(to: &mut impl Write, record: &Record) -> io::Result<()> {
    let body = record.body();
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    to.write_all(&[record.kind()])?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&body)
}

/// Reads a whole backup, record by record. Nothing of one that is cut off is certain to have been all.
pub(super) fn read_all(
    from: &mut impl Read,
    mut hear: impl FnMut(Record) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let mut begins = [0; MAGIC.len()];
    fill(from, &mut begins)?;
    if begins != *MAGIC {
        return Err(BackupError::NotABackup);
    }
    let mut version = [0; 4];
    fill(from, &mut version)?;
    if u32::from_le_bytes(version) > VERSION {
        return Err(BackupError::Newer);
    }
    loop {
        let mut front = [0; 5];
        fill(from, &mut front)?;
        let [kind, length @ ..] = front;
        let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
        if length > RECORD_BYTES_MAX {
            return Err(BackupError::Damaged);
        }
        let mut body = Zeroizing::new(vec![0; length]);
        fill(from, &mut body)?;
        let record = Record::read(kind, &body)?;
        let is_end = record == Record::End;
        hear(record)?;
        if is_end {
            break;
        }
    }
    // The seal of the last piece is only looked at when the end is read.
    match from.read(&mut [0]) {
        Ok(0) => Ok(()),
        Ok(_) => Err(BackupError::Damaged),
        Err(error) => Err(of_reading(error)),
    }
}

fn fill(from: &mut impl Read, bytes: &mut [u8]) -> Result<(), BackupError> {
    from.read_exact(bytes).map_err(of_reading)
}

fn of_reading(error: io::Error) -> BackupError {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => BackupError::Damaged,
        _ => BackupError::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(version: u32, records: &[Record]) -> Vec<u8> {
        let mut bytes = Vec::new();
        begin(&mut bytes, version).unwrap();
        for record in records {
            write(&mut bytes, record).unwrap();
        }
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Vec<Record>, BackupError> {
        let mut heard = Vec::new();
        read_all(&mut &*bytes, |record| {
            heard.push(record);
            Ok(())
        })?;
        Ok(heard)
    }

    fn records() -> Vec<Record> {
        let head = Head {
            app_version: "0.1.0".into(),
            changes: 1,
            ..Head::default()
        };
        let unsent = Unsent {
            document: [7; 17],
            hash: [8; 32],
            bytes: vec![9; 300],
        };
        vec![Record::Head(head), Record::Unsent(unsent), Record::End]
    }

    #[test]
    fn what_was_written_is_read_and_a_backup_cut_anywhere_is_damaged() {
        let whole = written(VERSION, &records());
        assert_eq!(read(&whole).unwrap(), records());
        for length in 0..whole.len() {
            assert!(matches!(read(&whole[..length]), Err(BackupError::Damaged)), "{length}");
        }
        let more = [whole, vec![0]].concat();
        assert!(matches!(read(&more), Err(BackupError::Damaged)));
    }

    #[test]
    fn a_backup_of_a_newer_app_is_told_before_anything_of_it_is_heard() {
        let newer = written(VERSION + 1, &records());
        let heard = read_all(&mut &*newer, |_| panic!("nothing of it is heard"));
        assert!(matches!(heard, Err(BackupError::Newer)));
    }

    #[test]
    fn other_files_and_records_that_are_none_are_told_apart() {
        assert!(matches!(
            read(b"another file altogether, and long enough"),
            Err(BackupError::NotABackup)
        ));
        for (kind, length) in [(99, 0u32), (255, 1), (1, 0), (2, u32::MAX)] {
            let mut bytes = written(VERSION, &[]);
            bytes.push(kind);
            bytes.extend(length.to_le_bytes());
            bytes.push(0);
            assert!(matches!(read(&bytes), Err(BackupError::Damaged)), "{kind}");
        }
    }
}
