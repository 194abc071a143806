//! The long campaigns over a tablet, with counts. `cargo xtask campaign` builds what they need and starts them.

use std::{
    num::NonZero,
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use clap::{Args, Subcommand};
use tests::{
    crash::{
        campaign::{Recorded, Tally, Which},
        hour::Script,
    },
    simulation::{Ended, Happens, play},
};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;
/// After how many seeds it is told that it goes on.
const TOLD_EVERY: u64 = 500;

/// Campaigns over a tablet.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Instead of the hour: the file has this page damaged, from 0, and is mended in the middle of work.
    #[arg(long, global = true)]
    damaged_page: Option<usize>,
    #[command(subcommand)]
    campaign: Campaign,
}

#[derive(Subcommand)]
enum Campaign {
    /// The process is killed before, and in the middle of, every call that changes the folder.
    Kill(Calls),
    /// The power goes after every call: nothing, everything or some of what was not synced is on the disk.
    Power {
        #[command(flatten)]
        calls: Calls,
        /// How often chance decides what the disk has.
        #[arg(long, default_value_t = 2)]
        chances: u64,
    },
    /// Every call fails: the disk is full, fails once, or has become read-only.
    Disk(Calls),
    /// Worlds of devices and a hub, in which a seed decides what is lost, cut, doubled or late, who dies and who is given what.
    Simulation {
        /// The first seed.
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// How many.
        #[arg(long, default_value_t = 100_000)]
        seeds: u64,
        /// Only what happens to words: no pictures, no dismissals, nobody dies between two frames.
        #[arg(long)]
        words: bool,
    },
}

/// Which calls.
#[derive(Args, Clone, Copy)]
struct Calls {
    /// The first.
    #[arg(long, default_value_t = 1)]
    from: usize,
    /// How far apart.
    #[arg(long, default_value_t = 1)]
    step: usize,
}

impl From<Calls> for Which {
    fn from(Calls { from, step }: Calls) -> Self {
        Self::Every { from, step }
    }
}

/// Runs the campaign and fails where one of its counts is not zero.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let began = Instant::now();
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let Arguments { damaged_page, campaign } = arguments;
    if let Campaign::Simulation { from, seeds, words } = campaign {
        let happens = if words { Happens::Words } else { Happens::Everything };
        return simulate(from, seeds, workers as u64, happens);
    }
    let script = damaged_page.map_or(Script::Hour, |page| Script::Mending { page });
    let recorded = Recorded::make(script, workers)?;
    println!("the hour has {} calls that change the folder:", recorded.calls());
    let before = recorded.calls_before_marks()?;
    for (mark, calls) in before.iter().filter(|(_, calls)| *calls > 0) {
        println!("    {calls:>5} before {}", serde_json::to_string(&mark)?);
    }
    let mut well = true;
    match campaign {
        Campaign::Kill(calls) => well &= say("killed", &recorded.kill(calls.into())?),
        Campaign::Power { calls, chances } => {
            well &= say(
                "killed or power cut, by the record",
                &recorded.cut(calls.into(), chances)?,
            );
        }
        // Done before anything was recorded.
        Campaign::Simulation { .. } => {}
        Campaign::Disk(calls) => {
            well &= say("disk full, with room kept", &recorded.full(calls.into())?);
            for (name, errno, lasting) in [
                ("disk full once", ENOSPC, false),
                ("disk full from there on", ENOSPC, true),
                ("an error of the disk, once", EIO, false),
                ("an error of the disk from there on", EIO, true),
                ("read-only from there on", EROFS, true),
            ] {
                well &= say(name, &recorded.fail(calls.into(), errno, lasting)?);
            }
        }
    }
    println!("{} s in all", began.elapsed().as_secs());
    if !well {
        std::process::exit(1);
    }
    Ok(())
}

/// Plays the seeds, every one of them, whatever becomes of some.
fn simulate(from: u64, seeds: u64, workers: u64, happens: Happens) -> anyhow::Result<()> {
    let began = Instant::now();
    let played = Mutex::new((0_u64, Ended::default(), Vec::new()));
    thread::scope(|scope| {
        for worker in 0..workers {
            let played = &played;
            scope.spawn(move || {
                let mut seed = from + worker;
                while seed < from + seeds {
                    let ended = play(seed, happens);
                    let mut played = played.lock().unwrap_or_else(PoisonError::into_inner);
                    played.0 += 1;
                    match ended {
                        Ok(ended) => played.1 += ended,
                        Err(error) => {
                            println!("WRONG seed {seed}: {error:#}");
                            let words = if happens == Happens::Words { " --words" } else { "" };
                            println!("    again: cargo xtask campaign simulation --from {seed} --seeds 1{words}");
                            played.2.push(seed);
                        }
                    }
                    if played.0.is_multiple_of(TOLD_EVERY) {
                        eprintln!("{} seeds played, {} wrong", played.0, played.2.len());
                    }
                    drop(played);
                    seed += workers;
                }
            });
        }
    });
    let (count, all, wrong) = played.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!(
        "{count} seeds, {} wrong: {} devices, {} steps, {} notes, {} pictures, {} shut out, {} syncs that something happened \
         to, {} s",
        wrong.len(),
        all.devices,
        all.steps,
        all.notes,
        all.photos,
        all.dismissals,
        all.faults,
        began.elapsed().as_secs()
    );
    anyhow::ensure!(wrong.is_empty(), "{} seeds went wrong", wrong.len());
    Ok(())
}

fn say(name: &str, tally: &Tally) -> bool {
    println!("{name}: {} looked at, {} wrong", tally.looked_at, tally.wrong.len());
    for (answer, times) in &tally.answers {
        println!("    {times:>5} × {answer}");
    }
    for wrong in tally.wrong.iter().take(50) {
        println!("    WRONG {wrong}");
    }
    tally.wrong.is_empty()
}
