//! `admin audit`: what was done, whether nothing was taken out, and all of it in a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use protocol::ids::Sha256;
use serde::Serialize;
use uuid::Uuid;

use super::list::moment;
use super::table::{cell, shown};
use crate::hub::Hub;
use crate::storage::{AuditRow, Deed, Storage};

/// Rows read at a time.
const ROWS_AT_ONCE: u32 = 1_000;

/// What is asked of the audit. Without a word more its last rows are listed.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AuditCommand {
    #[command(subcommand)]
    command: Option<AuditSubcommand>,
    /// How many rows, from the end.
    #[arg(long, default_value_t = 50)]
    last: u32,
}

#[derive(Debug, Subcommand)]
enum AuditSubcommand {
    /// Goes through the whole chain of hashes; fails at the first row that does not follow from those before it.
    Verify,
    /// Writes every row into a file, with the hash that binds it to those before it. That it was written out is a row itself.
    Export {
        /// The file, which is not there yet.
        file: PathBuf,
        /// For a spreadsheet (`csv`, in which no cell is a formula), or a JSON object on each line (`json-lines`).
        #[arg(long, value_enum, default_value_t = Form::Csv)]
        form: Form,
        /// Only rows behind this number, as the last export named it.
        #[arg(long, default_value_t = 0)]
        after: i64,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    Csv,
    JsonLines,
}

pub(super) fn run(hub: &Hub, command: &AuditCommand, out: &mut dyn Write) -> Result<()> {
    let storage = &*hub.storage;
    match &command.command {
        None => {
            list(storage, command.last, out)?;
            check(storage)
        }
        Some(AuditSubcommand::Verify) => {
            check(storage)?;
            let last = storage.audit_rows(1)?;
            match last.first() {
                None => writeln!(out, "there are no rows yet")?,
                Some(row) => writeln!(
                    out,
                    "the chain holds: {} rows, the last of {}, bound by {}",
                    row.id,
                    moment(row.at_ms),
                    Sha256(row.chain)
                )?,
            }
            Ok(())
        }
        Some(AuditSubcommand::Export { file, form, after }) => export(hub, file, *form, *after, out),
    }
}

fn check(storage: &dyn Storage) -> Result<()> {
    match storage.broken_audit_row()? {
        None => Ok(()),
        Some(row) => bail!(
            "the audit's chain is broken at row {row}: it, or one before it, was changed or taken out. Keep the database as it is, \
             and compare it with the last export and the last backup"
        ),
    }
}

fn list(storage: &dyn Storage, last: u32, out: &mut dyn Write) -> Result<()> {
    for row in storage.audit_rows(last)? {
        let line = Line::of(&row);
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}",
            line.row,
            line.at,
            line.deed,
            line.user,
            line.author,
            line.document,
            shown(&line.detail),
        )?;
    }
    Ok(())
}

fn export(hub: &Hub, path: &Path, form: Form, after: i64, out: &mut dyn Write) -> Result<()> {
    let storage = &*hub.storage;
    check(storage)?;
    let cannot = || format!("cannot write {}", path.display());
    let file = File::create_new(path).with_context(cannot)?;
    let (mut rows, mut last) = (0_u64, after);
    let mut sheet = match form {
        Form::Csv => Sheet::Cells(Box::new(csv::Writer::from_writer(file))),
        Form::JsonLines => Sheet::Objects(BufWriter::new(file)),
    };
    loop {
        let some = storage.audit_rows_after(last, ROWS_AT_ONCE)?;
        for row in &some {
            sheet.write(&Line::of(row)).with_context(cannot)?;
            (rows, last) = (rows + 1, row.id);
        }
        if some.len() < ROWS_AT_ONCE as usize {
            break;
        }
    }
    sheet.end().with_context(cannot)?;
    storage.note(
        Deed::ExportAudit,
        &format!("{rows} rows behind {after}"),
        hub.clock.now_ms(),
    )?;
    writeln!(out, "{rows} rows in {}, the last is {last}", path.display())?;
    Ok(())
}

/// A file that is written out.
enum Sheet {
    Cells(Box<csv::Writer<File>>),
    Objects(BufWriter<File>),
}

impl Sheet {
    fn write(&mut self, line: &Line) -> Result<()> {
        match self {
            Self::Cells(cells) => Ok(cells.serialize(line.as_cells())?),
            Self::Objects(lines) => {
                serde_json::to_writer(&mut *lines, line)?;
                Ok(lines.write_all(b"\n")?)
            }
        }
    }

    /// All of it is on the disk.
    fn end(self) -> Result<()> {
        let file = match self {
            Self::Cells(cells) => cells.into_inner().map_err(csv::IntoInnerError::into_error)?,
            Self::Objects(lines) => lines.into_inner().map_err(std::io::IntoInnerError::into_error)?,
        };
        Ok(file.sync_all()?)
    }
}

/// A row in words.
#[derive(Debug, Serialize)]
struct Line {
    row: i64,
    at: String,
    deed: String,
    user: String,
    author: String,
    document: String,
    detail: String,
    chain: String,
}

impl Line {
    fn of(row: &AuditRow) -> Self {
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
