//! How long is waited before a message is tried again.

use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::config::Limits;

/// The longest wait that a receiver may ask for: what it asks beyond that is looked at once a day.
pub(super) const RETRY_AFTER_MS_MAX: i64 = 86_400_000;

/// The wait before the next try: it doubles with each, up to the longest, and between a half of it and the whole it is one that
/// follows from the message, so that messages that failed together do not come again together.
pub(super) fn wait_ms(limits: Limits, attempts: u32, message: &str) -> i64 {
    let whole = limits
        .retry_first_ms
        .saturating_mul(1 << attempts.min(20))
        .min(limits.retry_longest_ms)
        .max(1);
    let hash = Sha256::new_with_prefix(attempts.to_be_bytes())
        .chain_update(message)
        .finalize();
    let part = i64::from(u16::from_be_bytes([hash[0], hash[1]]));
    let half = whole / 2;
    whole - half * part / i64::from(u16::MAX)
}

/// What `Retry-After` asks for, in milliseconds from now: seconds, or a date. `None` where it says neither.
pub(super) fn retry_after_ms(header: &str, now_ms: i64) -> Option<i64> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        let asked_ms = i64::try_from(seconds).ok()?.saturating_mul(1_000);
        return Some(asked_ms.min(RETRY_AFTER_MS_MAX));
    }
    let date = httpdate::parse_http_date(header).ok()?;
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(now_ms.unsigned_abs());
    let asked = date.duration_since(now).unwrap_or_default();
    Some(i64::try_from(asked.as_millis()).map_or(RETRY_AFTER_MS_MAX, |asked_ms| asked_ms.min(RETRY_AFTER_MS_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            retry_first_ms: 100,
            retry_longest_ms: 1_000,
            ..Limits::default()
        }
    }

    #[test]
    fn waits_grow_to_the_longest_and_are_never_shorter_than_half() {
        for (attempts, whole) in [
            (0, 100),
            (1, 200),
            (2, 400),
            (3, 800),
            (4, 1_000),
            (40, 1_000),
            (u32::MAX, 1_000),
        ] {
            for message in ["msg_a", "msg_b", "msg_c"] {
                let wait = wait_ms(limits(), attempts, message);
                assert!((whole / 2..=whole).contains(&wait), "{attempts}: {wait}");
            }
        }
    }

    #[test]
    fn messages_that_failed_together_come_again_apart() {
        let waits: std::collections::BTreeSet<i64> =
            (0..100).map(|n| wait_ms(limits(), 4, &format!("msg_{n}"))).collect();
        assert!(waits.len() > 50, "{}", waits.len());
        assert_eq!(wait_ms(limits(), 4, "msg_1"), wait_ms(limits(), 4, "msg_1"));
    }

    #[test]
    fn a_receiver_is_left_alone_as_long_as_it_asks_but_not_for_ever() {
        let now_ms = 1_795_000_000_000; // Wed, 18 Nov 2026 11:06:40 GMT
        for (header, wait) in [
            ("120", Some(120_000)),
            (" 0 ", Some(0)),
            ("999999999999", Some(RETRY_AFTER_MS_MAX)),
            ("18446744073709551615", None),
            ("Wed, 18 Nov 2026 11:07:40 GMT", Some(60_000)),
            ("Wed, 18 Nov 2026 11:00:00 GMT", Some(0)),
            ("Fri, 18 Dec 2026 11:00:00 GMT", Some(RETRY_AFTER_MS_MAX)),
            ("soon", None),
            ("-5", None),
            ("", None),
        ] {
            assert_eq!(retry_after_ms(header, now_ms), wait, "{header}");
        }
    }
}
