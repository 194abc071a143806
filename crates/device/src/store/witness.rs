//! A witness beside the store: which row of the access log was the last whose transaction was reported as written.
//!
//! SQLite takes a log whose frame does not check for one that ends there: right after a power cut, when that frame was
//! never acknowledged, and wrong when a bit of an acknowledged one has turned. Every acknowledged edit is a row of the
//! access log, and the rows are chained by hash; so a store that lacks the row which the witness names has lost
//! acknowledged words. The witness is written without waiting for the disk: after a power cut it may name an older row,
//! never one that was not on the disk before it.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use super::{Read, StoreError};
use crate::vault::sha256_of;

const BYTES: usize = 8 + 32 + 32;

/// A row of the access log and its hash.
pub(crate) type Row = (i64, [u8; 32]);

/// The file with the witness.
pub(super) struct Witness {
    path: PathBuf,
    file: Option<File>,
}

impl Witness {
    pub(super) fn beside(database: &Path) -> Self {
        Self {
            path: database.with_extension("last"),
            file: None,
        }
    }

    /// The row it names; none where there is no witness, or none that can be read.
    pub(super) fn named(&self) -> Option<Row> {
        let mut bytes = [0; BYTES];
        let mut file = File::open(&self.path).ok()?;
        file.read_exact(&mut bytes).ok()?;
        let (row, check) = bytes.split_at(8 + 32);
        if sha256_of(&[row]) != check {
            return None;
        }
        let (n, hash) = row.split_at(8);
        Some((i64::from_le_bytes(n.try_into().ok()?), hash.try_into().ok()?))
    }

    /// Names a row. A witness that cannot be written is none: the words themselves are safe.
    pub(super) fn name(&mut self, row: Row) {
        if self.write(row).is_err() {
            self.file = None;
        }
    }

    fn write(&mut self, (n, hash): Row) -> io::Result<()> {
        let row = [n.to_le_bytes().as_slice(), &hash].concat();
        let bytes = [row.as_slice(), &sha256_of(&[&row])].concat();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(
                File::options()
                    .create(true)
                    .write(true)
                    .truncate(false)
                    .open(&self.path)?,
            ),
        };
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&bytes)
    }
}

impl Read<'_> {
    /// Whether the access log has this row.
    pub(super) fn has_row(&self, (n, hash): Row) -> Result<bool, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM access_log WHERE n = ?1 AND hash = ?2)")?;
        Ok(statement.query_row((n, hash), |row| row.get(0))?)
    }
}
