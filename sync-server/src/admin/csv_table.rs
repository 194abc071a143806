//! Tables that an administrator hands in: CSV with a row of names, as a spreadsheet writes them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Largest table, in bytes.
const TABLE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Most rows of a table.
const ROWS_MAX: usize = 10_000;

/// The rows with the lines they stand in, each with the cells of these columns.
pub(super) fn read<const N: usize>(path: &Path, names: [&str; N]) -> Result<Vec<(u64, Result<[String; N]>)>> {
    let cannot = || format!("cannot read {}", path.display());
    let file = File::open(path).with_context(cannot)?;
    if file.metadata()?.len() > TABLE_BYTES_MAX {
        bail!(
            "{} has more than {TABLE_BYTES_MAX} bytes: cut it into several",
            path.display()
        );
    }
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(file.take(TABLE_BYTES_MAX));
    let headers = reader.headers().with_context(cannot)?.clone();
    let mut columns = [0; N];
    for (column, name) in columns.iter_mut().zip(names) {
        // A spreadsheet puts a mark before the first column's name.
        let at = headers
            .iter()
            .position(|known| known.trim_start_matches('\u{feff}') == name);
        *column =
            at.with_context(|| format!("{} has no column `{name}`: it needs {}", path.display(), listed(&names)))?;
    }
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let next = reader.read_record(&mut record);
        if matches!(next, Ok(false)) {
            return Ok(rows);
        }
        if rows.len() >= ROWS_MAX {
            bail!("{} has more than {ROWS_MAX} rows: cut it into several", path.display());
        }
        let line = record.position().map_or(0, csv::Position::line);
        let cells = columns.map(|at| record.get(at).unwrap_or_default().to_owned());
        rows.push((line, next.map(|_| cells).context("it is no row of text")));
    }
}

fn listed(names: &[&str]) -> String {
    let (last, before) = names.split_last().unwrap_or((&"", &[]));
    let before: Vec<String> = before.iter().map(|name| format!("`{name}`")).collect();
    format!("{} and `{last}`", before.join(", "))
}
