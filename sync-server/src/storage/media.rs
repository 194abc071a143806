//! Which media there are and who may have them. The bytes lie in a folder.

use protocol::UserId;
use protocol::ids::Sha256;

use super::Result;

/// A media object, whole or on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaRow {
    /// How many bytes it has when whole.
    pub bytes: u64,
    /// Whether all of them are here and hash to its name.
    pub complete: bool,
    /// When it began to arrive, by the hub's clock.
    pub begun_ms: i64,
}

/// What is known of media.
pub trait Media {
    /// Whether a user may read a document whose attachments name the object.
    fn may_have_media(&self, user: UserId, sha256: Sha256) -> Result<bool>;

    /// Whether a user could write in a document whose attachments name the object, until this moment or later, and may
    /// still bring what they had not sent.
    fn may_bring_media(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<bool>;

    /// The object, if it has begun to arrive.
    fn media(&self, sha256: Sha256) -> Result<Option<MediaRow>>;

    /// Begins an object of so many bytes. One that has begun keeps its length.
    fn begin_media(&self, sha256: Sha256, bytes: u64, now_ms: i64) -> Result<()>;

    /// So many of the objects that began before this moment and are not whole, the oldest first.
    fn unfinished_media(&self, begun_before_ms: i64, at_most: u32) -> Result<Vec<Sha256>>;

    /// How many bytes the attachments of a subject have that names the object, whole or begun; of the subject with the
    /// most, where several name it.
    fn media_bytes_beside(&self, sha256: Sha256) -> Result<u64>;

    /// The object is whole.
    fn complete_media(&self, sha256: Sha256) -> Result<()>;

    /// Forgets an object that was not what its name says.
    fn forget_media(&self, sha256: Sha256) -> Result<()>;
}
