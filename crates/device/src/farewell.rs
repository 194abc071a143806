//! What is left of a user who was shut out: a small plain file that says what they had written and where it is. It
//! names the officer and no child.

use std::{fs, io, path::Path};

use ipc::Farewell;

use crate::vault::{make_folder, write_whole};

const FOLDER: &str = "farewells";
/// More than these are not shown; the oldest go.
const KEPT_MAX: usize = 20;

/// Writes a farewell down, before anything is destroyed.
pub(crate) fn write(data_dir: &Path, farewell: &Farewell) -> io::Result<()> {
    let folder = data_dir.join(FOLDER);
    make_folder(&folder)?;
    let bytes = serde_json::to_vec(farewell).map_err(io::Error::other)?;
    write_whole(&folder.join(format!("{}.json", farewell.id)), &bytes)
}

/// All there are, newest first. What cannot be read is passed over.
pub(crate) fn all(data_dir: &Path) -> Vec<Farewell> {
    let Ok(entries) = fs::read_dir(data_dir.join(FOLDER)) else {
        return Vec::new();
    };
    let read = |path: &Path| -> Option<Farewell> { serde_json::from_slice(&fs::read(path).ok()?).ok() };
    let mut found: Vec<Farewell> = entries.flatten().filter_map(|entry| read(&entry.path())).collect();
    found.sort_by_key(|farewell| std::cmp::Reverse(farewell.destroyed_ms));
    found.truncate(KEPT_MAX);
    found
}

/// Takes one away. One that is not there is away already.
pub(crate) fn forget(data_dir: &Path, id: &str) -> io::Result<()> {
    // An id is a name of our own making: nothing else is looked for in the folder.
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    match fs::remove_file(data_dir.join(FOLDER).join(format!("{id}.json"))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
