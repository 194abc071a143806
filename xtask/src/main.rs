//! Set-up, run, test, bench, package, demo data: everything one does with this repository beside writing it.
//!
//! Never a part of what ships, and never knows what a case is: it installs, builds, starts and counts.

mod bench;
mod campaign;
mod check;
mod demo;
mod display;
mod doctor;
mod fonts;
mod icons;
mod install;
mod lint;
mod npm;
mod package;
mod paths;
mod policy;
mod process;
mod requirements;
mod room;
mod screens;
mod steps;
mod tally;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Everything one does with this repository beside writing it.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs what building and testing need on Debian 12 (asks `sudo` when you are not root).
    Setup,
    /// Sets up, then starts the whole thing: a hub with a demo district, a portal receiver and two officers' windows.
    Run {
        /// Show it in a virtual display by a scripted tour and keep pictures, even where there is a real display.
        #[arg(long)]
        tour: bool,
    },
    /// Sets up, then runs every check and test. The last line counts the tests.
    Test,
    /// Runs every check and test, on a machine that is set up. What CI runs.
    Check,
    /// Measures, and writes `docs/benchmarks.md`; `matching` alone measures finding the same child in two lists,
    /// `store` alone a state's busy hour at a hub's database, `sync` alone a 2G link beside three peers.
    Bench {
        /// Handed on to the `bench` program.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Runs a long campaign over a tablet: `kill`, `power`, `disk`, `fuzz`; `--help` lists the first three.
    Campaign {
        /// Handed on to the `campaign` program, but for `fuzz [--seconds N]`, N for each decoder.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Builds the installable package.
    Package,
    /// Fills a running hub with an invented district, through the hub's own interfaces.
    DemoData {
        /// Handed on to the `demo-data` program; `--help` lists them.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Says what is missing on this machine and how to get it.
    Doctor,
    /// Builds the screens into `ui/dist`, and the district officer's page into `target/console`.
    Ui {
        /// The small bundle that ships, instead of the quick one.
        #[arg(long)]
        release: bool,
    },
    /// Drives the real window through the scripted tour and keeps the pictures in `docs/screenshots`.
    Screenshots,
    /// Takes the pictures of every screen that the tests compare with, in Chromium, into `docs/gallery`, and writes the page
    /// that shows them.
    Gallery,
    /// Looks over the packs, or over those in another folder: missing words, unknown names, rules that decide nothing.
    Packs {
        /// A pack's folder, or a folder with `national` and `states`; the packs that ship where none is given.
        folder: Option<PathBuf>,
    },
    /// Renders `icons/vatsalya.svg` to the sizes the platforms want.
    Icons,
}

fn main() -> ExitCode {
    match carry_out(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The chain of causes says what to do; where in this program it arose helps nobody.
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> Result<()> {
    match command {
        Command::Setup => install::set_up(),
        Command::Run { tour } => demo::run(tour),
        Command::Test => check::test(),
        Command::Check => check::check(),
        Command::Bench { arguments } => bench::bench(&arguments),
        Command::Campaign { arguments } => campaign::campaign(&arguments),
        Command::Package => package::package(),
        Command::DemoData { arguments } => demo::demo_data(&arguments),
        Command::Doctor => doctor::doctor(),
        Command::Ui { release } => screens::build_alone(release),
        Command::Screenshots => demo::screenshots(),
        Command::Gallery => demo::gallery(),
        Command::Packs { folder } => check::packs(folder),
        Command::Icons => icons::render(),
    }
}
