//! `admin dead-letters`: what channels did not take, for a person to look at and send again.

use std::io::Write;

use anyhow::Result;
use clap::Subcommand;
use uuid::Uuid;

use crate::channel::{CHANNELS, Channel};
use crate::deeds::dead_letters::{self, known};
use crate::deeds::moment;
use crate::deeds::table::shown;
use crate::hub::Hub;

/// What may be asked about dead letters.
#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// Lists them, the oldest first: channel, record, since when, how often tried, and what was answered. What was to be told
    /// is not shown.
    List {
        /// Of this channel only.
        #[arg(long)]
        channel: Option<String>,
    },
    /// Tries them anew.
    SendAgain {
        /// The channel's code.
        #[arg(long)]
        channel: String,
        /// The record; without it, all of the channel.
        #[arg(long)]
        record: Option<Uuid>,
    },
}

/// Does what is asked and prints what came of it.
pub fn run(hub: &Hub, command: &DeadLettersCommand, out: &mut dyn Write) -> Result<()> {
    match command {
        DeadLettersCommand::List { channel } => {
            let asked = channel.as_deref().map(known).transpose()?;
            let of = |one: &&Channel| asked.is_none_or(|asked| asked.code == one.code);
            for channel in CHANNELS.into_iter().filter(of) {
                list(hub, channel, out)?;
            }
            Ok(())
        }
        DeadLettersCommand::SendAgain { channel, record } => {
            let channel = known(channel)?;
            let again = dead_letters::send_again(hub, channel, record.map(|record| *record.as_bytes()))?;
            writeln!(out, "{again} will be sent again")?;
            Ok(())
        }
    }
}

fn list(hub: &Hub, channel: &Channel, out: &mut dyn Write) -> Result<()> {
    for dead in dead_letters::list(hub, channel, None)? {
        writeln!(
            out,
            "{}\t{}\t{}\t{} tries\t{}",
            channel.code,
            Uuid::from_bytes(dead.parcel.subject),
            dead.dead_ms.map_or_else(String::new, moment),
            dead.attempts,
            shown(&dead.trouble.unwrap_or_default()),
        )?;
    }
    Ok(())
}
