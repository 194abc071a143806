//! A report as values between commas: UTF-8 with a mark, by which spreadsheets know it, and one table after the other, each
//! under its heading and the names of its columns.

use super::{
    Grid,
    grid::{GridCell, Rows},
};

/// By this a spreadsheet knows that the file is UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The file.
pub(crate) fn write(grid: &Grid) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(MARK.to_vec());
    put(&mut writer, &grid.head)?;
    for (_, rows) in &grid.tables {
        writer.write_record([""])?;
        put(&mut writer, rows)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn put(writer: &mut csv::Writer<Vec<u8>>, rows: &Rows) -> Result<(), csv::Error> {
    for row in rows {
        writer.write_record(row.iter().map(|cell| match cell {
            GridCell::Text(text) => text.clone(),
            GridCell::Number(number) => number.to_string(),
        }))?;
    }
    Ok(())
}
