//! What the screen shows of the access log.

use serde::{Deserialize, Serialize};

/// The access log of this officer on this tablet, and whether its chain holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessLogView {
    /// How many rows there are.
    pub rows: u64,
    /// The first row that does not follow from the one before it, or is missing; `None` while the chain holds.
    pub broken_at: Option<i64>,
    /// How many rows the hub has; `None` where it has not said so yet.
    pub on_hub: Option<u64>,
    /// The newest rows, newest first.
    pub newest: Vec<AccessLine>,
}

/// A row of the access log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessLine {
    /// Its number.
    pub n: u64,
    /// When.
    pub at_ms: i64,
    /// What was done: a code, e.g. `revealed`.
    pub action: String,
    /// The case or institution, while it is on this tablet.
    pub subject: Option<casework::Subject>,
    /// First letters of the child's name; of an institution its name.
    pub initials: String,
    /// The name of a form or fact, a code, a count.
    pub detail: String,
}
