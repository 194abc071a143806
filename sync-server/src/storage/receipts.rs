//! What channels answered.

use protocol::DocumentId;

use super::Result;
use super::cases::Held;
use super::claim::WorkerId;

/// A channel's answer about a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The document it is told at: a case's core.
    pub document: DocumentId,
    /// The channel's code.
    pub channel: String,
    /// The log number up to which the channel had been told.
    pub upto: u64,
    /// When it answered.
    pub at_ms: i64,
    /// Whether it took it.
    pub accepted: bool,
    /// Its reference where it did, its reason where it did not.
    pub words: String,
}

/// An answer to keep: it settles one delivery.
#[derive(Debug, Clone)]
pub struct NewReceipt<'a> {
    /// The district whose log it goes into.
    pub district: &'a str,
    /// The case.
    pub subject: [u8; 16],
    /// The delivery's message id. A newer state that waits under another id stays in the outbox.
    pub message: &'a str,
    /// The answer.
    pub receipt: Receipt,
    /// Who delivered it, and holds it.
    pub worker: WorkerId,
}

/// What is known of answers.
pub trait Receipts {
    /// Keeps an answer, tells it in the log, and takes the delivery off the outbox. Where the worker has lost its hold
    /// nothing is kept: whoever has it now delivers the same message and keeps the answer to that.
    fn settle(&self, receipt: &NewReceipt<'_>) -> Result<Held>;

    /// The last answer of each channel about a document.
    fn latest_receipts(&self, document: DocumentId) -> Result<Vec<Receipt>>;
}
