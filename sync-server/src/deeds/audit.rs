//! The audit: whether nothing was taken out, and its rows for a spreadsheet or a program.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, BufWriter, Write};

use protocol::UserId;
use protocol::ids::Sha256;
use serde::Serialize;
use uuid::Uuid;

use super::table::cell;
use super::{DeedError, moment};
use crate::hub::Hub;
use crate::storage::{AuditRow, Deed, Storage, StorageError};

/// Rows read at a time.
const ROWS_AT_ONCE: u32 = 1_000;

/// Says whether the chain holds.
pub fn check(storage: &dyn Storage) -> Result<(), DeedError> {
    match storage.broken_audit_row()? {
        None => Ok(()),
        Some(row) => Err(DeedError::NotSo(
            format!(
                "the audit's chain is broken at row {row}: it, or one before it, was changed or taken out. Keep the database as it \
                 is, and compare it with the last export and the last backup"
            )
            .into(),
        )),
    }
}

/// Why the audit could not be written out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Storage failed.
    #[error(transparent)]
    Deed(#[from] DeedError),
    /// The sheet cannot be written.
    #[error("the rows cannot be written")]
    Io(#[from] io::Error),
}

/// What was written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// How many rows.
    pub rows: u64,
    /// The number of the last one that was looked at.
    pub last: i64,
}

/// Writes the rows behind a number into a sheet, whose chain was checked before: all of them, or those about people, devices and records of a district. That it
/// was written out is a row itself.
pub fn export<W: Write>(
    hub: &Hub,
    sheet: &mut Sheet<W>,
    after: i64,
    district: Option<&str>,
) -> Result<Exported, ExportError> {
    let storage = &*hub.storage;
    let mut places = Places::default();
    let mut exported = Exported { rows: 0, last: after };
    loop {
        let some = storage
            .audit_rows_after(exported.last, ROWS_AT_ONCE)
            .map_err(DeedError::from)?;
        for row in &some {
            exported.last = row.id;
            let is_ours = district.map_or(Ok(true), |district| places.is_of(storage, row, district));
            if is_ours.map_err(DeedError::from)? {
                sheet.write(&Line::of(row))?;
                exported.rows += 1;
            }
        }
        if some.len() < ROWS_AT_ONCE as usize {
            break;
        }
    }
    let detail = format!("{} rows behind {after}", exported.rows);
    storage
        .note(Deed::ExportAudit, &detail, hub.clock.now_ms())
        .map_err(DeedError::from)?;
    Ok(exported)
}

/// Where the people, devices and records of rows are, as far as it was asked for.
#[derive(Default)]
struct Places {
    people: HashMap<UserId, Option<String>>,
    records: HashMap<[u8; 16], Option<String>>,
}

impl Places {
    /// Whether a row is about somebody or something of the district. One about the whole hub is not.
    fn is_of(&mut self, storage: &dyn Storage, row: &AuditRow, district: &str) -> Result<bool, StorageError> {
        if let Some(document) = row.document {
            let [subject @ .., _kind] = document.0;
            let found = match self.records.entry(subject) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(storage.subject_district(subject)?),
            };
            // Of a record that was destroyed nothing says where it was; the person does.
            if let Some(found) = found {
                return Ok(found == district);
            }
        }
        let user = match (row.user, row.author) {
            (Some(user), _) => Some(user),
            (None, Some(author)) => storage.author(author)?.map(|author| author.user.id),
            (None, None) => None,
        };
        let Some(user) = user else {
            return Ok(false);
        };
        let found = match self.people.entry(user) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(place_of(storage, user)?),
        };
        Ok(found.as_deref() == Some(district))
    }
}

/// The district of a user, or of a member of staff.
fn place_of(storage: &dyn Storage, user: UserId) -> Result<Option<String>, StorageError> {
    if let Some(user) = storage.user(user)? {
        return Ok(Some(user.district));
    }
    let mut staff = storage.staff()?.into_iter();
    let member = staff.find(|member| member.id.0 == user.0);
    Ok(member.and_then(|member| member.district))
}

/// In which form rows are written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// For a spreadsheet: no cell is a formula.
    Csv,
    /// A JSON object on each line.
    JsonLines,
}

/// Rows that are written out.
#[derive(Debug)]
pub enum Sheet<W: Write> {
    /// For a spreadsheet.
    Cells(Box<csv::Writer<W>>),
    /// For a program.
    Objects(BufWriter<W>),
}

impl<W: Write> Sheet<W> {
    /// Into something, in this form.
    pub fn new(form: Form, into: W) -> Self {
        match form {
            Form::Csv => Self::Cells(Box::new(csv::Writer::from_writer(into))),
            Form::JsonLines => Self::Objects(BufWriter::new(into)),
        }
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        match self {
            Self::Cells(cells) => cells.serialize(line.as_cells()).map_err(io::Error::other),
            Self::Objects(lines) => {
                serde_json::to_writer(&mut *lines, line)?;
                lines.write_all(b"\n")
            }
        }
    }

    /// Gives back what was written into, with all of it.
    pub fn end(self) -> io::Result<W> {
        match self {
            Self::Cells(cells) => cells.into_inner().map_err(csv::IntoInnerError::into_error),
            Self::Objects(lines) => lines.into_inner().map_err(io::IntoInnerError::into_error),
        }
    }
}

/// A row in words.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Its number.
    pub row: i64,
    /// When.
    pub at: String,
    /// What was done.
    pub deed: String,
    /// By or to which user or member of staff.
    pub user: String,
    /// By or to which author.
    pub author: String,
    /// To which document.
    pub document: String,
    /// A code, a number, or a purpose.
    pub detail: String,
    /// What binds it to the rows before it.
    pub chain: String,
}

impl Line {
    /// Of a row.
    pub fn of(row: &AuditRow) -> Self {
        let id = |id: [u8; 16]| Uuid::from_bytes(id).to_string();
        Self {
            row: row.id,
            at: moment(row.at_ms),
            deed: row.deed.clone(),
            user: row.user.map_or_else(String::new, |user| id(user.0)),
            author: row.author.map_or_else(String::new, |author| id(author.0)),
            document: row.document.map_or_else(String::new, |document| document.to_string()),
            detail: row.detail.clone(),
            chain: Sha256(row.chain).to_string(),
        }
    }

    /// The same for a spreadsheet. Only the detail may be somebody's words.
    fn as_cells(&self) -> Self {
        Self {
            row: self.row,
            at: self.at.clone(),
            deed: cell(&self.deed).into_owned(),
            user: self.user.clone(),
            author: self.author.clone(),
            document: self.document.clone(),
            detail: cell(&self.detail).into_owned(),
            chain: self.chain.clone(),
        }
    }
}
