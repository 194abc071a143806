//! How things stand with the hub and the portal: three states, each claimed only when it is so.

use casework::Subject;
use serde::{Deserialize, Serialize};

/// How far a change has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// In the vault of this tablet, not yet at the hub.
    OnTablet,
    /// The hub has it.
    OnServer,
    /// The portal has accepted a state of the case that includes it.
    Accepted {
        /// The portal's number.
        reference: String,
        /// When the portal accepted.
        at_ms: i64,
    },
    /// The portal turned the case's latest state down; the hub has it.
    Rejected {
        /// The portal's reason.
        reason: String,
        /// When.
        at_ms: i64,
    },
    /// The hub refused it; it stays on this tablet.
    Refused {
        /// Why: a code of the protocol, e.g. `not_permitted`.
        code: String,
    },
}

/// The sync screen and the strip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncView {
    /// Whether the hub can be reached.
    pub net: NetState,
    /// When the hub last answered to the end.
    pub reached_at_ms: Option<i64>,
    /// Changes that wait.
    pub waiting: u32,
    /// Bytes of those changes.
    pub waiting_bytes: u64,
    /// Pictures (each size counted) that wait.
    pub pictures_waiting: u32,
    /// Pictures (each size counted) not yet fetched.
    pub pictures_to_fetch: u32,
    /// Changes the hub refused.
    pub refused: Vec<RefusedItem>,
    /// Records that were here until they were destroyed by law, the last first.
    pub destroyed: Vec<DestroyedItem>,
    /// What waits, arrived or was accepted, newest first; at most [`crate::PAGE_ROWS_MAX`].
    pub receipts: Vec<ReceiptRow>,
    /// What the vault takes up, in bytes.
    pub store_bytes: u64,
    /// How much room there is.
    pub space: SpaceView,
    /// Cases on this tablet.
    pub cases: u32,
    /// The device's time when this was made.
    pub now_ms: i64,
}

/// How much room there is on the tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceView {
    /// What is to be said of it.
    pub state: SpaceState,
    /// Free bytes of the disk; `None` where the platform does not say.
    pub free_bytes: Option<u64>,
    /// What the vault holds, in bytes.
    pub used_bytes: u64,
    /// What it may hold before no more pictures of others are fetched.
    pub quota_bytes: u64,
    /// Whether room is kept for the last save.
    pub has_reserve: bool,
    /// What was last cleared away.
    pub purged: Option<Purged>,
}

/// Whether there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpaceState {
    /// There is.
    Enough,
    /// The disk is nearly full; no pictures of others are fetched.
    Low,
    /// The disk is full and the room kept for the last save is used up.
    Full,
    /// The vault holds more than its quota; no pictures of others are fetched.
    OverQuota,
}

/// What was cleared away: pictures that the hub has, of cases that have left, and what was noted of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purged {
    /// When.
    pub at_ms: i64,
    /// How many pictures and notes.
    pub items: u64,
    /// How many bytes that gave.
    pub bytes: u64,
}

/// Whether the hub can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetState {
    /// Nothing was tried since the vault was opened.
    NotTried,
    /// Talking to the hub now.
    Syncing,
    /// The last try reached the hub and everything was said.
    Reached,
    /// The last try did not reach the hub.
    Offline {
        /// Since when.
        since_ms: i64,
    },
    /// The hub answered, but not as it should; nothing was lost.
    Trouble {
        /// What went wrong: a code, e.g. `garbled`, `clock_wrong`, `not_enrolled`, `hub_error`.
        code: String,
        /// Since when.
        since_ms: i64,
    },
}

/// A change the hub refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedItem {
    /// Its number in the outbox, for [`crate::Request::SendAgain`].
    pub item: i64,
    /// The case or institution.
    pub subject: Subject,
    /// First letters of the child's name; of an institution its name.
    pub initials: String,
    /// Why: a code of the protocol, e.g. `not_permitted`.
    pub code: String,
    /// When it was written.
    pub at_ms: i64,
    /// Its record has left this tablet, and its words with it: they lie at the hub.
    pub is_gone: bool,
    /// What can be done about it, the likeliest to help first. Nothing where an earlier refused change of the same part of
    /// the record comes first: what helps that one helps this one.
    pub offers: Vec<Offer>,
    /// What the district was asked about it last.
    pub appeal: Option<Appeal>,
}

/// What can be done about a refused change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// [`crate::Request::SendAgain`].
    SendAgain,
    /// [`crate::Request::Appeal`] for [`Plea::Access`].
    AskAccess,
    /// [`crate::Request::Appeal`] for [`Plea::HandOver`].
    HandOver,
    /// [`crate::Request::Split`].
    Split,
    /// [`crate::Request::PutAway`].
    PutAway,
}

/// What the district is asked about refused words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plea {
    /// To be given the record.
    Access,
    /// That the district decides about the words, which lie at the hub.
    HandOver,
}

/// Something that the district was asked, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    /// What was asked for.
    pub plea: Plea,
    /// When, by this tablet's clock.
    pub asked_at_ms: i64,
    /// How it stands.
    pub state: AppealState,
    /// Since when, by the hub's clock.
    pub at_ms: Option<i64>,
    /// What the district says to it; empty where it says nothing.
    pub words: String,
}

/// How it stands with something that the district was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealState {
    /// It goes with the next sync.
    Asked,
    /// It lies with the district.
    Noted,
    /// The district did what was asked for; what was refused is being sent again.
    Granted,
    /// The district said no.
    Declined,
    /// Too much lies there: it is asked again with every sync.
    Full,
}

/// A record that was on this tablet until it was destroyed by law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestroyedItem {
    /// The number by which an office calls it; empty where it had none here.
    pub number: String,
    /// The section of the law under which it was destroyed.
    pub section: String,
    /// When it went from this tablet.
    pub at_ms: i64,
}

/// One line of the receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptRow {
    /// The case or institution.
    pub subject: Subject,
    /// First letters of the child's name; of an institution its name.
    pub initials: String,
    /// What was being done: the code of an action, e.g. `form 17`.
    pub action: String,
    /// When it was written.
    pub at_ms: i64,
    /// How far it has come.
    pub delivery: Delivery,
}
