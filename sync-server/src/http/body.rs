//! Bodies of small requests.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::StatusCode;

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
