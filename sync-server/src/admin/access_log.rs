//! Looking through what devices' access logs say.

use std::io::Write;

use anyhow::{Result, bail};
use clap::Subcommand;
use protocol::AuthorId;
use uuid::Uuid;

use crate::deeds::moment;
use crate::deeds::table::shown;
use crate::storage::{AccessFilter, Storage};

/// What may be asked about access logs.
#[derive(Debug, Subcommand)]
pub enum AccessLogCommand {
    /// Goes through the chains of hashes and names the first broken link of each; fails where there is one.
    Verify {
        /// Of this author only.
        #[arg(long)]
        author: Option<Uuid>,
    },
    /// Lists the last rows, oldest first.
    Show {
        /// Of this author only.
        #[arg(long)]
        author: Option<Uuid>,
        /// About this case only.
        #[arg(long)]
        case: Option<Uuid>,
        /// How many rows, from the end.
        #[arg(long, default_value_t = 50)]
        last: u32,
    },
}

pub(super) fn run(storage: &dyn Storage, command: &AccessLogCommand, out: &mut dyn Write) -> Result<()> {
    let id = |id: Uuid| AuthorId(*id.as_bytes());
    match command {
        AccessLogCommand::Verify { author } => {
            let mut broken = 0;
            for log in storage.check_access_logs(author.map(id))? {
                let name = Uuid::from_bytes(log.author.0);
                match log.broken_at {
                    None => writeln!(out, "{name}\t{}\t{} rows\tholds", shown(&log.user), log.rows)?,
                    Some(n) => {
                        broken += 1;
                        writeln!(
                            out,
                            "{name}\t{}\t{} rows\tbroken at row {n}",
                            shown(&log.user),
                            log.rows
                        )?;
                    }
                }
            }
            if broken > 0 {
                bail!("{broken} access logs do not hold together");
            }
        }
        AccessLogCommand::Show { author, case, last } => {
            let filter = AccessFilter {
                author: author.map(id),
                subject: case.map(Uuid::into_bytes),
            };
            for line in storage.access_lines(filter, *last)? {
                let subject = line.row.subject.map(|id| Uuid::from_bytes(id).to_string());
                writeln!(
                    out,
                    "{}\t{}\t{}\t{}\t{}\t{}",
                    moment(line.row.at_ms),
                    Uuid::from_bytes(line.author.0),
                    line.row.n,
                    shown(&line.row.action),
                    subject.unwrap_or_default(),
                    shown(&line.row.detail),
                )?;
            }
        }
    }
    Ok(())
}
