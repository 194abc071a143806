//! Media on their way into a backup and out of it. What is on its way to the hub is left out: whoever sends it begins anew.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry, File};
use std::io;
use std::path::{Path, PathBuf};

use protocol::ids::Sha256;

use super::BackupError;

/// Where media lie, in a hub's data and in a backup.
pub(super) const FOLDER: &str = "media";
/// How a sealed object's file ends; one that an older hub kept in plain has no ending.
const SEALED: &str = "sealed";

/// How much was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Objects.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Copies every whole object from one folder of data to another.
pub(super) fn copy(from: &Path, to: &Path) -> Result<Copied, BackupError> {
    let to = to.join(FOLDER);
    fs::create_dir_all(&to).map_err(BackupError::file(&to))?;
    let mut copied = Copied::default();
    for path in whole(from)? {
        let Some(name) = path.file_name() else { continue };
        let beside = to.join(&name.to_string_lossy()[..2]);
        fs::create_dir_all(&beside).map_err(BackupError::file(&beside))?;
        let target = beside.join(name);
        let bytes = match copy_file(&path, &target) {
            // It was destroyed, or sealed, since the folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.extension().is_none() => {
                match copy_file(&path.with_extension(SEALED), &target.with_extension(SEALED)) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    done => done,
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            done => done,
        };
        copied.bytes += bytes.map_err(BackupError::file(&path))?;
        copied.files += 1;
    }
    Ok(copied)
}

fn copy_file(from: &Path, to: &Path) -> io::Result<u64> {
    let bytes = fs::copy(from, to)?;
    File::open(to)?.sync_all()?;
    Ok(bytes)
}

/// The hashes of the objects that lie whole in a folder of data.
pub(super) fn names(data: &Path) -> Result<BTreeSet<Sha256>, BackupError> {
    let names = whole(data)?.into_iter().filter_map(|path| hash_of(&path));
    Ok(names.collect())
}

fn hash_of(path: &Path) -> Option<Sha256> {
    path.file_stem()?.to_str()?.parse().ok()
}

/// The files of whole objects.
fn whole(data: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let folder = data.join(FOLDER);
    let mut files = Vec::new();
    for beside in entries(&folder)? {
        let beside = beside.path();
        if !beside.is_dir() {
            continue;
        }
        let of_whole = |path: &PathBuf| {
            let ending = path.extension();
            hash_of(path).is_some() && ending.is_none_or(|ending| ending == SEALED)
        };
        files.extend(entries(&beside)?.into_iter().map(|entry| entry.path()).filter(of_whole));
    }
    files.sort();
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<DirEntry>, BackupError> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.collect::<io::Result<_>>().map_err(BackupError::file(folder)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(BackupError::file(folder)(error)),
    }
}
