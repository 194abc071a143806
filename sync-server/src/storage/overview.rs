//! What an officer of the district sees at one look: counts out of the tables that dashboards read.

use protocol::UserId;

use super::{InstitutionRow, Result};

/// What is known at one look. A clock is overdue that has run out and was not stopped.
pub trait Overviews {
    /// How many cases of a district there are of each kind and at each stage, by their codes.
    fn cases_by_stage(&self, district: &str) -> Result<Vec<(String, String, u64)>>;

    /// How many of each clock are overdue in a district, by its name.
    fn overdue_by_clock(&self, district: &str, now_ms: i64) -> Result<Vec<(String, u64)>>;

    /// How many clocks are overdue of each user's cases; first those of cases that are given to nobody.
    fn overdue_by_user(&self, district: &str, now_ms: i64) -> Result<Vec<(Option<UserId>, u64)>>;

    /// How many clocks are overdue of the cases that are given to those to whom an institution is given.
    fn overdue_by_institution(&self, district: &str, now_ms: i64) -> Result<Vec<([u8; 16], u64)>>;

    /// The institutions of a district as their documents say they are, by name.
    fn occupancy(&self, district: &str) -> Result<Vec<([u8; 16], InstitutionRow)>>;
}
