//! What a disk holds: made from a folder and the record of what was done to it.
//!
//! A process that is killed leaves everything it had done: the system writes it out. When the power goes, only what was
//! synced is certain. Of the rest the disk may hold any part, in any order, a page torn at any of its 512-byte sectors:
//! the names in a folder last once the folder was synced (a file system may do better, none has to), the bytes of a file
//! once the file was. What is rebuilt at the next opening anyhow (the database's shared memory) is left out.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use rand::{Rng as _, rngs::StdRng};

use super::record::Deed;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// Which of what was not synced the disk has.
#[derive(Debug)]
pub enum Cut<'r> {
    /// All of it.
    Everything,
    /// None of it.
    Nothing,
    /// Some of it, by chance.
    Some(&'r mut StdRng),
}

/// A file's bytes: those that last, and what was done since.
#[derive(Debug, Clone, Default)]
struct File {
    lasting: Vec<u8>,
    since: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

/// A change of names in a folder.
#[derive(Debug, Clone)]
enum Naming {
    File(PathBuf, usize),
    /// One step of the file system: both names or neither.
    Moved(PathBuf, PathBuf),
    Gone(PathBuf),
    Folder(PathBuf),
    FolderGone(PathBuf),
}

/// A disk with one folder on it.
#[derive(Debug, Clone)]
pub struct Disk {
    root: PathBuf,
    files: Vec<File>,
    /// Names as the process sees them.
    seen: Names,
    /// Names that last.
    lasting: Names,
    /// What happened to names since, by the folder that is to be synced for it.
    since: Vec<(PathBuf, Naming)>,
}

#[derive(Debug, Clone, Default)]
struct Names {
    files: BTreeMap<PathBuf, usize>,
    folders: Vec<PathBuf>,
}

impl Names {
    fn apply(&mut self, naming: &Naming) {
        match naming {
            Naming::File(path, file) => _ = self.files.insert(path.clone(), *file),
            Naming::Moved(old, new) => {
                if let Some(file) = self.files.remove(old) {
                    self.files.insert(new.clone(), file);
                }
            }
            Naming::Gone(path) => _ = self.files.remove(path),
            Naming::Folder(path) => self.folders.push(path.clone()),
            Naming::FolderGone(path) => {
                self.folders.retain(|folder| !folder.starts_with(path));
                self.files.retain(|file, _| !file.starts_with(path));
            }
        }
    }
}

impl Disk {
    /// A folder as it lies there, all of it lasting. `root` is the path by which the record names it.
    pub fn of(folder: &Path, root: &Path) -> io::Result<Self> {
        let mut disk = Self {
            root: root.to_owned(),
            files: Vec::new(),
            seen: Names::default(),
            lasting: Names::default(),
            since: Vec::new(),
        };
        disk.read(folder, root)?;
        disk.lasting = disk.seen.clone();
        Ok(disk)
    }

    fn read(&mut self, folder: &Path, named: &Path) -> io::Result<()> {
        self.seen.folders.push(named.to_owned());
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let named = named.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                self.read(&entry.path(), &named)?;
            } else {
                self.seen.files.insert(named, self.files.len());
                self.files.push(File {
                    lasting: fs::read(entry.path())?,
                    since: Vec::new(),
                });
            }
        }
        Ok(())
    }

    /// Does what the process did.
    pub fn apply(&mut self, deed: &Deed) {
        match deed {
            Deed::Mark(_) => {}
            Deed::Create(path) => {
                self.files.push(File::default());
                self.name(path, Naming::File(path.clone(), self.files.len() - 1));
            }
            Deed::Write { path, offset, bytes } => self.change(path, Change::Write(*offset, bytes.clone())),
            Deed::Truncate(path, length) => self.change(path, Change::Length(*length)),
            Deed::Sync(path) => self.sync(path),
            Deed::Rename(old, new) => self.name(new, Naming::Moved(old.clone(), new.clone())),
            Deed::Unlink(path) => self.name(path, Naming::Gone(path.clone())),
            Deed::MakeFolder(path) => self.name(path, Naming::Folder(path.clone())),
            Deed::RemoveFolder(path) => self.name(path, Naming::FolderGone(path.clone())),
        }
    }

    /// Half of a write, as a process leaves it that dies in the middle.
    pub fn apply_half(&mut self, deed: &Deed) {
        if let Deed::Write { path, offset, bytes } = deed {
            self.change(path, Change::Write(*offset, bytes[..bytes.len() / 2].to_vec()));
        }
    }

    fn name(&mut self, path: &Path, naming: Naming) {
        self.seen.apply(&naming);
        let folder = path.parent().unwrap_or(&self.root).to_owned();
        self.since.push((folder, naming));
    }

    fn change(&mut self, path: &Path, change: Change) {
        if let Some(file) = self.seen.files.get(path) {
            self.files[*file].since.push(change);
        }
    }

    fn sync(&mut self, path: &Path) {
        if let Some(file) = self.seen.files.get(path) {
            let file = &mut self.files[*file];
            for change in file.since.drain(..) {
                change.apply(&mut file.lasting);
            }
        } else {
            for (_, naming) in self.since.extract_if(.., |(folder, _)| folder.as_path() == path) {
                self.lasting.apply(&naming);
            }
        }
    }

    /// What is found in the folder after the process was killed.
    pub fn write_as_seen(&self, folder: &Path) -> io::Result<()> {
        self.write(folder, &self.seen, |file| {
            let mut bytes = file.lasting.clone();
            file.since.iter().for_each(|change| change.apply(&mut bytes));
            bytes
        })
    }

    /// What is found in the folder after the power went.
    pub fn write_after_cut(&self, folder: &Path, mut cut: Cut<'_>) -> io::Result<()> {
        let mut names = self.lasting.clone();
        // Names of one folder come to the disk in order; folders wait for each other no more than for their files.
        let mut kept: BTreeMap<&Path, bool> = BTreeMap::new();
        for (of, naming) in &self.since {
            let goes_on = kept.entry(of.as_path()).or_insert(true);
            *goes_on = *goes_on && cut.keeps();
            if *goes_on {
                names.apply(naming);
            }
        }
        self.write(folder, &names, |file| {
            let mut bytes = file.lasting.clone();
            for change in &file.since {
                change.apply_in_part(&mut bytes, &mut cut);
            }
            bytes
        })
    }

    fn write(&self, into: &Path, names: &Names, mut bytes_of: impl FnMut(&File) -> Vec<u8>) -> io::Result<()> {
        let inside = |path: &Path| {
            into.join(
                path.strip_prefix(&self.root)
                    .expect("what is recorded lies in the root"),
            )
        };
        for folder in &names.folders {
            fs::create_dir_all(inside(folder))?;
        }
        for (path, file) in &names.files {
            let shared_memory = path.to_string_lossy().ends_with("-shm");
            // A file in a folder whose own name did not last is nowhere.
            let in_a_folder = path
                .parent()
                .is_some_and(|parent| names.folders.iter().any(|folder| folder == parent));
            if in_a_folder && !shared_memory {
                fs::write(inside(path), bytes_of(&self.files[*file]))?;
            }
        }
        Ok(())
    }
}

impl Cut<'_> {
    fn keeps(&mut self) -> bool {
        match self {
            Self::Everything => true,
            Self::Nothing => false,
            Self::Some(random) => random.random(),
        }
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, written) => put(bytes, *offset, written),
            Self::Length(length) => bytes.resize(*length, 0),
        }
    }

    fn apply_in_part(&self, bytes: &mut Vec<u8>, cut: &mut Cut<'_>) {
        match self {
            Self::Length(length) if cut.keeps() => bytes.resize(*length, 0),
            Self::Length(_) => {}
            Self::Write(offset, written) => {
                let mut at = 0;
                while at < written.len() {
                    // Sectors lie at their own borders, wherever the write begins.
                    let end = written.len().min((offset + at) / SECTOR * SECTOR + SECTOR - offset);
                    if cut.keeps() {
                        put(bytes, offset + at, &written[at..end]);
                    }
                    at = end;
                }
            }
        }
    }
}

fn put(bytes: &mut Vec<u8>, offset: usize, written: &[u8]) {
    if bytes.len() < offset + written.len() {
        bytes.resize(offset + written.len(), 0);
    }
    bytes[offset..offset + written.len()].copy_from_slice(written);
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    fn found(disk: &Disk, cut: Cut<'_>) -> Vec<(String, String)> {
        let folder = tempfile::tempdir().unwrap();
        disk.write_after_cut(folder.path(), cut).unwrap();
        let mut found: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let text = fs::read_to_string(entry.path()).unwrap();
                (entry.file_name().to_string_lossy().into_owned(), text)
            })
            .collect();
        found.sort();
        found
    }

    fn write(path: &Path, text: &str) -> Deed {
        Deed::Write {
            path: path.to_owned(),
            offset: 0,
            bytes: text.into(),
        }
    }

    #[test]
    fn only_what_was_synced_outlives_a_power_cut_and_a_rename_without_its_folder_does_not() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("key"), "old").unwrap();
        let root = Path::new("/tablet");
        let (key, fresh) = (root.join("key"), root.join("key.new"));
        let mut disk = Disk::of(folder.path(), root).unwrap();
        for deed in [
            Deed::Create(fresh.clone()),
            write(&fresh, "new"),
            Deed::Sync(fresh.clone()),
        ] {
            disk.apply(&deed);
        }
        let old = ("key".to_owned(), "old".to_owned());
        assert_eq!(found(&disk, Cut::Nothing), std::slice::from_ref(&old));
        disk.apply(&Deed::Rename(fresh, key));
        assert_eq!(found(&disk, Cut::Nothing), [old]);
        disk.apply(&Deed::Sync(root.to_owned()));
        let new = ("key".to_owned(), "new".to_owned());
        assert_eq!(found(&disk, Cut::Nothing), std::slice::from_ref(&new));
        let mut random = StdRng::seed_from_u64(1);
        assert_eq!(found(&disk, Cut::Some(&mut random)), [new]);
    }
}
