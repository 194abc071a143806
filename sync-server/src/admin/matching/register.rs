//! A list as a CSV file: its header names the columns, each row is a child.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use casework::matching::{COLUMNS, FACT_BYTES_MAX, Report};

/// Most rows of a list.
const ROWS_MAX: usize = 5_000_000;
/// What may stand between two cells; spreadsheets write either of the latter where a comma is part of numbers.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];
/// Most bytes of a header.
const HEADER_BYTES_MAX: u64 = 64 * 1024;
/// Bad rows that are told one by one; of the rest the number is told.
const TOLD_MAX: usize = 200;

/// The rows of a list, as compactly as they were read.
pub(super) struct Register {
    path: PathBuf,
    /// The file's name, as it was given.
    shown: String,
    /// Which column of the file holds the id, and which each fact.
    id: usize,
    facts: Vec<(usize, &'static str)>,
    rows: Vec<csv::StringRecord>,
}

impl Register {
    /// Reads a list. A bad row is told by line and column and left out; the rest goes on.
    pub(super) fn read(path: &Path, said: &mut dyn Write) -> Result<Self> {
        let shown = path.display().to_string();
        let file = File::open(path).with_context(|| format!("cannot read {shown}"))?;
        let separator = separator(path)?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .from_reader(file);
        let header = reader
            .byte_headers()
            .with_context(|| format!("{shown} has no header"))?
            .clone();
        let (id, facts) = columns(&header, &shown, said)?;
        let width = header.len();
        let mut register = Self {
            path: path.to_owned(),
            shown: shown.clone(),
            id,
            facts,
            rows: Vec::new(),
        };
        let mut ids: HashSet<String> = HashSet::new();
        let mut bad = 0;
        let mut row = csv::ByteRecord::new();
        loop {
            let before = reader.position().clone();
            let fault = match reader.read_byte_record(&mut row) {
                Ok(false) => break,
                Ok(true) if swallows_rows(&row, width, separator) => {
                    let (_, behind) = first_line(path, row.position().unwrap_or(&before))?;
                    reader.seek(behind).with_context(|| format!("cannot read {shown}"))?;
                    let column = 1 + row.iter().position(|cell| cell.contains(&b'\n')).unwrap_or(0);
                    Some(format!("column {column}: a quotation mark that is not closed"))
                }
                Ok(true) => register.take(&row, width, &header, &mut ids).err(),
                Err(error) if error.is_io_error() => return Err(error).with_context(|| format!("cannot read {shown}")),
                Err(error) => Some(error.to_string()),
            };
            if let Some(fault) = fault {
                bad += 1;
                if bad <= TOLD_MAX {
                    let (line, _) = first_line(path, row.position().unwrap_or(&before))?;
                    writeln!(said, "{shown}: line {line}, {fault}: left out")?;
                }
            }
            if register.rows.len() > ROWS_MAX {
                bail!("{shown} has more than {ROWS_MAX} rows");
            }
        }
        if bad > TOLD_MAX {
            writeln!(said, "{shown}: {} more bad rows left out", bad - TOLD_MAX)?;
        }
        writeln!(said, "{shown}: {} rows", register.rows.len())?;
        Ok(register)
    }

    fn take(
        &mut self,
        row: &csv::ByteRecord,
        width: usize,
        header: &csv::ByteRecord,
        ids: &mut HashSet<String>,
    ) -> Result<(), String> {
        if row.len() != width {
            return Err(format!(
                "column {}: {} columns where the header has {width}",
                row.len().min(width) + 1,
                row.len()
            ));
        }
        let name = |at: usize| String::from_utf8_lossy(&header[at]).into_owned();
        for (at, cell) in row.iter().enumerate() {
            if std::str::from_utf8(cell).is_err() {
                return Err(format!("column {} ({}): not UTF-8", at + 1, name(at)));
            }
            if cell.len() > FACT_BYTES_MAX {
                return Err(format!(
                    "column {} ({}): more than {FACT_BYTES_MAX} bytes",
                    at + 1,
                    name(at)
                ));
            }
        }
        let row = csv::StringRecord::from_byte_record_lossy(row.clone());
        let id = row[self.id].trim();
        if id.is_empty() {
            return Err(format!("column {} (id): empty", self.id + 1));
        }
        if !ids.insert(id.to_owned()) {
            return Err(format!("column {} (id): there twice", self.id + 1));
        }
        self.rows.push(row);
        Ok(())
    }

    /// Tells the cells that say something nobody can read, by line and column: the row is compared without them.
    pub(super) fn tell_unread(
        &self,
        unread: impl Fn(&Report) -> Vec<&'static str>,
        said: &mut dyn Write,
    ) -> Result<()> {
        let mut told = 0_usize;
        for (number, row) in self.rows.iter().enumerate() {
            for column in unread(&self.report(number)) {
                told += 1;
                let at = self
                    .facts
                    .iter()
                    .find(|(_, known)| *known == column)
                    .map_or(0, |(at, _)| at + 1);
                if told <= TOLD_MAX {
                    let (line, _) = first_line(&self.path, row.position().unwrap_or(&csv::Position::new()))?;
                    let shown = &self.shown;
                    writeln!(
                        said,
                        "{shown}: line {line}, column {at} ({column}): cannot be read: compared without it"
                    )?;
                }
            }
        }
        if told > TOLD_MAX {
            writeln!(said, "{}: {} more cells cannot be read", self.shown, told - TOLD_MAX)?;
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn id(&self, number: usize) -> &str {
        self.rows[number][self.id].trim()
    }

    pub(super) fn report(&self, number: usize) -> Report {
        let mut report = Report::default();
        for (at, column) in &self.facts {
            if let Some(fact) = report.fact_mut(column) {
                fact.push_str(self.rows[number][*at].trim());
            }
        }
        report
    }

    pub(super) fn reports(&self) -> impl Iterator<Item = Report> {
        (0..self.len()).map(|number| self.report(number))
    }
}

/// What stands between the cells of a file: that of the three which makes a column `id` of its header, else a comma.
fn separator(path: &Path) -> Result<u8> {
    let cannot = || format!("cannot read {}", path.display());
    let mut header = Vec::new();
    BufReader::new(File::open(path).with_context(cannot)?)
        .take(HEADER_BYTES_MAX)
        .read_until(b'\n', &mut header)
        .with_context(cannot)?;
    if header.starts_with(&[0xff, 0xfe]) || header.starts_with(&[0xfe, 0xff]) {
        bail!(
            "{} is written in UTF-16: save it as \"CSV UTF-8\" and try again",
            path.display()
        );
    }
    let header = String::from_utf8_lossy(&header).to_lowercase();
    let names_an_id = |separator: u8| {
        let mut names = header.trim_start_matches('\u{feff}').split(char::from(separator));
        names.any(|name| name.trim().trim_matches('"') == "id")
    };
    Ok(SEPARATORS
        .into_iter()
        .find(|separator| names_an_id(*separator))
        .unwrap_or(b','))
}

/// Whether a cell goes on over the next rows, because the mark that would close it is missing. A cell may have lines of its
/// own; but no line of a place or a name looks like a whole row.
fn swallows_rows(row: &csv::ByteRecord, width: usize, separator: u8) -> bool {
    let is_row = |line: &[u8]| line.split(|byte| *byte == separator).count() >= width;
    let swallows = |cell: &[u8]| cell.split(|byte| *byte == b'\n').skip(1).any(is_row);
    // With two columns a separator is no sign of a row, unless the row ends too early.
    let wide_enough = width > 2 || row.len() < width;
    wide_enough && row.iter().any(|cell| cell.contains(&b'\n') && swallows(cell))
}

/// The number of a row's first line, and where the line after that begins. `at` is where the reader began to look for the row:
/// before the empty lines above it, and before the second half of the end of the line above it, which it does not count yet.
fn first_line(path: &Path, at: &csv::Position) -> Result<(u64, csv::Position)> {
    let cannot = || format!("cannot read {}", path.display());
    let mut file = File::open(path).with_context(cannot)?;
    file.seek(SeekFrom::Start(at.byte())).with_context(cannot)?;
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    let (mut bytes, mut lines) = (0, 0);
    while lines == 0 || line.iter().all(u8::is_ascii_whitespace) {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).with_context(cannot)?;
        if read == 0 {
            break;
        }
        bytes += u64::try_from(read).unwrap_or_default();
        lines += 1;
    }
    let mut behind = at.clone();
    behind.set_byte(at.byte() + bytes).set_line(at.line() + lines);
    Ok((behind.line().saturating_sub(1).max(at.line()), behind))
}

type Columns = (usize, Vec<(usize, &'static str)>);

fn columns(header: &csv::ByteRecord, shown: &str, said: &mut dyn Write) -> Result<Columns> {
    let mut id = None;
    let mut facts: Vec<(usize, &'static str)> = Vec::new();
    for (at, name) in header.iter().enumerate() {
        let name = String::from_utf8_lossy(name);
        let name = name.trim_start_matches('\u{feff}').trim().to_lowercase();
        let known = COLUMNS.iter().find(|column| **column == name);
        if (name == "id" && id.is_some()) || facts.iter().any(|(_, there)| *there == name) {
            bail!("{shown}: line 1, column {}: `{name}` is there twice", at + 1);
        }
        if name == "id" {
            id = Some(at);
        } else if let Some(column) = known {
            facts.push((at, column));
        } else {
            writeln!(said, "{shown}: line 1, column {}: `{name}` is not used", at + 1)?;
        }
    }
    let Some(id) = id else {
        bail!("{shown}: line 1: no column is called `id`")
    };
    if facts.is_empty() {
        bail!(
            "{shown}: line 1: no column but `id` is known; known are {}",
            COLUMNS.join(", ")
        );
    }
    Ok((id, facts))
}
