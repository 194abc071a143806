//! How pictures, recordings and papers travel: their paths and headers, by tus 1.0 (<https://tus.io/protocols/resumable-upload>)
//! with its extensions creation, creation-with-upload, checksum, expiration and termination. What is here said of it is all that a
//! hub asks and answers beyond that text.
//!
//! * `OPTIONS` says what a hub can do, to anybody.
//! * `POST /v1/media/{sha256}/{size}` with `Upload-Length` begins an upload: 201, or 200 where the hub has begun it
//!   before; `Upload-Offset` says how much it has, `Location` is the path itself. An unfinished one of another length is
//!   begun anew. 413 where it is longer than [`crate::limits::MEDIA_BYTES_MAX`], 507 where the case has as many bytes of media
//!   as it may. A body with the content type of a piece is its first piece. `X-HTTP-Method-Override` is obeyed.
//! * `HEAD` says the same without beginning anything: 200 with `Upload-Offset` and `Upload-Length`, or 404.
//! * `PATCH` with `Upload-Offset` and `Content-Type: application/offset+octet-stream` adds bytes: 204 with the new
//!   `Upload-Offset`; 409 where the offset is not where the hub stands; 460 where the whole does not hash to its name,
//!   and then the hub has forgotten it. However long it is, what arrives is kept as it arrives.
//!   With `Upload-Checksum` (`sha1` or `sha256` and the sum in base64) it is taken whole or, with 460, not at all; it has at most
//!   [`crate::limits::MEDIA_PIECE_BYTES_MAX`] bytes then.
//!   415 where the whole is none of the kinds that are kept ([`kind`]), which a hub looks at before it keeps it; sending it
//!   again is of no use.
//! * `DELETE` ends an upload that is not whole: 204. What is whole stays: 403.
//! * `Upload-Expires` says when an unfinished upload is forgotten; after it the answer is 404.
//! * `GET` gives the whole bytes to a user who may read a document whose attachments name the hash; 404 otherwise.
//!   `Range: bytes=N-` resumes.
//!
//! A client that sends `Tus-Resumable` is answered in kind, and with 412 where it names another version than 1.0.0; one
//! that does not is spared the bytes.
//!
//! All but `OPTIONS` carry `Authorization: Bearer <token of the last Close>`; a token that is unknown or too old is answered 401, and
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

/// When an unfinished upload is forgotten.
pub const UPLOAD_EXPIRES: &str = "upload-expires";

/// The sum of a piece: its algorithm, a space, and the sum in base64.
pub const UPLOAD_CHECKSUM: &str = "upload-checksum";

/// The method that a `POST` stands for.
pub const UPLOAD_METHOD: &str = "x-http-method-override";

/// The version of tus that a client or a hub speaks.
pub const TUS_RESUMABLE: &str = "tus-resumable";

/// The versions that a hub knows.
pub const TUS_VERSION: &str = "tus-version";

/// The extensions that a hub knows.
pub const TUS_EXTENSION: &str = "tus-extension";

/// Those extensions.
pub const TUS_EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";

/// The algorithms of sums that a hub knows.
pub const TUS_CHECKSUM_ALGORITHM: &str = "tus-checksum-algorithm";

/// Those algorithms.
pub const TUS_CHECKSUM_ALGORITHMS: &str = "sha1,sha256";

/// How many bytes an object may have.
pub const TUS_MAX_SIZE: &str = "tus-max-size";

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
