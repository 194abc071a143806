//! Devices that ask the district to open their vault, and what it answered. The hub keeps sealed bytes both ways and
//! opens neither.

use protocol::AuthorId;
use protocol::ids::Sha256;

use super::Result;

/// A request to open a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The hash of the request.
    pub id: Sha256,
    /// The author whose vault it is.
    pub author: AuthorId,
    /// When it came.
    pub at_ms: i64,
    /// The request's bytes.
    pub request: Vec<u8>,
    /// The answer's bytes, once an officer has given one.
    pub answer: Option<Vec<u8>>,
}

/// What is known of recoveries.
pub trait Recoveries {
    /// Keeps a request in the place of the author's earlier one; the same once more changes nothing. False where there
    /// is no such author, or none that may still work.
    fn ask_recovery(&self, id: Sha256, author: AuthorId, request: &[u8], now_ms: i64) -> Result<bool>;

    /// The request of that name.
    fn recovery(&self, id: Sha256) -> Result<Option<Recovery>>;

    /// The requests nobody has answered, oldest first.
    fn open_recoveries(&self) -> Result<Vec<Recovery>>;

    /// Keeps an answer for the device to fetch.
    fn answer_recovery(&self, id: Sha256, answer: &[u8], now_ms: i64) -> Result<()>;

    /// Takes a request away unanswered.
    fn refuse_recovery(&self, id: Sha256, now_ms: i64) -> Result<()>;
}
