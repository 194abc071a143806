//! Who is asked when a helpline refers a child: who is on duty, and which of them.
//!
//! The order is one of rules, each of which leaves over those it finds alike, so that whoever reads why somebody was asked can
//! check it: who has the fewest referrals that wait for an answer; who has the fewest open cases, counted in
//! steps of [`CASES_ALIKE`], because one case more says nothing; who speaks the child's language; who is nearest; whose turn it is. What is not
//! known decides nothing.

mod answer;
mod choice;
mod place;
mod rules;
mod shift;

pub use answer::{CALLS, answered_ms, waits_for_answer};
pub use choice::{CASES_ALIKE, Child, Chosen, OnDuty, Why, choose};
pub use place::{Place, PlaceError};
pub use rules::DutyRules;
pub use shift::{Days, Hours, Shift, ShiftError};
