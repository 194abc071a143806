//! Custody as a chain: who has the child, since when, on whose order. What is doubtful is said and never locks.

mod chain;
mod finding;

use serde::{Deserialize, Serialize};

use crate::{CaseKind, Checked, Labels, RowId};

pub use chain::chain;

/// One place or person that had the child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The row of table `custody`; `None` for the first link that the report at production gives (Form 17).
    pub row: Option<RowId>,
    /// Since when; `None` where nobody wrote it.
    pub since_ms: Option<i64>,
    /// Until when: what was written, else when the next link begins; `None` for who has the child now.
    pub until_ms: Option<i64>,
    /// Code of the kind of place.
    pub place: Option<String>,
    /// Name of the place or person.
    pub name: Option<String>,
    /// Number of the order: as the row has it, else that of the order of placement which names such a place.
    pub order: Option<String>,
    /// Code of the authority that made that order, where the reader may see the orders.
    pub ordered_by: Option<String>,
    /// Who handed the child over.
    pub handed_over_by: Option<String>,
    /// A note.
    pub note: Option<String>,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// From this moment.
    pub from_ms: i64,
    /// To this one.
    pub to_ms: i64,
}

/// What is doubtful about a chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Its code in the pack, e.g. `gap`, `no_order`, `lock_up`.
    pub code: String,
    /// Which link it is about, counted from 0; the earlier one for a gap or an overlap.
    pub link: usize,
    /// When, for a gap or an overlap.
    pub stretch: Option<Stretch>,
    /// In words; empty where the pack has none.
    pub says: Labels,
    /// Where it stands in the law.
    pub source: Option<String>,
    /// How well that is established.
    pub checked: Option<Checked>,
}

/// All who had the child, earliest first; links of no known day come last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    /// The links.
    pub links: Vec<Link>,
    /// Days on which nobody is known to have had the child.
    pub gaps: Vec<Stretch>,
    /// Days on which two are said to have had the child.
    pub overlaps: Vec<Stretch>,
    /// What is doubtful.
    pub findings: Vec<Finding>,
}

impl Chain {
    /// Who has the child at `now_ms`: the last link that has begun, unless it has ended; where no link has a day, the
    /// last one.
    pub fn current(&self, now_ms: i64) -> Option<&Link> {
        let begun = |link: &&Link| link.since_ms.is_some_and(|since| since <= now_ms);
        let dated = self.links.iter().any(|link| link.since_ms.is_some());
        let last = if dated {
            self.links.iter().rev().find(begun)
        } else {
            self.links.last()
        }?;
        last.until_ms.is_none_or(|until| until > now_ms).then_some(last)
    }
}

/// A rule of the pack about a link. A rule without `places` says the words of a finding that is computed: `gap`,
/// `overlap`, `no_order`, `no_date`, `nobody_now`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustodyRule {
    /// Its code.
    pub code: String,
    /// Kinds of case it is about; all where none is named.
    #[serde(default)]
    pub kinds: Vec<CaseKind>,
    /// Kinds of place that are doubtful for such a case, or, for `no_order`, that need an order.
    #[serde(default)]
    pub places: Vec<String>,
    /// A ground of the case with which there is no doubt, e.g. `vi` for a specialised adoption agency.
    pub unless_ground: Option<String>,
    /// What the officer reads.
    pub says: Labels,
    /// Where it stands in the law.
    pub source: Option<String>,
    /// How well that is established.
    pub checked: Option<Checked>,
}
