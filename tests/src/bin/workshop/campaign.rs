//! The long campaigns over a tablet, with counts. `cargo xtask campaign` builds what they need and starts them.

use std::{num::NonZero, ops::Range, thread, time::Instant};

use clap::{Args, Subcommand};
use tests::{
    crash::{
        campaign::{Recorded, Tally, Which},
        hour::Script,
    },
    simulation::{Happens, Played, play_here, play_many},
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
        /// In this process, one after the other; prints JSON.
        #[arg(long, hide = true)]
        in_one_process: bool,
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
    let Arguments { damaged_page, campaign } = arguments;
    if let Campaign::Simulation {
        from,
        seeds,
        words,
        in_one_process,
    } = campaign
    {
        let happens = if words { Happens::Words } else { Happens::Everything };
        let seeds = from..from.saturating_add(seeds);
        if in_one_process {
            println!("{}", serde_json::to_string(&play_here(seeds, happens))?);
            return Ok(());
        }
        return simulate(seeds, happens);
    }
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
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
fn simulate(seeds: Range<u64>, happens: Happens) -> anyhow::Result<()> {
    let began = Instant::now();
    let tell = |played: &Played| {
        if played.worlds.is_multiple_of(TOLD_EVERY) {
            eprintln!("{} seeds played, {} wrong", played.worlds, played.wrong.len());
        }
    };
    let Played { worlds, ended, wrong } = play_many(seeds, happens, tell)?;
    for wrong in &wrong {
        println!("WRONG {wrong}");
    }
    println!(
        "{worlds} seeds, {} wrong: {} devices, {} steps, {} notes, {} pictures, {} shut out, {} syncs that something happened \
         to, {} s",
        wrong.len(),
        ended.devices,
        ended.steps,
        ended.notes,
        ended.photos,
        ended.dismissals,
        ended.faults,
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
