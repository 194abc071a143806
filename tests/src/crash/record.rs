//! The record of a session: every call by which it changed its folder, in order, with the bytes; and its marks between.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

/// What one call did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A mark of the session: what it had said by then.
    Mark(Vec<u8>),
    /// A file was made, empty.
    Create(PathBuf),
    /// Bytes were written.
    Write {
        /// Where.
        path: PathBuf,
        /// From which byte on.
        offset: usize,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A file was cut or grown to a length.
    Truncate(PathBuf, usize),
    /// A file, or the names in a folder, were made to last.
    Sync(PathBuf),
    /// A file got another name.
    Rename(PathBuf, PathBuf),
    /// A file was removed.
    Unlink(PathBuf),
    /// A folder was made.
    MakeFolder(PathBuf),
    /// A folder was removed.
    RemoveFolder(PathBuf),
}

const HEAD: usize = 32;

/// Reads a record.
pub fn read(mut bytes: &[u8]) -> anyhow::Result<Vec<Deed>> {
    let mut deeds = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at_checked(HEAD).context("a record is cut")?;
        let small = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().expect("four bytes"));
        let large = |at: usize| u64::from_ne_bytes(head[at..at + 8].try_into().expect("eight bytes"));
        let (path, rest) = rest.split_at_checked(small(4) as usize).context("a path is cut")?;
        let (other, rest) = rest.split_at_checked(small(8) as usize).context("a name is cut")?;
        let (offset, length) = (usize::try_from(large(16))?, usize::try_from(large(24))?);
        let (data, rest) = rest.split_at_checked(length).context("bytes are cut")?;
        let path = PathBuf::from(std::str::from_utf8(path)?);
        deeds.push(match small(0) {
            0 => Deed::Mark(data.to_vec()),
            1 => Deed::Create(path),
            2 => Deed::Write {
                path,
                offset,
                bytes: data.to_vec(),
            },
            3 => Deed::Truncate(path, offset),
            4 => Deed::Sync(path),
            5 => Deed::Rename(path, std::str::from_utf8(other)?.into()),
            6 => Deed::Unlink(path),
            7 => Deed::MakeFolder(path),
            8 => Deed::RemoveFolder(path),
            other => bail!("no such deed: {other}"),
        });
        bytes = rest;
    }
    Ok(deeds)
}
