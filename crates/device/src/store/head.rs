//! How the file begins, once more beside it: the salt, without which no page can be opened, and the number of the schema.
//! Neither is secret.

use std::{fs, path::Path};

use crate::vault::{SALT_BYTES, sha256_of, write_whole};

const BYTES: usize = SALT_BYTES + 8 + 32;

/// How a file begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) salt: [u8; SALT_BYTES],
    pub(super) schema: i64,
}

/// What stands beside the file; none where it cannot be read.
pub(super) fn kept(database: &Path) -> Option<Head> {
    let bytes: [u8; BYTES] = fs::read(beside(database)).ok()?.try_into().ok()?;
    let (told, check) = bytes.split_at(SALT_BYTES + 8);
    if sha256_of(&[told]) != check {
        return None;
    }
    let (salt, schema) = told.split_at(SALT_BYTES);
    Some(Head {
        salt: salt.try_into().ok()?,
        schema: i64::from_le_bytes(schema.try_into().ok()?),
    })
}

/// Keeps how a sound file begins. Where that cannot be written, it is not there when it is needed, and nothing else is
/// wrong.
pub(super) fn keep(database: &Path, schema: i64) {
    use std::io::Read as _;
    let mut salt = [0; SALT_BYTES];
    let read = fs::File::open(database).and_then(|mut file| file.read_exact(&mut salt));
    let head = Head { salt, schema };
    if read.is_err() || kept(database) == Some(head) {
        return;
    }
    let told = [salt.as_slice(), &schema.to_le_bytes()].concat();
    let bytes = [told.as_slice(), &sha256_of(&[&told])].concat();
    let _ = write_whole(&beside(database), &bytes);
}

fn beside(database: &Path) -> std::path::PathBuf {
    database.with_extension("head")
}
