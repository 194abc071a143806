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

impl Receipt {
    /// What the audit keeps of it. The words may say anything; they stand in the receipt alone.
    pub(super) fn detail(&self, settles: bool) -> String {
        let outcome = if self.accepted { "accepted" } else { "rejected" };
        let settled = u8::from(settles);
        format!("{} {outcome} upto {} settled {settled}", self.channel, self.upto)
    }
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

/// An answer that came by itself.
#[derive(Debug, Clone, Copy)]
pub struct Acknowledgement<'a> {
    /// The channel's code.
    pub channel: &'a str,
    /// The message it answers.
    pub message: &'a str,
    /// When it came.
    pub at_ms: i64,
    /// Whether the channel took the message.
    pub accepted: bool,
    /// Its reference where it did, its reason where it did not.
    pub words: &'a str,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledged {
    /// It is kept.
    Kept,
    /// It was kept before.
    Known,
    /// There is no such message, or a newer one stands in its place.
    NotTheLatest,
}

/// What is known of answers.
pub trait Receipts {
    /// Keeps an answer, tells it in the log, and takes the delivery off the outbox, or, where the channel did not take it,
    /// leaves it there as a dead letter. Where the worker has lost its hold nothing is kept: whoever has it now delivers the
    /// same message and keeps the answer to that.
    fn settle(&self, receipt: &NewReceipt<'_>) -> Result<Held>;

    /// Keeps an answer that came by itself, to a message that was sent or fetched before. Said twice it is kept once.
    fn acknowledge(&self, acknowledgement: &Acknowledgement<'_>) -> Result<Acknowledged>;

    /// The last answer of each channel about a document.
    fn latest_receipts(&self, document: DocumentId) -> Result<Vec<Receipt>>;

    /// When a channel last took something.
    fn last_accepted(&self, channel: &str) -> Result<Option<i64>>;
}
