//! Posts of helplines and portals that were signed and refused: looked at, taken once more, forgotten.

use uuid::Uuid;

use super::{DeedError, check_name};
use crate::hub::Hub;
use crate::inbound::{self, InboundError, Outcome};
use crate::storage::{Deed, RefusedPost};

/// Looked through at most: as many as are kept.
const LOOKED_AT_MAX: u32 = 10_000;
/// Longest purpose of looking, in bytes.
const PURPOSE_BYTES_MAX: usize = 200;

const NO_SUCH: DeedError = DeedError::NotThere("there is no such refused post");

/// What became of a post that was taken once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The record that it began.
    pub record: [u8; 16],
    /// Whether it had been taken before.
    pub was_known: bool,
}

/// Those of a district, or all, with the district that each names where this hub has it; the latest first.
pub fn listed(hub: &Hub, district: Option<&str>) -> Result<Vec<(RefusedPost, Option<String>)>, DeedError> {
    let known: Vec<String> = hub.storage.districts()?.into_iter().map(|one| one.code).collect();
    let placed = hub.storage.refused_posts(LOOKED_AT_MAX)?.into_iter().map(|post| {
        let named = inbound::named_district(&post.body).filter(|named| known.contains(named));
        (post, named)
    });
    let is_own = |place: &Option<String>| district.is_none_or(|own| place.as_deref() == Some(own));
    Ok(placed.filter(|(_, place)| is_own(place)).collect())
}

/// The one with this id, and the district that it names where this hub has it.
pub fn found(hub: &Hub, id: [u8; 16]) -> Result<(RefusedPost, Option<String>), DeedError> {
    let post = hub.storage.refused_post(id)?.ok_or(NO_SUCH)?;
    let district = match inbound::named_district(&post.body) {
        Some(named) if hub.storage.district(&named)?.is_some() => Some(named),
        _ => None,
    };
    Ok((post, district))
}

/// Writes in the audit that somebody looks at what it says, and what for.
pub fn look(hub: &Hub, post: &RefusedPost, purpose: &str) -> Result<(), DeedError> {
    check_name("purpose", purpose, PURPOSE_BYTES_MAX)?;
    let detail = format!("{} {purpose}", Uuid::from_bytes(post.id));
    Ok(hub.storage.note(Deed::LookAtPost, &detail, hub.clock.now_ms())?)
}

/// Takes one once more, as if it were posted now. What is taken is kept here no more.
pub fn retry(hub: &Hub, post: &RefusedPost) -> Result<Taken, DeedError> {
    let Some(from) = inbound::find(&post.channel) else {
        return Err(DeedError::not_so(
            "this hub does not know its channel any more; it can be forgotten",
        ));
    };
    let (record, was_known) = match inbound::take(hub, from, &post.body) {
        Ok(Outcome::Begun(record)) => (record, false),
        Ok(Outcome::Known(record)) => (record, true),
        Ok(Outcome::Differs) => {
            return Err(DeedError::not_so(
                "something else was posted under its reference since and was taken; look at what this one says, or forget it",
            ));
        }
        Ok(Outcome::Destroyed) => {
            return Err(DeedError::not_so(
                "what was posted under its reference was destroyed by law; it can be forgotten",
            ));
        }
        Ok(Outcome::Faulty(faults)) => {
            let said: Vec<String> = faults
                .iter()
                .map(|fault| format!("{} {}", fault.field, fault.reason))
                .collect();
            let words = format!("refused again, and kept: {}", said.join("; "));
            return Err(DeedError::NotSo(words.into()));
        }
        Err(InboundError::Storage(error)) => return Err(error.into()),
        Err(error) => {
            tracing::error!(%error, "a refused post begins no record");
            return Err(DeedError::not_so(
                "the record cannot be begun, and the hub's log says why; it is kept",
            ));
        }
    };
    hub.storage.forget_refused_post(post.id, None)?;
    Ok(Taken { record, was_known })
}

/// Forgets one, by somebody's decision. Cannot be undone.
pub fn forget(hub: &Hub, post: &RefusedPost) -> Result<(), DeedError> {
    let now_ms = hub.clock.now_ms();
    if hub.storage.forget_refused_post(post.id, Some(now_ms))? {
        Ok(())
    } else {
        Err(NO_SUCH)
    }
}
