//! Every request is counted, and named in the logs by a number of its own. Nothing of what was asked stands there: not the
//! address, which may hold a hash, nor who asked.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tokio::task::{JoinError, spawn_blocking};
use tracing::Instrument;

use super::App;

/// The name of a request, in an answer that says that the hub failed: whoever asks what happened can say which it was.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What asks for something that is not there.
const NOWHERE: &str = "none";

/// Counts a request and gives it a name.
pub(super) async fn watch(State(app): State<App>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or(NOWHERE, MatchedPath::as_str).to_owned();
    let method = method_of(&request);
    let id = uuid::Uuid::new_v4().simple().to_string();
    let span = tracing::info_span!("request", id = %id, route = %route, method = %method);
    let in_flight = app.hub.metrics.in_flight();
    let mut response = async {
        let response = next.run(request).await;
        let ms = began.elapsed().as_millis();
        let status = response.status();
        if status.is_server_error() {
            tracing::warn!(status = status.as_u16(), ms, "answered");
        } else {
            tracing::info!(status = status.as_u16(), ms, "answered");
        }
        response
    }
    .instrument(span)
    .await;
    drop(in_flight);
    let status = response.status();
    app.hub
        .metrics
        .answered(&route, method, status.as_u16(), began.elapsed().as_secs_f64());
    // Every byte of a head is paid for on 2G: only who has something to ask about is told.
    if status.is_server_error()
        && let Ok(id) = HeaderValue::from_str(&id)
    {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The method, where it is one that this hub answers: whoever asks may call it anything.
fn method_of(request: &Request) -> &'static str {
    match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Blocking work of a request, on a thread of its own; what it logs bears the request's name.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
    let span = tracing::Span::current();
    spawn_blocking(move || span.in_scope(work)).await
}
