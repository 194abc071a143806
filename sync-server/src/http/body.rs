//! Bodies of requests: small ones whole, large ones in pieces.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, to_bytes};
use axum::http::StatusCode;
use futures_util::StreamExt as _;

use super::App;

/// The whole of a body of at most so many bytes, unless its sender takes for ever.
pub(super) async fn read_body(app: &App, body: Body, bytes_max: usize) -> Result<Bytes, StatusCode> {
    let at_most = Duration::from_secs(app.hub.config.limits.idle_seconds);
    match tokio::time::timeout(at_most, to_bytes(body, bytes_max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// A body in pieces.
pub(super) struct Pieces {
    body: BodyDataStream,
    idle: Duration,
    /// What has come beyond the last piece.
    rest: Bytes,
    is_over: bool,
    /// Whether its sender has gone.
    is_broken: bool,
}

impl Pieces {
    /// Of a sender who may be silent for so long.
    pub(super) fn new(body: Body, idle: Duration) -> Self {
        Self {
            body: body.into_data_stream(),
            idle,
            rest: Bytes::new(),
            is_over: false,
            is_broken: false,
        }
    }

    /// The next so many bytes; fewer at the end, and of a sender who goes; none behind it. An error where there are none any
    /// more and it did not end.
    pub(super) async fn next(&mut self, bytes: usize) -> Result<Vec<u8>, StatusCode> {
        let mut piece = Vec::new();
        while piece.len() < bytes {
            self.fill().await;
            if self.rest.is_empty() {
                break;
            }
            let taken = self.rest.split_to(self.rest.len().min(bytes - piece.len()));
            piece.extend_from_slice(&taken);
        }
        if piece.is_empty() && self.is_broken {
            return Err(StatusCode::REQUEST_TIMEOUT);
        }
        Ok(piece)
    }

    /// Whether nothing comes any more, and it ended as it should.
    pub(super) async fn is_at_its_end(&mut self) -> bool {
        self.fill().await;
        self.rest.is_empty() && !self.is_broken
    }

    async fn fill(&mut self) {
        while self.rest.is_empty() && !self.is_over {
            match tokio::time::timeout(self.idle, self.body.next()).await {
                Ok(Some(Ok(bytes))) => self.rest = bytes,
                Ok(None) => self.is_over = true,
                Ok(Some(Err(_))) | Err(_) => (self.is_over, self.is_broken) = (true, true),
            }
        }
    }
}
