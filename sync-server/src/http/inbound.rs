//! `POST /v1/inbound/{channel}`: what a helpline, TrackChild or Khoya-Paya tells, signed by Standard Webhooks with the
//! channel's secret. Answers 201 with `{"record": "…"}`, 200 where it was posted before, and a problem document (RFC 9457)
//! otherwise: of one that breaks its schema `errors` names each field and what is wrong with it.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::App;
use super::body::read_body;
use super::problem::Problem;
use crate::channel::verify_signed;
use crate::hub::Hub;
use crate::inbound::{self, Fault, Outcome, POST_BYTES_MAX};

const NO_CHANNEL: Problem = Problem::new(
    StatusCode::NOT_FOUND,
    "no-such-channel",
    "this hub hears of no such channel",
);
const BAD_SIGNATURE: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    "bad-signature",
    "the body is to be signed by Standard Webhooks with the channel's secret, not longer than five minutes ago",
);
const DIFFERS: Problem = Problem::new(
    StatusCode::CONFLICT,
    "reference-is-taken",
    "something else was posted under this reference before",
);
const DESTROYED: Problem = Problem::new(
    StatusCode::GONE,
    "destroyed",
    "what was posted under this reference was destroyed by law",
);
const FAULTY: Problem = Problem::new(
    StatusCode::UNPROCESSABLE_ENTITY,
    "faulty",
    "the post is not as its schema says; it is kept for a person to look at",
);

/// Takes a post.
#[utoipa::path(
    post,
    path = "/v1/inbound/{channel}",
    params(("channel" = String, Path, description = "helpline, trackchild or khoya-paya")),
    request_body(content = Object, content_type = "application/json"),
    security(("signature" = [])),
    responses(
        (status = 200, description = "It was posted before", content_type = "application/json", body = Object),
        (status = 201, description = "Its record was begun", content_type = "application/json", body = Object),
        (status = 400, description = "Not understood"),
        (status = 401, description = "The signature does not hold", content_type = "application/problem+json", body = Object),
        (status = 404, description = "No such channel", content_type = "application/problem+json", body = Object),
        (status = 409, description = "Its reference is taken by something else", content_type = "application/problem+json", body = Object),
        (status = 410, description = "Its record was destroyed by law", content_type = "application/problem+json", body = Object),
        (status = 413, description = "Too large"),
        (status = 422, description = "Not as its schema says", content_type = "application/problem+json", body = Object),
        (status = 503, description = "Not now", content_type = "application/problem+json", body = Object)
    )
)]
pub(super) async fn post(
    State(app): State<App>,
    Path(channel): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let body = match read_body(&app, body, POST_BYTES_MAX).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let taken = tokio::task::spawn_blocking(move || take(&app.hub, &channel, &headers, &body)).await;
    match taken {
        Ok(Ok(response)) => response,
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn take(hub: &Hub, channel: &str, headers: &HeaderMap, body: &[u8]) -> Result<Response, Problem> {
    let config = hub.config.channels.of(channel).ok_or(NO_CHANNEL)?;
    let from = inbound::find(channel).ok_or(NO_CHANNEL)?;
    let now_s = hub.clock.now_ms() / 1000;
    verify_signed(&config.secret, headers, body, now_s).map_err(|_| BAD_SIGNATURE)?;
    let outcome = inbound::take(hub, from, body).map_err(|error| {
        tracing::error!(%error, channel = from.channel, "a post could not be taken");
        Problem::UNAVAILABLE
    })?;
    match outcome {
        Outcome::Begun(record) => Ok(answer(StatusCode::CREATED, record)),
        Outcome::Known(record) => Ok(answer(StatusCode::OK, record)),
        Outcome::Differs => Err(DIFFERS),
        Outcome::Destroyed => Err(DESTROYED),
        Outcome::Faulty(faults) => {
            tracing::warn!(
                channel = from.channel,
                faults = faults.len(),
                "a post was refused and is kept"
            );
            Ok(FAULTY.with_errors(
                faults
                    .iter()
                    .map(|Fault { field, reason }| (field.as_str(), reason.as_str())),
            ))
        }
    }
}

fn answer(status: StatusCode, record: [u8; 16]) -> Response {
    let body = json!({ "record": uuid::Uuid::from_bytes(record).to_string() });
    let kind = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
}
