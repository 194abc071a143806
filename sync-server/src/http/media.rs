//! `/v1/media/{sha256}/{size}`: pictures up and down, after the tus 1.0 core.

mod bucket;
mod folder;
mod place;
mod store;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::ids::Sha256;
use protocol::limits::{MEDIA_BYTES_MAX, MEDIA_PIECE_BYTES_MAX};
use protocol::media::{MediaSize, PIECE_CONTENT_TYPE, STATUS_HASH_MISMATCH, UPLOAD_LENGTH, UPLOAD_OFFSET};

pub(super) use store::Store;
use store::{MediaError, Progress};

use super::App;
use super::body::read_body;
use crate::identity::token_hash;
use crate::storage::{StorageError, TokenHolder};
use crate::sync::LATE_MS;

/// The name in the path, as it came.
type Name = Path<(String, String)>;

/// Why a call is not answered with what it asks.
enum Refused {
    Unauthorised,
    /// The author is shut out: what they bring is taken, nothing is given.
    HandsIn,
    /// No such object, or none this user may know of. The two look alike.
    NotFound,
    Bad(&'static str),
    Media(MediaError),
}

impl From<MediaError> for Refused {
    fn from(error: MediaError) -> Self {
        Self::Media(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mismatch = StatusCode::from_u16(STATUS_HASH_MISMATCH).unwrap_or(StatusCode::CONFLICT);
        match self {
            Self::Unauthorised => StatusCode::UNAUTHORIZED.into_response(),
            Self::HandsIn => StatusCode::FORBIDDEN.into_response(),
            Self::NotFound | Self::Media(MediaError::NotBegun) => StatusCode::NOT_FOUND.into_response(),
            Self::Bad(words) => (StatusCode::BAD_REQUEST, words).into_response(),
            Self::Media(MediaError::Offset(progress)) => (StatusCode::CONFLICT, headers_of(progress)).into_response(),
            Self::Media(MediaError::TooLong) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
            Self::Media(MediaError::HashMismatch) => mismatch.into_response(),
            Self::Media(MediaError::NotMedia(why)) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, why.to_string()).into_response()
            }
            Self::Media(error) => {
                tracing::error!(%error, "media failed");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        }
    }
}

/// `HEAD`: how much has arrived.
pub(super) async fn progress(State(app): State<App>, Path(name): Name, headers: HeaderMap) -> Response {
    blocking(move || {
        let sha256 = to_bring(&app, &name, &headers)?;
        let progress = app
            .media
            .progress(&*app.hub.storage, sha256)?
            .ok_or(Refused::NotFound)?;
        Ok((StatusCode::OK, headers_of(progress)).into_response())
    })
    .await
}

/// `POST`: begins an upload, or says how far one has come.
pub(super) async fn begin(State(app): State<App>, Path(name): Name, headers: HeaderMap) -> Response {
    blocking(move || {
        let sha256 = to_bring(&app, &name, &headers)?;
        let bytes = number(&headers, UPLOAD_LENGTH).ok_or(Refused::Bad("upload-length is missing"))?;
        if bytes == 0 || bytes > MEDIA_BYTES_MAX {
            return Err(MediaError::TooLong.into());
        }
        let before = app.media.progress(&*app.hub.storage, sha256)?;
        if let Some(progress) = before {
            return Ok((StatusCode::OK, headers_of(progress)).into_response());
        }
        let progress = app.media.begin(&*app.hub.storage, sha256, bytes)?;
        Ok((StatusCode::CREATED, headers_of(progress)).into_response())
    })
    .await
}

/// `PATCH`: the next piece.
pub(super) async fn piece(State(app): State<App>, Path(name): Name, headers: HeaderMap, body: Body) -> Response {
    let piece = match read_body(&app, body, MEDIA_PIECE_BYTES_MAX).await {
        Ok(piece) => piece,
        Err(status) => return status.into_response(),
    };
    blocking(move || {
        let sha256 = to_bring(&app, &name, &headers)?;
        if headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) != Some(PIECE_CONTENT_TYPE) {
            return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
        }
        let offset = number(&headers, UPLOAD_OFFSET).ok_or(Refused::Bad("upload-offset is missing"))?;
        let progress = app.media.append(&*app.hub.storage, sha256, offset, &piece)?;
        Ok((StatusCode::NO_CONTENT, headers_of(progress)).into_response())
    })
    .await
}

/// `GET`: the whole bytes, or those from an offset on.
pub(super) async fn download(State(app): State<App>, Path(name): Name, headers: HeaderMap) -> Response {
    blocking(move || {
        let holder = holder(&app, &headers)?;
        if holder.hands_in {
            return Err(Refused::HandsIn);
        }
        let sha256 = named(&name)?;
        if !app
            .hub
            .storage
            .may_have_media(holder.user, sha256)
            .map_err(MediaError::from)?
        {
            return Err(Refused::NotFound);
        }
        let bytes = app.media.read(&*app.hub.storage, sha256)?.ok_or(Refused::NotFound)?;
        let kind = [
            (header::CONTENT_TYPE, "application/octet-stream"),
            (header::CACHE_CONTROL, "no-store"),
            (header::ACCEPT_RANGES, "bytes"),
        ];
        let Some(from) = range_start(&headers) else {
            return Ok((StatusCode::OK, kind, bytes).into_response());
        };
        let whole = bytes.len();
        let Some(rest) = bytes.get(from..).filter(|rest| !rest.is_empty()) else {
            return Ok(StatusCode::RANGE_NOT_SATISFIABLE.into_response());
        };
        let range = format!("bytes {from}-{}/{whole}", whole - 1);
        Ok((
            StatusCode::PARTIAL_CONTENT,
            kind,
            [(header::CONTENT_RANGE, range)],
            rest.to_vec(),
        )
            .into_response())
    })
    .await
}

async fn blocking(work: impl FnOnce() -> Result<Response, Refused> + Send + 'static) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer.unwrap_or_else(IntoResponse::into_response),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The object, if the bearer of the token may read a document that names it, or wrote in it until lately: a picture that
/// was not sent when the case was given to somebody else is handed in like words.
fn to_bring(app: &App, name: &(String, String), headers: &HeaderMap) -> Result<Sha256, Refused> {
    let user = holder(app, headers)?.user;
    let sha256 = named(name)?;
    let storage = &app.hub.storage;
    let until_ms = app.hub.clock.now_ms() - LATE_MS;
    let may = storage.may_have_media(user, sha256).map_err(MediaError::from)?
        || storage
            .may_bring_media(user, sha256, until_ms)
            .map_err(MediaError::from)?;
    if may { Ok(sha256) } else { Err(Refused::NotFound) }
}

fn holder(app: &App, headers: &HeaderMap) -> Result<TokenHolder, Refused> {
    let holder = holder_of_token(app, headers).map_err(MediaError::from)?;
    holder.ok_or(Refused::Unauthorised)
}

fn named((sha256, size): &(String, String)) -> Result<Sha256, Refused> {
    let _: MediaSize = size.parse().map_err(|_| Refused::NotFound)?;
    sha256.parse().map_err(|_| Refused::NotFound)
}

/// Whose token a call carries; `None` without one that is good.
pub(super) fn holder_of_token(app: &App, headers: &HeaderMap) -> Result<Option<TokenHolder>, StorageError> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match bearer.and_then(|value| value.strip_prefix("Bearer ")) {
        Some(token) => app.hub.storage.token_holder(token_hash(token), app.hub.clock.now_ms()),
        None => Ok(None),
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// `N` of `Range: bytes=N-`; other ranges are answered with the whole.
fn range_start(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(header::RANGE)?
        .to_str()
        .ok()?
        .strip_prefix("bytes=")?
        .strip_suffix('-')?
        .parse()
        .ok()
}

fn headers_of(progress: Progress) -> [(HeaderName, HeaderValue); 3] {
    [
        (
            HeaderName::from_static(UPLOAD_OFFSET),
            HeaderValue::from(progress.offset),
        ),
        (
            HeaderName::from_static(UPLOAD_LENGTH),
            HeaderValue::from(progress.bytes),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}
