//! What officers ask about words that were refused: seen by an administrator, and decided.

use std::io::Write;

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use protocol::limits::APPEAL_WORDS_BYTES_MAX;
use protocol::{DocumentId, Plea};
use uuid::Uuid;

use super::list::moment;
use crate::hub::Hub;
use crate::storage::{AppealRow, Decision};
use crate::{rights, sync};

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

/// The most that is listed at once.
const LISTED_MAX: u32 = 500;

pub(super) fn run(hub: &Hub, command: &AppealsCommand, now_ms: i64, out: &mut dyn Write) -> Result<()> {
    match command {
        AppealsCommand::List { district } => list(hub, district.as_deref(), out),
        AppealsCommand::Grant { number, words } => grant(hub, *number, words, now_ms, out),
        AppealsCommand::Decline { number, words } => {
            check_words(words)?;
            if words.trim().is_empty() {
                bail!("say to the officer why, and what to do instead: --words");
            }
            decide(hub, *number, Decision::Decline, words, now_ms)
        }
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
            user.map_or_else(String::new, |user| format!("{} ({})", user.name, user.role)),
            row.document,
            hub.storage.quarantined_of(row.author, row.document)?.len(),
        )?;
    }
    if open.len() >= LISTED_MAX as usize {
        writeln!(out, "there are more: these are the oldest {LISTED_MAX}")?;
    }
    Ok(())
}

fn grant(hub: &Hub, number: i64, words: &str, now_ms: i64, out: &mut dyn Write) -> Result<()> {
    check_words(words)?;
    let row = open_appeal(hub, number)?;
    if row.plea == Plea::Access {
        let subject = subject_of(row.document);
        if hub.storage.subject_district(subject)?.is_none() {
            bail!("there is no such record: decline the appeal and say which one the officer may mean");
        }
        rights::assign(hub, subject, row.user, now_ms)?;
        writeln!(
            out,
            "{} was given to {}",
            Uuid::from_bytes(subject),
            Uuid::from_bytes(row.user.0)
        )?;
    }
    release(hub, &row, out)?;
    decide(hub, number, Decision::Grant, words, now_ms)
}

/// What lies in quarantine of it is judged again. Words handed over are taken in, or the appeal stays open.
fn release(hub: &Hub, row: &AppealRow, out: &mut dyn Write) -> Result<()> {
    let lying = hub.storage.quarantined_of(row.author, row.document)?;
    for refused in &lying {
        // One that followed an earlier one is not there any more.
        if hub.storage.quarantined_row(refused.id)?.is_none() {
            continue;
        }
        for one in sync::release(hub, refused.id)? {
            match one.judged {
                Ok(_) => writeln!(out, "{}\ttaken", one.row)?,
                Err(code) => writeln!(out, "{}\trefused again: {code}", one.row)?,
            }
        }
    }
    let left = hub.storage.quarantined_of(row.author, row.document)?.len();
    if row.plea == Plea::HandOver && left > 0 {
        bail!(
            "{left} of them stay in quarantine: `quarantine show` says why. Decline the appeal and say what to do instead"
        );
    }
    Ok(())
}

fn decide(hub: &Hub, number: i64, decision: Decision, words: &str, now_ms: i64) -> Result<()> {
    let decided = hub.storage.decide_appeal(number, decision, words, now_ms);
    decided.context("there is no open appeal with this number; `appeals list` shows them")
}

fn open_appeal(hub: &Hub, number: i64) -> Result<AppealRow> {
    let row = hub.storage.appeal(number)?.filter(|row| row.decided_ms.is_none());
    row.context("there is no open appeal with this number; `appeals list` shows them")
}

fn check_words(words: &str) -> Result<()> {
    if words.len() > APPEAL_WORDS_BYTES_MAX || words.chars().any(char::is_control) {
        bail!("what is said to the officer has at most {APPEAL_WORDS_BYTES_MAX} bytes and no control characters");
    }
    Ok(())
}

const fn subject_of(document: DocumentId) -> [u8; 16] {
    let [subject @ .., _kind] = document.0;
    subject
}
