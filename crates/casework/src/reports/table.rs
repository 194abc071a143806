//! A report, as screen, paper and spreadsheet show it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Count, Period, ReportKind, ReportWords, Word};
use crate::{Checked, Labels};

/// A report: tables, and what they were counted from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Which.
    pub kind: ReportKind,
    /// What it is called.
    pub title: Labels,
    /// Where it is asked for.
    pub source: String,
    /// How well that is established.
    pub checked: Checked,
    /// Of what month or quarter; `None` for one of this moment.
    pub period: Option<Period>,
    /// The district or institution.
    pub place: String,
    /// When it was made, milliseconds since 1970-01-01 UTC.
    pub as_of_ms: i64,
    /// What it was counted from, and what it leaves out, a sentence a line.
    pub basis: Vec<Labels>,
    /// The tables.
    pub tables: Vec<Table>,
}

/// A table of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Its name in addresses and in the sheets of a workbook.
    pub id: String,
    /// What it is called.
    pub title: Labels,
    /// What is to be known of it; empty where nothing is.
    pub note: Labels,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a cell for each column.
    pub rows: Vec<Vec<Cell>>,
    /// The sums, where they mean something.
    pub total: Option<Vec<Cell>>,
    /// The column that a chart shows.
    pub chart: Option<usize>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its heading.
    pub label: Labels,
    /// What stands in it.
    pub kind: ColumnKind,
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Words of the pack, or what somebody wrote.
    Words,
    /// Numbers.
    Count,
    /// Days.
    Day,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Cell {
    /// Nothing.
    Blank,
    /// A count; hidden where it tells of few.
    Count {
        /// The count.
        count: Count,
    },
    /// Words of the pack.
    Words {
        /// The words.
        words: Labels,
    },
    /// What somebody wrote, such as a case's number: never markup, never a formula.
    Text {
        /// The text.
        text: String,
    },
    /// A day in India.
    Day {
        /// The day.
        day: Date,
    },
}

impl Report {
    /// Whether its layout was not read in a published text, so that somebody has to look.
    pub fn is_to_be_verified(&self) -> bool {
        self.checked != Checked::A && self.checked != Checked::B
    }
}

impl Cell {
    /// A count that may be told.
    pub const fn number(count: u64) -> Self {
        Self::Count {
            count: Count::Of(count),
        }
    }
}

impl Table {
    /// Adds a row of counts behind a label.
    pub(super) fn push<const N: usize>(&mut self, label: Labels, counts: [Count; N]) {
        let counts = counts.into_iter().map(|count| Cell::Count { count });
        self.rows
            .push([Cell::Words { words: label }].into_iter().chain(counts).collect());
    }

    /// The table with the sums of its counts; without rows it has none.
    #[must_use]
    pub(super) fn summed(mut self, words: ReportWords<'_>) -> Self {
        let sum = |at: usize| {
            let counts = self.rows.iter().filter_map(|row| match row.get(at)? {
                Cell::Count { count } => Some(*count),
                _ => None,
            });
            Cell::Count {
                count: Count::sum(counts),
            }
        };
        let sums = (1..self.columns.len()).map(sum);
        let label = Cell::Words {
            words: words.say(Word::Total),
        };
        let total: Vec<_> = [label].into_iter().chain(sums).collect();
        self.total = (!self.rows.is_empty()).then_some(total);
        self
    }
}
