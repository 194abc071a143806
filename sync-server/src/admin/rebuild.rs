//! `admin rebuild`: the tables anew from the log, with progress.

use std::io::Write;

use anyhow::Result;

use crate::hub::Hub;
use crate::project;

/// A line is written after each of so many parts of the whole.
const LINES: usize = 20;

/// Marks everything as to be folded and folds it, unless that is left to the hub that runs. Both may fold at once: a subject
/// is folded as it stands, by whoever takes hold of it first.
pub(super) fn run(hub: &Hub, later: bool, out: &mut dyn Write) -> Result<()> {
    hub.storage.unfold_everything()?;
    let waiting = || Ok::<_, crate::storage::StorageError>(hub.storage.unfolded(u32::MAX)?.len());
    let total = waiting()?;
    if later {
        writeln!(out, "{total} to fold; the hub that runs does it")?;
        return Ok(());
    }
    let mut told = 0;
    tell(out, 0, total)?;
    while project::fold_waiting(hub)? > 0 {
        // What devices bring meanwhile waits, too: it is folded here as well and makes the whole no larger.
        let done = total.saturating_sub(waiting()?);
        if done * LINES / total.max(1) > told {
            told = done * LINES / total.max(1);
            tell(out, done, total)?;
        }
    }
    match waiting()? {
        0 => writeln!(out, "done")?,
        held => writeln!(out, "done, but for {held} that the hub that runs folds now")?,
    }
    Ok(())
}

fn tell(out: &mut dyn Write, done: usize, total: usize) -> Result<()> {
    let percent = (done * 100).checked_div(total).unwrap_or(100);
    writeln!(out, "folded {done} of {total} ({percent} %)")?;
    // Somebody waits for it: a line is of use when it is written, not at the end.
    Ok(out.flush()?)
}
