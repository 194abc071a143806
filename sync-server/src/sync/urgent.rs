//! What a device is told before anything else: the referrals that its user is asked to take up and has not heard of.
//!
//! A referral's documents are granted in the log like any others, somewhere behind whatever happened before. Here they come
//! once more and first, with a mark that moves the device nowhere: it has them then, whatever becomes of the link. In
//! their turn they come again, which changes nothing.

use protocol::{Cursor, DocumentId, UserId};

use super::cursor::{self, At, Place};
use super::serve::{ServeError, Serving};
use crate::hub::Hub;
use crate::storage::{Asking, StorageError};

impl Serving<'_> {
    /// The documents of referrals that the user is asked to take up, for a device at this place.
    pub(super) fn askings_first(&mut self, place: Place) -> Result<(), ServeError> {
        let user = self.session.author.user.id;
        let unheard = unheard(self.hub, user, place)?;
        if unheard.is_empty() {
            return Ok(());
        }
        let readable = self.hub.storage.readable(user)?;
        for asking in unheard {
            let of_case = readable
                .iter()
                .filter(|one| one.document.0.starts_with(&asking.subject));
            // `core` first: what the list shows.
            let documents: Vec<DocumentId> = of_case.map(|one| one.document).collect();
            for document in documents {
                self.again(document)?;
            }
        }
        self.mark(place)
    }
}

/// Whether there is a referral that a user is asked to take up and that a device with this cursor has not heard of.
pub fn is_asked(hub: &Hub, user: UserId, cursor: &Cursor) -> Result<bool, StorageError> {
    let code = hub.storage.user(user)?.ok_or(StorageError::NoSuch("user"))?.district;
    let district = hub.storage.district(&code)?.ok_or(StorageError::NoSuch("district"))?;
    let place = cursor::decode(cursor, hub.storage.epoch(), &district);
    Ok(!unheard(hub, user, place)?.is_empty())
}

/// What a user was asked behind a place. In a first reading everything up to its head was told first when it began.
fn unheard(hub: &Hub, user: UserId, place: Place) -> Result<Vec<Asking>, StorageError> {
    let heard = match place.at {
        At::Log(window) => window.after,
        At::First { head, .. } => head,
    };
    let mut askings = hub.storage.waiting_askings(Some(user))?;
    askings.retain(|asking| asking.number > heard);
    Ok(askings)
}
