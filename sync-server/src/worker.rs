//! Who a hub's workers are among those of all hubs at a database.
//!
//! A hub that starts again is the worker it was before, and takes up at once what it held when it died. So the name lies in
//! a file of its data folder, locked as long as the process lives: a second process at the same folder takes another.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use crate::storage::WorkerId;

/// Processes at one data folder. More would be a mistake of whoever starts them.
const PROCESSES_MAX: u32 = 64;

/// A name, and the lock that says whose it is.
#[derive(Debug)]
pub struct Worker {
    id: WorkerId,
    _lock: File,
}

impl Worker {
    /// Takes the first name of a data folder that nobody has.
    pub fn take(data_dir: &Path) -> io::Result<Self> {
        for n in 0..PROCESSES_MAX {
            let path = data_dir.join(format!("worker-{n}"));
            let mut file = File::options()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => continue,
                Err(TryLockError::Error(error)) => return Err(error),
            }
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            let id = if let Ok(id) = bytes.try_into() {
                WorkerId(id)
            } else {
                let id = WorkerId::random();
                file.set_len(0)?;
                file.rewind()?;
                file.write_all(&id.0)?;
                file.sync_data()?;
                id
            };
            return Ok(Self { id, _lock: file });
        }
        Err(io::Error::other("too many processes at one data folder"))
    }

    /// The name.
    pub const fn id(&self) -> WorkerId {
        self.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_that_starts_again_is_who_it_was_and_two_at_a_time_are_two() {
        let dir = tempfile::tempdir().unwrap();
        let first = Worker::take(dir.path()).unwrap();
        let second = Worker::take(dir.path()).unwrap();
        assert_ne!(first.id(), second.id());
        let was = first.id();
        drop(first);
        assert_eq!(Worker::take(dir.path()).unwrap().id(), was);
        // A file that was cut short names nobody.
        std::fs::write(dir.path().join("worker-0"), b"short").unwrap();
        let anew = Worker::take(dir.path()).unwrap();
        assert!(anew.id() != was && anew.id() != second.id());
    }
}
