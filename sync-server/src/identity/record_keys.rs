//! The keys of records, which lie outside the database, and how one of them is made to be gone.
//!
//! A record's key is not kept: it grows out of a root through a binary tree, one step for each bit of the record's id
//! ([`Tree`]). To destroy a key, the root is replaced by the branches that lead everywhere but to it; what is left yields
//! every other record's key, those of records still to come among them, and never that one (a *puncturable* function, after
//! Goldreich, Goldwasser and Micali). So a copy of the database needs no keys in it, an old copy is read with the file of
//! today, and what was destroyed is read with no file of today.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::random;
use super::record_key::RecordKey;

/// How a file of record keys begins.
const MAGIC: &[u8] = b"vatsalya-record-keys-v1\n";
const ID_BITS: u8 = 128;
/// Keys kept at hand. More are grown again when needed.
const AT_HAND_MAX: usize = 4096;
/// A branch in the file: how deep it is, where it leads, what grows out of it.
const BRANCH_BYTES: usize = 1 + 16 + 32;

/// Why the keys of records cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordKeysError {
    /// The file cannot be read or written.
    #[error("the file of record keys cannot be used")]
    Io(#[from] io::Error),
    /// The file is cut or was changed.
    #[error("the file of record keys is damaged: put the last copy of it in its place")]
    Damaged,
    /// The database is sealed, and there is no file.
    #[error(
        "{} is missing: this database is sealed with keys that grow out of that file. Put the last copy of it there; for a further \
         hub at the same database, copy it from the first",
        .0.display()
    )]
    Missing(PathBuf),
    /// The file is another database's.
    #[error(
        "{} is another database's: this database is sealed with keys that grow out of another file. For a further hub at the same \
         database, copy the file from the first",
        .0.display()
    )]
    Another(PathBuf),
}

/// The keys of records, as a hub works with them.
pub struct RecordKeys {
    path: PathBuf,
    copy: [u8; 16],
    held: RwLock<Held>,
}

struct Held {
    tree: Tree,
    at_hand: HashMap<[u8; 16], RecordKey>,
}

impl RecordKeys {
    /// The keys in a file; `None` where there is no such file.
    pub fn open(path: &Path) -> Result<Option<Self>, RecordKeysError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let tree = Tree::from_bytes(&bytes).ok_or(RecordKeysError::Damaged)?;
        Ok(Some(Self {
            path: path.to_owned(),
            copy: copy_id(path)?,
            held: RwLock::new(Held {
                tree,
                at_hand: HashMap::new(),
            }),
        }))
    }

    /// Makes a file with a new root, unless somebody has just made one.
    pub fn make(path: &Path) -> Result<Self, RecordKeysError> {
        let mut new = path.to_owned();
        new.as_mut_os_string().push(format!(".new-{}", std::process::id()));
        write_whole(&new, &Tree::new().to_bytes())?;
        // A link fails where there is a file; a rename would put ours in its place.
        match fs::hard_link(&new, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
        fs::remove_file(&new)?;
        sync_folder(path)?;
        Self::open(path)?.ok_or(RecordKeysError::Damaged)
    }

    /// The file's name for itself, which all its copies have.
    pub fn name(&self) -> [u8; 16] {
        self.read(|held| held.tree.name)
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which copy of the file this hub works with.
    pub const fn copy(&self) -> [u8; 16] {
        self.copy
    }

    /// A record's key; `None` where it was destroyed.
    pub fn of(&self, subject: [u8; 16]) -> Option<RecordKey> {
        if let Some(key) = self.read(|held| held.at_hand.get(&subject).cloned()) {
            return Some(key);
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let key = held.tree.key(subject)?;
        if held.at_hand.len() >= AT_HAND_MAX {
            held.at_hand.clear();
        }
        held.at_hand.insert(subject, key.clone());
        Some(key)
    }

    /// The same, grown anew each time and not kept at hand: whether it was used lately, here or ever, is not told by how long that
    /// takes, and whoever invents ids drives nothing out.
    pub fn grown(&self, subject: [u8; 16]) -> Option<RecordKey> {
        self.read(|held| held.tree.key(subject))
    }

    /// The records whose keys were destroyed, as the file knows.
    pub fn cut(&self) -> Vec<[u8; 16]> {
        self.read(|held| held.tree.cut.iter().copied().collect())
    }

    /// Destroys the keys of records, in this process and in its file. Those that are gone already are no matter.
    pub fn destroy(&self, subjects: &[[u8; 16]]) -> Result<(), RecordKeysError> {
        if self.read(|held| subjects.iter().all(|subject| held.tree.cut.contains(subject))) {
            return Ok(());
        }
        // Another process may have the same file, `admin` beside `serve`: what it cut is not grown again.
        let lock = File::create(self.path.with_extension("lock"))?;
        lock.lock()?;
        let bytes = Zeroizing::new(fs::read(&self.path)?);
        let mut tree = Tree::from_bytes(&bytes).ok_or(RecordKeysError::Damaged)?;
        let before = tree.cut.len();
        for subject in subjects {
            tree.destroy(*subject);
        }
        if tree.cut.len() > before {
            replace(&self.path, &tree.to_bytes())?;
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.tree = tree;
        held.at_hand.clear();
        Ok(())
    }

    fn read<T>(&self, read: impl FnOnce(&Held) -> T) -> T {
        read(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for RecordKeys {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("RecordKeys")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// What is left of a root: branches that lead to every record but those whose keys were destroyed.
struct Tree {
    name: [u8; 16],
    branches: BTreeMap<[u8; 16], Branch>,
    cut: BTreeSet<[u8; 16]>,
}

/// What grows to all ids that begin with so many bits of the place it stands at.
struct Branch {
    depth: u8,
    node: Zeroizing<[u8; 32]>,
}

impl Tree {
    fn new() -> Self {
        let root = Branch {
            depth: 0,
            node: Zeroizing::new(random()),
        };
        Self {
            name: random(),
            branches: BTreeMap::from([([0; 16], root)]),
            cut: BTreeSet::new(),
        }
    }

    /// The branch that leads to an id, and where it stands.
    fn branch(&self, id: [u8; 16]) -> Option<([u8; 16], &Branch)> {
        let (place, branch) = self.branches.range(..=id).next_back()?;
        let same = (0..branch.depth).all(|at| bit(*place, at) == bit(id, at));
        same.then_some((*place, branch))
    }

    fn key(&self, id: [u8; 16]) -> Option<RecordKey> {
        let (_, branch) = self.branch(id)?;
        let mut node = branch.node.clone();
        for at in branch.depth..ID_BITS {
            node = grown(&node, bit(id, at));
        }
        Some(RecordKey::of_leaf(&node))
    }

    /// Replaces the branch that leads to an id by those that lead everywhere else it led.
    fn destroy(&mut self, id: [u8; 16]) {
        self.cut.insert(id);
        let Some((place, _)) = self.branch(id) else { return };
        let Some(branch) = self.branches.remove(&place) else {
            return;
        };
        let mut node = branch.node;
        for at in branch.depth..ID_BITS {
            let other = Branch {
                depth: at + 1,
                node: grown(&node, !bit(id, at)),
            };
            self.branches.insert(beside(id, at), other);
            node = grown(&node, bit(id, at));
        }
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let size = MAGIC.len() + 16 + 8 + self.branches.len() * BRANCH_BYTES + self.cut.len() * 16 + 32;
        let mut bytes = Zeroizing::new(Vec::with_capacity(size));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.name);
        bytes.extend_from_slice(&count(self.branches.len()));
        bytes.extend_from_slice(&count(self.cut.len()));
        for (place, branch) in &self.branches {
            bytes.push(branch.depth);
            bytes.extend_from_slice(place);
            bytes.extend_from_slice(branch.node.as_slice());
        }
        for id in &self.cut {
            bytes.extend_from_slice(id);
        }
        let sum = Sha256::digest(bytes.as_slice());
        bytes.extend_from_slice(&sum);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (said, sum) = bytes.split_last_chunk::<32>()?;
        if Sha256::digest(said).as_slice() != sum {
            return None;
        }
        let rest = said.strip_prefix(MAGIC)?;
        let (name, rest) = rest.split_first_chunk::<16>()?;
        let (branch_count, rest) = rest.split_first_chunk::<4>()?;
        let (cut_count, rest) = rest.split_first_chunk::<4>()?;
        let branch_bytes = usize::try_from(u32::from_be_bytes(*branch_count))
            .ok()?
            .checked_mul(BRANCH_BYTES)?;
        let cut_bytes = usize::try_from(u32::from_be_bytes(*cut_count)).ok()?.checked_mul(16)?;
        let (branches, cut) = rest.split_at_checked(branch_bytes)?;
        if cut.len() != cut_bytes {
            return None;
        }
        let branch = |bytes: &[u8; BRANCH_BYTES]| {
            let [depth, rest @ ..] = bytes;
            let (place, node) = rest.split_first_chunk::<16>()?;
            let node = Zeroizing::new(<[u8; 32]>::try_from(node).ok()?);
            (*depth <= ID_BITS).then_some((*place, Branch { depth: *depth, node }))
        };
        Some(Self {
            name: *name,
            branches: branches.as_chunks().0.iter().map(branch).collect::<Option<_>>()?,
            cut: cut.as_chunks().0.iter().copied().collect(),
        })
    }
}

/// One step: both halves of what grows out of a node are needed to know it, and neither says anything of the other.
fn grown(node: &[u8; 32], bit: bool) -> Zeroizing<[u8; 32]> {
    let mut hash = Sha256::new_with_prefix(b"vatsalya-tree-v1");
    hash.update([u8::from(bit)]);
    hash.update(node);
    let mut grown = hash.finalize();
    let node = Zeroizing::new(grown.into());
    grown.zeroize();
    node
}

const fn bit(id: [u8; 16], at: u8) -> bool {
    id[(at / 8) as usize] >> (7 - at % 8) & 1 == 1
}

/// Where the branch stands that turns the other way at this bit of an id.
fn beside(id: [u8; 16], at: u8) -> [u8; 16] {
    let ones = u128::MAX.checked_shl(u32::from(127 - at)).unwrap_or(u128::MAX);
    let turned = (u128::from_be_bytes(id) ^ (1 << (127 - at))) & ones;
    turned.to_be_bytes()
}

fn count(many: usize) -> [u8; 4] {
    u32::try_from(many)
        .expect("a file of branches fits into memory")
        .to_be_bytes()
}

/// The id of a copy lies beside it, made when it is first worked with. Whoever copies the keys does not copy it.
fn copy_id(path: &Path) -> io::Result<[u8; 16]> {
    let beside = path.with_extension("copy");
    match fs::read(&beside).map(<[u8; 16]>::try_from) {
        Ok(Ok(id)) => return Ok(id),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let id: [u8; 16] = random();
    match File::create_new(&beside) {
        Ok(mut file) => file.write_all(&id).and_then(|()| file.sync_all()).map(|()| id),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let read = fs::read(&beside)?;
            read.try_into().map_err(|_| io::ErrorKind::InvalidData.into())
        }
        Err(error) => Err(error),
    }
}

/// Puts new bytes in the place of a file, whole or not at all, and writes over the old ones.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    write_whole(&new, bytes)?;
    let old = OpenOptions::new().write(true).open(path)?;
    fs::rename(&new, path)?;
    sync_folder(path)?;
    let length = old.metadata()?.len();
    let zeroes = vec![0; usize::try_from(length).unwrap_or_default()];
    (&old).write_all(&zeroes)?;
    old.sync_all()
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::record_key::Sealed;

    fn sealed(keys: &RecordKeys, id: [u8; 16]) -> Option<Vec<u8>> {
        Some(keys.of(id)?.seal(Sealed::Change, b"about", b"words"))
    }

    #[test]
    fn a_destroyed_key_is_gone_and_every_other_is_as_it_was() {
        let mut tree = Tree::new();
        let ids: Vec<[u8; 16]> = (0..200_u128)
            .map(|n| (n * n * 0x9e37_79b9_7f4a_7c15_f39c).to_be_bytes())
            .collect();
        let extremes = [[0; 16], [0xff; 16], [0x80; 16]];
        let all: Vec<[u8; 16]> = ids.iter().chain(&extremes).copied().collect();
        let said = |tree: &Tree, id| tree.key(id).map(|key| key.seal(Sealed::Change, b"", b"x"));
        let before: Vec<_> = all.iter().map(|id| said(&tree, *id)).collect();
        let gone: BTreeSet<[u8; 16]> = all.iter().step_by(3).copied().collect();
        for id in &gone {
            tree.destroy(*id);
            tree.destroy(*id);
        }
        let tree = Tree::from_bytes(&tree.to_bytes()).unwrap();
        for (id, before) in all.iter().zip(before) {
            let expected = if gone.contains(id) { None } else { before };
            assert_eq!(said(&tree, *id), expected);
        }
        // Nothing in what is left is, or grows to, a node on the way to a destroyed key: no branch covers one.
        for id in &gone {
            assert!(tree.branch(*id).is_none());
        }
    }

    #[test]
    fn one_that_is_cut_shorter_or_changed_is_no_file() {
        let bytes = Tree::new().to_bytes();
        assert!(Tree::from_bytes(&bytes).is_some());
        for at in 0..bytes.len() {
            assert!(Tree::from_bytes(&bytes[..at]).is_none());
            let mut other = bytes.to_vec();
            other[at] ^= 1;
            assert!(Tree::from_bytes(&other).is_none());
        }
    }

    #[test]
    fn two_who_make_the_file_have_one_and_what_one_destroys_the_other_does_not_grow_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("record.keys");
        assert!(RecordKeys::open(&path).unwrap().is_none());
        let (one, other) = (RecordKeys::make(&path).unwrap(), RecordKeys::make(&path).unwrap());
        assert_eq!((one.name(), one.copy()), (other.name(), other.copy()));
        let (first, second) = ([1; 16], [2; 16]);
        assert_eq!(sealed(&one, first), sealed(&other, first));
        one.destroy(&[first]).unwrap();
        assert!(sealed(&one, first).is_none() && sealed(&one, second).is_some());
        other.destroy(&[second]).unwrap();
        assert!(sealed(&other, first).is_none(), "read out of the file again");
        let again = RecordKeys::open(&path).unwrap().unwrap();
        assert_eq!(again.cut(), [first, second]);
        assert!(sealed(&again, first).is_none() && sealed(&again, second).is_none());
        assert!(sealed(&again, [3; 16]).is_some());
    }

    #[test]
    fn a_key_that_is_only_grown_is_the_same_and_is_not_kept_at_hand() {
        let dir = tempfile::tempdir().unwrap();
        let keys = RecordKeys::make(&dir.path().join("record.keys")).unwrap();
        let grown = keys.grown([1; 16]).unwrap().seal(Sealed::Refused, b"about", b"words");
        assert!(keys.read(|held| held.at_hand.is_empty()));
        assert_eq!(
            keys.of([1; 16]).unwrap().seal(Sealed::Refused, b"about", b"words"),
            grown
        );
        keys.destroy(&[[1; 16]]).unwrap();
        assert!(keys.grown([1; 16]).is_none());
    }

    #[test]
    fn a_copy_elsewhere_is_another_copy_of_the_same_keys() {
        let dir = tempfile::tempdir().unwrap();
        let (here, there) = (dir.path().join("record.keys"), dir.path().join("there.keys"));
        let first = RecordKeys::make(&here).unwrap();
        fs::copy(&here, &there).unwrap();
        let second = RecordKeys::open(&there).unwrap().unwrap();
        assert_eq!(first.name(), second.name());
        assert_ne!(first.copy(), second.copy());
    }
}
