//! What is wrong with the vault on this tablet, if anything, and what helps.

use casework::CaseId;
use serde::{Deserialize, Serialize};

/// What the doctor found. No findings: all is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorView {
    /// What is wrong, worst first.
    pub findings: Vec<Finding>,
    /// How many documents were opened and read for it.
    pub documents: u32,
    /// The device's time when this was made.
    pub now_ms: i64,
}

/// Something that is wrong. The screen has a sentence for each, and for what helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Parts of the vault's file are not as they were written. [`crate::Request::Mend`] helps; the rest is looked over after
    /// that.
    DamagedFile {
        /// How many.
        parts: u32,
    },
    /// The file was damaged and was made whole again.
    Mended {
        /// When.
        at_ms: i64,
        /// Parts of it that were lost.
        parts: u32,
        /// Documents that had to come from the hub again.
        documents: u32,
        /// Edits that were not sent and that nobody has any more; `None`: how many is not known.
        edits: Option<u32>,
        /// Pictures and files in the same way.
        pictures: Option<u32>,
    },
    /// Acknowledged words were missing when the vault was opened: the disk has lost or turned what it held. What the hub
    /// has comes back with the next sync.
    Behind {
        /// When that was found.
        at_ms: i64,
    },
    /// Documents that cannot be read; set aside until the hub has sent them again. A sync helps.
    DamagedDocuments {
        /// How many.
        documents: u32,
        /// The cases they belong to, at most [`crate::PAGE_ROWS_MAX`].
        cases: Vec<CaseId>,
    },
    /// A row of the access log does not follow from the one before.
    AccessLog {
        /// The first.
        row: i64,
    },
    /// Lists, search or clocks lack documents, or have some that are gone. [`crate::Request::Rebuild`] helps.
    Lists {
        /// How many documents.
        documents: u32,
    },
    /// Changes of others that this app cannot take in yet: a newer app wrote them, or what they stand on is missing.
    SetAside {
        /// How many.
        changes: u32,
    },
    /// Changes the hub refused; they are kept.
    Refused {
        /// How many.
        changes: u32,
    },
    /// A newer app has written the vault; this one only reads it.
    ReadOnly,
}
