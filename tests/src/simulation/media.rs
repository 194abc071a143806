//! Calls for media and packs, answered by the hub's own routes without a socket.

use axum::{
    body::{Body, Bytes},
    http::{Method, Request, Response, header},
};
use device::{MediaCall, TransportError};
use protocol::{
    ids::Sha256,
    media::{PIECE_CONTENT_TYPE, UPLOAD_LENGTH, UPLOAD_OFFSET, path},
    pack,
};

use super::hub::SimHub;

/// Begins or resumes an upload; gives how many bytes the hub has.
pub(super) fn begin(hub: &SimHub, call: MediaCall<'_>, length: u64) -> Result<u64, TransportError> {
    let headers = [(UPLOAD_LENGTH, length.to_string())];
    offset(&media(hub, Method::POST, call, &headers, Vec::new())?)
}

/// Adds a piece; gives how many bytes the hub has then.
pub(super) fn add(hub: &SimHub, call: MediaCall<'_>, at: u64, piece: &[u8]) -> Result<u64, TransportError> {
    let headers = [
        (UPLOAD_OFFSET, at.to_string()),
        (header::CONTENT_TYPE.as_str(), PIECE_CONTENT_TYPE.to_owned()),
    ];
    offset(&media(hub, Method::PATCH, call, &headers, piece.to_vec())?)
}

/// The whole bytes.
pub(super) fn fetch(hub: &SimHub, call: MediaCall<'_>) -> Result<Vec<u8>, TransportError> {
    Ok(media(hub, Method::GET, call, &[], Vec::new())?.into_body().to_vec())
}

/// A published pack.
pub(super) fn pack(hub: &SimHub, sha256: &Sha256, token: &str) -> Result<Vec<u8>, TransportError> {
    let answered = answered(hub, Method::GET, &pack::path(sha256), token, &[], Vec::new())?;
    Ok(answered.into_body().to_vec())
}

fn media(
    hub: &SimHub,
    method: Method,
    call: MediaCall<'_>,
    headers: &[(&str, String)],
    body: Vec<u8>,
) -> Result<Response<Bytes>, TransportError> {
    answered(hub, method, &path(call.sha256, call.size), call.token, headers, body)
}

fn answered(
    hub: &SimHub,
    method: Method,
    path: &str,
    token: &str,
    headers: &[(&str, String)],
    body: Vec<u8>,
) -> Result<Response<Bytes>, TransportError> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Body::from(body)).map_err(|_| TransportError::Garbled)?;
    let answer = hub.call(request).map_err(|_| TransportError::Unreachable)?;
    if answer.status().is_success() {
        Ok(answer)
    } else {
        Err(TransportError::Status(answer.status().as_u16()))
    }
}

fn offset(answer: &Response<Bytes>) -> Result<u64, TransportError> {
    let offset = answer.headers().get(UPLOAD_OFFSET);
    let offset = offset.and_then(|value| value.to_str().ok()?.parse().ok());
    offset.ok_or(TransportError::Garbled)
}
