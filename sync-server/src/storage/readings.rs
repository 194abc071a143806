//! What an author is told the first time, in which order, and what the list shows of cases meanwhile.

use protocol::{AuthorId, DocumentId, UserId};

use super::{Entry, Result};

/// What the list shows of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRow {
    /// The case.
    pub subject: [u8; 16],
    /// How it presses, see [`casework::card::pressing`].
    pub pressing: u8,
    /// When the clock is due that is due next.
    pub due_ms: Option<i64>,
    /// The card without what `identity` says, as JSON; empty where it is more than a device reads of one.
    pub core: String,
    /// What `identity` says, as JSON.
    pub identity: String,
}

/// An entry of the log that a first reading tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub number: u64,
    /// The document that it grants, where it is a grant.
    pub document: Option<DocumentId>,
    /// The card of that document's case: how it presses and when it is due.
    pub card: Option<(u8, Option<i64>)>,
}

/// A first reading that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstReading {
    /// Up to which number of the log it tells.
    pub head: u64,
    /// What it tells, in order, as the reading wrote it.
    pub items: Vec<u8>,
}

/// First readings.
pub trait Readings {
    /// Every entry up to `head` that whoever has nothing yet is told, in the order of the log.
    fn listed(&self, district: &str, reader: UserId, head: u64) -> Result<Vec<Listed>>;

    /// Those of the entries with these numbers that [`listed`](Self::listed) would tell now, in no order.
    fn entries_at(&self, district: &str, reader: UserId, numbers: &[u64]) -> Result<Vec<Entry>>;

    /// The cards of these cases, as far as there are any, in no order.
    fn cards(&self, subjects: &[[u8; 16]]) -> Result<Vec<CardRow>>;

    /// Cases that are kept as rows and have no card: those that a hub folded which knew none.
    fn without_card(&self, limit: u32) -> Result<Vec<[u8; 16]>>;

    /// Keeps the card of a case that has none meanwhile.
    fn add_card(&self, card: &CardRow) -> Result<()>;

    /// Keeps an author's first reading in the place of an earlier one, and forgets all that began before `forget_before_ms`.
    fn keep_reading(&self, author: AuthorId, reading: &FirstReading, now_ms: i64, forget_before_ms: i64) -> Result<()>;

    /// The author's first reading.
    fn reading(&self, author: AuthorId) -> Result<Option<FirstReading>>;
}
