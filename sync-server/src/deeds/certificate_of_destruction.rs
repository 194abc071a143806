//! What a certificate of destruction says: what was ordered, what is gone, where something may be left. Nobody and nothing of
//! the record is named in it.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::hub::Hub;
use crate::identity::record_hash;
use crate::storage::StorageError;

/// The words of the certificate as things stand now; `None` where no such record was destroyed.
pub(super) fn words(hub: &Hub, subject: [u8; 16]) -> Result<Option<String>, StorageError> {
    let storage = &*hub.storage;
    let Some(destroyed) = storage.destruction(subject)? else {
        return Ok(None);
    };
    let counts: Map<String, Value> = destroyed
        .counts
        .named()
        .into_iter()
        .map(|(what, count)| (what.to_owned(), count.into()))
        .collect();
    let channels: Vec<Value> = destroyed
        .channels
        .iter()
        .map(|told| {
            json!({
                "channel": told.channel,
                "answered_at": told.answered.and_then(|(at_ms, _)| moment(at_ms)),
                "accepted": told.answered.map(|(_, accepted)| accepted),
            })
        })
        .collect();
    let (cut, uncut): (Vec<_>, Vec<_>) = storage
        .key_copies()?
        .into_iter()
        .partition(|copy| copy.cut_upto >= destroyed.number);
    let named = |id: [u8; 16]| Uuid::from_bytes(id).to_string();
    let (confirmed, out): (Vec<_>, Vec<_>) = storage
        .holders(subject)?
        .into_iter()
        .partition(|device| device.confirmed_ms.is_some());
    let confirmed: Vec<Value> = confirmed
        .iter()
        .map(|device| json!({ "device": named(device.author.0), "at": device.confirmed_ms.and_then(moment) }))
        .collect();
    let out: Vec<Value> = out
        .iter()
        .map(|device| json!({ "device": named(device.author.0), "shut_out": device.is_shut_out }))
        .collect();
    let words = json!({
        "certificate": "destruction of a record",
        "version": 1,
        "hub": hub.config.name,
        "number": destroyed.number,
        "record_sha256": record_hash(subject),
        "district": destroyed.district,
        "ordered_by": destroyed.order.ordered_by,
        "reference": destroyed.order.reference,
        "section": destroyed.order.section,
        "destroyed_at": moment(destroyed.at_ms),
        "destroyed": counts,
        "media_still_to_go": destroyed.media_left,
        "keys": {
            "copies_cut": cut.iter().map(|copy| named(copy.id)).collect::<Vec<_>>(),
            "copies_not_cut_yet": uncut.iter().map(|copy| named(copy.id)).collect::<Vec<_>>(),
        },
        "database_cleared_at": destroyed.scrubbed_ms.and_then(moment),
        "channels": channels,
        "devices": { "confirmed": confirmed, "not_heard_yet": out },
        "as_of": moment(hub.clock.now_ms()),
    });
    // Pretty, for people read it; the signature is over these very letters.
    Ok(Some(format!("{words:#}")))
}

/// A moment as RFC 3339 in UTC; `None` for one that no calendar has.
fn moment(ms: i64) -> Option<String> {
    jiff::Timestamp::from_millisecond(ms)
        .ok()
        .map(|moment| moment.to_string())
}
