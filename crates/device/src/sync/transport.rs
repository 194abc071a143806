//! What sync needs of a network. The app has HTTP; a test has a hub in memory, or a hub that fails as it is told.

use std::io::Read;

use protocol::{HubUrl, ids::Sha256, media::MediaSize};

/// Why nothing, or nothing whole, came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection, or it was lost.
    #[error("the hub cannot be reached")]
    Unreachable,
    /// Something answered that is no hub: a captive portal, a proxy.
    #[error("the answer is not the hub's")]
    Garbled,
    /// The hub answered with this HTTP status and nothing more.
    #[error("the hub answered with status {0}")]
    Status(u16),
}

/// A picture at the hub, and the key to it.
#[derive(Debug, Clone, Copy)]
pub struct MediaCall<'a> {
    /// The hash of its bytes.
    pub sha256: &'a Sha256,
    /// Which size.
    pub size: MediaSize,
    /// The bearer token of the last exchange.
    pub token: &'a str,
}

/// The status of a hub that does not know how to be waited at.
pub(super) const NO_WAITING: u16 = 404;

/// The calls a device makes.
pub trait Transport: Send + Sync {
    /// Posts an enrolment and gives the answer's body.
    fn enrol(&self, hub: &HubUrl, body: Vec<u8>) -> Result<Vec<u8>, TransportError>;

    /// Posts the frames of an exchange and gives the stream of the answer's frames.
    fn sync(&self, hub: &HubUrl, body: Vec<u8>) -> Result<Box<dyn Read>, TransportError>;

    /// Waits at the hub until there is something for the user of this token that a device with this cursor is to hear at once;
    /// false where there was nothing for as long as the hub has patience.
    fn wait(&self, hub: &HubUrl, cursor: &[u8], token: &str) -> Result<bool, TransportError> {
        let _ = (hub, cursor, token);
        Err(TransportError::Status(NO_WAITING))
    }

    /// Begins or resumes an upload of `length` bytes; gives how many the hub has.
    fn begin_upload(&self, hub: &HubUrl, media: MediaCall<'_>, length: u64) -> Result<u64, TransportError>;

    /// Adds a piece at `offset`; gives how many bytes the hub has then.
    fn upload(&self, hub: &HubUrl, media: MediaCall<'_>, offset: u64, piece: &[u8]) -> Result<u64, TransportError>;

    /// The whole bytes of a picture.
    fn download(&self, hub: &HubUrl, media: MediaCall<'_>) -> Result<Vec<u8>, TransportError>;

    /// The bytes of a published pack, by the bearer token of the last exchange.
    fn pack(&self, hub: &HubUrl, sha256: &Sha256, token: &str) -> Result<Vec<u8>, TransportError>;

    /// Hands the hub a request to the district to open a vault.
    fn ask_recovery(&self, hub: &HubUrl, body: Vec<u8>) -> Result<(), TransportError> {
        let _ = (hub, body);
        Err(TransportError::Unreachable)
    }

    /// The district's answer to the request of this name; `None`: nobody has answered yet.
    fn recovery_answer(&self, hub: &HubUrl, request: &Sha256) -> Result<Option<Vec<u8>>, TransportError> {
        let _ = (hub, request);
        Err(TransportError::Unreachable)
    }
}
