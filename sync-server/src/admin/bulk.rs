//! `admin bulk`: cases given, taken and handed over by a table, looked at as a whole before anything of it is done.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::csv_table;
use crate::deeds::bulk::look_over;
use crate::hub::Hub;

/// Which table, and whether it is only looked at.
#[derive(Debug, Args)]
pub struct BulkCommand {
    /// A CSV file with the columns `case`, `from` and `to`: ids. Without `from` the case is given to `to`, without `to` it is
    /// taken from `from`, with both it is handed over: given first and taken then, so that it is with somebody all the time.
    table: PathBuf,
    /// Says what would be done, and does nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(hub: &Hub, command: &BulkCommand, out: &mut dyn Write) -> Result<()> {
    let file = csv_table::open(&command.table)?;
    let (mut good, mut bad) = (Vec::new(), 0);
    for row in look_over(hub, file, None).with_context(|| csv_table::cannot_read(&command.table))? {
        let line = row.line;
        match row.looked_at {
            Ok(one) => {
                writeln!(out, "line {line}\t{}\t{}", one.case(), one.words())?;
                good.push((line, one));
            }
            Err(error) => {
                bad += 1;
                writeln!(out, "line {line}\tBAD\t{error}")?;
            }
        }
    }
    writeln!(out, "{} rows can be done, {bad} cannot", good.len())?;
    if command.dry_run {
        writeln!(out, "nothing was done: --dry-run")?;
        return Ok(());
    }
    if bad > 0 {
        bail!(
            "nothing was done: mend the rows marked BAD, or take them out; `--dry-run` looks at the table without doing anything"
        );
    }
    for (line, one) in &good {
        let done = one.carry_out(hub);
        done.with_context(|| format!("the rows before line {line} are done, it and those behind it are not"))?;
    }
    writeln!(out, "done")?;
    Ok(())
}
