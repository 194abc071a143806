//! Whether anybody is at the tablet: it locks itself when nobody was for some minutes, or when the app was out of sight
//! for a while.
//!
//! Nothing here waits: the shell says what its window does and asks now and then ([`crate::Device::watch_over`]); the
//! time is the platform's. A tablet that slept finds on waking how long it was.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long the app may be out of sight: long enough for choosing a picture or looking at a message.
pub(crate) const OUT_OF_SIGHT_MS: i64 = 60_000;
const MINUTE_MS: i64 = 60_000;

#[derive(Default)]
pub(crate) struct Attention(Mutex<Seen>);

#[derive(Default, Clone, Copy)]
struct Seen {
    active_ms: i64,
    out_of_sight_ms: Option<i64>,
}

impl Attention {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody did something. Where the app counts as out of sight, as a window does that stands beside the one in use, the time
    /// of that begins anew.
    pub(crate) fn is_paid(&self, now_ms: i64) {
        let mut seen = self.seen();
        seen.active_ms = now_ms;
        seen.out_of_sight_ms = seen.out_of_sight_ms.map(|_| now_ms);
    }

    /// The app went out of sight, or came back.
    pub(crate) fn in_sight(&self, in_sight: bool, now_ms: i64) {
        let mut seen = self.seen();
        seen.out_of_sight_ms = if in_sight {
            None
        } else {
            seen.out_of_sight_ms.or(Some(now_ms))
        };
    }

    /// Whether it is time to lock.
    pub(crate) fn is_lost(&self, idle_minutes: u32, now_ms: i64) -> bool {
        let mut seen = self.seen();
        // A clock set back begins the time anew: longer than once around it does not last.
        seen.active_ms = seen.active_ms.min(now_ms);
        seen.out_of_sight_ms = seen.out_of_sight_ms.map(|since| since.min(now_ms));
        let idle = now_ms - seen.active_ms >= i64::from(idle_minutes) * MINUTE_MS;
        let away = seen
            .out_of_sight_ms
            .is_some_and(|since| now_ms - since >= OUT_OF_SIGHT_MS);
        idle || away
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attention_is_lost_after_idle_minutes_or_a_while_out_of_sight() {
        let attention = Attention::default();
        attention.is_paid(1_000);
        assert!(!attention.is_lost(5, 1_000 + 5 * MINUTE_MS - 1));
        assert!(attention.is_lost(5, 1_000 + 5 * MINUTE_MS));
        attention.is_paid(400_000);
        attention.in_sight(false, 400_000);
        attention.in_sight(false, 430_000);
        assert!(!attention.is_lost(5, 400_000 + OUT_OF_SIGHT_MS - 1));
        assert!(attention.is_lost(5, 400_000 + OUT_OF_SIGHT_MS));
        attention.is_paid(440_000);
        assert!(!attention.is_lost(5, 440_000 + OUT_OF_SIGHT_MS - 1));
        assert!(attention.is_lost(5, 440_000 + OUT_OF_SIGHT_MS));
        attention.in_sight(true, 460_000);
        assert!(!attention.is_lost(5, 440_000 + OUT_OF_SIGHT_MS));
    }

    #[test]
    fn a_clock_set_back_makes_the_time_no_longer_than_once_around() {
        let attention = Attention::default();
        attention.is_paid(10_000_000);
        assert!(!attention.is_lost(5, 1_000));
        assert!(attention.is_lost(5, 1_000 + 5 * MINUTE_MS));
    }
}
