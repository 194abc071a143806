//! `/v1/media/{sha256}/{size}`: pictures up and down, by tus 1.0 with creation, checksum, expiration and termination.

mod bucket;
mod described;
mod folder;
mod place;
mod store;
pub(super) mod tus;

use std::convert::Infallible;
use std::io;
use std::time::{Duration, UNIX_EPOCH};

use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt as _, stream};
use protocol::ids::Sha256;
use protocol::limits::{MEDIA_BYTES_MAX, MEDIA_PIECE_BYTES_MAX};
use protocol::media::{
    MediaSize, PIECE_CONTENT_TYPE, STATUS_HASH_MISMATCH, UPLOAD_EXPIRES, UPLOAD_LENGTH, UPLOAD_OFFSET,
};

use described::{Always, Named, ToAPiece};
use store::{Brought, Claim, Progress};
pub(crate) use store::{MediaError, Store};

use super::App;
use super::body::Pieces;
use super::openapi::Binary;
use super::watch;
use crate::crowd::Acquaintance;
use crate::identity::token_hash;
use crate::storage::{StorageError, TokenHolder};
use crate::sync::LATE_MS;

/// The name in the path, as it came.
type Name = Path<(String, String)>;

/// What a request says beside its path and its body, and on whose connection.
#[derive(Debug, Clone)]
pub(super) struct Call {
    headers: HeaderMap,
    known: Acquaintance,
}

impl<S: Send + Sync> FromRequestParts<S> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let known = Acquaintance::from_request_parts(parts, state).await?;
        Ok(Self {
            headers: parts.headers.clone(),
            known,
        })
    }
}

/// Why a call is not answered with what it asks.
enum Refused {
    Unauthorised,
    /// The author is shut out: what they bring is taken, nothing is given.
    HandsIn,
    /// No such object, or none this user may know of. The two look alike.
    NotFound,
    Bad(&'static str),
    /// A body that is called something else than a piece.
    NotAPiece,
    Media(MediaError),
    /// A mistake of the hub's own.
    Fault,
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
            Self::HandsIn | Self::Media(MediaError::Whole) => StatusCode::FORBIDDEN.into_response(),
            Self::NotFound | Self::Media(MediaError::NotBegun | MediaError::Destroyed) => {
                StatusCode::NOT_FOUND.into_response()
            }
            Self::Bad(words) => (StatusCode::BAD_REQUEST, words).into_response(),
            Self::Media(MediaError::Offset(progress)) => (StatusCode::CONFLICT, headers_of(progress)).into_response(),
            Self::Media(MediaError::TooLong) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
            Self::Media(MediaError::HashMismatch) => mismatch.into_response(),
            Self::Media(MediaError::Quota) => StatusCode::INSUFFICIENT_STORAGE.into_response(),
            Self::NotAPiece => StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response(),
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
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
#[utoipa::path(
    head,
    path = "/v1/media/{sha256}/{size}",
    params(Named),
    security(("token" = [])),
    responses(
        (status = 200, description = "How much has arrived, in `upload-offset`"),
        Always
    )
)]
pub(super) async fn progress(State(app): State<App>, Path(name): Name, call: Call) -> Response {
    blocking(move || {
        let brought = to_bring(&app, &name, &call)?;
        let progress = app
            .media
            .progress(&*app.hub.storage, brought)?
            .filter(|progress| !is_over(&app, *progress))
            .ok_or(Refused::NotFound)?;
        Ok((StatusCode::OK, headers_of(progress)).into_response())
    })
    .await
}

/// `POST`: begins an upload, or says how far one has come; a body that is a piece is its first. For clients that have no
/// other method it stands for those, too.
#[utoipa::path(
    post,
    path = "/v1/media/{sha256}/{size}",
    params(
        Named,
        ("upload-length" = Option<u64>, Header, description = "How many bytes it has")
    ),
    security(("token" = [])),
    request_body(content = Binary, content_type = "application/offset+octet-stream"),
    responses(
        (status = 200, description = "It was begun before"),
        (status = 201, description = "It is begun"),
        (status = 204, description = "As of the method that it stands for"),
        Always,
        ToAPiece
    )
)]
pub(super) async fn begin(state: State<App>, name: Name, call: Call, body: Body) -> Response {
    match tus::stands_for(&call.headers) {
        Some(Method::PATCH) => return piece(state, name, call, body).await,
        Some(Method::DELETE) => return terminate(state, name, call).await,
        Some(Method::HEAD) => return progress(state, name, call).await,
        _ => {}
    }
    let (State(app), Path(named)) = (state, name);
    let has_piece = is_piece(&call.headers);
    let (asked, theirs) = (app.clone(), call.clone());
    let at = named.clone();
    let begun = blocking(move || {
        let brought = to_bring(&asked, &at, &theirs)?;
        let bytes = number(&theirs.headers, UPLOAD_LENGTH).ok_or(Refused::Bad("upload-length is missing"))?;
        if bytes == 0 || bytes > MEDIA_BYTES_MAX {
            return Err(MediaError::TooLong.into());
        }
        let now_ms = asked.hub.clock.now_ms();
        let (progress, is_new) = asked.media.begin(&*asked.hub.storage, brought, bytes, now_ms)?;
        let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
        let location =
            HeaderValue::from_str(&format!("/v1/media/{}/{}", brought.sha256, at.1)).map_err(|_| Refused::NotFound)?;
        Ok((status, [(header::LOCATION, location)], headers_of(progress)).into_response())
    })
    .await;
    if begun.status() != StatusCode::CREATED || !has_piece {
        return begun;
    }
    let mut call = call;
    call.headers.insert(UPLOAD_OFFSET, HeaderValue::from(0));
    let taken = add(app, named, call, body).await;
    if !taken.status().is_success() {
        return taken;
    }
    // The place of it, and how far it has come already.
    let mut response = begun;
    for name in [UPLOAD_OFFSET, UPLOAD_EXPIRES] {
        match taken.headers().get(name) {
            Some(value) => _ = response.headers_mut().insert(name, value.clone()),
            None => _ = response.headers_mut().remove(name),
        }
    }
    response
}

/// `PATCH`: the next piece.
#[utoipa::path(
    patch,
    path = "/v1/media/{sha256}/{size}",
    params(
        Named,
        ("upload-offset" = Option<u64>, Header, description = "Where the piece begins")
    ),
    security(("token" = [])),
    request_body(content = Binary, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "The piece has arrived"),
        Always,
        ToAPiece
    )
)]
pub(super) async fn piece(State(app): State<App>, Path(name): Name, call: Call, body: Body) -> Response {
    add(app, name, call, body).await
}

/// `DELETE`: nobody will bring the rest.
#[utoipa::path(
    delete,
    path = "/v1/media/{sha256}/{size}",
    params(Named),
    security(("token" = [])),
    responses(
        (status = 204, description = "Nobody waits for the rest"),
        (status = 403, description = "It is whole"),
        Always
    )
)]
pub(super) async fn terminate(State(app): State<App>, Path(name): Name, call: Call) -> Response {
    blocking(move || {
        let brought = to_bring(&app, &name, &call)?;
        app.media.terminate(&*app.hub.storage, brought)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}

/// Adds a body from where it says it begins. Whatever of it arrives is kept, even if the rest never does, unless it has a sum:
/// then it is taken whole or not at all.
async fn add(app: App, name: (String, String), call: Call, body: Body) -> Response {
    let asked = app.clone();
    let idle = Duration::from_secs(app.hub.config.limits.idle_seconds);
    // Whoever may not bring it is told so before anything else of the request is looked at.
    let known = blocking_of(move || {
        let brought = to_bring(&asked, &name, &call)?;
        let begun = asked.media.progress(&*asked.hub.storage, brought)?;
        let begun = begun
            .filter(|begun| !is_over(&asked, *begun))
            .ok_or(Refused::NotFound)?;
        if !is_piece(&call.headers) {
            return Err(Refused::NotAPiece);
        }
        let sum = tus::Sum::of(&call.headers)
            .map_err(|tus::UnknownSum| Refused::Bad("upload-checksum names no sum that is known here"))?;
        match number(&call.headers, UPLOAD_OFFSET) {
            Some(offset) if offset == begun.offset => Ok((brought, begun, sum)),
            Some(_) => Err(MediaError::Offset(begun).into()),
            None => Err(Refused::Bad("upload-offset is missing")),
        }
    });
    let (brought, mut progress, sum) = match known.await {
        Ok(known) => known,
        Err(refused) => return refused.into_response(),
    };
    let mut body = Pieces::new(body, idle);
    loop {
        let piece = match body.next(MEDIA_PIECE_BYTES_MAX).await {
            Ok(piece) => piece,
            Err(status) => return status.into_response(),
        };
        if piece.is_empty() {
            return (StatusCode::NO_CONTENT, headers_of(progress)).into_response();
        }
        if let Some(sum) = &sum {
            if !body.is_at_its_end().await {
                return StatusCode::PAYLOAD_TOO_LARGE.into_response();
            }
            if !sum.fits(&piece) {
                return Refused::Media(MediaError::HashMismatch).into_response();
            }
        }
        let Ok(_room) = app.pieces.clone().acquire_owned().await else {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        };
        let (to, at) = (app.clone(), progress.offset);
        let added = blocking_of(move || Ok(to.media.append(&*to.hub.storage, brought, at, &piece)?)).await;
        progress = match added {
            Ok(progress) => progress,
            Err(refused) => return refused.into_response(),
        };
    }
}

/// `GET`: the whole bytes, or those from an offset on.
#[utoipa::path(
    get,
    path = "/v1/media/{sha256}/{size}",
    params(
        Named,
        ("range" = Option<String>, Header, description = "`bytes=N-`: from the Nth on")
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "The bytes", content_type = "application/octet-stream", body = Binary),
        (status = 206, description = "The bytes from an offset on", content_type = "application/octet-stream", body = Binary),
        (status = 403, description = "Its bearer may only hand in"),
        (status = 416, description = "It has no bytes from there on"),
        Always
    )
)]
pub(super) async fn download(State(app): State<App>, Path(name): Name, call: Call) -> Response {
    let asked = app.clone();
    let range = range_start(&call.headers);
    let found = blocking_of(move || {
        let holder = holder(&asked, &call)?;
        if holder.hands_in {
            return Err(Refused::HandsIn);
        }
        let sha256 = named(&name)?;
        let storage = &*asked.hub.storage;
        if !storage.may_have_media(holder.user, sha256).map_err(MediaError::from)? {
            return Err(Refused::NotFound);
        }
        let length = Store::length(storage, sha256)?;
        Ok((sha256, length.ok_or(Refused::NotFound)?))
    });
    match found.await {
        Ok((sha256, whole)) => send(app, sha256, whole, range).await,
        Err(refused) => refused.into_response(),
    }
}

/// The bytes of a whole object to whoever may have them, from a place on where a place is asked for.
pub(super) async fn send(app: App, sha256: Sha256, whole: u64, range: Option<u64>) -> Response {
    let from = range.unwrap_or(0);
    if from >= whole {
        return StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    }
    // A place that fails does so before anything is promised.
    let first = match piece_at(&app, sha256, from).await {
        Ok(first) => first,
        Err(error) => return Refused::Media(error.into()).into_response(),
    };
    let next = from + first.len() as u64;
    let pieces = stream::iter([Ok(first)]).chain(read_on(app, sha256, next, whole));
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole - from));
    if range.is_some() {
        let said = HeaderValue::from_str(&format!("bytes {from}-{}/{whole}", whole - 1));
        headers.extend(said.map(|range| (header::CONTENT_RANGE, range)));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

/// The bytes from one of them on, read as the reader takes them: a slow one costs a piece, not an object.
fn read_on(app: App, sha256: Sha256, from: u64, whole: u64) -> impl Stream<Item = io::Result<Vec<u8>>> {
    stream::try_unfold((app, from), move |(app, from)| async move {
        if from >= whole {
            return Ok(None);
        }
        let piece = piece_at(&app, sha256, from).await?;
        let next = from + piece.len() as u64;
        Ok(Some((piece, (app, next))))
    })
}

/// The next bytes of a whole object, one at least.
async fn piece_at(app: &App, sha256: Sha256, from: u64) -> io::Result<Vec<u8>> {
    let store = app.media.clone();
    let read = watch::blocking(move || store.read(sha256, from, MEDIA_PIECE_BYTES_MAX)).await;
    let piece = read.unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))?;
    if piece.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(piece)
}

async fn blocking(work: impl FnOnce() -> Result<Response, Refused> + Send + 'static) -> Response {
    blocking_of(work).await.unwrap_or_else(IntoResponse::into_response)
}

async fn blocking_of<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    watch::blocking(work).await.unwrap_or(Err(Refused::Fault))
}

/// Whether the hub no longer waits for the rest.
fn is_over(app: &App, progress: Progress) -> bool {
    progress
        .until_ms
        .is_some_and(|until_ms| until_ms <= app.hub.clock.now_ms())
}

fn is_piece(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|content_type| content_type == PIECE_CONTENT_TYPE)
}

/// The object, if the bearer of the token may read a document that names it, or wrote in it until lately: a picture that
/// was not sent when the case was given to somebody else is handed in like words. What others brought is brought once more by
/// whoever names it, too: before that nobody can tell whether the hub has it.
fn to_bring(app: &App, name: &(String, String), call: &Call) -> Result<Brought, Refused> {
    let user = holder(app, call)?.user;
    let sha256 = named(name)?;
    let storage = &app.hub.storage;
    let until_ms = app.hub.clock.now_ms() - LATE_MS;
    let claim = storage.media_claim(user, sha256, until_ms).map_err(MediaError::from)?;
    let may_have = storage.may_have_media(user, sha256).map_err(MediaError::from)?;
    let claim = match claim {
        // Whoever may see it in another document has it.
        Some(_) if may_have => {
            storage.media_proven(user, sha256, until_ms).map_err(MediaError::from)?;
            None
        }
        Some(of) => Some(Claim { of, user, until_ms }),
        None if may_have => None,
        None => {
            let may_bring = storage.may_bring_media(user, sha256, until_ms);
            if !may_bring.map_err(MediaError::from)? {
                return Err(Refused::NotFound);
            }
            None
        }
    };
    Ok(Brought { sha256, claim })
}

fn holder(app: &App, call: &Call) -> Result<TokenHolder, Refused> {
    let holder = holder_of_token(app, &call.headers).map_err(MediaError::from)?;
    let holder = holder.ok_or(Refused::Unauthorised)?;
    call.known.is_made(holder.author);
    Ok(holder)
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
fn range_start(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::RANGE)?
        .to_str()
        .ok()?
        .strip_prefix("bytes=")?
        .strip_suffix('-')?
        .parse()
        .ok()
}

fn headers_of(progress: Progress) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(UPLOAD_OFFSET, HeaderValue::from(progress.offset));
    headers.insert(UPLOAD_LENGTH, HeaderValue::from(progress.bytes));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let until = progress
        .until_ms
        .and_then(|until_ms| HeaderValue::from_str(&http_date(until_ms)).ok());
    headers.extend(until.map(|until| (HeaderName::from_static(UPLOAD_EXPIRES), until)));
    headers
}

/// A moment as HTTP writes it.
fn http_date(at_ms: i64) -> String {
    let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(at_ms).unwrap_or(0));
    httpdate::fmt_http_date(at)
}
