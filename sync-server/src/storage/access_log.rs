//! The access logs of devices: each author's rows in their order, as they came.

use protocol::access_log::AccessRow;
use protocol::{AuthorId, UserId};

use super::Result;

/// A row of an author's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLine {
    /// Whose.
    pub author: AuthorId,
    /// What it says.
    pub row: AccessRow,
    /// When it came.
    pub received_ms: i64,
}

/// An author's log as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLog {
    /// Whose.
    pub author: AuthorId,
    /// The user's name.
    pub user: String,
    /// How many rows there are.
    pub rows: u64,
    /// The first number whose row is missing or does not follow from the one before; `None` while the chain holds.
    pub broken_at: Option<u64>,
}

/// Which rows to read.
#[derive(Debug, Clone, Copy, Default)]
pub struct AccessFilter {
    /// Of this author only.
    pub author: Option<AuthorId>,
    /// About this case only.
    pub subject: Option<[u8; 16]>,
}

/// What is known of access logs.
pub trait AccessLogs {
    /// Adds rows of an author's log. A row whose number is there is passed over. Rows that do not hold together are
    /// kept all the same, with a row in the audit. Returns whether they held together, and with those that were there.
    fn append_access(&self, user: UserId, author: AuthorId, rows: &[AccessRow], now_ms: i64) -> Result<bool>;

    /// The number of the author's last row; 0 where there is none.
    fn access_upto(&self, author: AuthorId) -> Result<u64>;

    /// The last rows, by the devices' clocks, oldest first.
    fn access_lines(&self, filter: AccessFilter, limit: u32) -> Result<Vec<AccessLine>>;

    /// Goes through the chain of an author, or of each.
    fn check_access_logs(&self, author: Option<AuthorId>) -> Result<Vec<AccessLog>>;
}
