//! `GET /v1/packs/{sha256}`: a published pack, for whoever may sync.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::ids::Sha256;

use super::App;
use super::media::holder_of_token;
use super::openapi::Binary;
use super::watch::blocking;

/// Answers the signed file. It names no child and is the same for everybody; the token keeps strangers out.
#[utoipa::path(
    get,
    path = "/v1/packs/{sha256}",
    params(("sha256" = String, Path, description = "The hash of the signed file")),
    security(("token" = [])),
    responses(
        (status = 200, description = "The signed file", content_type = "application/cbor", body = Binary),
        (status = 400, description = "Not understood"),
        (status = 401, description = "No token, or none that is good any more"),
        (status = 403, description = "Its bearer may only hand in"),
        (status = 404, description = "No such pack"),
        (status = 503, description = "Not now")
    )
)]
pub(super) async fn download(State(app): State<App>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let answer = blocking(move || {
        match holder_of_token(&app, &headers) {
            Ok(Some(holder)) if holder.hands_in => return StatusCode::FORBIDDEN.into_response(),
            Ok(Some(_)) => {}
            Ok(None) => return StatusCode::UNAUTHORIZED.into_response(),
            Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
        let Ok(sha256) = name.parse::<Sha256>() else {
            return StatusCode::NOT_FOUND.into_response();
        };
        match app.hub.storage.signed_pack(sha256) {
            Ok(Some(signed)) => ([(header::CONTENT_TYPE, "application/cbor")], signed).into_response(),
            Ok(None) => StatusCode::NOT_FOUND.into_response(),
            Err(error) => {
                tracing::error!(%error, "a pack could not be read");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        }
    });
    answer
        .await
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}
