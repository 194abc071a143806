//! Districts: added, called otherwise, and what is set for their tablets.

use super::{DeedError, check_name};
use crate::hub::Hub;
use crate::identity;

/// Longest code of a district, in bytes.
const CODE_BYTES_MAX: usize = 40;
/// Longest name, in bytes; also the protocol's.
const NAME_BYTES_MAX: usize = protocol::limits::NAME_BYTES_MAX;
/// For how many days a vault may open without the hub.
pub const LEASE_DAYS: std::ops::RangeInclusive<u32> = 1..=90;

/// Adds a district.
pub fn add(hub: &Hub, code: &str, name: &str) -> Result<(), DeedError> {
    check_name("code", code, CODE_BYTES_MAX)?;
    check_name("name", name, NAME_BYTES_MAX)?;
    Ok(hub.storage.add_district(code, name, hub.clock.now_ms())?)
}

/// Calls it by another name. Its code stays: it stands in logs, packs and tablets.
pub fn rename(hub: &Hub, code: &str, name: &str) -> Result<(), DeedError> {
    check_name("name", name, NAME_BYTES_MAX)?;
    Ok(hub.storage.rename_district(code, name, hub.clock.now_ms())?)
}

/// What is set for a district's tablets; what is not said stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings<'a> {
    /// For how many days a vault opens without the hub.
    pub lease_days: Option<u32>,
    /// The recipient that devices seal their keys to at their next contact; without one, new devices seal to nobody.
    pub recovery: Option<Option<&'a str>>,
}

/// Sets all of it, or nothing where something of it cannot be.
pub fn set(hub: &Hub, code: &str, settings: Settings<'_>) -> Result<(), DeedError> {
    let now_ms = hub.clock.now_ms();
    if let Some(days) = settings.lease_days {
        check_lease(days)?;
    }
    let recovery = settings.recovery.map(|recipient| {
        let checked = recipient.map(identity::check_recipient).transpose();
        checked.map_err(|error| DeedError::NotSo(error.to_string().into()))
    });
    let recovery = recovery.transpose()?;
    if let Some(days) = settings.lease_days {
        hub.storage.set_lease_days(code, days, now_ms)?;
    }
    if let Some(recipient) = recovery {
        hub.storage.set_recovery(code, recipient.as_deref(), now_ms)?;
    }
    Ok(())
}

fn check_lease(days: u32) -> Result<(), DeedError> {
    if !LEASE_DAYS.contains(&days) {
        let words = format!("a vault opens for {} to {} days", LEASE_DAYS.start(), LEASE_DAYS.end());
        return Err(DeedError::NotSo(words.into()));
    }
    Ok(())
}
