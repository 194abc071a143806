//! What the figures were taken on.

use std::{
    fs::{self, File},
    io::{Seek as _, Write as _},
    path::Path,
};

use super::Samples;

/// The highest memory a process has had, in kB; `None` once it is gone.
pub(super) fn peak_kb(process: &str) -> Option<u64> {
    field(&fs::read_to_string(format!("/proc/{process}/status")).ok()?, "VmHWM:")?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

/// One line about the machine.
pub(super) fn described() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let (cpu, memory, os) = (read("/proc/cpuinfo"), read("/proc/meminfo"), read("/etc/os-release"));
    let model = field(&cpu, "model name").map_or("unknown processor", |model| model.trim_start_matches([' ', ':']));
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    let kb: u64 = field(&memory, "MemTotal:")
        .and_then(|total| total.split_whitespace().next()?.parse().ok())
        .unwrap_or_default();
    let system = field(&os, "PRETTY_NAME=").map_or("unknown system", |name| name.trim_matches('"'));
    format!(
        "{model}, {cores} cores, {} GB of memory, {system}",
        kb.div_ceil(1024 * 1024)
    )
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}

/// How long this disk takes to make 4 kB durable in a file that has its length already, as a write-ahead log in use
/// has: the floor under every save.
pub(super) fn durable_4_kb(folder: &Path) -> anyhow::Result<Samples> {
    const BLOCKS: usize = 200;
    let block = [7; 4096];
    let mut file = File::create(folder.join("durable"))?;
    for _ in 0..BLOCKS {
        file.write_all(&block)?;
    }
    file.sync_all()?;
    file.rewind()?;
    let mut samples = Samples::default();
    for _ in 0..BLOCKS {
        samples.time(|| file.write_all(&block).and_then(|()| file.sync_data()))?;
    }
    Ok(samples)
}
