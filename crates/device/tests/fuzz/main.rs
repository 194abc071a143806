//! Bytes of any origin at every decoder that a device has: the seeds in `fuzz/corpus`, and what chance makes of them.
//!
//! As an ordinary test it takes the corpus and a few hundred mutations of it, the same every time. `cargo xtask campaign
//! fuzz` sets [`SECONDS`] and gives each target that long, with another seed every time; what a target does not survive is
//! written beside its seeds, where every later run takes it up. The same targets stand below `fuzz/` for libFuzzer,
//! which goes further by watching the branches taken: `fuzz/run.sh`, or `cargo fuzz` with a nightly compiler.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

mod mutate;
mod seeds;
mod targets;

use std::{
    collections::BTreeSet,
    fs,
    num::NonZero,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use mutate::Mutator;
use targets::{TARGETS, Target};

/// How long a campaign gives each target. Without it, each gets [`ROUNDS`] mutations.
const SECONDS: &str = "VATSALYA_FUZZ_SECONDS";
/// The one target that a campaign is about, where it is about one.
const ONLY: &str = "VATSALYA_FUZZ_TARGET";
/// Mutations of an ordinary test, for each target.
const ROUNDS: usize = 300;
/// Inputs kept for mutating further, because they led somewhere new.
const POOL_MAX: usize = 2_000;
/// No input of a few kilobytes may take longer, on a busy machine and without optimisation.
const SLOW: Duration = Duration::from_secs(20);

fn folder(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target)
}

/// The seeds of a target, in the order of their names.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(target))
        .unwrap_or_else(|_| panic!("no corpus of {target}"))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no corpus of {target}");
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// What one input led to: a word for the outcome, or that it was not survived.
fn survive(target: &Target, input: &[u8]) -> Result<u64, String> {
    let began = Instant::now();
    let outcome = std::panic::catch_unwind(|| (target.run)(input)).map_err(|_| "a panic".to_owned())?;
    let took = began.elapsed();
    if took > SLOW {
        Err(format!("{took:?}"))
    } else {
        Ok(outcome)
    }
}

fn fuzz(target: &Target, goes_on: impl Fn(usize) -> bool, seed: u64) -> (usize, usize, Vec<String>) {
    let mut pool = corpus(target.name);
    let mut troubles = Vec::new();
    let mut outcomes: BTreeSet<u64> = BTreeSet::new();
    for input in &pool {
        match survive(target, input) {
            Ok(outcome) => _ = outcomes.insert(outcome),
            Err(trouble) => troubles.push(format!("{}: a seed: {trouble}", target.name)),
        }
    }
    let mut mutator = Mutator::new(seed);
    let mut rounds = 0;
    while goes_on(rounds) {
        rounds += 1;
        let input = mutator.mutate(&pool, target.mend);
        match survive(target, &input) {
            Ok(outcome) => {
                if outcomes.insert(outcome) && pool.len() < POOL_MAX {
                    pool.push(input);
                }
            }
            Err(trouble) => {
                let name = format!("found-{seed:x}-{rounds}");
                fs::write(folder(target.name).join(&name), &input).unwrap();
                troubles.push(format!("{}/{name}: {trouble}", target.name));
            }
        }
    }
    (rounds, outcomes.len(), troubles)
}

/// One target, and what it did not survive.
fn give(target: &Target, seconds: Option<u64>) -> Vec<String> {
    let began = Instant::now();
    let (rounds, outcomes, found) = match seconds {
        Some(seconds) => {
            let seed = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
            fuzz(target, |_| began.elapsed().as_secs() < seconds, seed)
        }
        None => fuzz(target, |rounds| rounds < target.rounds.min(ROUNDS), 1),
    };
    println!(
        "{}: {rounds} inputs in {} s, {outcomes} outcomes, {} not survived",
        target.name,
        began.elapsed().as_secs(),
        found.len()
    );
    found
}

#[test]
fn every_decoder_survives_its_corpus_and_what_chance_makes_of_it() {
    seeds::write_if_asked();
    let seconds: Option<u64> = std::env::var(SECONDS).ok().and_then(|seconds| seconds.parse().ok());
    let only = std::env::var(ONLY).ok();
    let is_chosen = |target: &&Target| only.as_deref().is_none_or(|only| only == target.name);
    let chosen: Vec<&Target> = TARGETS.iter().filter(is_chosen).collect();
    assert!(!chosen.is_empty(), "there is no decoder of that name");
    // A campaign uses every core; an ordinary test has company.
    let workers = seconds.map_or(1, |_| thread::available_parallelism().map_or(1, NonZero::get));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut troubles = Vec::new();
        while let Some(target) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
            troubles.extend(give(target, seconds));
        }
        troubles
    };
    let troubles: Vec<String> = thread::scope(|scope| {
        let working: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        working.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(troubles.is_empty(), "{troubles:#?}");
}
