//! Writes edits into a vault until it is killed, and prints each one that was reported as saved. Made to be killed.

use std::{io::Write as _, path::PathBuf};

use anyhow::Context as _;
use casework::CaseId;
use clap::Args;
use tests::{
    session::{self, Line},
    tablet::{PASSPHRASE, Tablet},
};

/// Writes numbered edits until it is killed.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The device's folder.
    #[arg(long)]
    data_dir: PathBuf,
    /// The cases to write in, in order.
    #[arg(long, value_delimiter = ',')]
    cases: Vec<String>,
    /// The last edit that is known to be saved.
    #[arg(long)]
    after: u64,
}

/// Writes until it is killed.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let cases: Vec<CaseId> = arguments
        .cases
        .iter()
        .map(|case| case.parse())
        .collect::<Result<_, _>>()?;
    let tablet = Tablet::live(&arguments.data_dir);
    tablet
        .unlock(PASSPHRASE)
        .map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
    let found = session::find(&tablet, &cases);
    // An edit that was saved but could not be reported before the kill is there, too: go on behind it.
    let last = found
        .texts
        .values()
        .copied()
        .max()
        .unwrap_or_default()
        .max(arguments.after);
    say(&Line::Found(found))?;
    for number in last + 1.. {
        let (place, edits) = session::edits(number);
        let case = *cases.get(place).context("a case for every place")?;
        tablet.edit(case, edits);
        say(&Line::Saved(number))?;
    }
    Ok(())
}

fn say(line: &Line) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(line)?)?;
    Ok(out.flush()?)
}
