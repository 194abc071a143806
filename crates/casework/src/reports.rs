//! Registers and reports: what is counted of cases, by one definition for tablet, hub, console and feed.
//!
//! Everything here is a pure function of what is given, and `now_ms` among it. A [`CaseTold`] is what reports read of a case;
//! [`Figures`], [`Quarterly`] and [`HouseMonth`] are counts; a [`Report`] is the table that a screen, a paper and a spreadsheet
//! show alike, with the words of the pack in every language.
//!
//! **A report says what it was counted from.** A tablet has the cases of one officer, and some of those only in part: the
//! lines of [`Report::basis`] say so, on every copy that leaves it.
//!
//! **Few children are not counted where the counts leave the district.** See [`hide_few`].
//!
//! **A moment belongs to the period in which it lies in India**; the midnight with which a period ends belongs to the next.

mod basis;
mod count;
mod figures;
mod house;
mod kind;
mod lists;
mod period;
mod quarterly;
mod table;
mod told;
mod words;

pub use basis::{Basis, CountedFrom};
pub use count::{Bound, Count, Counts, FEW, hide_few};
pub use figures::{Figures, OfClock, OfKind, Step, figures_report};
pub use house::{House, HouseMonth, house_report};
pub use kind::{PeriodKind, Reach, ReportKind};
pub use lists::{FOLLOW_UPS, LIST_ROWS_MAX, follow_ups_report, overdue_report};
pub use period::{NoPeriod, Period};
pub use quarterly::{Quarterly, quarterly_report};
pub use table::{Cell, Column, ColumnKind, Report, Table};
pub use told::{
    AGE_YEARS, CaseTold, ClockTimes, FACTS, MORE_FACTS, Stay, TABLES, clock_times, is_overdue, kept_facts, stays,
};
pub use words::{ReportWords, Word};

/// Where nobody wrote it.
pub const NOT_KNOWN: &str = "not_known";

#[cfg(all(test, feature = "packs"))]
mod tests;
