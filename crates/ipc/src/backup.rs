//! What is on one tablet and nowhere else, in a file and back.

use serde::{Deserialize, Serialize};

/// What a file is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilePurpose {
    /// A new file for a backup.
    NewBackup,
    /// A backup that is to be brought back.
    Backup,
    /// A new file for a paper.
    NewPaper,
    /// A new file for a workbook.
    NewWorkbook,
    /// A new file for values between commas.
    NewCsv,
}

/// A backup that was made and read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackedUp {
    /// How long the file is.
    pub bytes: u64,
    /// How many changes are in it.
    pub changes: u32,
    /// How many pictures (each size counted) are in it.
    pub pictures: u32,
}

/// What came of a backup that was brought back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Changes that were written once more and wait to be sent.
    pub changes: u32,
    /// Pictures (each size counted) that wait to be sent.
    pub pictures: u32,
    /// Changes and pictures that are here already, or at the server.
    pub already: u32,
    /// Changes whose document could not be read when the backup was made: they are kept aside.
    pub not_placed: u32,
}
