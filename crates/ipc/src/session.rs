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
    /// Whether the platform has a keystore: with it a PIN is enough, and a copied vault opens nowhere else.
    pub keystore: bool,
    /// Whether the platform has a window to choose a file in; without one its path is typed.
    pub file_chooser: bool,
    /// What is left of users who were shut out: what they had written, and where it is.
    pub farewells: Vec<Farewell>,
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
    /// How many wrong tries are left before the key on this tablet is erased.
    pub erased_after: u32,
    /// The key was erased: only the district can open the vault.
    pub erased: bool,
    /// Whether the vault needs the platform's keystore.
    pub bound: bool,
    /// Whether the district can open the vault: the key is sealed to it.
    pub recoverable: bool,
    /// The request to the district that is on its way.
    pub recovery: Option<RecoveryAsk>,
}

/// A request to the district to open a vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryAsk {
    /// Eight digits to compare with what the officer sees.
    pub code: String,
    /// The request as text to carry, where the hub cannot be reached.
    pub text: String,
    /// When it was made.
    pub made_ms: i64,
    /// Whether the hub has it; `None`: not asked just now.
    pub at_hub: Option<bool>,
}

/// What is left of a user who was shut out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Farewell {
    /// Its id on this tablet.
    pub id: String,
    /// The officer's name.
    pub name: String,
    /// What the hub calls itself.
    pub hub: String,
    /// When the hub shut the user out.
    pub dismissed_ms: i64,
    /// When keys and files were destroyed here.
    pub destroyed_ms: i64,
    /// Changes that the hub has taken in.
    pub on_hub: u32,
    /// Changes that the hub keeps aside for a person to look at.
    pub kept_aside: u32,
    /// Pictures the hub did not take any more.
    pub pictures_lost: u32,
    /// The code of the hub's confirmation.
    pub code: String,
}

/// The officer who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing of the session, by its name, and none excludes another"
)]
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
    /// Whether the role reads reports of missing children.
    #[serde(default)]
    pub reads_reports: bool,
    /// After how many idle minutes the tablet locks itself.
    pub idle_minutes: u32,
    /// Whether the vault needs the platform's keystore; otherwise the passphrase alone protects it.
    pub bound: bool,
    /// Whether the district can open the vault when the passphrase is lost.
    pub recoverable: bool,
    /// Until when the vault opens without the hub; `None` where the hub has set no time.
    pub open_until_ms: Option<i64>,
    /// That time has passed: the hub must be reached first, and nothing else is answered until then.
    pub hub_first: bool,
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
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The vault was opened or closed.
    Session,
    /// The list of cases.
    Cases,
    /// The list of institutions.
    Institutions,
    /// Who may be the same child.
    Matches,
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
