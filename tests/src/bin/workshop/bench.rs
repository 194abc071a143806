//! Measures a device and a hub, and writes the figures down.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand};
use tests::{
    bench::{
        self, Plan,
        sync::{self, Part as SyncPart},
    },
    places,
};

/// Measures a device and a hub, and writes `docs/benchmarks.md`. `cargo xtask bench` builds what it needs.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Where the page goes.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Cases of the full tablets; the last is worked with.
    #[arg(long, value_delimiter = ',', default_values_t = [5_000, 10_000])]
    cases: Vec<usize>,
    /// Cases of a first sync.
    #[arg(long, default_value_t = 300)]
    first_cases: usize,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What is measured in a process of its own. The hidden ones print JSON.
#[derive(Subcommand)]
enum Part {
    /// Enrols a new tablet and brings it into step.
    #[command(hide = true)]
    FirstSync {
        /// The tablet's folder.
        #[arg(long)]
        data_dir: PathBuf,
        /// The hub's address.
        #[arg(long)]
        hub: String,
        /// A one-time code.
        #[arg(long)]
        code: String,
    },
    /// Writes some fields and has one exchange.
    #[command(hide = true)]
    Talk {
        /// The tablet's folder.
        #[arg(long)]
        data_dir: PathBuf,
        /// The fact to write.
        #[arg(long, default_value = "found.place")]
        fact: String,
        /// Cases to write it in.
        #[arg(long, default_value_t = 0)]
        edits: usize,
        /// Have an exchange before, say so, and wait for a line.
        #[arg(long)]
        settle: bool,
    },
    /// Enrols a new tablet and says what its list shows before a window of signal closes.
    #[command(hide = true)]
    FirstList {
        /// The tablet's folder.
        #[arg(long)]
        data_dir: PathBuf,
        /// The hub's address.
        #[arg(long)]
        hub: String,
        /// A one-time code.
        #[arg(long)]
        code: String,
        /// Cases there are.
        #[arg(long)]
        cases: u64,
        /// The length of the window.
        #[arg(long)]
        seconds: u64,
    },
    /// What it costs to stay in step over a 2G link, beside three peers. Needs root and /dev/net/tun.
    Sync {
        /// Samples of each figure.
        #[arg(long, default_value_t = 20)]
        runs: usize,
        /// Minutes after which no further sample of a figure is begun.
        #[arg(long, default_value_t = 15)]
        minutes: u64,
        /// Cuts of first syncs.
        #[arg(long, default_value_t = 1_000)]
        trials: usize,
        /// The parts to measure; of the others the figures of an earlier run are kept.
        #[arg(long, value_delimiter = ',', value_enum)]
        only: Vec<SyncPart>,
        /// The folder with the peers' programs.
        #[arg(long)]
        peers: PathBuf,
        /// The folder that keeps the figures.
        #[arg(long)]
        figures: PathBuf,
        /// Where the section of the page goes.
        #[arg(long)]
        section: PathBuf,
    },
    /// Makes the three sizes of a picture.
    #[command(hide = true)]
    MakeSizes {
        /// The picture.
        file: PathBuf,
        /// The folder they go into.
        #[arg(long)]
        out: PathBuf,
    },
    /// A state's busy hour at the store of a hub, in a file and in a PostgreSQL. Prints a table.
    Store {
        /// Devices, which write twenty changes each.
        #[arg(long, default_value_t = 10_000)]
        devices: u64,
    },
    /// Whether the time of an answer tells what somebody may not know. Prints a table.
    Alike {
        /// Pairs of each question.
        #[arg(long, default_value_t = 2_000)]
        pairs: usize,
    },
    /// How many changed documents a second a hub folds, in a file and in a PostgreSQL. Prints a table.
    Fold {
        /// Cases of the district.
        #[arg(long, default_value_t = 1_000)]
        cases: usize,
    },
    /// What a hub takes of memory with a district in it. Prints a table.
    Memory {
        /// Cases of the district.
        #[arg(long, default_value_t = 1_000)]
        cases: usize,
    },
    /// How long a paper takes, and how much memory. Prints a table.
    Paper,
    /// Prints a form again and again.
    #[command(hide = true)]
    PrintOften {
        /// The tablet's folder.
        #[arg(long)]
        data_dir: PathBuf,
        /// The case.
        #[arg(long)]
        case: casework::CaseId,
    },
    /// Opens a tablet and works with it.
    #[command(hide = true)]
    Open {
        /// The tablet's folder.
        #[arg(long)]
        data_dir: PathBuf,
    },
}

/// Measures.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments {
        out,
        cases,
        first_cases,
        part,
    } = arguments;
    match part {
        Some(Part::FirstSync { data_dir, hub, code }) => {
            println!(
                "{}",
                serde_json::to_string(&bench::first_sync(&data_dir, &hub, &code)?)?
            );
            Ok(())
        }
        Some(Part::Talk {
            data_dir,
            fact,
            edits,
            settle,
        }) => {
            let talked = bench::talk(&data_dir, &fact, edits, settle)?;
            println!("{}", serde_json::to_string(&talked)?);
            Ok(())
        }
        Some(Part::FirstList {
            data_dir,
            hub,
            code,
            cases,
            seconds,
        }) => {
            let listed = sync::first_list(&data_dir, &hub, &code, cases, Duration::from_secs(seconds))?;
            println!("{}", serde_json::to_string(&listed)?);
            // The exchange may still go on, on a thread that nobody waits for.
            std::process::exit(0)
        }
        Some(Part::Sync {
            runs,
            minutes,
            trials,
            only,
            peers,
            figures,
            section,
        }) => sync::run(&sync::Plan {
            runs,
            patience: Duration::from_mins(minutes),
            trials,
            only,
            peers,
            figures,
            out: section,
        }),
        Some(Part::Store { devices }) => bench::busy_hour(devices),
        Some(Part::Alike { pairs }) => bench::alike(pairs),
        Some(Part::Fold { cases }) => bench::fold(cases),
        Some(Part::Memory { cases }) => bench::hub_memory(cases),
        Some(Part::Paper) => bench::papers(),
        Some(Part::PrintOften { data_dir, case }) => {
            println!("{}", serde_json::to_string(&bench::print_often(&data_dir, case)?)?);
            Ok(())
        }
        Some(Part::MakeSizes { file, out }) => bench::make_sizes(&file, &out),
        Some(Part::Open { data_dir }) => {
            println!("{}", serde_json::to_string(&bench::open_and_work(&data_dir)?)?);
            Ok(())
        }
        None => {
            let out = out.unwrap_or_else(|| places::root().join("docs/benchmarks.md"));
            bench::run(&Plan {
                cases,
                first_cases,
                out,
            })
        }
    }
}
