//! `POST /v1/enrol`.

use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::enrol::{EnrolReply, EnrolRequest};
use protocol::limits::ENROL_BYTES_MAX;
use protocol::{ENROL_CONTENT_TYPE, Refusal};

use super::body::read_body;
use super::openapi::Binary;
use super::watch::blocking;
use super::{App, Peer};
use crate::identity;

/// A device becomes an author.
#[utoipa::path(
    post,
    path = "/v1/enrol",
    request_body(content = Binary, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "It is one"),
        (status = 400, description = "Not understood, or signed wrongly"),
        (status = 401, description = "Signed by somebody else"),
        (status = 403, description = "The code does not let it"),
        (status = 413, description = "Too large"),
        (status = 429, description = "Too many wrong codes from this address"),
        (status = 503, description = "Not now")
    )
)]
pub(super) async fn enrol(State(app): State<App>, peer: Peer, body: Body) -> Response {
    let Ok(bytes) = read_body(&app, body, ENROL_BYTES_MAX).await else {
        return reply(&EnrolReply::Refused(Refusal::TooLarge));
    };
    let Ok(request) = EnrolRequest::from_cbor(&bytes) else {
        return reply(&EnrolReply::Refused(Refusal::Malformed));
    };
    if !app.tries.may_try(peer.ip(), app.hub.clock.now_ms()) {
        return reply(&EnrolReply::Refused(Refusal::TooManyTries));
    }
    let hub = app.hub.clone();
    let enrolled = blocking(move || identity::enrol(&hub, &request)).await;
    match enrolled {
        Ok(Ok(answer)) => {
            if answer == EnrolReply::Refused(Refusal::WrongCode) {
                app.tries.was_wrong(peer.ip(), app.hub.clock.now_ms());
            }
            reply(&answer)
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "an enrolment failed");
            reply(&EnrolReply::Refused(Refusal::Unavailable))
        }
        Err(_) => reply(&EnrolReply::Refused(Refusal::Unavailable)),
    }
}

fn reply(answer: &EnrolReply) -> Response {
    let status = match answer {
        EnrolReply::Enrolled(_) => StatusCode::OK,
        EnrolReply::Refused(code) => status_of(*code),
    };
    (status, [(header::CONTENT_TYPE, ENROL_CONTENT_TYPE)], answer.to_cbor()).into_response()
}

/// The HTTP status that says a refusal coarsely, for whatever stands between device and hub.
pub(super) fn status_of(code: Refusal) -> StatusCode {
    match code {
        Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::NotEnrolled | Refusal::BadSignature | Refusal::ClockWrong | Refusal::Replay => {
            StatusCode::UNAUTHORIZED
        }
        Refusal::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::TooManyTries => StatusCode::TOO_MANY_REQUESTS,
        Refusal::WrongCode | Refusal::UsedCode | Refusal::ExpiredCode => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    }
}
