//! What the hub keeps, named by use. SQL stands here and nowhere else.
//!
//! [`Storage`] is the whole of it; each file beside this one holds one noun: its trait and its row types. There are two
//! stores, [`Sqlite`] in one file and [`Postgres`] for several processes side by side; each has a folder with the SQL of
//! every noun, and one suite of tests holds both to the same. Before either stands [`Sealing`], which keeps no word of a
//! record in plain. All calls block and belong on a thread of their own, never on
//! one that serves sockets. Writes that belong together are one call, and one call is one transaction.

mod access_log;
mod appeals;
mod archives;
mod audit;
mod backups;
mod cases;
mod claim;
mod destructions;
mod districts;
mod documents;
mod duties;
mod entries;
mod grants;
mod inbound;
mod media;
mod notices;
mod openings;
mod outbox;
mod overview;
mod packs;
mod people;
mod postgres;
mod quarantine;
mod readings;
mod receipts;
mod recoveries;
mod reports;
mod sealed;
mod sqlite;
mod staff;
mod staff_links;
mod tables;
mod write;

pub use access_log::{AccessFilter, AccessLine, AccessLog, AccessLogs};
pub use appeals::{APPEALS_PER_AUTHOR_MAX, AppealRow, Appeals, Decision, Standing};
pub use archives::{ArchivedChange, Archives, ReadUpto};
pub use audit::{Audit, AuditRow, Deed};
pub use backups::{Backups, Contents};
pub use cases::{CaseRow, Cases, Folded, Held, UnfoldedSubject};
pub use claim::{Claim, WorkerId};
pub use destructions::{
    Counts, Destruction, Destructions, HolderDevice, KeyCopy, MediaToDestroy, Order, PlainBytes, Seal, Survey,
    ToldChannel,
};
pub use districts::{District, Districts, Institution};
pub use documents::{
    CommitError, Committed, DocumentState, Documents, NewChange, NewSubject, ReceivedRun, StoredChange, Writing,
};
pub use duties::{Asking, Duties, Load, NewAsking, Referral, RosterRow, Unanswered};
pub use entries::{Entries, Entry, EntryBody, Window};
pub use grants::{Access, Assigned, Grants, Readable};
pub use inbound::{Inbounds, Post, Posted, RefusedPost, UnbegunPost};
pub use media::{Media, MediaClaim, MediaRow};
pub use notices::{Ear, Notices};
pub use openings::{NewOpening, Opened, Openings, TokenHolder};
pub use outbox::{Delivery, Outbox, Parcel, Told, Way};
pub use overview::Overviews;
pub use packs::{NewPack, PackRow, Packs};
pub use people::{Author, Device, Enrolment, People, User};
pub use postgres::{DatabaseUrl, DatabaseUrlError, Postgres, PostgresConfig};
pub use quarantine::{Kept, NO_SUCH_ROW, Quarantine, QuarantineRow, Refused};
pub use readings::{CardRow, FirstReading, Listed, Readings};
pub use receipts::{Acknowledged, Acknowledgement, NewReceipt, Receipt, Receipts};
pub use recoveries::{Recoveries, Recovery};
pub use reports::{MadeDecision, MatchProposal, NumberedReport, ProposedTo, ReportRow, ReportSort, Reports};
pub use sealed::{Sealing, seal_plain};
pub use sqlite::Sqlite;
pub use staff::{SignedIn, StaffId, StaffKeys, StaffMember, StaffRoll, StaffSession, Try};
pub use staff_links::{LetIn, Link, Return, StaffLinks, Way as SignInWay};
pub use tables::{ClockRow, InstitutionRow, MissingRow, PlacementRow, Tables};

/// Why storage did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The embedded database failed.
    #[error("the database failed")]
    Sqlite(#[source] rusqlite::Error),
    /// The database server failed at what was asked. Its words may quote what is in a row, so its code is all there is.
    #[error("the database failed, code {code}")]
    Postgres {
        /// The five letters and digits of its kind of error.
        code: String,
    },
    /// The database server does not answer, or the connection broke; it is tried anew with the next call.
    #[error("the database cannot be reached")]
    OutOfReach,
    /// The database was reached, and no turn was to be had in time.
    #[error("the database is too busy")]
    Busy,
    /// A connection under TLS was asked for and is not to be had.
    #[error("the database does not speak TLS, or nobody who is trusted vouches for it")]
    DatabaseTls,
    /// The data folder could not be made or read.
    #[error("the data folder cannot be used")]
    Folder(#[from] std::io::Error),
    /// Something named does not exist.
    #[error("no such {0}")]
    NoSuch(&'static str),
    /// Something of that name exists.
    #[error("there is such a {0} already")]
    Exists(&'static str),
    /// The key of a record is gone with the record: what is kept of it is nobody's to read.
    #[error("the record was destroyed")]
    Destroyed,
    /// What is kept of a record is not what was sealed.
    #[error("what is kept of a record is damaged")]
    Damaged,
    /// A program of the database's, which makes or puts back a copy, is not there.
    #[error(
        "`{0}` is not to be found: install PostgreSQL's client programs, of the server's version or newer (Debian: \
         postgresql-client)"
    )]
    NoProgram(&'static str),
    /// It did not do what it was asked.
    #[error("`{program}` failed: {said}")]
    Program {
        /// The program.
        program: &'static str,
        /// The first line of what it said.
        said: String,
    },
    /// The keys of records cannot be used.
    #[error("the keys of records: {0}")]
    Keys(#[from] crate::identity::RecordKeysError),
    /// A backup was being put back here, and it did not come to its end.
    #[error(
        "a backup was being put back here and is not whole: empty the place (but for record.keys) and the database, and \
         `admin restore` once more"
    )]
    HalfRestored,
    /// Staff have ordered that the hub goes back to a backup, and `serve` is to do it.
    #[error("this hub is about to go back to a backup: it does so when it starts to serve")]
    RestoreOrdered,
    /// The tables are not to be moved while other hubs read and write them.
    #[error("{0} connections of other hubs are at this database: stop those hubs, then order it once more")]
    OtherHubs(u64),
    /// The database was made by a newer hub.
    #[error("the database has schema {found}, this hub knows {known}")]
    NewerSchema {
        /// What the file says.
        found: u32,
        /// What this hub knows.
        known: u32,
    },
}

impl StorageError {
    /// Whether the database could not be reached, and may be the next time.
    pub const fn is_out_of_reach(&self) -> bool {
        matches!(self, Self::OutOfReach)
    }
}

/// The result of a call to storage.
pub type Result<T, E = StorageError> = std::result::Result<T, E>;

/// Keeping still.
pub trait Rest {
    /// Lets go of what only makes the next call quicker: nothing is expected for a while.
    fn rest(&self);
}

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
    + Inbounds
    + Duties
    + Media
    + Quarantine
    + Packs
    + AccessLogs
    + Appeals
    + Recoveries
    + StaffRoll
    + StaffLinks
    + Overviews
    + Reports
    + Readings
    + Destructions
    + Notices
    + Audit
    + Archives
    + Backups
    + Rest
    + std::fmt::Debug
    + Send
    + Sync
{
}

impl Storage for Sqlite {}
impl Storage for Postgres {}
