//! Media in a folder of the hub's data: whole ones, and beside each the part that has arrived.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use protocol::ids::Sha256;

use super::place::{Piece, Place};

/// Before each piece of a part: how many bytes of the object it is, and how many it has sealed.
const LENGTHS_BYTES: usize = 12;

/// The folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

/// A piece as it lies in a part.
struct Lying {
    offset: u64,
    bytes: u64,
    sealed: u64,
}

impl Folder {
    pub(super) fn new(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join("media"),
        }
    }

    /// Where older hubs kept an object, in plain.
    fn plain(&self, sha256: Sha256) -> PathBuf {
        let name = sha256.to_string();
        self.path.join(&name[..2]).join(name)
    }

    fn whole(&self, sha256: Sha256) -> PathBuf {
        self.plain(sha256).with_extension("sealed")
    }

    fn part(&self, sha256: Sha256) -> PathBuf {
        self.plain(sha256).with_extension("sealing")
    }

    /// The pieces of a part, and where in it the last of them ends: behind that may lie the beginning of one that a crash
    /// cut off.
    fn lying(part: &mut File) -> io::Result<(Vec<Lying>, u64)> {
        let length = part.seek(SeekFrom::End(0))?;
        let (mut pieces, mut at, mut offset) = (Vec::new(), 0, 0);
        while at + LENGTHS_BYTES as u64 <= length {
            part.seek(SeekFrom::Start(at))?;
            let mut lengths = [0; LENGTHS_BYTES];
            part.read_exact(&mut lengths)?;
            let (bytes, sealed) = lengths.split_at(8);
            let bytes = u64::from_be_bytes(bytes.try_into().expect("eight of twelve"));
            let sealed = u64::from(u32::from_be_bytes(sealed.try_into().expect("four of twelve")));
            let end = at + LENGTHS_BYTES as u64 + sealed;
            if end > length {
                break;
            }
            pieces.push(Lying { offset, bytes, sealed });
            offset += bytes;
            at = end;
        }
        Ok((pieces, at))
    }

    fn remove_file(path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn sync_beside(path: &Path) -> io::Result<()> {
        match path.parent().map(File::open) {
            Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Some(folder) => folder?.sync_all(),
            None => Ok(()),
        }
    }

    /// The file, if it is there.
    fn there(path: &Path) -> io::Result<Option<File>> {
        match File::open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read_file(path: &Path, from: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(bytes_max as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Place for Folder {
    fn arrived(&self, sha256: Sha256) -> io::Result<u64> {
        let Some(mut part) = Self::there(&self.part(sha256))? else {
            return Ok(0);
        };
        let (pieces, _) = Self::lying(&mut part)?;
        Ok(pieces.last().map_or(0, |last| last.offset + last.bytes))
    }

    fn add(&self, sha256: Sha256, offset: u64, bytes: u64, sealed: &[u8]) -> io::Result<bool> {
        let path = self.part(sha256);
        fs::create_dir_all(path.parent().unwrap_or(&self.path))?;
        let mut options = OpenOptions::new();
        let mut part = options
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)?;
        let (pieces, end) = Self::lying(&mut part)?;
        if pieces.last().map_or(0, |last| last.offset + last.bytes) != offset {
            return Ok(false);
        }
        let length = u32::try_from(sealed.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let piece = [&bytes.to_be_bytes()[..], &length.to_be_bytes(), sealed].concat();
        part.set_len(end)?;
        part.seek(SeekFrom::Start(end))?;
        part.write_all(&piece)?;
        part.sync_data()?;
        Ok(true)
    }

    fn part(&self, sha256: Sha256) -> io::Result<Vec<Piece>> {
        let Some(mut part) = Self::there(&Self::part(self, sha256))? else {
            return Ok(Vec::new());
        };
        let (pieces, _) = Self::lying(&mut part)?;
        part.rewind()?;
        let mut read = Vec::with_capacity(pieces.len());
        for Lying { offset, sealed, .. } in pieces {
            let mut bytes = vec![0; usize::try_from(sealed).map_err(|_| io::ErrorKind::FileTooLarge)?];
            part.read_exact(&mut [0; LENGTHS_BYTES])?;
            part.read_exact(&mut bytes)?;
            read.push(Piece { offset, sealed: bytes });
        }
        Ok(read)
    }

    fn make_whole(&self, sha256: Sha256, sealed: Vec<u8>) -> io::Result<()> {
        let whole = self.whole(sha256);
        fs::create_dir_all(whole.parent().unwrap_or(&self.path))?;
        let new = whole.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(&sealed)?;
        file.sync_all()?;
        fs::rename(&new, &whole)?;
        Self::sync_beside(&whole)?;
        self.discard(sha256)
    }

    fn discard(&self, sha256: Sha256) -> io::Result<()> {
        Self::remove_file(&Self::part(self, sha256))?;
        // Older hubs kept parts in plain; whoever sends one begins anew.
        Self::remove_file(&self.plain(sha256).with_extension("part"))
    }

    fn read(&self, sha256: Sha256, from: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        Self::read_file(&self.whole(sha256), from, bytes_max)
    }

    fn read_plain(&self, sha256: Sha256, from: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        Self::read_file(&self.plain(sha256), from, bytes_max)
    }

    fn remove_plain(&self, sha256: Sha256) -> io::Result<()> {
        let plain = self.plain(sha256);
        // A disk that keeps files where they are keeps nothing of this one.
        if let Ok(mut file) = OpenOptions::new().write(true).open(&plain) {
            let mut left = file.metadata()?.len();
            let zeroes = [0; 4096];
            while left > 0 {
                let some = usize::try_from(left.min(4096)).unwrap_or(4096);
                file.write_all(&zeroes[..some])?;
                left -= some as u64;
            }
            file.sync_data()?;
        }
        Self::remove_file(&plain)?;
        Self::sync_beside(&plain)
    }

    fn remove(&self, sha256: Sha256) -> io::Result<()> {
        let whole = self.whole(sha256);
        self.discard(sha256)?;
        Self::remove_file(&whole.with_extension("new"))?;
        Self::remove_file(&whole)?;
        self.remove_plain(sha256)
    }
}
