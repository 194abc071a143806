//! Many worlds, in as many processes at a time as there are cores, none of which keeps a vault's memory from the swap: that was half
//! of the time, and threads of one process waited for one another at its one map of its memory.

use std::{
    num::NonZero,
    ops::Range,
    process::Stdio,
    sync::{Mutex, PoisonError},
    thread,
};

use anyhow::ensure;
use serde::{Deserialize, Serialize};

use super::{Ended, Happens, play};
use crate::{places, preload};

/// Worlds of one process.
const AT_A_TIME: u64 = 10;

/// What became of many worlds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Played {
    /// How many were played.
    pub worlds: u64,
    /// What was seen in those that went well.
    pub ended: Ended,
    /// The others: the seed, what was wrong, and how to see it again.
    pub wrong: Vec<String>,
}

impl Played {
    fn add(&mut self, other: Self) {
        self.worlds += other.worlds;
        self.ended += other.ended;
        self.wrong.extend(other.wrong);
    }
}

/// Plays the worlds of these seeds in this process, every one of them, whatever becomes of some.
pub fn play_here(seeds: Range<u64>, happens: Happens) -> Played {
    let mut played = Played::default();
    for seed in seeds {
        played.worlds += 1;
        match play(seed, happens) {
            Ok(ended) => played.ended += ended,
            Err(error) => played.wrong.push(format!(
                "seed {seed}: {error:#}\n    again: cargo xtask campaign simulation --from {seed} --seeds 1{}",
                word(happens)
            )),
        }
    }
    played
}

/// Plays them in processes; `tell` hears again and again how far it is.
///
/// # Errors
/// A process cannot be started, dies, or says nothing that can be read. What the others said is lost.
pub fn play_many(seeds: Range<u64>, happens: Happens, tell: impl Fn(&Played) + Sync) -> anyhow::Result<Played> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let next = Mutex::new(seeds.start);
    let all = Mutex::new(Played::default());
    let work = || {
        loop {
            let some = {
                let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
                let some = *next..seeds.end.min(*next + AT_A_TIME);
                *next = some.end;
                some
            };
            if some.is_empty() {
                return anyhow::Ok(());
            }
            let played = elsewhere(some, happens)?;
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            all.add(played);
            tell(&all);
        }
    };
    thread::scope(|scope| {
        let working: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let ended = working
            .into_iter()
            .map(|one| one.join().map_err(|_| anyhow::anyhow!("a worker died"))?);
        ended.collect::<anyhow::Result<Vec<()>>>()
    })?;
    Ok(all.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn elsewhere(seeds: Range<u64>, happens: Happens) -> anyhow::Result<Played> {
    let (start, count) = (seeds.start, seeds.end - seeds.start);
    let mut command = places::workshop("campaign");
    command.args(["simulation", "--in-one-process"]);
    command.args(["--from", &start.to_string(), "--seeds", &count.to_string()]);
    command.args(word(happens).split_whitespace());
    command.env("LD_PRELOAD", preload::NO_LOCKS.path()?);
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(
        output.status.success(),
        "the process of the seeds from {start} ended with {}\n    again: cargo xtask campaign simulation --from {start} --seeds {count}{}",
        output.status,
        word(happens)
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// What the campaign is told beside the seed.
fn word(happens: Happens) -> &'static str {
    match happens {
        Happens::Words => " --words",
        Happens::Everything => "",
    }
}
