//! Posts that were taken and whose records have not begun: the hub that took one came to its end in between.

use super::{DeedError, check_name};
use crate::hub::Hub;
use crate::inbound::{self, InboundError, Outcome};
use crate::storage::UnbegunPost;

/// Listed at most.
pub const LISTED_MAX: u32 = 1_000;
/// Longest reason to put one aside, in bytes.
const REASON_BYTES_MAX: usize = 200;

const NO_SUCH: DeedError = DeedError::NotThere("no post waits to begin this record");

/// Those of a district, or all, with its district where that is known: what was kept, the oldest first; behind it the others.
pub fn unbegun(hub: &Hub, district: Option<&str>) -> Result<Vec<(UnbegunPost, Option<String>)>, DeedError> {
    let found = hub.storage.unbegun_posts(LISTED_MAX)?.into_iter();
    let placed = found.map(|post| {
        let place = inbound::district_of(&post);
        (post, place)
    });
    let is_own = |place: &Option<String>| district.is_none_or(|own| place.as_deref() == Some(own));
    Ok(placed.filter(|(_, place)| is_own(place)).collect())
}

/// The one that is to begin this record, and its district.
pub fn found(hub: &Hub, subject: [u8; 16]) -> Result<(UnbegunPost, Option<String>), DeedError> {
    let mut found = unbegun(hub, None)?.into_iter();
    found.find(|(post, _)| post.subject == subject).ok_or(NO_SUCH)
}

/// Begins the record out of what was kept.
pub fn begin(hub: &Hub, post: &UnbegunPost) -> Result<(), DeedError> {
    match inbound::begin_kept(hub, post) {
        Ok(Some(Outcome::Begun(_) | Outcome::Known(_))) => Ok(()),
        Ok(Some(Outcome::Destroyed | Outcome::Differs | Outcome::Faulty(_))) => Err(NO_SUCH),
        Ok(None) => Err(DeedError::not_so(
            "nothing was kept of what was posted: have whoever posted it say it once more, or put it aside",
        )),
        Err(InboundError::Storage(error)) => Err(error.into()),
        Err(error) => {
            tracing::error!(%error, "a post that was taken begins no record");
            Err(DeedError::not_so(
                "the record cannot be begun, and the hub's log says why: put it aside, and have it posted once more",
            ))
        }
    }
}

/// Decides that no record begins with it: nobody is asked to go, and what was kept goes.
pub fn put_aside(hub: &Hub, post: &UnbegunPost, reason: &str) -> Result<(), DeedError> {
    check_name("reason", reason, REASON_BYTES_MAX)?;
    let now_ms = hub.clock.now_ms();
    if hub.storage.put_post_aside(post.subject, reason, now_ms)? {
        Ok(())
    } else {
        Err(NO_SUCH)
    }
}
