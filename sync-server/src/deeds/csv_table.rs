//! Tables that an administrator hands in: CSV with a row of names, as a spreadsheet writes them.

use std::io::Read;

use super::DeedError;

/// Largest table, in bytes.
pub const TABLE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most rows of a table.
const ROWS_MAX: usize = 10_000;

/// A row: the line it stands in, and the cells of the columns that were asked for.
pub type Row<const N: usize> = (u64, Result<[String; N], DeedError>);

/// The rows, each with the cells of these columns.
pub fn read<const N: usize>(table: impl Read, names: [&str; N]) -> Result<Vec<Row<N>>, DeedError> {
    let no_table = |_| DeedError::not_so("it is no table of text");
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(table.take(TABLE_BYTES_MAX as u64));
    let headers = reader.headers().map_err(no_table)?.clone();
    let mut columns = [0; N];
    for (column, name) in columns.iter_mut().zip(names) {
        // A spreadsheet puts a mark before the first column's name.
        let at = headers
            .iter()
            .position(|known| known.trim_start_matches('\u{feff}') == name);
        *column = at.ok_or_else(|| {
            DeedError::NotSo(format!("there is no column `{name}`: it needs {}", listed(&names)).into())
        })?;
    }
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let next = reader.read_record(&mut record);
        if matches!(next, Ok(false)) {
            return Ok(rows);
        }
        if rows.len() >= ROWS_MAX {
            let words = format!("it has more than {ROWS_MAX} rows: cut it into several");
            return Err(DeedError::NotSo(words.into()));
        }
        let line = record.position().map_or(0, csv::Position::line);
        let cells = columns.map(|at| record.get(at).unwrap_or_default().to_owned());
        let row = next.map(|_| cells);
        rows.push((line, row.map_err(|_| DeedError::not_so("it is no row of text"))));
    }
}

fn listed(names: &[&str]) -> String {
    let (last, before) = names.split_last().unwrap_or((&"", &[]));
    let before: Vec<String> = before.iter().map(|name| format!("`{name}`")).collect();
    format!("{} and `{last}`", before.join(", "))
}
