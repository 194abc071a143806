//! The cells of a workbook, within limits. A workbook is a zip archive of XML: what it unpacks to is counted while it is
//! unpacked, whatever its headers claim, and the reader of cells is given an archive that we packed again from what was
//! counted. Cells are read one by one, because a single cell at the far corner of a sheet would make a dense table of
//! billions.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use calamine::{DataRef, Reader, Xlsx};

/// What is taken of a workbook.
pub mod limits {
    /// Bytes of the file.
    pub const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;
    /// Files in the archive.
    pub const ENTRIES_MAX: usize = 500;
    /// Bytes of all files in the archive, unpacked. Pictures are in it.
    pub const UNPACKED_BYTES_MAX: u64 = 32 * 1024 * 1024;
    /// Sheets.
    pub const SHEETS_MAX: usize = 50;
    /// The last row that may be written in.
    pub const ROWS_MAX: u32 = 5_000;
    /// The last column that may be written in.
    pub const COLUMNS_MAX: u32 = 200;
    /// Cells of all sheets together that have something in them.
    pub const CELLS_MAX: usize = 100_000;
    /// Characters of a cell.
    pub const CELL_CHARS_MAX: usize = 10_000;
}

/// Why bytes are no workbook that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookError {
    /// Not an `.xlsx` file, or a broken or locked one.
    #[error("this is no workbook in the format .xlsx that can be opened")]
    NotAWorkbook,
    /// More than the reader takes.
    #[error("the workbook has more than {max} {what}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The most that is taken.
        max: u64,
    },
    /// There is no sheet of this name.
    #[error("the workbook has no sheet `{0}`")]
    NoSheet(&'static str),
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Its text; numbers as they are written.
    Text(String),
    /// A formula that failed.
    Broken,
}

/// A row by columns, both counted from 1.
pub(crate) type Row = BTreeMap<u32, Cell>;

#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) rows: BTreeMap<u32, Row>,
}

#[derive(Debug)]
pub(crate) struct Workbook {
    pub(crate) sheets: Vec<Sheet>,
}

impl Workbook {
    /// The sheet of that name, however it is capitalised.
    pub(crate) fn sheet(&self, name: &str) -> Option<&Sheet> {
        self.sheets
            .iter()
            .find(|sheet| sheet.name.trim().eq_ignore_ascii_case(name))
    }
}

const fn too_much(what: &'static str, max: u64) -> WorkbookError {
    WorkbookError::TooMuch { what, max }
}

pub(crate) fn read(bytes: &[u8]) -> Result<Workbook, WorkbookError> {
    if bytes.len() > limits::FILE_BYTES_MAX {
        return Err(too_much("bytes", limits::FILE_BYTES_MAX as u64));
    }
    let packed = pack_again(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(packed)).map_err(|_| WorkbookError::NotAWorkbook)?;
    let names = book.sheet_names();
    if names.len() > limits::SHEETS_MAX {
        return Err(too_much("sheets", limits::SHEETS_MAX as u64));
    }
    let mut cells = 0;
    let mut sheets = Vec::new();
    for name in names {
        // A sheet may be a chart, which has no cells.
        let rows = match book.worksheet_cells_reader(&name) {
            Ok(mut reader) => self::cells(|| reader.next_cell().map(|cell| cell.as_ref().map(taken)), &mut cells)?,
            Err(_) => BTreeMap::new(),
        };
        sheets.push(Sheet { name, rows });
    }
    Ok(Workbook { sheets })
}

type Placed = (u32, u32, Option<Cell>);

fn taken(cell: &calamine::Cell<DataRef<'_>>) -> Placed {
    let (row, column) = cell.get_position();
    let text = match cell.get_value() {
        DataRef::Empty => None,
        DataRef::Error(_) => Some(Cell::Broken),
        DataRef::Int(number) => Some(Cell::Text(number.to_string())),
        DataRef::Float(number) => Some(Cell::Text(number.to_string())),
        DataRef::Bool(flag) => Some(Cell::Text(if *flag { "yes" } else { "no" }.to_owned())),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text_of(text),
        DataRef::SharedString(text) => text_of(text),
        DataRef::DateTime(moment) => Some(Cell::Text(moment.as_f64().to_string())),
    };
    (row.saturating_add(1), column.saturating_add(1), text)
}

/// Blanks around a text, and the hard blanks that spreadsheets put in, say nothing.
fn text_of(text: &str) -> Option<Cell> {
    let text = text.replace('\u{a0}', " ");
    let text = text.trim();
    (!text.is_empty()).then(|| Cell::Text(text.to_owned()))
}

fn cells<E>(
    mut next: impl FnMut() -> Result<Option<Placed>, E>,
    count: &mut usize,
) -> Result<BTreeMap<u32, Row>, WorkbookError> {
    let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
    while let Some((row, column, cell)) = next().map_err(|_| WorkbookError::NotAWorkbook)? {
        let Some(cell) = cell else { continue };
        *count += 1;
        if *count > limits::CELLS_MAX {
            return Err(too_much("cells", limits::CELLS_MAX as u64));
        }
        if row > limits::ROWS_MAX {
            return Err(too_much("rows", limits::ROWS_MAX.into()));
        }
        if column > limits::COLUMNS_MAX {
            return Err(too_much("columns", limits::COLUMNS_MAX.into()));
        }
        if matches!(&cell, Cell::Text(text) if text.chars().count() > limits::CELL_CHARS_MAX) {
            return Err(too_much("characters in a cell", limits::CELL_CHARS_MAX as u64));
        }
        rows.entry(row).or_default().insert(column, cell);
    }
    Ok(rows)
}

/// The same archive, uncompressed and no larger than allowed.
fn pack_again(bytes: &[u8]) -> Result<Vec<u8>, WorkbookError> {
    let not_one = |_| WorkbookError::NotAWorkbook;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(not_one)?;
    if archive.len() > limits::ENTRIES_MAX {
        return Err(too_much("files inside", limits::ENTRIES_MAX as u64));
    }
    let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut left = limits::UNPACKED_BYTES_MAX;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(not_one)?;
        let name = entry.name().map_err(not_one)?.into_owned();
        let mut content = Vec::new();
        let read = entry.take(left + 1).read_to_end(&mut content);
        let read = read.map_err(|_| WorkbookError::NotAWorkbook)? as u64;
        left = left
            .checked_sub(read)
            .ok_or(too_much("bytes unpacked", limits::UNPACKED_BYTES_MAX))?;
        packed.start_file(name, stored).map_err(not_one)?;
        packed.write_all(&content).map_err(|_| WorkbookError::NotAWorkbook)?;
    }
    Ok(packed.finish().map_err(not_one)?.into_inner())
}
