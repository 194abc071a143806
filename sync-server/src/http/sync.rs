//! `POST /v1/sync`: the sockets around a [`SyncSession`].
//!
//! The session blocks (it reads and writes the database), so it has a thread of its own; two short channels carry bytes
//! to it and from it, and hold it back when the link is slow.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use protocol::limits::UP_BODY_BYTES_MAX;
use protocol::message::down::Reject;
use protocol::message::DownMessage;
use protocol::{FrameDecoder, FrameError, Refusal, SYNC_CONTENT_TYPE};
use tokio::sync::{mpsc, oneshot};

use super::App;
use super::enrol::status_of;
use crate::hub::Hub;
use crate::sync::{Sink, SinkClosed, SyncSession};

/// Pieces of a body between socket and session.
const PIECES: usize = 4;
/// Bytes gathered before they go to the socket, so that an answer of many frames is not as many writes.
const GATHER_BYTES: usize = 8 * 1024;

/// What the socket tells the session.
enum Piece {
    Bytes(Bytes),
    /// The body has ended as a body ends.
    End,
    /// More than any body may have.
    TooLarge,
}

pub(super) async fn sync(State(app): State<App>, body: Body) -> Response {
    let Ok(permit) = app.syncs.clone().try_acquire_owned() else {
        return refused(&app.hub, Refusal::Unavailable);
    };
    let idle = Duration::from_secs(app.hub.config.limits.idle_seconds);
    let (to_session, from_socket) = mpsc::channel(PIECES);
    let (to_socket, from_session) = mpsc::channel(PIECES);
    let (status_sender, status) = oneshot::channel();
    let hub = app.hub.clone();
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        serve(&hub, from_socket, status_sender, to_socket);
    });
    if !forward(body, &to_session, idle).await {
        // The sender has gone. What arrived has been kept, and nobody hears an answer.
        return refused(&app.hub, Refusal::Malformed);
    }
    drop(to_session);
    let Ok(status) = status.await else { return refused(&app.hub, Refusal::Unavailable) };
    let bytes = stream::unfold(from_session, |mut from_session| async {
        let bytes: Bytes = from_session.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(bytes), from_session))
    });
    (status, [(header::CONTENT_TYPE, SYNC_CONTENT_TYPE)], Body::from_stream(bytes)).into_response()
}

/// Carries the body to the session; says whether it came to its end.
async fn forward(body: Body, to_session: &mpsc::Sender<Piece>, idle: Duration) -> bool {
    let mut pieces = body.into_data_stream();
    let mut received = 0;
    loop {
        let piece = match tokio::time::timeout(idle, pieces.next()).await {
            Ok(Some(Ok(bytes))) => bytes,
            Ok(None) => return to_session.send(Piece::End).await.is_ok(),
            Ok(Some(Err(_))) | Err(_) => return false,
        };
        received += piece.len();
        if received > UP_BODY_BYTES_MAX {
            return to_session.send(Piece::TooLarge).await.is_ok();
        }
        if to_session.send(Piece::Bytes(piece)).await.is_err() {
            return false;
        }
    }
}

/// The session's thread.
fn serve(
    hub: &Hub,
    mut from_socket: mpsc::Receiver<Piece>,
    status: oneshot::Sender<StatusCode>,
    to_socket: mpsc::Sender<Bytes>,
) {
    let mut session = SyncSession::new(hub);
    let mut decoder = FrameDecoder::new();
    loop {
        match from_socket.blocking_recv() {
            Some(Piece::Bytes(bytes)) => feed(&mut session, &mut decoder, &bytes),
            Some(Piece::End) => break,
            Some(Piece::TooLarge) => {
                session.refuse(Refusal::TooLarge);
                break;
            }
            // The sender has gone: there is nobody to answer.
            None => return,
        }
    }
    if decoder.finish() == Err(FrameError::Cut) {
        session.refuse(Refusal::Malformed);
    }
    let code = session.refusal().map_or(StatusCode::OK, status_of);
    if status.send(code).is_err() {
        return;
    }
    let mut sink = Gathering { to_socket, gathered: Vec::new() };
    session.answer(&mut sink);
    // A reader that has gone needs no last bytes.
    let _ = sink.flush();
}

fn feed(session: &mut SyncSession<'_>, decoder: &mut FrameDecoder, mut bytes: &[u8]) {
    loop {
        match decoder.feed(&mut bytes) {
            Ok(Some(frame)) => session.frame(&frame),
            Ok(None) => return,
            Err(FrameError::TooLarge { .. }) => return session.refuse(Refusal::TooLarge),
            Err(FrameError::GivenUp) => return,
            Err(_) => return session.refuse(Refusal::Malformed),
        }
    }
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
        if self.gathered.len() >= GATHER_BYTES { self.flush() } else { Ok(()) }
    }
}

fn refused(hub: &Hub, code: Refusal) -> Response {
    let reject = DownMessage::from(Reject { code, hub_time_ms: hub.clock.now_ms() });
    let frame = reject.to_frame().expect("a refusal fits a frame");
    (status_of(code), [(header::CONTENT_TYPE, SYNC_CONTENT_TYPE)], frame.into_bytes()).into_response()
}
