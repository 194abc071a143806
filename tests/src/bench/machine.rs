//! What the figures were taken on.

use std::{
    fs::{self, File},
    io::{Seek as _, Write as _},
    path::Path,
};

use anyhow::Context as _;

use super::Samples;
use crate::ground;

/// The highest memory a process has had, in kB; `None` once it is gone.
pub(super) fn peak_kb(process: &str) -> Option<u64> {
    kb(process, "VmHWM:")
}

/// The memory a process and those it started have now, in kB; `None` once it is gone.
pub(super) fn resident_kb(process: u32) -> Option<u64> {
    let of_its_own = kb(&process.to_string(), "VmRSS:")?;
    let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?.flatten();
    let children = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let of_children = children.map(|list| -> u64 {
        let ids = list.split_whitespace().filter_map(|id| id.parse().ok());
        ids.filter_map(resident_kb).sum()
    });
    Some(of_its_own + of_children.sum::<u64>())
}

/// What the kernel says of a process's memory under this name, in kB; `None` once it is gone.
pub(super) fn kb(process: &str, name: &str) -> Option<u64> {
    field(&fs::read_to_string(format!("/proc/{process}/status")).ok()?, name)?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

/// The processes that a process has started and that run.
pub(super) fn children(process: &str) -> anyhow::Result<Vec<String>> {
    let mut children = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        // Whoever ended meanwhile, and what is no process, has no status.
        let status = fs::read_to_string(format!("/proc/{name}/status")).unwrap_or_default();
        if field(&status, "PPid:") == Some(process) {
            children.push(name);
        }
    }
    Ok(children)
}

/// When a process was started, in milliseconds since 1970; exact to two hundredths of a second, as the kernel keeps it.
pub(super) fn started_at_ms(process: u32) -> anyhow::Result<i64> {
    // Linux tells these in hundredths of a second, whatever its own clock does.
    const MS_PER_TICK: f64 = 10.0;
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name stands in brackets and may hold anything; the 22nd field is the 20th behind it.
    let (_, behind_name) = stat.rsplit_once(')').context("a process has a name")?;
    let ticks: f64 = behind_name.split_whitespace().nth(19).context("and a start")?.parse()?;
    let uptime = fs::read_to_string("/proc/uptime")?;
    let now_ms = ground::now_ms();
    let up_s: f64 = uptime.split_whitespace().next().context("an uptime")?.parse()?;
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds of a machine's uptime")]
    let age_ms = (up_s * 1_000.0 - ticks * MS_PER_TICK) as i64;
    Ok(now_ms - age_ms)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_started_now_is_dated_now() {
        let before_ms = ground::now_ms();
        let mut process = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let started_ms = started_at_ms(process.id()).unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
        let apart_ms = (started_ms - before_ms).abs();
        assert!(apart_ms < 2_000, "{apart_ms} ms apart");
    }
}
