//! `admin archive`: the part of a log that everybody has read, in a file.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use crate::archive::{self, Contents};
use crate::deeds::moment;
use crate::hub::Hub;

/// What may be asked about archives.
#[derive(Debug, Subcommand)]
pub enum ArchiveCommand {
    /// Writes the changes that every tablet of a district has read into a file, checks it, and takes their bytes out of the
    /// database. Nothing is lost: documents have all of them. Works beside the hub, and can be done again where it was cut.
    Write(WriteCommand),
    /// Reads a file to its end and says what it has.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Puts what a file has back into the database.
    PutBack {
        /// The file.
        file: PathBuf,
    },
}

/// What is archived.
#[derive(Debug, Args)]
pub struct WriteCommand {
    /// The district's code.
    #[arg(long)]
    district: String,
    /// A file that is not there yet.
    #[arg(long, value_name = "FILE", required_unless_present = "dry_run")]
    out: Option<PathBuf>,
    /// Tablets that were not heard for so many days do not count: should they come back, they load their cases anew.
    #[arg(long, default_value_t = 90)]
    silent_days: u32,
    /// Only says what would be done.
    #[arg(long)]
    dry_run: bool,
}

/// Does what is asked and prints what came of it.
pub(super) fn run(hub: &Hub, command: &ArchiveCommand, out: &mut dyn Write) -> Result<()> {
    match command {
        ArchiveCommand::Write(command) => write(hub, command, out),
        ArchiveCommand::Check { file } => {
            let (head, contents) = archive::check(file)?;
            writeln!(
                out,
                "whole: {} of {}, made {}",
                said(&contents),
                head.district,
                moment(head.made_ms)
            )?;
            Ok(())
        }
        ArchiveCommand::PutBack { file } => {
            let back = archive::put_back(hub, file).context("nothing, or not everything, was put back")?;
            if back.changes == 0 {
                bail!("nothing was put back: the log has all of it, or is not the one that it was taken from");
            }
            writeln!(out, "{} changes are in the log again", back.changes)?;
            Ok(())
        }
    }
}

fn write(hub: &Hub, command: &WriteCommand, out: &mut dyn Write) -> Result<()> {
    let read = archive::read_upto(hub, &command.district, command.silent_days)?;
    if read.left_behind > 0 {
        writeln!(
            out,
            "{} tablets were not heard for {} days and do not count: they load their cases anew when they come back",
            read.left_behind, command.silent_days
        )?;
    }
    let file = match &command.out {
        Some(file) if !command.dry_run => file,
        _ => {
            let contents = archive::survey(hub, &command.district, read.number)?;
            writeln!(
                out,
                "up to number {} everybody has read: {} to archive now, and what is folded first",
                read.number,
                said(&contents)
            )?;
            return Ok(());
        }
    };
    let contents = archive::archive(hub, &command.district, read.number, file).context("not archived")?;
    writeln!(out, "{} in {}", said(&contents), file.display())?;
    Ok(())
}

fn said(contents: &Contents) -> String {
    match contents.changes {
        0 => "no changes".into(),
        count => format!(
            "{count} changes, numbers {} to {}, {} bytes",
            contents.first, contents.last, contents.bytes
        ),
    }
}
