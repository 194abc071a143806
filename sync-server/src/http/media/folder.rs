//! Media in a folder: each object a file named by its hash, beside it the part that has arrived.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use protocol::ids::Sha256;

use super::place::Place;

/// The folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join("media"),
        }
    }

    fn whole(&self, sha256: Sha256) -> PathBuf {
        let name = sha256.to_string();
        self.path.join(&name[..2]).join(name)
    }

    fn part(&self, sha256: Sha256) -> PathBuf {
        self.whole(sha256).with_extension("part")
    }
}

impl Place for Folder {
    fn arrived(&self, sha256: Sha256) -> io::Result<u64> {
        match fs::metadata(self.part(sha256)) {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    fn add(&self, sha256: Sha256, offset: u64, piece: &[u8]) -> io::Result<bool> {
        if self.arrived(sha256)? != offset {
            return Ok(false);
        }
        let path = self.part(sha256);
        fs::create_dir_all(path.parent().unwrap_or(&self.path))?;
        let mut part = OpenOptions::new().create(true).append(true).open(&path)?;
        part.write_all(piece)?;
        part.sync_data()?;
        Ok(true)
    }

    fn part(&self, sha256: Sha256) -> io::Result<Vec<u8>> {
        fs::read(Self::part(self, sha256))
    }

    fn make_whole(&self, sha256: Sha256, _bytes: Vec<u8>) -> io::Result<()> {
        let whole = self.whole(sha256);
        fs::rename(Self::part(self, sha256), &whole)?;
        if let Some(folder) = whole.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    fn discard(&self, sha256: Sha256) -> io::Result<()> {
        match fs::remove_file(Self::part(self, sha256)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn read(&self, sha256: Sha256, from: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        let mut file = File::open(self.whole(sha256))?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(bytes_max as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
