//! What a device stands on in a test: a clock moved by hand and randomness that repeats.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use device::{Clock, Entropy, NoFileChooser, NoKeystore, Platform, SYSTEM_FONTS, Stretching, SystemClock, SystemDisk};
use rand::{RngCore as _, SeedableRng as _, rngs::StdRng};

/// What time it is by the machine's clock, milliseconds since 1970.
pub fn now_ms() -> i64 {
    SystemClock.now_ms()
}

/// The machine's clock with a lead or a lag that a test sets. A hub refuses openings far from its own time, so that a
/// test's clock runs with the real one and is only set apart from it where a test is about that.
#[derive(Debug, Default)]
pub struct ShiftedClock(AtomicI64);

impl ShiftedClock {
    /// Sets the clock ahead of the machine's (behind, where negative).
    pub fn shift_to(&self, ahead_ms: i64) {
        self.0.store(ahead_ms, Ordering::SeqCst);
    }
}

impl Clock for ShiftedClock {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms() + self.0.load(Ordering::SeqCst)
    }
}

/// Randomness that is the same for the same seed. Never where something real is protected.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<StdRng>);

impl SeededEntropy {
    /// The randomness that grows from a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(buffer);
    }
}

/// The platform of a test device.
pub fn platform(clock: &Arc<ShiftedClock>, seed: u64) -> Platform {
    Platform {
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        entropy: Arc::new(SeededEntropy::new(seed)),
        disk: Arc::new(SystemDisk),
        keystore: Arc::new(NoKeystore),
        files: Arc::new(NoFileChooser),
        fonts: SYSTEM_FONTS.into(),
        stretching: Stretching::Least,
        app_version: "0.1.0".into(),
        device_name: format!("test tablet {seed}"),
    }
}
