//! `admin quarantine`: what devices sent and the hub did not take. A person looks, and decides: judge it again, or refuse it for
//! good.

use std::io::{BufRead, Write};

use anyhow::{Result, bail};
use casefile::Said;
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::confirm::Confirmation;
use super::hinted;
use crate::deeds::quarantine::{self, About, way_on};
use crate::deeds::{DeedError, moment};
use crate::hub::Hub;
use crate::rights::key_of;
use crate::storage::Committed;

/// What may be asked about refused uploads.
#[derive(Debug, Subcommand)]
pub enum QuarantineCommand {
    /// Lists them, newest first: number, when, why, author, document, size.
    List {
        /// How many.
        #[arg(long, default_value_t = 100)]
        last: u32,
    },
    /// Says what is known of one without its content, and what can be done.
    Show(ShowCommand),
    /// Judges one again by the rights and the law of today, as if it came now, and those of its author that were written behind
    /// it in the same document. What is
    /// good stands in the log, and the device that sent it learns of that at its next contact. What is refused again stays.
    Release {
        /// Its number.
        upload: i64,
    },
    /// Refuses one for good: its bytes are destroyed here and its device is told. Cannot be undone.
    Refuse {
        /// Its number.
        upload: i64,
        /// The id of the author whose it is, typed once more; without it, it is asked for.
        #[arg(long, value_name = "AUTHOR")]
        confirm: Option<String>,
    },
}

/// Which upload, and how much of it.
#[derive(Debug, Args)]
pub struct ShowCommand {
    /// Its number.
    upload: i64,
    /// Shows what it writes, too. That it was looked at, and what for, stands in the audit from then on.
    #[arg(long, requires = "purpose")]
    content: bool,
    /// What it is looked at for.
    #[arg(long, value_name = "WORDS")]
    purpose: Option<String>,
}

pub(super) fn run(hub: &Hub, command: &QuarantineCommand, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<()> {
    match command {
        QuarantineCommand::List { last } => list(hub, *last, out),
        QuarantineCommand::Show(command) => show(hub, command, out),
        QuarantineCommand::Release { upload } => release(hub, *upload, out),
        QuarantineCommand::Refuse { upload, confirm } => refuse(hub, *upload, confirm.as_deref(), input, out),
    }
}

fn list(hub: &Hub, last: u32, out: &mut dyn Write) -> Result<()> {
    for row in hub.storage.quarantined(last)? {
        let state = if row.refused_ms.is_some() {
            "refused for good"
        } else {
            ""
        };
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}\t{} bytes\t{state}",
            row.id,
            moment(row.at_ms),
            row.code,
            Uuid::from_bytes(row.author.0),
            row.document,
            row.bytes,
        )?;
    }
    Ok(())
}

/// What is there, or where to look for what is.
fn there<T>(upload: i64, done: Result<T, DeedError>) -> Result<T> {
    hinted(done, &format!("{upload}; `admin quarantine list` shows what is there"))
}

fn show(hub: &Hub, command: &ShowCommand, out: &mut dyn Write) -> Result<()> {
    let About {
        row,
        author,
        head,
        beside,
    } = there(command.upload, quarantine::look(hub, command.upload))?;
    writeln!(out, "upload    {}", row.id)?;
    writeln!(out, "came      {}", moment(row.at_ms))?;
    writeln!(out, "refused   {}", row.code)?;
    writeln!(out, "author    {}", Uuid::from_bytes(row.author.0))?;
    writeln!(
        out,
        "user      {} ({})",
        Uuid::from_bytes(author.user.id.0),
        author.user.role
    )?;
    writeln!(out, "district  {}", author.user.district)?;
    writeln!(out, "document  {}", row.document)?;
    if let Some(key) = key_of(row.document) {
        writeln!(out, "record    {} ({})", Uuid::from_bytes(key.subject), key.kind.code())?;
    }
    writeln!(out, "size      {} bytes", row.bytes)?;
    let Some(head) = head else {
        let at = row.refused_ms.map(moment).unwrap_or_default();
        writeln!(out, "decided   refused for good on {at}; the bytes are gone")?;
        return Ok(());
    };
    match head {
        Ok(head) => {
            let at = moment(head.at_ms);
            writeln!(
                out,
                "change    number {} of its author here, {} operations, written {at}",
                head.seq, head.ops
            )?;
        }
        Err(error) => writeln!(out, "change    none: {error}")?,
    }
    writeln!(out, "beside it {beside} more of the same author and document")?;
    writeln!(out, "what now  {}", way_on(row.code))?;
    writeln!(
        out,
        "by        admin assign, admin quarantine release, admin quarantine refuse"
    )?;
    if command.content {
        let purpose = command.purpose.as_deref().unwrap_or_default();
        content(&there(row.id, quarantine::content(hub, row.id, purpose))?, out)?;
    }
    Ok(())
}

/// What the change writes. Nobody has checked it: what a terminal would act on is shown as what it is.
fn content(said: &[Said], out: &mut dyn Write) -> Result<()> {
    writeln!(out)?;
    for one in said {
        match &one.value {
            Some(value) => writeln!(out, "{} = {}", one.key.escape_debug(), value.escape_debug())?,
            None => writeln!(out, "{} is taken away", one.key.escape_debug())?,
        }
    }
    Ok(())
}

fn release(hub: &Hub, upload: i64, out: &mut dyn Write) -> Result<()> {
    let mut taken = 0;
    for one in there(upload, quarantine::release(hub, upload))? {
        match one.judged {
            Ok(Committed::New { number, late }) => {
                taken += 1;
                let late = if late { ", late, by the former worker" } else { "" };
                writeln!(out, "{}\ttaken, number {number} of the log{late}", one.row)?;
            }
            Ok(Committed::Duplicate { number, .. }) => {
                taken += 1;
                writeln!(out, "{}\tthe log had it already, number {number}", one.row)?;
            }
            Err(code) => writeln!(out, "{}\trefused again: {code}. {}", one.row, way_on(code))?,
        }
    }
    if taken == 0 {
        bail!("nothing was taken; upload {upload} stays in quarantine");
    }
    Ok(())
}

fn refuse(hub: &Hub, upload: i64, typed: Option<&str>, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<()> {
    let row = there(upload, quarantine::undecided(hub, upload))?;
    let author = Uuid::from_bytes(row.author.0).to_string();
    let confirmation = Confirmation {
        what: "id of the author",
        expected: &author,
        otherwise: "nothing was refused",
    };
    confirmation.ask(typed, input, out)?;
    let told = if there(upload, quarantine::refuse(hub, upload))? {
        "its device is told"
    } else {
        "no device can be told of what is no change"
    };
    writeln!(out, "{upload}\trefused for good; {told}")?;
    Ok(())
}
