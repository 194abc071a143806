//! What the unit tests of this crate share: a folder that goes away, and a clock moved by hand.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use crate::{Clock, Platform, SystemEntropy};

pub(crate) const HOUR_MS: i64 = 3_600_000;
/// 23 November 2026, 06:00 UTC.
pub(crate) const NOW_MS: i64 = 1_795_413_600_000;

#[derive(Debug)]
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn advance(&self, by_ms: i64) {
        self.0.fetch_add(by_ms, Ordering::SeqCst);
    }

    pub(crate) fn get(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Clock for HandClock {
    fn now_ms(&self) -> i64 {
        self.get()
    }
}

pub(crate) struct Bench {
    pub(crate) platform: Platform,
    pub(crate) clock: Arc<HandClock>,
    folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(HandClock(AtomicI64::new(NOW_MS)));
        let platform = Platform {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(SystemEntropy),
            app_version: "0.0.0-test".into(),
            device_name: "test tablet".into(),
        };
        Self {
            platform,
            clock,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.folder.path()
    }
}
