//! Which media there are and who may have them. The bytes lie in a folder.

use protocol::ids::Sha256;
use protocol::{DocumentId, UserId};
use sha2::Digest as _;

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

/// Under which name the bytes come that shall show that whoever names an object in a document has it.
pub(super) fn name_of_claim(sha256: Sha256, document: DocumentId) -> Sha256 {
    let digest = sha2::Sha256::new_with_prefix(b"vatsalya-media-claim-v1")
        .chain_update(sha256.0)
        .chain_update(document.0);
    Sha256(digest.finalize().into())
}

/// A document that names an object which others brought, and is not known to have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaClaim {
    /// The document.
    pub document: DocumentId,
    /// Under which name its bytes come.
    pub name: Sha256,
}

/// What is known of media.
pub trait Media {
    /// Whether a user may read a document whose attachments name the object.
    fn may_have_media(&self, user: UserId, sha256: Sha256) -> Result<bool>;

    /// Whether a user could write in a document whose attachments name the object, until this moment or later, and may
    /// still bring what they had not sent.
    fn may_bring_media(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<bool>;

    /// A document that names an object which others brought, where the user may read it, or could write in it until this moment
    /// or later. What everybody else has let go of is an attachment of it at once, and no claim any more.
    fn media_claim(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<Option<MediaClaim>>;

    /// The user has shown that they have the object: what they name it in, as in [`Self::media_claim`], has it as an attachment.
    fn media_proven(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<()>;

    /// The object, if it has begun to arrive.
    fn media(&self, sha256: Sha256) -> Result<Option<MediaRow>>;

    /// Begins an object of so many bytes. One that has begun keeps its length.
    fn begin_media(&self, sha256: Sha256, bytes: u64, now_ms: i64) -> Result<()>;

    /// So many of the objects that began before this moment and are not whole, the oldest first.
    fn unfinished_media(&self, begun_before_ms: i64, at_most: u32) -> Result<Vec<Sha256>>;

    /// How many bytes the media that a subject's documents name have, whole or begun, and what comes to show that it has them.
    fn media_bytes_of(&self, subject: [u8; 16]) -> Result<u64>;

    /// The object is whole.
    fn complete_media(&self, sha256: Sha256) -> Result<()>;

    /// Forgets an object that was not what its name says.
    fn forget_media(&self, sha256: Sha256) -> Result<()>;
}
