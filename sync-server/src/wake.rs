//! A bell between threads: one rings, another sleeps until it rings or its time is up.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

#[derive(Debug, Default, Clone, Copy)]
struct State {
    rung: bool,
    stopped: bool,
}

/// Whether to go on working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// It rang, or the time was up.
    Work,
    /// The hub is stopping.
    Stop,
}

/// A bell. A ring before the sleep is not missed.
#[derive(Debug, Default)]
pub struct Wake {
    state: Mutex<State>,
    rung: Condvar,
}

impl Wake {
    /// Wakes the sleeper.
    pub fn ring(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).rung = true;
        self.rung.notify_all();
    }

    /// Tells the sleeper to stop, now and for ever.
    pub fn stop(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
        self.rung.notify_all();
    }

    /// Sleeps until the bell rings, at most so long.
    pub fn sleep(&self, at_most: Duration) -> Woken {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |state: &mut State| !state.rung && !state.stopped;
        let waited = self.rung.wait_timeout_while(state, at_most, idle);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.rung = false;
        if state.stopped { Woken::Stop } else { Woken::Work }
    }
}

/// A bell for each of several sleepers, rung together: a bell that two sleep by wakes one.
#[derive(Debug)]
pub struct Wakes(BTreeMap<&'static str, Wake>);

impl Wakes {
    /// Bells of these names.
    pub fn new(names: impl IntoIterator<Item = &'static str>) -> Self {
        Self(names.into_iter().map(|name| (name, Wake::default())).collect())
    }

    /// The bell of that name.
    pub fn of(&self, name: &str) -> Option<&Wake> {
        self.0.get(name)
    }

    /// Wakes all sleepers.
    pub fn ring(&self) {
        self.0.values().for_each(Wake::ring);
    }

    /// Tells all sleepers to stop.
    pub fn stop(&self) {
        self.0.values().for_each(Wake::stop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_before_the_sleep_is_heard_once_and_a_stop_for_ever() {
        let wake = Wake::default();
        wake.ring();
        assert_eq!(wake.sleep(Duration::from_hours(1)), Woken::Work);
        wake.stop();
        assert_eq!(wake.sleep(Duration::from_hours(1)), Woken::Stop);
        assert_eq!(wake.sleep(Duration::from_hours(1)), Woken::Stop);
    }
}
