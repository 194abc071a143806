//! A report as a workbook: a sheet that says what it is and what it was counted from, and a sheet for each table. Every text
//! is written as a text, and none as a formula or a link.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{
    Grid,
    grid::{GridCell, Rows},
};

/// What the first sheet is called; the others have the names of their tables.
const FIRST: &str = "report";
/// How wide a column is, in characters: the first has the labels.
const WIDTHS: [f64; 2] = [46.0, 18.0];

/// Why no workbook was made.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be made")]
pub(crate) struct WorkbookError(#[from] XlsxError);

/// The file. `made_ms` is when it was made, so that the same report made at the same moment is the same file.
pub(crate) fn write(grid: &Grid, made_ms: i64) -> Result<Vec<u8>, WorkbookError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(made_ms.div_euclid(1_000))?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let bold = Format::new().set_bold();
    put(book.add_worksheet().set_name(FIRST)?, &grid.head, &bold, &[0])?;
    for (name, rows) in &grid.tables {
        // The heading and the names of the columns, which stand above the first row of values.
        let columns = rows.iter().skip(1).position(|row| row.len() > 1).map_or(0, |at| at + 1);
        put(book.add_worksheet().set_name(name)?, rows, &bold, &[0, columns])?;
    }
    Ok(book.save_to_buffer()?)
}

fn put(sheet: &mut Worksheet, rows: &Rows, bold: &Format, headings: &[usize]) -> Result<(), XlsxError> {
    for (column, width) in [
        (0, WIDTHS[0]),
        (1, WIDTHS[1]),
        (2, WIDTHS[1]),
        (3, WIDTHS[1]),
        (4, WIDTHS[1]),
    ] {
        sheet.set_column_width(column, width)?;
    }
    let plain = Format::new();
    for (at, row) in rows.iter().enumerate() {
        let line = u32::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)?;
        let format = if headings.contains(&at) { bold } else { &plain };
        for (column, cell) in (0_u16..).zip(row) {
            match cell {
                GridCell::Text(text) => sheet.write_string_with_format(line, column, text, format)?,
                GridCell::Number(number) => {
                    let number = u32::try_from(*number).unwrap_or(u32::MAX);
                    sheet.write_number_with_format(line, column, f64::from(number), format)?
                }
            };
        }
    }
    Ok(())
}
