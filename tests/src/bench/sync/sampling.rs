//! How samples are taken: a fresh program each time, over a link of the next seed.

use std::{
    io::{BufRead as _, BufReader, Read, Write as _},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use super::{
    Plan,
    figures::{Cell, Sample},
};
use crate::link::{Conditions, Link, Side};

/// After so long without a packet the connections are over: a lost end is sent again sooner.
const QUIET: Duration = Duration::from_secs(3);
/// Who keeps the line busy for longer than this, with nobody there, is left alone.
const QUIET_AT_MOST: Duration = Duration::from_secs(30);
/// No program is waited for longer than this.
const GIVE_UP: Duration = Duration::from_secs(550);
/// But a whole new device over the bad link, which takes longer whoever brings it.
const GIVE_UP_WHOLE: Duration = Duration::from_hours(1);

/// How many samples, and how long at most for all of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sampling {
    runs: usize,
    patience: Duration,
}

/// What a program said, and what it cost.
pub(super) struct Took<T> {
    /// What it printed; `None` if it was given up.
    pub(super) said: Option<T>,
    /// What passed.
    pub(super) sample: Sample,
}

impl<T> Took<T> {
    /// The same, with what matters of what was said.
    pub(super) fn told<U>(self, of: impl FnOnce(T) -> U) -> Took<U> {
        Took {
            said: self.said.map(of),
            sample: self.sample,
        }
    }
}

impl Sampling {
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            runs: plan.runs,
            patience: plan.patience,
        }
    }

    /// Takes samples: `ms` starts the program of this round and says how long it took by its own word.
    pub(super) fn cell(self, mut take: impl FnMut(usize) -> Result<Took<u64>>) -> Result<Cell> {
        let began = Instant::now();
        let mut cell = Cell::default();
        for round in 0..self.runs.max(1) {
            if round > 0 && began.elapsed() > self.patience {
                break;
            }
            let took = take(round)?;
            if let Some(ms) = took.said {
                cell.samples.push(Sample { ms, ..took.sample });
            } else {
                let before = cell.given_up.map_or(0, |(count, _)| count);
                cell.given_up = Some((before + 1, GIVE_UP.as_secs()));
            }
        }
        Ok(cell)
    }
}

/// Over what a program talks, and how long it is waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trip {
    conditions: Conditions,
    seed: u64,
    at_most: Duration,
}

impl Trip {
    /// A clear link.
    pub(super) const CLEAR: Self = Self {
        conditions: Conditions::CLEAR,
        seed: 0,
        at_most: GIVE_UP,
    };

    /// The 2G link, which loses other packets each round.
    pub(super) fn two_g(round: usize) -> Self {
        Self {
            conditions: Conditions::TWO_G,
            seed: round as u64 + 1,
            at_most: GIVE_UP,
        }
    }

    /// The same for what takes long.
    pub(super) fn long() -> Self {
        Self {
            at_most: GIVE_UP_WHOLE,
            ..Self::two_g(0)
        }
    }
}

/// Runs a program at the near side, and reads the line of JSON that it prints.
pub(super) fn over<T: serde::de::DeserializeOwned>(link: &Link, trip: Trip, command: &mut Command) -> Result<Took<T>> {
    link.set(trip.conditions, trip.seed);
    let mut child = spawned(link, command)?;
    let out = child.stdout.take().context("its output is piped")?;
    rest_of(link, trip, child, out)
}

/// The same of a program that first, over a clear link and uncounted, does what would otherwise be told of on the way. It
/// prints a line then, and goes on when it reads one; `between` ends the connection that it has.
pub(super) fn over_settled<T: serde::de::DeserializeOwned>(
    link: &Link,
    trip: Trip,
    command: &mut Command,
    between: impl FnOnce() -> Result<()>,
) -> Result<Took<T>> {
    link.set(Conditions::CLEAR, 0);
    let mut child = spawned(link, command.stdin(Stdio::piped()))?;
    let mut out = BufReader::new(child.stdout.take().context("its output is piped")?);
    let mut settled = String::new();
    out.read_line(&mut settled)?;
    if settled.is_empty() {
        bail!("{command:?} ended before it was settled: {}", child.wait()?);
    }
    between()?;
    quiet(link);
    link.set(trip.conditions, trip.seed);
    let mut go = child.stdin.take().context("its input is piped")?;
    go.write_all(b"\n")?;
    rest_of(link, trip, child, out)
}

fn spawned(link: &Link, command: &mut Command) -> Result<Child> {
    command.stdout(Stdio::piped()).stderr(Stdio::inherit());
    let child = link.at(Side::Near, || command.spawn())?;
    child.with_context(|| format!("cannot start {command:?}"))
}

/// What a program says until it ends, and what passes meanwhile.
fn rest_of<T: serde::de::DeserializeOwned>(
    link: &Link,
    trip: Trip,
    child: Child,
    out: impl Read + Send + 'static,
) -> Result<Took<T>> {
    let said = printed(child, out, trip.at_most);
    let bytes = link.passed().bytes();
    let closed_bytes = quiet(link);
    link.set(Conditions::CLEAR, 0);
    let said = match said? {
        Some(text) => Some(serde_json::from_str(&text).with_context(|| format!("a program printed {text:?}"))?),
        None => None,
    };
    let sample = Sample {
        bytes,
        closed_bytes,
        ms: 0,
    };
    Ok(Took { said, sample })
}

/// What the program prints until it ends; `None` when it did not end in time.
fn printed(mut child: Child, mut out: impl Read + Send + 'static, at_most: Duration) -> Result<Option<String>> {
    let reading = thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).map(|_| text)
    });
    let began = Instant::now();
    let ended = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if began.elapsed() > at_most {
            child.kill()?;
            child.wait()?;
            break None;
        }
        pause();
    };
    let text = reading
        .join()
        .map_err(|_| anyhow::anyhow!("the reading of its output broke"))??;
    match ended {
        None => Ok(None),
        Some(status) if status.success() => Ok(Some(text.lines().last().unwrap_or_default().to_owned())),
        Some(status) => bail!("a program ended with {status}"),
    }
}

/// Waits until nothing passes any more, and says what has passed until then.
fn quiet(link: &Link) -> u64 {
    let began = Instant::now();
    while link.quiet_for() < QUIET && began.elapsed() < QUIET_AT_MOST {
        pause();
    }
    link.passed().bytes()
}

/// A moment in which others work. Measuring programs look at a clock; nobody's correctness hangs on it.
#[expect(
    clippy::disallowed_methods,
    reason = "a loop that looks all the time would take the core that is measured"
)]
fn pause() {
    thread::sleep(Duration::from_millis(5));
}
