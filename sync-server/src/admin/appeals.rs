//! What officers ask about words that were refused: seen by an administrator, and decided.

use std::io::Write;

use anyhow::{Result, bail};
use clap::Subcommand;
use uuid::Uuid;

use super::hinted;
use crate::deeds::appeals::{self, LISTED_MAX};
use crate::deeds::table::shown;
use crate::deeds::{DeedError, moment};
use crate::hub::Hub;

/// What may be asked about appeals.
#[derive(Debug, Subcommand)]
pub enum AppealsCommand {
    /// Lists what nobody has decided, oldest first: number, when, what is asked for, by whom, about which document, and how
    /// many refused changes of theirs lie in quarantine.
    List {
        /// The code of a district.
        #[arg(long)]
        district: Option<String>,
    },
    /// Says yes. Who asked for access is given the record. What lies in quarantine is judged again by the rights of today and
    /// taken in; look at it first with `quarantine show`.
    Grant {
        /// The appeal's number.
        number: i64,
        /// What the officer is told.
        #[arg(long, default_value = "")]
        words: String,
    },
    /// Says no, and why. The words stay on the officer's device.
    Decline {
        /// The appeal's number.
        number: i64,
        /// What the officer is told: how what they wrote can reach the record another way.
        #[arg(long)]
        words: String,
    },
}

pub(super) fn run(hub: &Hub, command: &AppealsCommand, out: &mut dyn Write) -> Result<()> {
    match command {
        AppealsCommand::List { district } => list(hub, district.as_deref(), out),
        AppealsCommand::Grant { number, words } => grant(hub, *number, words, out),
        AppealsCommand::Decline { number, words } => there(appeals::decline(hub, *number, words)),
    }
}

fn list(hub: &Hub, district: Option<&str>, out: &mut dyn Write) -> Result<()> {
    let open = hub.storage.open_appeals(district, LISTED_MAX)?;
    if open.is_empty() {
        writeln!(out, "nobody asks for anything")?;
    }
    for row in &open {
        let user = hub.storage.user(row.user)?;
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}\t{} refused",
            row.id,
            moment(row.at_ms),
            row.plea.word(),
            user.map_or_else(String::new, |user| format!("{} ({})", shown(&user.name), user.role)),
            row.document,
            hub.storage.quarantined_of(row.author, row.document)?.len(),
        )?;
    }
    if open.len() >= LISTED_MAX as usize {
        writeln!(out, "there are more: these are the oldest {LISTED_MAX}")?;
    }
    Ok(())
}

fn grant(hub: &Hub, number: i64, words: &str, out: &mut dyn Write) -> Result<()> {
    let granted = there(appeals::grant(hub, number, words))?;
    if let Some((subject, user)) = granted.given {
        writeln!(
            out,
            "{} was given to {}",
            Uuid::from_bytes(subject),
            Uuid::from_bytes(user.0)
        )?;
    }
    for one in granted.judged {
        match one.judged {
            Ok(_) => writeln!(out, "{}\ttaken", one.row)?,
            Err(code) => writeln!(out, "{}\trefused again: {code}", one.row)?,
        }
    }
    if granted.left > 0 {
        bail!(
            "{} of them stay in quarantine: `quarantine show` says why. Decline the appeal and say what to do instead",
            granted.left
        );
    }
    Ok(())
}

fn there<T>(done: Result<T, DeedError>) -> Result<T> {
    hinted(done, "`appeals list` shows them")
}
