//! `/v1/admin/…`: the administration of a district for its staff, in a browser or a program.
//!
//! Whoever asks is signed in, with a passphrase and a one-time code or by a provider elsewhere, and shows a cookie that no script reads and no other site
//! has sent. What changes something has to come from the hub's own origin besides. A member of staff has one district, or
//! all of them; what lies elsewhere, and what is not there, is the same 404. What is done stands in the audit twice: that they asked for
//! it, and what came of it.
//!
//! What is done is done by the functions of [`crate::deeds`], as from the command line.

pub(super) mod appeals;
pub(super) mod audit;
pub(super) mod backups;
pub(super) mod cases;
pub(super) mod destroy;
pub(super) mod devices;
pub(super) mod districts;
pub(super) mod elsewhere;
pub(super) mod figures;
pub(super) mod lists;
pub(super) mod overview;
pub(super) mod packs;
pub(super) mod quarantine;
pub(super) mod recoveries;
pub(super) mod refused;
pub(super) mod sign_in;
pub(super) mod unbegun;
pub(super) mod users;

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::UserId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoResponses, ToSchema};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::body::read_body;
use super::problem::Problem;
use super::{App, watch};
use crate::channel::inert;
use crate::deeds::DeedError;
use crate::hub::Hub;
use crate::identity;
use crate::packs::PublishError;
use crate::storage::{StaffSession, StorageError, User};
use crate::sync::FoldError;

/// The cookie of a session: bound to this very host, by its name.
pub(super) const COOKIE: &str = "__Host-vatsalya-office";
/// A request says an id or two and some words.
const BODY_BYTES_MAX: usize = 16 * 1024;
/// Longest note of the audit about what is asked for, in bytes.
const NOTE_BYTES_MAX: usize = 200;

/// What is not there, and what is not theirs.
const NOTHING: Problem = Problem::new(
    StatusCode::NOT_FOUND,
    "nothing-there",
    "there is nothing here that you administer",
);
const NOT_SIGNED_IN: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    "not-signed-in",
    "sign in first: the session is over, or there was none",
);
const OTHER_ORIGIN: Problem = Problem::new(
    StatusCode::FORBIDDEN,
    "other-origin",
    "what changes something is to say that it comes from the hub's own address: the header Origin",
);
const BAD_BODY: Problem = Problem::new(
    StatusCode::BAD_REQUEST,
    "bad-body",
    "the body is to be JSON, with the fields that the description at /v1/openapi.json names",
);
const BAD_QUERY: Problem = Problem::new(
    StatusCode::BAD_REQUEST,
    "bad-query",
    "the query is not what the description at /v1/openapi.json says",
);
const TOO_LARGE: Problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "the body is too large");
const TOO_SLOW: Problem = Problem::new(
    StatusCode::REQUEST_TIMEOUT,
    "too-slow",
    "the body did not come to its end in time",
);
const NOT_CONFIRMED: Problem = Problem::new(
    StatusCode::UNPROCESSABLE_ENTITY,
    "not-confirmed",
    "what cannot be undone is typed once more, and that is not it; nothing was done",
);
const FAILED: Problem = Problem::new(
    StatusCode::INTERNAL_SERVER_ERROR,
    "failed",
    "the hub failed; its log says why, under the number in x-request-id",
);

/// What is wrong, as the description names it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it says what a body is, and none is kept in it")]
pub(super) struct Trouble {
    /// A name of the sort.
    r#type: String,
    /// The same in words.
    title: String,
    /// The status once more.
    status: u16,
    /// What is wrong, and what to do.
    detail: String,
}

/// Why nothing is told.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it says what is answered, and nothing is kept in it")]
pub(super) enum AskRefused {
    /// The query is not understood.
    #[response(status = 400, content_type = "application/problem+json")]
    Query(Trouble),
    /// Nobody is signed in.
    #[response(status = 401, content_type = "application/problem+json")]
    NotSignedIn(Trouble),
    /// Nothing that they administer.
    #[response(status = 404, content_type = "application/problem+json")]
    Nothing(Trouble),
    /// Not now.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Trouble),
}

/// Why nothing is done.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it says what is answered, and nothing is kept in it")]
pub(super) enum DeedRefused {
    /// The body is not understood.
    #[response(status = 400, content_type = "application/problem+json")]
    Body(Trouble),
    /// Nobody is signed in.
    #[response(status = 401, content_type = "application/problem+json")]
    NotSignedIn(Trouble),
    /// It does not come from the hub's own origin.
    #[response(status = 403, content_type = "application/problem+json")]
    OtherOrigin(Trouble),
    /// Nothing that they administer.
    #[response(status = 404, content_type = "application/problem+json")]
    Nothing(Trouble),
    /// The body came too slowly.
    #[response(status = 408, content_type = "application/problem+json")]
    Slow(Trouble),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    Large(Trouble),
    /// It is not to be done so; the detail says why.
    #[response(status = 422, content_type = "application/problem+json")]
    NotSo(Trouble),
    /// Not now.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Trouble),
}

/// Somebody of the staff who is signed in.
pub(super) struct Officer {
    session: StaffSession,
    token: Zeroizing<String>,
}

impl Officer {
    /// The district that they administer; `None`: all.
    fn district(&self) -> Option<&str> {
        self.session.member.district.as_deref()
    }

    /// Whether something of a district is theirs.
    fn reach(&self, district: &str) -> Result<(), Problem> {
        match self.district() {
            Some(own) if own != district => Err(NOTHING),
            _ => Ok(()),
        }
    }

    /// Whether what belongs to the whole hub is theirs.
    fn reach_all(&self) -> Result<(), Problem> {
        self.district().map_or(Ok(()), |_| Err(NOTHING))
    }

    /// A user of theirs.
    fn user(&self, hub: &Hub, user: Uuid) -> Result<User, Problem> {
        let found = hub.storage.user(UserId(user.into_bytes()))?.ok_or(NOTHING)?;
        self.reach(&found.district)?;
        Ok(found)
    }

    /// Writes in the audit what they are about to do.
    fn note(&self, hub: &Hub, what: &str) -> Result<(), Problem> {
        let mut end = what.len().min(NOTE_BYTES_MAX);
        while !what.is_char_boundary(end) {
            end -= 1;
        }
        let id = self.session.member.id;
        Ok(hub.storage.note_staff(id, &what[..end], hub.clock.now_ms())?)
    }
}

impl FromRequestParts<App> for Officer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let token = cookie_named(&parts.headers, COOKIE).ok_or(NOT_SIGNED_IN)?;
        let token = Zeroizing::new(token.to_owned());
        let hub = app.hub.clone();
        let opened = watch::blocking(move || {
            let session = identity::open_session(&hub, &token)?;
            Ok::<_, Problem>(session.map(|session| Self { session, token }))
        });
        let officer = opened.await.map_err(|_| FAILED)??.ok_or(NOT_SIGNED_IN)?;
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            from_here(&app.hub, &parts.headers)?;
        }
        Ok(officer)
    }
}

/// What a path names, if it can be read; what cannot is not there.
pub(super) struct Named<T>(pub(super) T);

impl<T: std::str::FromStr> FromRequestParts<App> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let path = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| NOTHING)?;
        let named = path.iter().next().and_then(|(_, text)| text.parse().ok());
        named.map(Self).ok_or(NOTHING)
    }
}

fn cookie_named<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter();
    let mut cookies = all.filter_map(|one| one.to_str().ok()).flat_map(|one| one.split(';'));
    cookies.find_map(|one| one.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Whether a request says that it comes from a page of this hub, as browsers do, and nothing that it says is against it.
fn from_here(hub: &Hub, headers: &HeaderMap) -> Result<(), Problem> {
    let said = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let site = said(HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| site != "same-origin") {
        return Err(OTHER_ORIGIN);
    }
    let known = hub.config.hub_url().map_err(|_| FAILED)?;
    let known = known.as_str();
    let scheme = known.split_once("://").map_or("https", |(scheme, _)| scheme);
    let origin = said(header::ORIGIN).ok_or(OTHER_ORIGIN)?;
    let host = said(header::HOST).unwrap_or_default();
    // By the name that the request came to, or by the public one where something in front changes that.
    let is_host = origin.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://")) == Some(host);
    if is_host || origin == origin_of(known) {
        Ok(())
    } else {
        Err(OTHER_ORIGIN)
    }
}

/// Scheme, host and port of an address.
fn origin_of(url: &str) -> &str {
    let behind = url.find("://").map_or(0, |at| at + 3);
    let end = url[behind..].find(['/', '#', '?']).map_or(url.len(), |at| behind + at);
    &url[..end]
}

/// What the query of a request says; looked at behind who asks, where that is asked for before it.
pub(super) struct Queried<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Queried<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let said = Query::<T>::from_request_parts(parts, app).await;
        said.map(|Query(said)| Self(said)).map_err(|_| BAD_QUERY)
    }
}

/// What a request says in JSON; looked at behind who asks.
pub(super) struct Said<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<App> for Said<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        said(app, request.into_body()).await.map(Self)
    }
}

async fn said<T: DeserializeOwned>(app: &App, body: Body) -> Result<T, Problem> {
    let bytes = bytes(app, body, BODY_BYTES_MAX).await?;
    serde_json::from_slice(&bytes).map_err(|_| BAD_BODY)
}

/// The bytes of a request.
async fn bytes(app: &App, body: Body, bytes_max: usize) -> Result<axum::body::Bytes, Problem> {
    read_body(app, body, bytes_max).await.map_err(|status| {
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            TOO_LARGE
        } else {
            TOO_SLOW
        }
    })
}

/// Does what blocks, and answers.
async fn answer(
    app: App,
    officer: Officer,
    work: impl FnOnce(&Hub, &Officer) -> Result<Response, Problem> + Send + 'static,
) -> Response {
    let done = watch::blocking(move || work(&app.hub, &officer)).await;
    done.unwrap_or(Err(FAILED)).unwrap_or_else(IntoResponse::into_response)
}

/// JSON in which no sign of a page stands in plain.
fn json(value: &impl Serialize) -> Result<Response, Problem> {
    let value = serde_json::to_value(value).map_err(|_| FAILED)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], inert::json(&value)).into_response())
}

/// Nothing more to say.
fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// What is answered to staff is kept nowhere on the way, and is never a page.
pub(super) async fn guarded(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    for (name, value) in [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ] {
        response.headers_mut().insert(name, value);
    }
    response
}

impl Problem {
    /// It is not to be done so.
    fn not_so(words: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            sort: "not-so",
            detail: words.into(),
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NoSuch(_) => NOTHING,
            StorageError::Exists(_) => Self::not_so(error.to_string()),
            StorageError::Destroyed => Self::not_so("the record was destroyed"),
            error => {
                tracing::error!(%error, "an administrator could not be answered");
                Self::UNAVAILABLE
            }
        }
    }
}

impl From<DeedError> for Problem {
    fn from(error: DeedError) -> Self {
        match error {
            DeedError::NotThere(_) | DeedError::Pack(PublishError::NoSuch) => NOTHING,
            DeedError::NotSo(words) => Self::not_so(words),
            DeedError::Storage(error)
            | DeedError::Pack(PublishError::Storage(error))
            | DeedError::Fold(FoldError::Storage(error)) => error.into(),
            DeedError::Pack(error) => Self::not_so(error.to_string()),
            DeedError::Fold(error) => {
                tracing::error!(%error, "an administrator could not be answered");
                FAILED
            }
        }
    }
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        DeedError::Pack(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others_and_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        let lines = ["a=1; __Host-vatsalya-office2=no", " __Host-vatsalya-office=yes ; b=2"];
        assert_eq!(cookie_named(&headers, COOKIE), None);
        headers.append(header::COOKIE, HeaderValue::from_static(lines[0]));
        assert_eq!(cookie_named(&headers, COOKIE), None);
        headers.append(header::COOKIE, HeaderValue::from_static(lines[1]));
        assert_eq!(cookie_named(&headers, COOKIE), Some("yes"));
    }

    #[test]
    fn an_origin_ends_where_the_path_begins() {
        assert_eq!(origin_of("https://hub.example:8440/x#pin"), "https://hub.example:8440");
        assert_eq!(origin_of("https://hub.example#pin"), "https://hub.example");
        assert_eq!(origin_of("http://127.0.0.1:9"), "http://127.0.0.1:9");
    }
}
