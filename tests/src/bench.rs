//! Measuring: samples, what the machine is, and the page that the figures are written to.

mod alike;
mod busy_hour;
mod case;
mod clocks;
mod fold;
mod machine;
mod memory;
mod paper;
mod parts;
mod pictures;
mod report;
mod run;
pub mod sync;
mod window;

pub use alike::alike;
pub use busy_hour::busy_hour;
pub use case::{LongCase, long_case};
pub use clocks::{Clocks, all_clocks};
pub use fold::fold;
pub use memory::hub_memory;
pub use paper::{PrintedOften, papers, print_often};
pub use parts::{FirstSync, Opened, Talked, first_sync, open_and_work, talk};
pub use pictures::make_sizes;
pub use run::{Plan, run};

use std::time::{Duration, Instant};

/// Times of the same thing done again and again.
#[derive(Debug, Clone, Default)]
pub struct Samples(Vec<Duration>);

impl Samples {
    /// Does it so many times.
    pub fn of<T>(times: usize, mut what: impl FnMut(usize) -> T) -> Self {
        let mut samples = Self::default();
        for round in 0..times {
            samples.time(|| what(round));
        }
        samples
    }

    /// Does it once more.
    pub fn time<T>(&mut self, what: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let made = what();
        self.0.push(began.elapsed());
        made
    }

    /// Samples taken elsewhere, in microseconds.
    pub fn from_micros(micros: &[u64]) -> Self {
        Self(micros.iter().copied().map(Duration::from_micros).collect())
    }

    /// In microseconds, in the order they were taken.
    pub fn to_micros(&self) -> Vec<u64> {
        self.0
            .iter()
            .map(|sample| u64::try_from(sample.as_micros()).unwrap_or(u64::MAX))
            .collect()
    }

    /// The middle one.
    pub fn median(&self) -> Duration {
        self.at(50)
    }

    /// The one that 95 of 100 are at most as long as.
    pub fn p95(&self) -> Duration {
        self.at(95)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    fn at(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(place).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_percentiles_are_samples_that_were_taken() {
        let samples = Samples::from_micros(&(1..=100).rev().collect::<Vec<_>>());
        assert_eq!(samples.median(), Duration::from_micros(50));
        assert_eq!(samples.p95(), Duration::from_micros(95));
        assert_eq!(Samples::from_micros(&[7]).p95(), Duration::from_micros(7));
    }
}
