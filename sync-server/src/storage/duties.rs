//! Who is on duty, which referrals wait for somebody to take them up, and who was asked.

use std::collections::BTreeSet;

use casework::duty::{Shift, Why};
use protocol::UserId;

use super::Result;
use super::grants::Readable;

/// A line of a district's roster.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterRow {
    /// Who is on duty.
    pub user: UserId,
    /// When, with which languages, from where.
    pub shift: Shift,
}

/// What somebody has to do already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Who.
    pub user: UserId,
    /// Open cases that are given to them.
    pub cases: u32,
    /// Referrals that wait for their answer.
    pub referrals: u32,
    /// When they were asked last.
    pub asked_ms: Option<i64>,
}

/// Somebody was asked to take a referral up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// The case.
    pub subject: [u8; 16],
    /// The how-manieth asked for it, from 1.
    pub step: u32,
    /// Who.
    pub user: UserId,
    /// Why they.
    pub why: Why,
    /// When.
    pub at_ms: i64,
    /// Until when they are waited for; `None` for whoever is asked in the end.
    pub until_ms: Option<i64>,
    /// Whoever has read the district's log up to this number knows.
    pub number: u64,
}

/// A referral that nobody has taken up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    /// The case.
    pub subject: [u8; 16],
    /// Its district.
    pub district: String,
    /// When it came.
    pub since_ms: i64,
    /// Who was asked, in order.
    pub asked: Vec<Asking>,
}

/// Somebody to ask.
#[derive(Debug, Clone)]
pub struct NewAsking<'a> {
    /// Who, why and when; its number of the log is not known yet.
    pub asking: Asking,
    /// What they may read of the case from now on.
    pub readable: &'a [Readable],
    /// From whom the case is taken, with what they may read of it all the same.
    pub instead_of: Option<(UserId, &'a [Readable])>,
}

/// How many referrals nobody has taken up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unanswered {
    /// All of them.
    pub all: u64,
    /// Those for which nobody is left to be asked, or nobody was found at all.
    pub at_their_end: u64,
    /// Since when the first waits.
    pub since_ms: Option<i64>,
}

/// What is known of duty.
pub trait Duties {
    /// A district's roster, by its users.
    fn roster(&self, district: &str) -> Result<Vec<RosterRow>>;

    /// Makes the roster of a district just this, or of one user of it.
    fn set_roster(&self, district: &str, of: Option<UserId>, rows: &[RosterRow], now_ms: i64) -> Result<()>;

    /// What each user of a district has to do.
    fn loads(&self, district: &str) -> Result<Vec<Load>>;

    /// Somebody is to be found for a referral, whose case is about to begin. Said again it changes nothing.
    fn add_referral(&self, subject: [u8; 16], district: &str, now_ms: i64) -> Result<()>;

    /// Referrals for which it is time to ask somebody, those that press longest first.
    fn due_referrals(&self, now_ms: i64, limit: u32) -> Result<Vec<Referral>>;

    /// Who was asked for a case, in order.
    fn asked(&self, subject: [u8; 16]) -> Result<Vec<Asking>>;

    /// Asks somebody: gives them the case, takes it from whoever was asked before, and notes who is waited for until when. Whoever
    /// could read the case already is granted its first document anew, so that they hear of it. False, and nothing is done,
    /// where the referral was taken up or somebody else was asked meanwhile.
    fn ask(&self, new: &NewAsking<'_>) -> Result<bool>;

    /// Looks at a referral again at this time, unless somebody was asked meanwhile.
    fn put_off_referral(&self, subject: [u8; 16], steps: u32, next_ms: i64) -> Result<()>;

    /// Askings that do not stand in their cases yet, the oldest first.
    fn unnoted(&self, limit: u32) -> Result<Vec<Asking>>;

    /// An asking stands in its case.
    fn noted(&self, subject: [u8; 16], step: u32) -> Result<()>;

    /// The last asking for each referral that nobody has taken up; of one user, or of all.
    fn waiting_askings(&self, of: Option<UserId>) -> Result<Vec<Asking>>;

    /// A district's referrals that nobody has taken up, the one that waits longest first.
    fn waiting_referrals(&self, district: &str, limit: u32) -> Result<Vec<Referral>>;

    /// How many referrals nobody has taken up.
    fn unanswered(&self) -> Result<Unanswered>;
}

/// Codes of languages as one column holds them.
pub(super) fn joined(codes: &BTreeSet<String>) -> String {
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    codes.join(" ")
}

/// The codes that a column holds.
pub(super) fn split(codes: &str) -> BTreeSet<String> {
    codes.split_whitespace().map(str::to_owned).collect()
}
