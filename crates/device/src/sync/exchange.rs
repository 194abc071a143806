//! One round trip: everything up, everything down.

use protocol::{
    DownMessage, FrameReader, HubUrl, ReadError, Refusal,
    dismissal::SignedDismissal,
    message::down::{StateMark, Token},
    pack::PackRef,
};

use super::{
    Transport, TransportError,
    inbound::Inbound,
    outbound::{Outbound, Parting},
    parting::{self, Dismissed},
};
use crate::{
    documents::DocumentError,
    session::{Ended, Session},
    store::StoreError,
};

/// Why an exchange did not come to its end. What was sealed before is stored; what was not acknowledged still waits.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExchangeError {
    /// Not reached, or the link was cut.
    #[error("the hub cannot be reached")]
    Unreachable,
    /// Something answered, but not as a hub does.
    #[error("the answer cannot be read")]
    Garbled,
    /// The hub answered with a bare HTTP status.
    #[error("the hub answered with status {0}")]
    Status(u16),
    /// The hub refused the whole request.
    #[error("the hub refuses: {code}")]
    Rejected {
        code: Refusal,
        hub_time_ms: i64,
        dismissal: Option<Box<SignedDismissal>>,
    },
    /// The author was shut out, and nothing of the vault is left.
    #[error("the author was shut out")]
    Farewell,
    /// Something here does not fit a frame.
    #[error("a message is too large")]
    TooLarge,
    /// This tablet could not store what came.
    #[error(transparent)]
    Document(DocumentError),
    /// The session ends.
    #[error("the session ends")]
    Stopped,
}

impl From<DocumentError> for ExchangeError {
    fn from(error: DocumentError) -> Self {
        Self::Document(error)
    }
}

impl From<Ended> for ExchangeError {
    fn from(_: Ended) -> Self {
        Self::Stopped
    }
}

impl From<StoreError> for ExchangeError {
    fn from(error: StoreError) -> Self {
        Self::Document(error.into())
    }
}

impl From<TransportError> for ExchangeError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Unreachable => Self::Unreachable,
            TransportError::Garbled => Self::Garbled,
            TransportError::Status(status) => Self::Status(status),
        }
    }
}

/// What an exchange that came to its end leaves to do.
pub(super) struct Exchanged {
    /// The key to pictures.
    pub(super) token: Token,
    /// The highest outbox number that went up.
    pub(super) sent_upto: i64,
    /// Whether the hub has more to tell.
    pub(super) more: bool,
    /// The packs in force, as the hub names them.
    pub(super) packs: Vec<PackRef>,
    /// Whether the hub would take more of the access log.
    pub(super) access_left: bool,
    /// The author is shut out and may still hand in.
    pub(super) dismissal: Option<Dismissed>,
    /// What the hub need not say again once it has been followed.
    pub(super) state: Option<StateMark>,
    /// The first change that the hub asks for as a whole chunk.
    pub(super) send_whole: Option<i64>,
    /// There is more of the index of missing children.
    pub(super) index_more: bool,
}

/// Talks to the hub once. Sends the outbox behind `after`.
pub(super) fn exchange(
    session: &Session,
    transport: &dyn Transport,
    hub: &HubUrl,
    after: i64,
    parting: Parting,
) -> Result<Exchanged, ExchangeError> {
    let mut outbound = Outbound::build(session, after, parting)?;
    let body = std::mem::take(&mut outbound.body);
    let answer = transport.sync(hub, body).inspect_err(|error| {
        if *error == TransportError::Unreachable {
            session.status.portion_was_cut();
        }
    })?;
    let mut frames = FrameReader::new(answer);
    let mut inbound = Inbound::new(session, &outbound);
    let sent_upto = outbound.sent.last().copied().unwrap_or(after);
    loop {
        if session.status.is_stopping() {
            return Err(ExchangeError::Stopped);
        }
        match next(&mut frames).and_then(|message| inbound.take(message)) {
            Ok(Some(closed)) => {
                if outbound.full {
                    session.status.portion_arrived();
                }
                return Ok(Exchanged {
                    token: closed.token,
                    sent_upto,
                    more: closed.more,
                    packs: closed.packs,
                    access_left: closed.access_left,
                    state: closed.state,
                    send_whole: closed.send_whole,
                    index_more: closed.index_more,
                    dismissal: closed
                        .dismissal
                        .and_then(|signed| Dismissed::check(session, &signed, outbound.nonce)),
                });
            }
            Ok(None) => {}
            Err(error) => {
                // What came before the cut, and before garbage, was whole and checked.
                inbound.commit()?;
                return parting::rejected(session, &outbound, error);
            }
        }
    }
}

fn next<R: std::io::Read>(frames: &mut FrameReader<R>) -> Result<DownMessage, ExchangeError> {
    let frame = match frames.next_frame() {
        Ok(Some(frame)) => frame,
        // An answer ends with `Close`; one that just ends was cut.
        Ok(None) | Err(ReadError::Io(_) | ReadError::Frame(protocol::FrameError::Cut)) => {
            return Err(ExchangeError::Unreachable);
        }
        Err(ReadError::Frame(_)) => return Err(ExchangeError::Garbled),
    };
    DownMessage::from_frame(&frame).map_err(|_| ExchangeError::Garbled)
}
