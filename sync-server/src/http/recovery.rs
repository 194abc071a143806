//! `/v1/recovery`: a device asks the district to open its vault, and fetches the answer. Whoever asks has no author key
//! at hand (it is in the vault), so requests are few, small, one for each author, and known by a name nobody guesses.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::ids::Sha256;
use protocol::limits::RECOVERY_BYTES_MAX;
use protocol::recovery::{RECOVERY_CONTENT_TYPE, RecoveryRequest};

use super::body::read_body;
use super::openapi::Binary;
use super::{App, Peer, watch};

/// Keeps a request. 202: it waits for an officer.
#[utoipa::path(
    post,
    path = "/v1/recovery",
    request_body(content = Binary, content_type = "application/octet-stream"),
    responses(
        (status = 202, description = "It waits for an officer"),
        (status = 400, description = "Not understood"),
        (status = 404, description = "No such author"),
        (status = 413, description = "Too large"),
        (status = 429, description = "Too many wrong tries from this address"),
        (status = 503, description = "Not now")
    )
)]
pub(super) async fn ask(State(app): State<App>, peer: Peer, body: Body) -> Response {
    let Ok(bytes) = read_body(&app, body, RECOVERY_BYTES_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let Ok(request) = RecoveryRequest::from_cbor(&bytes) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    blocking(app, peer, move |app, now_ms| {
        let storage = &app.hub.storage;
        // The name is of these very bytes as the hub would write them: the officer's tool reads the same.
        let kept = storage.ask_recovery(request.id(), request.author, &request.to_cbor(), now_ms)?;
        Ok(if kept {
            StatusCode::ACCEPTED.into_response()
        } else {
            not_found()
        })
    })
    .await
}

/// The answer; 202 while there is none.
#[utoipa::path(
    get,
    path = "/v1/recovery/{sha256}",
    params(("sha256" = String, Path, description = "The name of the request")),
    responses(
        (status = 200, description = "The answer", content_type = "application/cbor", body = Binary),
        (status = 202, description = "There is none yet"),
        (status = 400, description = "Not understood"),
        (status = 404, description = "No such request"),
        (status = 429, description = "Too many wrong tries from this address"),
        (status = 503, description = "Not now")
    )
)]
pub(super) async fn answer(State(app): State<App>, peer: Peer, Path(name): Path<String>) -> Response {
    blocking(app, peer, move |app, _| {
        let Ok(id) = name.parse::<Sha256>() else {
            return Ok(not_found());
        };
        Ok(match app.hub.storage.recovery(id)? {
            None => not_found(),
            Some(recovery) => match recovery.answer {
                None => StatusCode::ACCEPTED.into_response(),
                Some(answer) => ([(header::CONTENT_TYPE, RECOVERY_CONTENT_TYPE)], answer).into_response(),
            },
        })
    })
    .await
}

fn not_found() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// Works on a thread that may wait. What is not found counts as a wrong try of its address, so that asking about is slow.
async fn blocking(
    app: App,
    peer: Peer,
    work: impl FnOnce(&App, i64) -> Result<Response, crate::storage::StorageError> + Send + 'static,
) -> Response {
    let now_ms = app.hub.clock.now_ms();
    if !app.tries.may_try(peer.ip(), now_ms) {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    let working = app.clone();
    let answered = watch::blocking(move || work(&working, now_ms)).await;
    match answered {
        Ok(Ok(response)) => {
            if response.status() == StatusCode::NOT_FOUND {
                app.tries.was_wrong(peer.ip(), now_ms);
            }
            response
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "a recovery failed");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
