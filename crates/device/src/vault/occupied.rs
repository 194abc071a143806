//! Which process has a vault.

use std::fs;

/// A vault that this process has taken.
///
/// It is let go of in so many words: closing the file is not enough where the process has just begun another, which holds
/// the same file until it runs its own program.
#[derive(Debug)]
pub(crate) struct Occupied(pub(super) fs::File);

impl Drop for Occupied {
    fn drop(&mut self) {
        // Closing it is what is left to do then.
        let _ = self.0.unlock();
    }
}
