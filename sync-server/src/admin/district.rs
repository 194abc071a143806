//! `admin district`.

use std::io::Write;

use anyhow::Result;
use clap::Subcommand;

use super::list;
use crate::deeds::districts::{self, Settings};
use crate::hub::Hub;

/// What may be asked about districts.
#[derive(Debug, Subcommand)]
pub enum DistrictCommand {
    /// Adds a district.
    Add {
        /// Its code, e.g. KA-BLR.
        code: String,
        /// Its name.
        name: String,
    },
    /// Calls a district by another name. Its code stays.
    Rename {
        /// Its code.
        code: String,
        /// Its new name.
        name: String,
    },
    /// Sets for how many days a vault of the district opens without the hub: 1 to 90, 14 at first.
    SetLease {
        /// Its code.
        code: String,
        /// The days.
        #[arg(value_parser = clap::value_parser!(u32).range(1..=90))]
        days: u32,
    },
    /// Sets the recovery key of the district: an age recipient, whose identity an officer keeps offline. Devices seal
    /// their keys to it at their next contact.
    SetRecovery {
        /// Its code.
        code: String,
        /// The recipient, `age1…`; without one, new devices seal to nobody.
        recipient: Option<String>,
    },
    /// Lists districts.
    List,
}

pub(super) fn run(hub: &Hub, command: DistrictCommand, out: &mut dyn Write) -> Result<()> {
    match command {
        DistrictCommand::Add { code, name } => districts::add(hub, &code, &name)?,
        DistrictCommand::Rename { code, name } => districts::rename(hub, &code, &name)?,
        DistrictCommand::SetLease { code, days } => {
            let settings = Settings {
                lease_days: Some(days),
                ..Settings::default()
            };
            districts::set(hub, &code, settings)?;
        }
        DistrictCommand::SetRecovery { code, recipient } => {
            let settings = Settings {
                recovery: Some(recipient.as_deref()),
                ..Settings::default()
            };
            districts::set(hub, &code, settings)?;
        }
        DistrictCommand::List => list::districts(&*hub.storage, out)?,
    }
    Ok(())
}
