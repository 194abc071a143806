//! Copies of the database, and the life of its logs.

use std::path::Path;

use protocol::Epoch;
use serde::{Deserialize, Serialize};

use super::Result;

/// How much a database holds, so that a copy of it can be compared with what was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Districts.
    pub districts: u64,
    /// Users.
    pub users: u64,
    /// Devices that were ever enrolled.
    pub authors: u64,
    /// Documents.
    pub documents: u64,
    /// Entries of all logs.
    pub entries: u64,
    /// Uploads in quarantine.
    pub refused: u64,
    /// Media that are whole.
    pub media: u64,
    /// Rows of the audit.
    pub audit: u64,
}

impl Contents {
    /// Each count with its name.
    pub const fn named(&self) -> [(&'static str, u64); 8] {
        [
            ("districts", self.districts),
            ("users", self.users),
            ("devices", self.authors),
            ("documents", self.documents),
            ("entries of logs", self.entries),
            ("uploads in quarantine", self.refused),
            ("media", self.media),
            ("rows of the audit", self.audit),
        ]
    }
}

/// What is done to all of a database.
pub trait Backups {
    /// Writes the database as it stands at one moment into a file that is not there yet, while others go on writing. Says
    /// what is in the copy.
    fn back_up(&self, file: &Path) -> Result<Contents>;

    /// What is in the database.
    fn contents(&self) -> Result<Contents>;

    /// Looks whether the file is whole and every log has all its numbers; `Some`: what is wrong.
    fn damage(&self) -> Result<Option<String>>;

    /// The logs begin a new life: every device reads from the beginning at its next contact, and sends again what the hub may
    /// not have. A process that runs heeds it when it is started anew.
    fn new_epoch(&self, now_ms: i64) -> Result<Epoch>;

    /// Since when the logs have the life they have; `None` where it is their first.
    fn epoch_since_ms(&self) -> Result<Option<i64>>;
}

/// Where a database keeps since when its logs have this life: eight bytes.
pub(super) const EPOCH_SINCE: &str = "epoch_since_ms";
