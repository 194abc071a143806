//! The file with a table that an administrator hands in.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::deeds::csv_table::TABLE_BYTES_MAX;

/// The file, where it is no larger than a table may be.
pub(super) fn open(path: &Path) -> Result<File> {
    let file = File::open(path).with_context(|| cannot_read(path))?;
    if file.metadata()?.len() > TABLE_BYTES_MAX as u64 {
        bail!(
            "{} has more than {TABLE_BYTES_MAX} bytes: cut it into several",
            path.display()
        );
    }
    Ok(file)
}

pub(super) fn cannot_read(path: &Path) -> String {
    format!("cannot read {}", path.display())
}
