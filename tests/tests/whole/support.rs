//! What the receiver of the hub's own tests stands on.

use std::time::Instant;

use tests::{ground, tablet::PATIENCE};

/// Tries until it succeeds or patience is at its end.
pub(crate) fn eventually<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "it never came true");
        std::thread::yield_now();
    }
}

pub(crate) fn now_ms() -> i64 {
    ground::now_ms()
}
