//! What devices sent and the hub did not take. A person looks, and decides: judge it again, or refuse it for good.

use casefile::{ChangeHead, Said};
use protocol::Refusal;

use super::{DeedError, check_name, moment};
use crate::hub::Hub;
use crate::storage::{Author, QuarantineRow};
use crate::sync::{self, Rejudged};

/// Longest purpose of looking, in bytes.
pub const PURPOSE_BYTES_MAX: usize = 200;

/// What is known of a refused upload without its content.
#[derive(Debug)]
pub struct About {
    /// Its row.
    pub row: QuarantineRow,
    /// Who sent it.
    pub author: Author,
    /// What it says of itself, or why it is no change; `None` where the bytes are gone.
    pub head: Option<Result<ChangeHead, String>>,
    /// How many more of the same author and document lie beside it.
    pub beside: usize,
}

/// The row with this number.
pub fn found(hub: &Hub, upload: i64) -> Result<QuarantineRow, DeedError> {
    let row = hub.storage.quarantined_row(upload)?;
    row.ok_or(DeedError::NotThere("nothing in quarantine has this number"))
}

/// The same, where nobody has decided about it.
pub fn undecided(hub: &Hub, upload: i64) -> Result<QuarantineRow, DeedError> {
    let row = found(hub, upload)?;
    match row.refused_ms {
        None => Ok(row),
        Some(at_ms) => Err(DeedError::NotSo(
            format!(
                "upload {upload} was refused for good on {}; its bytes are gone",
                moment(at_ms)
            )
            .into(),
        )),
    }
}

/// What is known of one without its content.
pub fn look(hub: &Hub, upload: i64) -> Result<About, DeedError> {
    let row = found(hub, upload)?;
    let author = hub.storage.author(row.author)?;
    let author = author.ok_or(DeedError::NotThere("no such author"))?;
    let bytes = hub.storage.refused_bytes(row.id)?;
    let beside = hub.storage.quarantined_of(row.author, row.document)?;
    Ok(About {
        head: bytes.map(|bytes| ChangeHead::parse(&bytes).map_err(|error| error.to_string())),
        beside: beside.iter().filter(|one| one.id != row.id).count(),
        row,
        author,
    })
}

/// What it writes. That it was looked at, and what for, stands in the audit from then on. Nobody has checked it: whoever shows
/// it shows what a terminal or a page would act on as what it is.
pub fn content(hub: &Hub, upload: i64, purpose: &str) -> Result<Vec<Said>, DeedError> {
    let row = undecided(hub, upload)?;
    let purpose = purpose.trim();
    check_name("purpose", purpose, PURPOSE_BYTES_MAX)?;
    hub.storage.note_looked(row.id, purpose, hub.clock.now_ms())?;
    let bytes = hub.storage.refused_bytes(row.id)?.unwrap_or_default();
    casefile::said(&bytes).map_err(|_| DeedError::not_so("it cannot be read: what came is no change"))
}

/// Judges one again by the rights and the law of today, and those of its author that were written behind it.
pub fn release(hub: &Hub, upload: i64) -> Result<Vec<Rejudged>, DeedError> {
    undecided(hub, upload)?;
    Ok(sync::release(hub, upload)?)
}

/// Refuses one for good; says whether a device is told, as it is of what is a change.
pub fn refuse(hub: &Hub, upload: i64) -> Result<bool, DeedError> {
    undecided(hub, upload)?;
    let bytes = hub.storage.refused_bytes(upload)?.unwrap_or_default();
    let change = ChangeHead::parse(&bytes).ok().map(|head| head.hash);
    hub.storage.refuse_for_good(upload, change, hub.clock.now_ms())?;
    Ok(change.is_some())
}

/// What somebody who decides can do about a reason.
pub const fn way_on(code: Refusal) -> &'static str {
    match code {
        Refusal::NotPermitted | Refusal::UnknownDocument | Refusal::Revoked => {
            "the user may not write there: assign the record to them, then release it; or refuse it"
        }
        Refusal::SequenceGap | Refusal::MissingDependencies => {
            "it stands on what the hub does not have: release what came before it, and it follows; or wait until the device sent it"
        }
        Refusal::NotEnrolled => {
            "its device was shut out: releasing it takes what the user may still write; or refuse it"
        }
        Refusal::Schema | Refusal::Filing | Refusal::Derived => {
            "the law's pack of that day did not let it in: releasing it asks the one of today; or refuse it"
        }
        Refusal::Fork => {
            "its author has another change of that number, as after an old copy of the tablet was put back: it is never taken; \
             have the officer write it anew, then refuse it"
        }
        _ => "it is no change that can be taken: have the officer write it anew, then refuse it",
    }
}
