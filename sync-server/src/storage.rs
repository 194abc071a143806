//! What the hub keeps, named by use. SQL stands here and nowhere else.
//!
//! [`Storage`] is the whole of it; each file beside this one holds one noun: its trait, its row types and its SQL for
//! SQLite. All calls block and belong on a thread of their own, never on one that serves sockets. Writes that belong
//! together are one call, and one call is one transaction.

mod access_log;
mod audit;
mod cases;
mod districts;
mod documents;
mod entries;
mod grants;
mod media;
mod openings;
mod outbox;
mod packs;
mod people;
mod quarantine;
mod receipts;
mod recoveries;
mod sqlite;
mod write;

pub use access_log::{AccessFilter, AccessLine, AccessLog, AccessLogs};
pub use audit::{Audit, AuditRow, Deed};
pub use cases::{CaseRow, Cases, Folded, UnfoldedSubject};
pub use districts::{District, Districts, Institution};
pub use documents::{
    CommitError, Committed, DocumentState, Documents, NewChange, NewSubject, ReceivedRun, StoredChange, Writing,
};
pub use entries::{Entries, Entry, EntryBody, Window};
pub use grants::{Access, Assigned, Grants, Readable};
pub use media::{Media, MediaRow};
pub use openings::{Opened, Openings, TokenHolder};
pub use outbox::{Delivery, Outbox, Parcel};
pub use packs::{NewPack, PackRow, Packs};
pub use people::{Author, Enrolment, People, User};
pub use quarantine::{Kept, Quarantine, QuarantineRow, Refused};
pub use receipts::{NewReceipt, Receipt, Receipts};
pub use recoveries::{Recoveries, Recovery};
pub use sqlite::Sqlite;

/// Why storage did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database failed.
    #[error("the database failed")]
    Sqlite(#[from] rusqlite::Error),
    /// The data folder could not be made or read.
    #[error("the data folder cannot be used")]
    Folder(#[from] std::io::Error),
    /// Something named does not exist.
    #[error("no such {0}")]
    NoSuch(&'static str),
    /// Something of that name exists.
    #[error("there is such a {0} already")]
    Exists(&'static str),
    /// The database was made by a newer hub.
    #[error("the database has schema {found}, this hub knows {known}")]
    NewerSchema {
        /// What the file says.
        found: u32,
        /// What this hub knows.
        known: u32,
    },
}

/// The result of a call to storage.
pub type Result<T, E = StorageError> = std::result::Result<T, E>;

/// Everything the hub keeps.
pub trait Storage:
    Districts
    + People
    + Openings
    + Documents
    + Entries
    + Grants
    + Receipts
    + Cases
    + Outbox
    + Media
    + Quarantine
    + Packs
    + AccessLogs
    + Recoveries
    + Audit
    + Send
    + Sync
{
}

impl Storage for Sqlite {}
