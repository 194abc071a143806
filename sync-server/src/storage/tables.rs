//! What dashboards read: tables of codes and times, folded out of the documents, behind views whose names and columns stay.
//!
//! Nothing in them names anybody or tells what happened to a child: kinds, stages, places, clocks and counts. So they are
//! the part of a record that stands in plain, and they go with the record when it is destroyed. The views are called
//! `dashboard_…` in both databases; `docs/operations.md` lists their columns.

use serde::{Deserialize, Serialize};

/// One run of a statutory clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRow {
    /// The clock's name in the pack.
    pub clock: String,
    /// Which of several runs; empty where it runs once.
    pub instance: String,
    /// When it runs out, extensions counted in; `None` where the law sets no time.
    pub due_ms: Option<i64>,
    /// When it was stopped.
    pub stopped_ms: Option<i64>,
    /// Whether more time was ordered by somebody who may.
    pub extended: bool,
}

/// Where a child was for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementRow {
    /// The code of the kind of place.
    pub place_kind: String,
    /// Since when; `None` where nobody wrote it.
    pub since_ms: Option<i64>,
    /// Until when; `None` for where the child is now.
    pub until_ms: Option<i64>,
}

/// A report of a missing, sighted or found child, without anything about the child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRow {
    /// The district that has it.
    pub district: String,
    /// The code of its kind.
    pub kind: String,
    /// The code of how it stands.
    pub status: String,
    /// When it was reported.
    pub reported_ms: Option<i64>,
    /// When the child was traced.
    pub traced_ms: Option<i64>,
    /// When the child was home again.
    pub restored_ms: Option<i64>,
    /// When it was closed.
    pub closed_ms: Option<i64>,
}

/// An institution, as its document says it is today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstitutionRow {
    /// Its district.
    pub district: String,
    /// Its name.
    pub name: String,
    /// The code of its kind.
    pub kind: String,
    /// For how many children it is registered.
    pub capacity: Option<i64>,
    /// How many were there when somebody last counted.
    pub present: Option<i64>,
    /// How many beds were free then.
    pub free_beds: Option<i64>,
}

/// What of a subject goes into the tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Tables {
    /// Nothing new: it cannot be read, or is of a kind that has none.
    #[default]
    Nothing,
    /// A case, beside its row.
    Case {
        /// The clocks that have started, are for this child and ask somebody to act.
        clocks: Vec<ClockRow>,
        /// Where the child was, in order.
        placements: Vec<PlacementRow>,
    },
    /// A report of a missing child.
    Missing(MissingRow),
    /// An institution.
    Institution(InstitutionRow),
}
