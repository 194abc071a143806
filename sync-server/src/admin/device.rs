//! `admin device`: which tablets there are, when each was last heard, and wiping one.

use std::io::{BufRead, Write};

use anyhow::Result;
use clap::Subcommand;
use protocol::AuthorId;
use uuid::Uuid;

use super::confirm::Confirmation;
use super::hinted;
use crate::deeds::devices::{self, Standing};
use crate::deeds::moment;
use crate::deeds::table::shown;
use crate::hub::Hub;

/// What may be asked about devices.
#[derive(Debug, Subcommand)]
pub enum DeviceCommand {
    /// Lists devices, the one that was not heard for the longest time first: author, user, role, district, state, when it was
    /// last heard, its app, how many changes by others it does not have yet, and what it is called.
    List {
        /// Of this district only.
        #[arg(long)]
        district: Option<String>,
    },
    /// Has a device destroy its keys and files at its next contact. What it had not sent it hands in before, into quarantine,
    /// or with `--hand-in` judged like anybody's. Cannot be undone: the tablet has to be enrolled anew. `list` says whether it
    /// has confirmed.
    Wipe {
        /// The author's id.
        author: Uuid,
        /// What it hands in is judged like anybody's.
        #[arg(long)]
        hand_in: bool,
        /// The name of its user, typed once more; without it, it is asked for.
        #[arg(long, value_name = "NAME")]
        confirm: Option<String>,
    },
}

pub(super) fn run(hub: &Hub, command: &DeviceCommand, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<()> {
    match command {
        DeviceCommand::List { district } => list(hub, district.as_deref(), out),
        DeviceCommand::Wipe {
            author,
            hand_in,
            confirm,
        } => wipe(hub, *author, *hand_in, confirm.as_deref(), input, out),
    }
}

fn list(hub: &Hub, district: Option<&str>, out: &mut dyn Write) -> Result<()> {
    for device in hub.storage.devices(district)? {
        let author = &device.author;
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{} behind\t{}",
            Uuid::from_bytes(author.id.0),
            Uuid::from_bytes(author.user.id.0),
            author.user.role,
            author.user.district,
            Standing::of(&device).words(),
            device.seen_ms.map_or_else(|| "never heard".to_owned(), moment),
            shown(device.app_version.as_deref().unwrap_or("app unknown")),
            device.behind,
            shown(&author.device),
        )?;
    }
    Ok(())
}

fn wipe(
    hub: &Hub,
    author: Uuid,
    hand_in: bool,
    typed: Option<&str>,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
) -> Result<()> {
    let id = AuthorId(*author.as_bytes());
    let found = hinted(
        devices::found(hub, id),
        "`admin device list` shows which there are, by author",
    )?;
    let confirmation = Confirmation {
        what: "name of its user",
        expected: &found.user.name,
        otherwise: "nothing was wiped",
    };
    confirmation.ask(typed, input, out)?;
    devices::shut_out(hub, id, hand_in)?;
    writeln!(
        out,
        "it destroys keys and files at its next contact; `admin device list` says when it has confirmed"
    )?;
    Ok(())
}
