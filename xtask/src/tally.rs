//! Counts tests across all runners.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result};

/// How many tests passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Those that passed.
    pub(crate) passed: u32,
    /// Those that failed.
    pub(crate) failed: u32,
}

impl Tally {
    /// Adds one line of a runner's output, where it is one that counts.
    fn add_line(&mut self, line: &str) {
        let Some(counts) = line.strip_prefix("test result: ") else {
            return;
        };
        let count = |what: &str| -> u32 {
            let words: Vec<&str> = counts.split_whitespace().collect();
            let found = words.windows(2).find(|pair| pair[1].trim_end_matches(';') == what);
            found.and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
        };
        self.passed += count("passed");
        self.failed += count("failed");
    }
}

/// Runs a test command, passes its output on and counts. Also says whether the command itself ended well: a runner
/// that dies counts nothing.
pub(crate) fn run(command: &mut Command) -> Result<(Tally, bool)> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .context("the tests cannot be started")?;
    let output = child.stdout.take().context("the output is piped")?;
    let mut tally = Tally::default();
    let mut terminal = std::io::stdout().lock();
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        tally.add_line(&String::from_utf8_lossy(&line));
        terminal.write_all(&line)?;
        terminal.write_all(b"\n")?;
    }
    Ok((tally, child.wait()?.success()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runner_s_last_line_is_counted_and_no_other() {
        let mut tally = Tally::default();
        tally.add_line("running 3 tests");
        tally.add_line("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s");
        tally.add_line("test says::9 passed ... ok");
        tally.add_line("test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!(tally, Tally { passed: 7, failed: 2 });
    }
}
