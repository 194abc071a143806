//! Memory that is given back to the system when work pauses.
//!
//! What a request or a fold needed is free when it is done, but the C library keeps it for the next, in a place of its own for
//! each thread; and the embedded database keeps pages for whoever reads next. A hub works in bursts: between them all of that
//! only stands there. So when nothing was done for a while, it is let go.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts work, and says when it pauses.
#[derive(Debug, Default)]
pub struct Pause {
    done: AtomicU64,
    asked: AtomicU64,
    told: AtomicU64,
}

impl Pause {
    /// Something was begun or done.
    pub fn work(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether nothing was done since this was last asked, but something since it was last true. Asked by one thread, once in a
    /// while.
    pub fn begins(&self) -> bool {
        let done = self.done.load(Ordering::Relaxed);
        let quiet = self.asked.swap(done, Ordering::Relaxed) == done;
        quiet && self.told.swap(done, Ordering::Relaxed) != done
    }
}

/// As many places to allocate in as there are cores, for all threads together; said before there are any. The C library's own
/// measure is eight for each core.
pub fn allocate_by_cores() {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    glibc::arenas(cores.max(2));
}

/// Gives the system what is free.
pub fn give_back() {
    glibc::trim();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    #![allow(
        unsafe_code,
        reason = "the C library's own functions, which cannot be said otherwise"
    )]

    use std::ffi::c_int;

    const M_ARENA_MAX: c_int = -8;

    // Both take numbers, and lock what they touch by themselves.
    unsafe extern "C" {
        safe fn mallopt(what: c_int, value: c_int) -> c_int;
        safe fn malloc_trim(pad: usize) -> c_int;
    }

    pub(super) fn arenas(count: usize) {
        // Where it is not taken, more memory is used.
        let _ = mallopt(M_ARENA_MAX, c_int::try_from(count).unwrap_or(c_int::MAX));
    }

    pub(super) fn trim() {
        // Whether there was anything to give.
        let _ = malloc_trim(0);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod glibc {
    pub(super) const fn arenas(_: usize) {}

    pub(super) const fn trim() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_begins_once_after_each_work() {
        let pause = Pause::default();
        assert!(!pause.begins(), "nothing was done that could leave anything");
        pause.work();
        assert!(!pause.begins(), "it was just done");
        assert!(pause.begins());
        assert!(!pause.begins(), "it was said");
        pause.work();
        pause.work();
        assert!(!pause.begins());
        pause.work();
        assert!(!pause.begins(), "it goes on");
        assert!(pause.begins());
    }
}
