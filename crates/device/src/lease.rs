//! On what terms the hub lets this author hold a district's work: until when without the hub, and to whose key the
//! vault is sealed.
//!
//! The time is the tablet's own, corrected by what the hub last said it is, and never earlier than the latest that was
//! seen in this vault: a clock that is set back does not give a day more. What the hub says overrides what was seen,
//! because a clock that once stood in a far year must not shut the vault for ever.

use protocol::{AuthorId, PublicKey, terms::SignedTerms};

use crate::{
    packs::PACK_KEY,
    session::Session,
    store::{Read, StoreError},
};

const ISSUED: &str = "terms_issued_ms";
const ENDS: &str = "terms_ends_ms";
const RECOVERY: &str = "terms_recovery";
/// The tablet's clock, corrected, at its latest.
const SEEN: &str = "time_seen_ms";
/// Set once the hub has said that the author is shut out.
const SHUT_OUT: &str = "shut_out";
/// How far the tablet's clock was behind the hub's when terms last came.
const BEHIND: &str = "time_behind_ms";
/// The latest time seen is written once in this while, not with every call.
const SEEN_EVERY_MS: i64 = 60_000;

/// The terms and what the vault knows of the time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lease {
    issued_ms: i64,
    /// `None`: the hub has set no time.
    ends_ms: Option<i64>,
    seen_ms: i64,
    behind_ms: i64,
    /// The hub has shut the author out: nothing is shown any more.
    shut_out: bool,
}

impl Lease {
    pub(crate) fn read(read: &Read<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            issued_ms: read.number(ISSUED)?.unwrap_or(i64::MIN),
            ends_ms: read.number(ENDS)?,
            seen_ms: read.number(SEEN)?.unwrap_or(i64::MIN),
            behind_ms: read.number(BEHIND)?.unwrap_or(0),
            shut_out: read.number(SHUT_OUT)?.is_some(),
        })
    }

    /// Until when, by the tablet's own clock.
    pub(crate) fn ends_by_own_clock_ms(self) -> Option<i64> {
        Some(self.ends_ms?.saturating_sub(self.behind_ms))
    }

    pub(crate) fn is_over(self, now_ms: i64) -> bool {
        self.shut_out || self.ends_ms.is_some_and(|ends_ms| self.time_ms(now_ms) > ends_ms)
    }

    /// What time it is, as far as the vault can tell.
    fn time_ms(self, now_ms: i64) -> i64 {
        now_ms.saturating_add(self.behind_ms).max(self.seen_ms)
    }
}

/// Looks whether the time without the hub has passed, and remembers the latest time seen.
pub(crate) fn look(session: &Session) -> Result<(), StoreError> {
    let now_ms = session.now_ms();
    let mut lease = session.lease();
    let time_ms = lease.time_ms(now_ms);
    session.set_hub_first(lease.is_over(now_ms));
    if session.is_read_only() || time_ms < lease.seen_ms.saturating_add(SEEN_EVERY_MS) {
        return Ok(());
    }
    session.store.write(|write| write.set_number(SEEN, Some(time_ms)))?;
    lease.seen_ms = time_ms;
    Ok(())
}

/// Takes the terms that came with an answer. Terms of another hub or author, and older ones, change nothing.
pub(crate) fn take(session: &Session, signed: &SignedTerms) -> Result<(), StoreError> {
    let key: Option<[u8; 32]> = session.store.read(|read| read.bytes(PACK_KEY))?;
    let author = AuthorId(session.author.to_bytes());
    let Some(Ok(terms)) = key.map(|key| signed.open(PublicKey(key), author)) else {
        return Ok(());
    };
    let now_ms = session.now_ms();
    let mut lease = session.lease();
    if terms.issued_ms < lease.issued_ms {
        return Ok(());
    }
    let taken = Lease {
        issued_ms: terms.issued_ms,
        ends_ms: Some(terms.ends_ms),
        seen_ms: terms.issued_ms,
        behind_ms: terms.issued_ms.saturating_sub(now_ms),
        shut_out: false,
    };
    session.store.write(|write| {
        write.set_number(ISSUED, Some(taken.issued_ms))?;
        write.set_number(ENDS, taken.ends_ms)?;
        write.set_number(SEEN, Some(taken.seen_ms))?;
        write.set_number(BEHIND, Some(taken.behind_ms))?;
        write.set_number(SHUT_OUT, None)?;
        write.set_text(RECOVERY, terms.recovery.as_deref().unwrap_or_default())
    })?;
    *lease = taken;
    drop(lease);
    if session.set_hub_first(false) {
        session.news.tell_session();
    }
    seal(session);
    Ok(())
}

/// The hub has shut the author out: nothing is shown any more, and nothing written.
pub(crate) fn shut_out(session: &Session) -> Result<(), StoreError> {
    let mut lease = session.lease();
    if !lease.shut_out {
        session.store.write(|write| write.set_number(SHUT_OUT, Some(1)))?;
        lease.shut_out = true;
    }
    drop(lease);
    if session.set_hub_first(true) {
        session.news.tell_session();
    }
    Ok(())
}

/// Seals the vault's key to the district's recovery key, where that is not done yet. What cannot be written now is
/// tried again with the next terms.
pub(crate) fn seal(session: &Session) {
    let Ok(Some(recipient)) = session.store.read(|read| read.text(RECOVERY)) else {
        return;
    };
    if recipient.is_empty() || session.vault.sealed_to().as_deref() == Some(&recipient) {
        return;
    }
    if let Some(master) = session.master() {
        let _ = session.vault.seal(&[&master], &session.holder(), &recipient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 86_400_000;

    fn lease() -> Lease {
        Lease {
            issued_ms: 0,
            ends_ms: Some(14 * DAY_MS),
            seen_ms: 3 * DAY_MS,
            behind_ms: 0,
            shut_out: false,
        }
    }

    #[test]
    fn a_clock_set_back_gives_no_day_more() {
        assert!(!lease().is_over(14 * DAY_MS));
        assert!(lease().is_over(14 * DAY_MS + 1));
        assert_eq!(lease().time_ms(-5 * DAY_MS), 3 * DAY_MS);
        let seen = Lease {
            seen_ms: 15 * DAY_MS,
            ..lease()
        };
        assert!(seen.is_over(DAY_MS));
    }

    #[test]
    fn a_clock_that_is_wrong_all_the_time_costs_nothing() {
        let fast = Lease {
            behind_ms: -1000 * DAY_MS,
            ..lease()
        };
        assert!(!fast.is_over(1013 * DAY_MS));
        assert!(fast.is_over(1015 * DAY_MS));
        assert_eq!(fast.ends_by_own_clock_ms(), Some(1014 * DAY_MS));
    }

    #[test]
    fn a_hub_that_sets_no_time_shuts_nothing() {
        let open = Lease {
            ends_ms: None,
            ..lease()
        };
        assert!(!open.is_over(i64::MAX));
    }
}
