//! `/v1/channels/{code}/…`: what a portal fetches, and what it answers when it likes.
//!
//! - `GET messages?after=N&limit=M`, with `Authorization: Bearer` and the channel's `pull_token`: what the channel was told
//!   behind the number N, in order, as `{"messages": [{"number", "id", "payload"}], "next": N, "more": false}`. The payload is
//!   the message that would have been sent. A record whose state changes is told under the next number and no more under
//!   the old one, so whoever has read up to a number has everything before it, each record once, in order.
//! - `GET photos/{record}/{sha256}` with the same token: the bytes of a photo that the last message about the record names.
//! - `POST receipts`, signed by Standard Webhooks with the channel's secret: `{"id": "msg_…", "reference": "…"}`, or with
//!   `reason` where the message is not taken. What was sent before and answered with 202 is answered so, too.

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::ids::Sha256;
use serde::Deserialize;

use super::App;
use super::body::read_body;
use super::media::{Store, send};
use super::openapi::Binary;
use super::problem::Problem;
use crate::channel::{Channel, find, shortened, verify_signed};
use crate::config::ChannelConfig;
use crate::hub::Hub;
use crate::storage::{Acknowledged, Acknowledgement, Parcel, Told};

/// Messages in one answer, at most and where nothing is asked.
const MESSAGES_MAX: u32 = 100;
/// An answer is an id and a reference or a reason.
const RECEIPT_BYTES_MAX: usize = 4096;

/// Where a portal is in the feed.
#[derive(Debug, Deserialize)]
pub(super) struct Place {
    #[serde(default)]
    after: u64,
    limit: Option<u32>,
}

/// What a portal says of a message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    id: String,
    reference: Option<String>,
    reason: Option<String>,
}

const NO_CHANNEL: Problem = Problem::new(
    StatusCode::NOT_FOUND,
    "no-such-channel",
    "this hub tells no such channel",
);
const NO_TOKEN: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    "no-token",
    "the channel's pull_token is to be shown as a bearer token",
);
const BAD_SIGNATURE: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    "bad-signature",
    "the body is to be signed by Standard Webhooks with the channel's secret, not longer than five minutes ago",
);
const BAD_RECEIPT: Problem = Problem::new(
    StatusCode::BAD_REQUEST,
    "bad-receipt",
    "the body is to be JSON with id, and with either reference or reason",
);
const NOT_THE_LATEST: Problem = Problem::new(
    StatusCode::CONFLICT,
    "not-the-latest",
    "there is no such message, or a newer one stands in its place: answer that",
);

const NO_PHOTO: Problem = Problem::new(
    StatusCode::NOT_FOUND,
    "no-such-photo",
    "the last message about the record names no such photo, or the tablet has not brought it yet",
);

/// Answers the bytes of a photo, while the channel's last word about the record names it: what was taken back is not to be
/// had any more.
#[utoipa::path(
    get,
    path = "/v1/channels/{code}/photos/{record}/{sha256}",
    params(
        ("code" = String, Path, description = "The channel"),
        ("record" = String, Path, description = "The record's id"),
        ("sha256" = String, Path, description = "The photo's hash")
    ),
    security(("pull_token" = [])),
    responses(
        (status = 200, description = "Its bytes", content_type = "application/octet-stream", body = Binary),
        (status = 400, description = "Not understood"),
        (status = 401, description = "Not the channel's pull_token", content_type = "application/problem+json", body = Object),
        (status = 404, description = "No such channel or photo", content_type = "application/problem+json", body = Object),
        (status = 503, description = "Not now", content_type = "application/problem+json", body = Object)
    )
)]
pub(super) async fn photo(
    State(app): State<App>,
    Path((code, record, sha256)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let asked = app.clone();
    let found = tokio::task::spawn_blocking(move || {
        let (channel, config) = channel_of(&asked.hub, &code)?;
        may_fetch(config, &headers)?;
        let (Ok(record), Ok(sha256)) = (record.parse::<uuid::Uuid>(), sha256.parse::<Sha256>()) else {
            return Err(NO_PHOTO);
        };
        let told = asked
            .hub
            .storage
            .told(*record.as_bytes())
            .map_err(|error| failed(&error))?;
        let names = |parcel: &Parcel| parcel.channel == channel.code && names_photo(parcel, sha256);
        if !told.iter().any(names) {
            return Err(NO_PHOTO);
        }
        let length = Store::length(&*asked.hub.storage, sha256).map_err(|_| Problem::UNAVAILABLE)?;
        Ok((sha256, length.ok_or(NO_PHOTO)?))
    });
    match found.await {
        Ok(Ok((sha256, whole))) => send(app, sha256, whole, None).await,
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn names_photo(parcel: &Parcel, sha256: Sha256) -> bool {
    let told: serde_json::Value = serde_json::from_str(&parcel.payload).unwrap_or_default();
    let photos = told.pointer("/data/photos").and_then(serde_json::Value::as_array);
    let mut named = photos
        .into_iter()
        .flatten()
        .filter_map(|photo| photo["sha256"].as_str());
    named.any(|named| named.parse::<Sha256>().is_ok_and(|named| named == sha256))
}

fn may_fetch(config: &ChannelConfig, headers: &HeaderMap) -> Result<(), Problem> {
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|header| header.to_str().ok());
    let shown = shown
        .and_then(|shown| shown.strip_prefix("Bearer "))
        .unwrap_or_default();
    if config.pull_token.as_ref().is_some_and(|token| token.is(shown)) {
        Ok(())
    } else {
        Err(NO_TOKEN)
    }
}

/// Answers a piece of a channel's feed.
#[utoipa::path(
    get,
    path = "/v1/channels/{code}/messages",
    params(
        ("code" = String, Path, description = "The channel"),
        ("after" = Option<u64>, Query, description = "The last number that was read"),
        ("limit" = Option<u32>, Query, description = "How many messages, at most 100")
    ),
    security(("pull_token" = [])),
    responses(
        (status = 200, description = "What the channel was told behind that number", content_type = "application/json", body = Object),
        (status = 400, description = "Numbers that are none", content_type = "application/problem+json", body = Object),
        (status = 401, description = "Not the channel's pull_token", content_type = "application/problem+json", body = Object),
        (status = 404, description = "No such channel", content_type = "application/problem+json", body = Object),
        (status = 503, description = "Not now", content_type = "application/problem+json", body = Object)
    )
)]
pub(super) async fn messages(
    State(app): State<App>,
    Path(code): Path<String>,
    place: Result<Query<Place>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let answered = tokio::task::spawn_blocking(move || {
        let (channel, config) = channel_of(&app.hub, &code)?;
        may_fetch(config, &headers)?;
        let Ok(Query(place)) = place else {
            return Err(BAD_PLACE);
        };
        let limit = place.limit.unwrap_or(MESSAGES_MAX).clamp(1, MESSAGES_MAX);
        let mut told = app
            .hub
            .storage
            .feed(channel.code, place.after, limit + 1)
            .map_err(|error| failed(&error))?;
        let more = told.len() > limit as usize;
        told.truncate(limit as usize);
        Ok(page(&told, place.after, more))
    });
    match answered.await {
        Ok(Ok(body)) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (headers, body).into_response()
        }
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

const BAD_PLACE: Problem = Problem::new(
    StatusCode::BAD_REQUEST,
    "bad-place",
    "after and limit are whole numbers",
);

/// The payloads stand in it as they were written, so that nothing in them comes out of its escapes.
fn page(told: &[Told], after: u64, more: bool) -> String {
    let messages: Vec<String> = told
        .iter()
        .map(|one| {
            let Told { number, parcel } = one;
            format!(
                r#"{{"number":{number},"id":"{}","payload":{}}}"#,
                parcel.message, parcel.payload
            )
        })
        .collect();
    let next = told.last().map_or(after, |last| last.number);
    format!(r#"{{"messages":[{}],"next":{next},"more":{more}}}"#, messages.join(","))
}

/// Takes what a portal says of a message.
#[utoipa::path(
    post,
    path = "/v1/channels/{code}/receipts",
    params(("code" = String, Path, description = "The channel")),
    request_body(content = Object, content_type = "application/json"),
    security(("signature" = [])),
    responses(
        (status = 204, description = "Kept"),
        (status = 400, description = "Not understood", content_type = "application/problem+json", body = Object),
        (status = 401, description = "The signature does not hold", content_type = "application/problem+json", body = Object),
        (status = 404, description = "No such channel", content_type = "application/problem+json", body = Object),
        (status = 409, description = "Not the latest message about its record", content_type = "application/problem+json", body = Object),
        (status = 413, description = "Too large"),
        (status = 503, description = "Not now", content_type = "application/problem+json", body = Object)
    )
)]
pub(super) async fn receipts(
    State(app): State<App>,
    Path(code): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let body = match read_body(&app, body, RECEIPT_BYTES_MAX).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let kept = tokio::task::spawn_blocking(move || take(&app.hub, &code, &headers, &body)).await;
    match kept {
        Ok(Ok(())) => StatusCode::NO_CONTENT.into_response(),
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn take(hub: &Hub, code: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
    let (channel, config) = channel_of(hub, code)?;
    let now_ms = hub.clock.now_ms();
    verify_signed(&config.secret, headers, body, now_ms / 1000).map_err(|_| BAD_SIGNATURE)?;
    let said: Said = serde_json::from_slice(body).map_err(|_| BAD_RECEIPT)?;
    let (accepted, words) = match (said.reference, said.reason) {
        (Some(reference), None) => (true, shortened(&reference)),
        (None, Some(reason)) => (false, shortened(&reason)),
        _ => return Err(BAD_RECEIPT),
    };
    if words.trim().is_empty() {
        return Err(BAD_RECEIPT);
    }
    let acknowledgement = Acknowledgement {
        channel: channel.code,
        message: &said.id,
        at_ms: now_ms,
        accepted,
        words: &words,
    };
    match hub
        .storage
        .acknowledge(&acknowledgement)
        .map_err(|error| failed(&error))?
    {
        Acknowledged::Kept | Acknowledged::Known => Ok(()),
        Acknowledged::NotTheLatest => Err(NOT_THE_LATEST),
    }
}

fn channel_of<'a>(hub: &'a Hub, code: &str) -> Result<(&'static Channel, &'a ChannelConfig), Problem> {
    let found = find(code).and_then(|channel| Some((channel, hub.config.channels.of(code)?)));
    found.ok_or(NO_CHANNEL)
}

fn failed(error: &crate::storage::StorageError) -> Problem {
    tracing::error!(%error, "a portal could not be answered");
    Problem::UNAVAILABLE
}
