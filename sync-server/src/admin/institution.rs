//! `admin institution`.

use std::io::Write;

use anyhow::{Result, bail};
use clap::Subcommand;
use uuid::Uuid;

use super::{NAME_BYTES_MAX, check_name, list};
use crate::hub::Hub;
use crate::institutions;
use crate::storage::Institution;

/// What may be asked about institutions.
#[derive(Debug, Subcommand)]
pub enum InstitutionCommand {
    /// Adds an institution and prints its id.
    Add {
        /// The code of its district.
        #[arg(long)]
        district: String,
        /// Its name.
        #[arg(long)]
        name: String,
        /// What kind of place it is, e.g. childrens_home.
        #[arg(long)]
        kind: String,
        /// How many children it is registered for.
        #[arg(long)]
        capacity: u32,
        /// Its id, if it is to be a certain one.
        #[arg(long)]
        id: Option<Uuid>,
    },
    /// Lists the institutions of a district.
    List {
        /// The district's code.
        #[arg(long)]
        district: String,
    },
}

pub(super) fn run(hub: &Hub, command: InstitutionCommand, out: &mut dyn Write) -> Result<()> {
    match command {
        InstitutionCommand::Add {
            district,
            name,
            kind,
            capacity,
            id,
        } => {
            check_name("name", &name, NAME_BYTES_MAX)?;
            let known = hub
                .pack_of(&district)?
                .vocabulary("place_kind")
                .is_some_and(|kinds| kinds.term(&kind).is_some());
            if !known {
                bail!("no such kind of place: {kind}");
            }
            let id = id.unwrap_or_else(Uuid::new_v4);
            let institution = Institution {
                id: *id.as_bytes(),
                district,
                name,
                kind,
                capacity,
            };
            institutions::add(hub, &institution, hub.clock.now_ms())?;
            writeln!(out, "{id}")?;
        }
        InstitutionCommand::List { district } => list::institutions(&*hub.storage, &district, out)?,
    }
    Ok(())
}
