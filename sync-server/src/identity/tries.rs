//! Wrong enrolment codes are counted by address, so that guessing is slow.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Addresses remembered at once. When full, the oldest window goes.
const ADDRESSES_MAX: usize = 10_000;

/// Counts wrong codes.
#[derive(Debug)]
pub struct Tries {
    allowed: u32,
    window_ms: i64,
    wrong: Mutex<HashMap<IpAddr, (i64, u32)>>,
}

impl Tries {
    /// Allows so many wrong codes of one address within so many minutes.
    pub fn new(allowed: u32, window_minutes: u32) -> Self {
        Self {
            allowed,
            window_ms: i64::from(window_minutes) * 60_000,
            wrong: Mutex::default(),
        }
    }

    /// Whether the address may try.
    pub fn may_try(&self, address: IpAddr, now_ms: i64) -> bool {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong
            .get(&address)
            .is_none_or(|(since, count)| now_ms - since >= self.window_ms || *count < self.allowed)
    }

    /// The address has tried a wrong code.
    pub fn was_wrong(&self, address: IpAddr, now_ms: i64) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() >= ADDRESSES_MAX && !wrong.contains_key(&address) {
            let oldest = wrong
                .iter()
                .min_by_key(|(_, (since, _))| *since)
                .map(|(address, _)| *address);
            oldest.map(|oldest| wrong.remove(&oldest));
        }
        let (since, count) = wrong.entry(address).or_insert((now_ms, 0));
        if now_ms - *since >= self.window_ms {
            (*since, *count) = (now_ms, 0);
        }
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_slow_and_the_next_window_is_free() {
        let tries = Tries::new(2, 10);
        let here = IpAddr::from([127, 0, 0, 1]);
        tries.was_wrong(here, 0);
        assert!(tries.may_try(here, 1));
        tries.was_wrong(here, 1);
        assert!(!tries.may_try(here, 2));
        assert!(
            tries.may_try(IpAddr::from([127, 0, 0, 2]), 2),
            "another address is not held up"
        );
        assert!(tries.may_try(here, 600_000));
    }
}
