//! What is still to be told to channels, and what each was told last.
//!
//! The latest state of a subject stands for all before it, so each channel has one message of each subject. It stands in
//! the channel's feed, under a number that only grows, for portals that fetch; and in the outbox until the portal has it,
//! where the hub sends.

use protocol::DocumentId;

use super::Result;
use super::cases::Held;
use super::claim::{Claim, WorkerId};

/// How a message gets to its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The hub sends it.
    Sent,
    /// The portal fetches it.
    Fetched,
}

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
    /// How it gets there.
    pub way: Way,
}

/// A message in a channel's feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its number: a subject whose state changes gets the next, so whoever has read up to a number has all before it.
    pub number: u64,
    /// The message.
    pub parcel: Parcel,
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
    /// Since when the channel has not been told.
    pub since_ms: i64,
    /// Since when it is tried no more: somebody has to look at it.
    pub dead_ms: Option<i64>,
}

/// What is known of deliveries.
pub trait Outbox {
    /// Takes hold of what is due for a channel and nobody else holds, oldest first.
    fn claim_deliveries(&self, channel: &str, claim: Claim, limit: u32) -> Result<Vec<Delivery>>;

    /// What is due for a channel, whoever holds it, oldest first.
    fn due_deliveries(&self, channel: &str, now_ms: i64, limit: u32) -> Result<Vec<Delivery>>;

    /// Everything that waits for a channel and is tried.
    fn waiting_deliveries(&self, channel: &str) -> Result<u64>;

    /// Since when the oldest of that waits.
    fn waiting_since(&self, channel: &str) -> Result<Option<i64>>;

    /// Puts a delivery off after trouble, where the worker still holds it; the hold ends.
    fn put_off(&self, parcel: &Parcel, worker: WorkerId, next_ms: i64, trouble: &str) -> Result<()>;

    /// Tries a delivery no more, where the worker still holds it and nothing newer waits. It stays as a dead letter until
    /// the subject changes or somebody sends it again.
    fn give_up(&self, parcel: &Parcel, worker: WorkerId, now_ms: i64, trouble: &str) -> Result<()>;

    /// The channel has it, and answers later. Where the worker has lost its hold nothing changes.
    fn handed_over(&self, parcel: &Parcel, worker: WorkerId) -> Result<Held>;

    /// Lets go of everything that the worker holds of a channel, untried.
    fn let_go(&self, channel: &str, worker: WorkerId) -> Result<()>;

    /// What is tried no more, the oldest first.
    fn dead_deliveries(&self, channel: &str, limit: u32) -> Result<Vec<Delivery>>;

    /// Tries dead letters anew, all of the channel or that of one subject; says how many.
    fn send_again(&self, channel: &str, subject: Option<[u8; 16]>, now_ms: i64) -> Result<u64>;

    /// Tells channels what follows from no single record: a district's figures. What a channel was told in these very words
    /// it is not told again, however many hubs make them.
    fn tell(&self, parcels: &[Parcel], now_ms: i64) -> Result<()>;

    /// What each channel was told last of a subject.
    fn told(&self, subject: [u8; 16]) -> Result<Vec<Parcel>>;

    /// The messages of a channel's feed behind a number, in order.
    fn feed(&self, channel: &str, after: u64, limit: u32) -> Result<Vec<Told>>;
}
