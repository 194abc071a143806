//! How pictures, recordings and papers travel: their paths and headers, after the tus 1.0 core.
//!
//! * `POST /v1/media/{sha256}/{size}` with `Upload-Length` begins an upload: 201, or 200 where the hub has begun it
//!   before; `Upload-Offset` says how much it has.
//! * `HEAD` says the same without beginning anything: 200 with `Upload-Offset` and `Upload-Length`, or 404.
//! * `PATCH` with `Upload-Offset` and `Content-Type: application/offset+octet-stream` adds a piece: 204 with the new
//!   `Upload-Offset`; 409 where the offset is not where the hub stands; 460 where the whole does not hash to its name,
//!   and then the hub has forgotten it.
//!   415 where the whole is none of the kinds that are kept ([`kind`]), which a hub looks at before it keeps it; sending it
//!   again is of no use.
//! * `GET` gives the whole bytes to a user who may read a document whose attachments name the hash; 404 otherwise.
//!   `Range: bytes=N-` resumes.
//!
//! All carry `Authorization: Bearer <token of the last Close>`; a token that is unknown or too old is answered 401, and
//! the device syncs to have a new one.

pub mod kind;
pub mod pdf;
pub mod recording;

use std::fmt;
use std::str::FromStr;

/// How much has arrived.
pub const UPLOAD_OFFSET: &str = "upload-offset";

/// How much there will be.
pub const UPLOAD_LENGTH: &str = "upload-length";

/// The content type of a piece.
pub const PIECE_CONTENT_TYPE: &str = "application/offset+octet-stream";

/// The status for a whole that does not hash to its name, as in the tus checksum extension.
pub const STATUS_HASH_MISMATCH: u16 = 460;

/// The three sizes a picture is kept in. Each has a hash of its own. What is kept whole, a recording or a paper, is
/// `full`, and may have smaller pictures beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MediaSize {
    /// For lists, at most 8 kB.
    Thumb,
    /// 640 pixels, at most 130 kB: what an officer in the field needs.
    Field,
    /// 1600 pixels, or a whole file. Waits until somebody asks for it.
    Full,
}

impl MediaSize {
    /// From the first to be sent to the last.
    pub const ALL: [Self; 3] = [Self::Thumb, Self::Field, Self::Full];

    /// The word in the path.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Thumb => "thumb",
            Self::Field => "field",
            Self::Full => "full",
        }
    }
}

impl fmt::Display for MediaSize {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// A word that names no size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such media size")]
pub struct UnknownMediaSize;

impl FromStr for MediaSize {
    type Err = UnknownMediaSize;

    fn from_str(word: &str) -> Result<Self, UnknownMediaSize> {
        Self::ALL
            .into_iter()
            .find(|size| size.word() == word)
            .ok_or(UnknownMediaSize)
    }
}

/// The path of a media object at the hub.
pub fn path(sha256: &crate::ids::Sha256, size: MediaSize) -> String {
    format!("/v1/media/{sha256}/{size}")
}
