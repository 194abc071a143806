//! What is still to be told to channels.

use protocol::DocumentId;

use super::Result;
use super::claim::{Claim, WorkerId};

/// The latest state of a subject for a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The channel's code.
    pub channel: String,
    /// The subject.
    pub subject: [u8; 16],
    /// Its district.
    pub district: String,
    /// The document at which the answer is told.
    pub document: DocumentId,
    /// The message's id, new for every new state.
    pub message: String,
    /// The log number up to which changes are in it.
    pub upto: u64,
    /// What is sent: JSON.
    pub payload: String,
}

/// A parcel that waits to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What is to be delivered.
    pub parcel: Parcel,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is to be tried again.
    pub next_ms: i64,
    /// What went wrong the last time.
    pub trouble: Option<String>,
}

/// What is known of deliveries.
pub trait Outbox {
    /// Takes hold of what is due for a channel and nobody else holds, oldest first.
    fn claim_deliveries(&self, channel: &str, claim: Claim, limit: u32) -> Result<Vec<Delivery>>;

    /// What is due for a channel, whoever holds it, oldest first.
    fn due_deliveries(&self, channel: &str, now_ms: i64, limit: u32) -> Result<Vec<Delivery>>;

    /// Everything that waits for a channel.
    fn waiting_deliveries(&self, channel: &str) -> Result<u64>;

    /// Puts a delivery off after trouble, where the worker still holds it; the hold ends.
    fn put_off(&self, parcel: &Parcel, worker: WorkerId, next_ms: i64, trouble: &str) -> Result<()>;

    /// Lets go of everything that the worker holds of a channel, untried.
    fn let_go(&self, channel: &str, worker: WorkerId) -> Result<()>;
}
