//! `POST /v1/sync`: the sockets around a [`SyncSession`].
//!
//! The session blocks (it reads and writes the database), so it has a thread of its own; two short channels carry frames
//! to it and bytes from it, and hold it back when the link is slow. Nobody has a thread before their opening has been
//! accepted.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use protocol::limits::UP_BODY_BYTES_MAX;
use protocol::message::DownMessage;
use protocol::message::down::Reject;
use protocol::{Frame, FrameDecoder, FrameError, Refusal, SYNC_CONTENT_TYPE};
use tokio::sync::{mpsc, oneshot};

use super::App;
use super::enrol::status_of;
use super::openapi::Binary;
use super::watch::blocking;
use crate::crowd::Acquaintance;
use crate::hub::Hub;
use crate::sync::{Sink, SinkClosed, SyncSession};

/// Frames between socket and session, and pieces between session and socket.
const PIECES: usize = 16;
/// Bytes gathered before they go to the socket, so that an answer of many frames is not as many writes.
const GATHER_BYTES: usize = 8 * 1024;

/// One round trip of the sync protocol.
#[utoipa::path(
    post,
    path = "/v1/sync",
    request_body(content = Binary, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "Frames: the verdicts, then what is new"),
        (status = 400, description = "A frame that says why: not understood"),
        (status = 401, description = "A frame that says why: nobody that is known"),
        (status = 413, description = "A frame that says why: too large"),
        (status = 503, description = "A frame that says why: not now")
    )
)]
pub(super) async fn sync(State(app): State<App>, known: Acquaintance, body: Body) -> Response {
    let idle = Duration::from_secs(app.hub.config.limits.idle_seconds);
    let mut frames = Frames::new(body, idle);
    let opened = match frames.next().await {
        Ok(Some(first)) => open(&app.hub, first).await,
        Ok(None) => Err(Refusal::Malformed),
        Err(broken) => Err(broken.refusal()),
    };
    let session = match opened {
        Ok(session) => session,
        Err(refusal) => return refused(&app.hub, refusal, frames).await,
    };
    known.is_made(session.author());
    let turn = app.turns.take(session.author());
    let Ok(permit) = app.syncs.clone().try_acquire_owned() else {
        return refused(&app.hub, Refusal::Unavailable, frames).await;
    };
    let small = session.version() >= 2;
    let (to_session, from_socket) = mpsc::channel(PIECES);
    let (to_socket, mut from_session) = mpsc::channel(PIECES);
    let (status_sender, status) = oneshot::channel();
    let hub = app.hub.clone();
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || {
        let _named = span.entered();
        let _permit = permit;
        hub.pause.work();
        serve(&hub, session, from_socket, status_sender, to_socket);
        hub.pause.work();
    });
    let forwarded = tokio::select! {
        forwarded = forward(&mut frames, &to_session) => forwarded,
        () = turn.is_over() => Err(Broken::Gone),
    };
    if forwarded.is_err() {
        // The sender has gone. What arrived has been kept, and nobody hears an answer.
        return status_of(Refusal::Malformed).into_response();
    }
    drop(to_session);
    let Ok(status) = status.await else {
        return status_of(Refusal::Unavailable).into_response();
    };
    frames.drain().await;
    let first: Option<Bytes> = from_session.recv().await;
    // A piece that is not full is the last: an answer of one piece says its length and is not cut into chunks.
    let body = match first {
        Some(only) if only.len() < GATHER_BYTES => Body::from(only),
        first => {
            let rest = stream::try_unfold((from_session, turn), |(mut from_session, turn)| async {
                let next = tokio::select! {
                    next = from_session.recv() => next,
                    // An answer that is not whole must not look like one.
                    () = turn.is_over() => return Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted)),
                };
                Ok(next.map(|piece| (piece, (from_session, turn))))
            });
            let pieces = stream::iter(first.map(Ok)).chain(rest);
            Body::from_stream(pieces)
        }
    };
    let mut response = (status, body).into_response();
    // A device of version 2 knows frames by what they are, and every byte of a head is paid for. A refusal says what it
    // is: its status alone could be anybody's on the way.
    if small && status.is_success() {
        response.headers_mut().remove(header::CONTENT_TYPE);
    } else {
        let content_type = HeaderValue::from_static(SYNC_CONTENT_TYPE);
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}

async fn open(hub: &Arc<Hub>, first: Frame) -> Result<SyncSession, Refusal> {
    let hub = hub.clone();
    let opened = blocking(move || SyncSession::open(&hub, &first)).await;
    opened.unwrap_or(Err(Refusal::Unavailable))
}

async fn refused(hub: &Hub, code: Refusal, mut frames: Frames) -> Response {
    frames.drain().await;
    let reject = DownMessage::from(Reject {
        code,
        hub_time_ms: hub.clock.now_ms(),
        dismissal: None,
    });
    let frame = reject.to_frame().expect("a refusal fits a frame");
    (
        status_of(code),
        [(header::CONTENT_TYPE, SYNC_CONTENT_TYPE)],
        frame.into_bytes(),
    )
        .into_response()
}

/// Why a body gives no more frames.
enum Broken {
    /// The sender has gone, or says nothing.
    Gone,
    /// More bytes than a body may have.
    TooLarge,
    /// Bytes that are no frame.
    Frame(FrameError),
}

impl Broken {
    fn refusal(&self) -> Refusal {
        match self {
            Self::TooLarge | Self::Frame(FrameError::TooLarge { .. }) => Refusal::TooLarge,
            Self::Gone | Self::Frame(_) => Refusal::Malformed,
        }
    }
}

/// The frames of a body as they arrive.
struct Frames {
    pieces: BodyDataStream,
    idle: Duration,
    decoder: FrameDecoder,
    piece: Bytes,
    received_bytes: usize,
}

impl Frames {
    fn new(body: Body, idle: Duration) -> Self {
        let (pieces, decoder) = (body.into_data_stream(), FrameDecoder::new());
        Self {
            pieces,
            idle,
            decoder,
            piece: Bytes::new(),
            received_bytes: 0,
        }
    }

    /// The next frame; `None` where the body has ended between two.
    async fn next(&mut self) -> Result<Option<Frame>, Broken> {
        loop {
            let mut rest = &self.piece[..];
            let frame = self.decoder.feed(&mut rest).map_err(Broken::Frame)?;
            self.piece = self.piece.slice(self.piece.len() - rest.len()..);
            if frame.is_some() {
                return Ok(frame);
            }
            self.piece = match tokio::time::timeout(self.idle, self.pieces.next()).await {
                Ok(Some(Ok(piece))) => piece,
                Ok(None) => return self.decoder.finish().map(|()| None).map_err(Broken::Frame),
                Ok(Some(Err(_))) | Err(_) => return Err(Broken::Gone),
            };
            self.received_bytes += self.piece.len();
            if self.received_bytes > UP_BODY_BYTES_MAX {
                return Err(Broken::TooLarge);
            }
        }
    }

    /// Reads what is still coming, as far as a body may go, so that a sender who is refused early can read why instead
    /// of meeting a closed door.
    async fn drain(&mut self) {
        while self.received_bytes <= UP_BODY_BYTES_MAX {
            match tokio::time::timeout(self.idle, self.pieces.next()).await {
                Ok(Some(Ok(piece))) => self.received_bytes += piece.len(),
                _ => return,
            }
        }
    }
}

/// Carries the frames to the session, and at last how the body ended.
async fn forward(frames: &mut Frames, to_session: &mpsc::Sender<Result<Frame, Refusal>>) -> Result<(), Broken> {
    loop {
        let next = match frames.next().await {
            Ok(Some(frame)) => Ok(frame),
            Ok(None) => return Ok(()),
            Err(Broken::Gone) => return Err(Broken::Gone),
            Err(broken) => Err(broken.refusal()),
        };
        let broken = next.is_err();
        if to_session.send(next).await.is_err() || broken {
            return Ok(());
        }
    }
}

/// The session's thread.
fn serve(
    hub: &Hub,
    mut session: SyncSession,
    mut from_socket: mpsc::Receiver<Result<Frame, Refusal>>,
    status: oneshot::Sender<StatusCode>,
    to_socket: mpsc::Sender<Bytes>,
) {
    while let Some(next) = from_socket.blocking_recv() {
        match next {
            Ok(frame) => session.frame(hub, &frame),
            Err(refusal) => session.refuse(refusal),
        }
    }
    let code = session.refusal().map_or(StatusCode::OK, status_of);
    if status.send(code).is_err() {
        return;
    }
    let mut sink = Gathering {
        to_socket,
        gathered: Vec::new(),
    };
    session.answer(hub, &mut sink);
    // A reader that has gone needs no last bytes.
    let _ = sink.flush();
}

/// Gathers small frames into larger pieces.
struct Gathering {
    to_socket: mpsc::Sender<Bytes>,
    gathered: Vec<u8>,
}

impl Gathering {
    fn flush(&mut self) -> Result<(), SinkClosed> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.gathered);
        self.to_socket.blocking_send(bytes.into()).map_err(|_| SinkClosed)
    }
}

impl Sink for Gathering {
    fn send(&mut self, bytes: Vec<u8>) -> Result<(), SinkClosed> {
        self.gathered.extend_from_slice(&bytes);
        if self.gathered.len() >= GATHER_BYTES {
            self.flush()
        } else {
            Ok(())
        }
    }
}
