//! What the screens show of institutions.

use casework::{
    DocumentKind, InstitutionId, Labels,
    clock::{Running, Standing},
};
use serde::{Deserialize, Serialize};

use crate::{Clash, Delivery, FilingView, FormSummary};

/// The institutions on this tablet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstitutionPage {
    /// By name; at most [`crate::PAGE_ROWS_MAX`].
    pub rows: Vec<InstitutionCard>,
    /// How many there are.
    pub total: u32,
    /// The device's time when the page was made.
    pub now_ms: i64,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstitutionCard {
    /// The institution.
    pub institution: InstitutionId,
    /// Its name; empty where nobody has written it.
    pub name: String,
    /// What kind of place it is.
    pub kind: Option<Labels>,
    /// How many children it is registered for.
    pub capacity: Option<u32>,
    /// How many were there when somebody last counted.
    pub present: Option<u32>,
    /// The clock that is due next (or the longest overdue).
    pub clock: Option<Running>,
    /// How that clock stands.
    pub standing: Option<Standing>,
    /// Clocks that have run out.
    pub clocks_overdue: u32,
    /// Changes that have not reached the hub.
    pub waiting: u32,
    /// Changes the hub refused.
    pub refused: u32,
    /// Registers with two versions.
    pub clashes: u32,
    /// When it was last changed by anybody.
    pub changed_at_ms: i64,
}

/// An institution, as its screen shows it. What is known of it is read on its forms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstitutionView {
    /// The row of the list, for the head of the screen.
    pub card: InstitutionCard,
    /// The statutory clocks that have begun.
    pub clocks: Vec<(Running, Standing)>,
    /// Forms about an institution, in force today: first those this officer fills or approves, then the others.
    pub forms: Vec<FormSummary>,
    /// Forms that were signed, sent or approved, newest first.
    pub filings: Vec<FilingView>,
    /// Registers with two versions.
    pub clashes: Vec<Clash>,
    /// Documents this officer may change.
    pub writes: Vec<DocumentKind>,
    /// Where the latest change stands.
    pub delivery: Delivery,
    /// The device's time when this was made.
    pub now_ms: i64,
}
