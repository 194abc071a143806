//! `admin audit`: what was done, whether nothing was taken out, and all of it in a file.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use protocol::ids::Sha256;

use crate::deeds::audit::{self, Exported, Form, Line, Sheet, check};
use crate::deeds::moment;
use crate::deeds::table::shown;
use crate::hub::Hub;
use crate::storage::Storage;

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

pub(super) fn run(hub: &Hub, command: &AuditCommand, out: &mut dyn Write) -> Result<()> {
    let storage = &*hub.storage;
    match &command.command {
        None => {
            list(storage, command.last, out)?;
            Ok(check(storage)?)
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
    check(&*hub.storage)?;
    let cannot = || format!("cannot write {}", path.display());
    let file = File::create_new(path).with_context(cannot)?;
    let mut sheet = Sheet::new(form, file);
    let exported = audit::export(hub, &mut sheet, after, None).with_context(cannot)?;
    sheet.end().and_then(|file| file.sync_all()).with_context(cannot)?;
    let Exported { rows, last } = exported;
    writeln!(out, "{rows} rows in {}, the last is {last}", path.display())?;
    Ok(())
}
