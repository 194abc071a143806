//! Who administers over HTTP: the staff of a district, or of all of them, and the browsers they are signed in with.

use super::Result;
use super::staff_links::Way;

/// Wrong tries after which the next one has to wait.
const FREE_TRIES: u32 = 5;
/// The first wait; it doubles with each further wrong try.
const FIRST_WAIT_MS: i64 = 30_000;
/// It is longer than the longest one when it has doubled so often.
const DOUBLED_MAX: u32 = 5;
/// The longest one: whoever keeps on trying keeps the right one out no longer than this.
const LONGEST_WAIT_MS: i64 = 15 * 60_000;

/// The id of somebody who administers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StaffId(pub [u8; 16]);

/// Somebody who administers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    /// Their id.
    pub id: StaffId,
    /// What they sign in as.
    pub name: String,
    /// The district that they administer; `None`: all of them.
    pub district: Option<String>,
    /// When they were shut out.
    pub shut_out_ms: Option<i64>,
    /// When they signed in last.
    pub signed_in_ms: Option<i64>,
}

/// What they sign in with. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffKeys {
    /// The passphrase, stretched, with all that stretching it again needs.
    pub passphrase: String,
    /// What one-time codes are made of; sealed where it is kept.
    pub code_secret: Vec<u8>,
}

impl std::fmt::Debug for StaffKeys {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("StaffKeys(…)")
    }
}

/// Whether somebody may try to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Try {
    /// They may; the try counts as wrong until it proves right, so that tries at the same time count, too.
    Counted,
    /// Not for so many milliseconds.
    Wait(i64),
}

/// Whether somebody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedIn {
    /// They are.
    Yes,
    /// The code was used before, or one that came after it.
    Replay,
}

/// A browser that somebody is signed in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffSession {
    /// Who.
    pub member: StaffMember,
    /// Since when.
    pub began_ms: i64,
    /// When it was used last, to about a minute.
    pub seen_ms: i64,
    /// How it began.
    pub way: Way,
}

/// What is known of staff.
pub trait StaffRoll {
    /// Adds somebody.
    fn add_staff(&self, member: &StaffMember, keys: &StaffKeys, now_ms: i64) -> Result<()>;

    /// Everybody, by name.
    fn staff(&self) -> Result<Vec<StaffMember>>;

    /// Who signs in under this name with a passphrase, unless they are shut out or let in elsewhere alone.
    fn staff_named(&self, name: &str) -> Result<Option<(StaffMember, StaffKeys)>>;

    /// Gives somebody new keys. Who was shut out is let in again; who was signed in is so no more.
    fn renew_staff(&self, id: StaffId, keys: &StaffKeys, now_ms: i64) -> Result<()>;

    /// Gives somebody another passphrase; of their sessions only the one with this hash stays.
    fn set_passphrase(&self, id: StaffId, passphrase: &str, keep: [u8; 32], now_ms: i64) -> Result<()>;

    /// Shuts somebody out, and ends their sessions.
    fn shut_out_staff(&self, id: StaffId, now_ms: i64) -> Result<()>;

    /// Says whether somebody may try to sign in now, and counts the try.
    fn begin_try(&self, id: StaffId, now_ms: i64) -> Result<Try>;

    /// Writes in the audit that a try was wrong.
    fn note_wrong_try(&self, id: StaffId, now_ms: i64) -> Result<()>;

    /// The try was right: begins a session, unless a code of this step or a later one was used before. Sessions that began
    /// before `forget_before_ms` go.
    fn sign_in(
        &self,
        id: StaffId,
        step: u64,
        session: [u8; 32],
        now_ms: i64,
        forget_before_ms: i64,
    ) -> Result<SignedIn>;

    /// The code of this step, right as it is, is used up; `Replay` where it was.
    fn use_code(&self, id: StaffId, step: u64) -> Result<SignedIn>;

    /// The session with this hash, of somebody who is not shut out, and by a way that is theirs.
    fn staff_session(&self, session: [u8; 32]) -> Result<Option<StaffSession>>;

    /// It was used.
    fn touch_staff_session(&self, session: [u8; 32], now_ms: i64) -> Result<()>;

    /// Ends it.
    fn sign_out(&self, session: [u8; 32], now_ms: i64) -> Result<()>;

    /// Writes in the audit that somebody is about to do something. What comes of it has a row of its own.
    fn note_staff(&self, id: StaffId, what: &str, now_ms: i64) -> Result<()>;
}

/// How long somebody waits after so many wrong tries, since the last one.
pub(super) fn wait_ms(wrong: u32) -> i64 {
    match wrong.checked_sub(FREE_TRIES) {
        None => 0,
        Some(more) => (FIRST_WAIT_MS << more.min(DOUBLED_MAX)).min(LONGEST_WAIT_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_tries_are_free_and_waits_grow_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = [0, 4, 5, 6, 9, 10, 40, 67, 68, 69, u32::MAX].map(wait_ms).to_vec();
        let longest = LONGEST_WAIT_MS;
        let expected = [
            0, 0, 30_000, 60_000, 480_000, longest, longest, longest, longest, longest, longest,
        ];
        assert_eq!(waits, expected);
    }
}
