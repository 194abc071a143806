//! Statutory clocks: what is due by when, from a record and the dated definitions of the pack.
//!
//! Everything here is a pure function of its arguments; `now_ms` is milliseconds since 1970-01-01 UTC. Nothing locks:
//! a clock that has run out is shown, and the work goes on.
//!
//! - A [`Clock`] is data: what starts it, how long it runs, what is left out, who must act, what stops it, who may
//!   extend it and how far, where it stands in the law and since when.
//! - [`of_record`] gives the runs that have begun, each as a [`Running`] that can be sent to a screen.
//!   [`Clocks::timings`] gives the same without words, for lists and counts over thousands of records.
//! - [`Running::standing`] says how a run stands at a moment.
//!
//! **What is not known counts against the clock's silence, not for it.** A clock whose conditions cannot be read runs,
//! and says what it assumes. An extension moves the time only as far as the law lets that authority go; what was
//! recorded beyond that is shown with a warning.
//!
//! **Days are days in India.** The day of the event is left out and the last day counts whole (General Clauses Act
//! 1897, s.9), so a time in days runs out at a midnight. Working days leave out Saturdays and Sundays; public
//! holidays are not known here.

mod calendar;
mod condition;
mod definition;
mod extension;
mod fault;
mod index;
mod length;
mod running;
mod timing;

pub use definition::{
    AgeRule, Clock, Duty, Earliest, ExtensionRule, Place, Quarters, Repeats, Rows, Subject, Trigger, Used,
};
pub use extension::{Extension, ExtensionWarning};
pub use fault::Fault;
pub use index::{Clocks, of_reader, of_record, sort};
pub use length::{Length, LengthError};
pub use running::{Assumption, Running, Standing};
pub use timing::{Instance, JOURNEY_MINUTES_MAX, TURNS_MAX, Timing};

pub use calendar::indian_day;
pub(crate) use calendar::{DAY_MS, Day, end_of, indian_day as indian_date, start_of};
