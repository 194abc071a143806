//! Who is on the tablet.

use casework::{Labels, Role, Subject};
use serde::{Deserialize, Serialize};

/// How the tablet stands when the app opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The users with a vault on this tablet.
    pub users: Vec<TabletUser>,
    /// The session, where a vault is open.
    pub session: Option<Session>,
    /// An enrolment link the app was started with.
    pub link: Option<EnrolLink>,
    /// The app's version.
    pub version: String,
    /// While a vault is being opened by a newer app and its lists are made anew from the documents: how far that is.
    /// [`Topic::Opening`] says when to ask again.
    pub opening: Option<Progress>,
}

/// How far something that takes a while has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Done so far.
    pub done: u32,
    /// In all.
    pub total: u32,
}

/// A user with a vault on this tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TabletUser {
    /// Random name of the vault.
    pub id: String,
    /// The officer's name.
    pub name: String,
    /// Until when the next try must wait after wrong passphrases.
    pub wait_until_ms: Option<i64>,
}

/// The officer who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The officer's name.
    pub name: String,
    /// The officer's role.
    pub role: Role,
    /// What the role is called.
    pub role_label: Labels,
    /// The district's name.
    pub district: String,
    /// The hub's address.
    pub hub: String,
    /// Whether the role may open cases.
    pub opens_cases: bool,
    /// Whether the vault is open to be read only, because a newer app has written it: every call that writes answers
    /// [`crate::FailureCode::ReadOnly`], and nothing is synced.
    #[serde(default)]
    pub read_only: bool,
    /// Whether institutions reach the devices of this role.
    pub reads_institutions: bool,
}

/// The rules that are in force in a vault: what ships with the app, and over it what the district has published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackView {
    /// The packs, the lower one first: the nation's, and the state's where it has one.
    pub parts: Vec<PackPart>,
    /// First day on which the uppermost is in force, `2026-11-23`.
    pub in_force_from: String,
    /// How much these hold that this app does not know: it was written by a newer one. Nothing of it is lost, and nothing of
    /// it is seen.
    pub not_known: u32,
    /// The version of newer rules that have come and are in force when the vault opens next.
    pub waiting: Option<String>,
    /// Since when the district has published rules that this app cannot use at all.
    pub unusable_since_ms: Option<i64>,
}

/// One pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackPart {
    /// Its name: `national`, or `states/` and the state's code.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Whether the district has published it; else it came with the app.
    pub published: bool,
}

/// What an enrolment link or its QR code says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolLink {
    /// The hub's address.
    pub hub: String,
    /// The one-time code.
    pub code: String,
}

/// What changed since a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The revision now; give it to the next [`crate::Request::Watch`].
    pub revision: u64,
    /// What to read again. Empty when nothing changed.
    pub topics: Vec<Topic>,
}

/// Something a screen shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "topic")]
pub enum Topic {
    /// The vault was opened or closed.
    Session,
    /// The list of cases.
    Cases,
    /// The list of institutions.
    Institutions,
    /// One case or institution.
    Subject {
        /// Which.
        subject: Subject,
    },
    /// What waits, arrived, was refused.
    Sync,
    /// A vault is being opened and has come further: [`Start::opening`].
    Opening,
}
