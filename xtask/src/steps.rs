//! Says which step runs, of how many, and how long each took.

use std::time::Instant;

use anyhow::{Context as _, Result};

/// A known number of steps.
pub(crate) struct Steps {
    of: usize,
    done: usize,
    began: Instant,
}

impl Steps {
    /// Announces what follows.
    pub(crate) fn new(of: usize) -> Self {
        Self {
            of,
            done: 0,
            began: Instant::now(),
        }
    }

    /// Runs the next step and says how long it took.
    pub(crate) fn run<T>(&mut self, what: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        self.done += 1;
        eprintln!("\n[{}/{}] {what} …", self.done, self.of);
        let began = Instant::now();
        let result = step().with_context(|| format!("step {} of {} failed: {what}", self.done, self.of))?;
        eprintln!("[{}/{}] {what}: {} s", self.done, self.of, began.elapsed().as_secs());
        Ok(result)
    }

    /// Minutes and seconds since the first step began.
    pub(crate) fn elapsed(&self) -> String {
        let seconds = self.began.elapsed().as_secs();
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}
