//! `admin district`.

use std::io::Write;

use anyhow::Result;
use clap::Subcommand;

use super::{NAME_BYTES_MAX, check_name, list};
use crate::identity;
use crate::storage::Storage;

/// Longest code of a district, in bytes.
const CODE_BYTES_MAX: usize = 40;

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

pub(super) fn run(storage: &dyn Storage, command: DistrictCommand, now_ms: i64, out: &mut dyn Write) -> Result<()> {
    match command {
        DistrictCommand::Add { code, name } => {
            check_name("code", &code, CODE_BYTES_MAX)?;
            check_name("name", &name, NAME_BYTES_MAX)?;
            storage.add_district(&code, &name, now_ms)?;
        }
        DistrictCommand::SetLease { code, days } => storage.set_lease_days(&code, days, now_ms)?,
        DistrictCommand::SetRecovery { code, recipient } => {
            let recipient = recipient.map(|text| identity::check_recipient(&text)).transpose()?;
            storage.set_recovery(&code, recipient.as_deref(), now_ms)?;
        }
        DistrictCommand::List => list::districts(storage, out)?,
    }
    Ok(())
}
