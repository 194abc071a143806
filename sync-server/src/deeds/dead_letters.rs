//! What channels did not take, for a person to look at and send again.

use super::DeedError;
use crate::channel::{CHANNELS, Channel, find};
use crate::hub::Hub;
use crate::storage::Delivery;

/// Looks at no more than so many of each channel at once.
pub const SHOWN_MAX: u32 = 1_000;

/// The channel with this code.
pub fn known(code: &str) -> Result<&'static Channel, DeedError> {
    find(code).ok_or_else(|| {
        let codes: Vec<&str> = CHANNELS.iter().map(|channel| channel.code).collect();
        DeedError::NotSo(format!("no such channel; there are {}", codes.join(", ")).into())
    })
}

/// The dead letters of a channel, the oldest first; of a district, or of all.
pub fn list(hub: &Hub, channel: &Channel, district: Option<&str>) -> Result<Vec<Delivery>, DeedError> {
    let mut dead = hub.storage.dead_deliveries(channel.code, SHOWN_MAX)?;
    dead.retain(|one| district.is_none_or(|district| one.parcel.district == district));
    Ok(dead)
}

/// Tries them anew, all of the channel or that of one record; says how many.
pub fn send_again(hub: &Hub, channel: &Channel, record: Option<[u8; 16]>) -> Result<u64, DeedError> {
    let again = hub.storage.send_again(channel.code, record, hub.clock.now_ms())?;
    if again == 0 {
        return Err(DeedError::NotThere("there is no such dead letter"));
    }
    hub.to_deliver.ring();
    Ok(again)
}
