//! Tablets: how far the end of one has come, and shutting one out.

use protocol::{AuthorId, UserId};

use super::{DeedError, moment};
use crate::hub::Hub;
use crate::storage::{Author, Device};

/// How far the end of a device has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It works.
    Enrolled,
    /// It was shut out, and was not heard since.
    ShutOut,
    /// It was shut out, and was heard since.
    ShutOutHeard,
    /// It has destroyed its keys and files, and said so then.
    Wiped(i64),
}

impl Standing {
    /// Of a device.
    pub fn of(device: &Device) -> Self {
        let author = &device.author;
        match (author.destroyed_ms, author.revoked_ms) {
            (Some(at_ms), _) => Self::Wiped(at_ms),
            (None, Some(at_ms)) if device.seen_ms.is_some_and(|seen| seen >= at_ms) => Self::ShutOutHeard,
            (None, Some(_)) => Self::ShutOut,
            (None, None) => Self::Enrolled,
        }
    }

    /// By which a program knows it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Enrolled => "enrolled",
            Self::ShutOut => "shut-out",
            Self::ShutOutHeard => "shut-out-heard",
            Self::Wiped(_) => "wiped",
        }
    }

    /// As a person reads it.
    pub fn words(self) -> String {
        match self {
            Self::Enrolled => "enrolled".to_owned(),
            Self::ShutOut => "to be wiped, not heard since".to_owned(),
            Self::ShutOutHeard => "to be wiped, heard since".to_owned(),
            Self::Wiped(at_ms) => format!("wiped, confirmed {}", moment(at_ms)),
        }
    }
}

/// The device of an author.
pub fn found(hub: &Hub, author: AuthorId) -> Result<Author, DeedError> {
    let found = hub.storage.author(author)?;
    found.ok_or(DeedError::NotThere("no such device"))
}

/// Shuts a device out: at its next contact it hands in what it had not sent, then destroys keys and files.
pub fn shut_out(hub: &Hub, author: AuthorId, hand_in: bool) -> Result<(), DeedError> {
    Ok(hub.storage.dismiss_author(author, hand_in, hub.clock.now_ms())?)
}

/// Shuts every device of a user out, and says how many there are. Codes that were made for them enrol no other.
pub fn shut_out_user(hub: &Hub, user: UserId, hand_in: bool) -> Result<usize, DeedError> {
    hub.storage.user(user)?.ok_or(DeedError::NotThere("no such user"))?;
    let authors = hub.storage.authors(user)?;
    for author in &authors {
        shut_out(hub, author.id, hand_in)?;
    }
    hub.storage.drop_enrol_codes(user, hub.clock.now_ms())?;
    Ok(authors.len())
}
