//! What tus 1.0 says beside the bytes: which version is spoken, what this hub can do of it, and the sum of a piece.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::limits::MEDIA_BYTES_MAX;
use protocol::media::{
    TUS_CHECKSUM_ALGORITHM, TUS_CHECKSUM_ALGORITHMS, TUS_EXTENSION, TUS_EXTENSIONS, TUS_MAX_SIZE, TUS_RESUMABLE,
    TUS_VERSION, UPLOAD_CHECKSUM, UPLOAD_METHOD,
};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Speaks to a client that names its version of tus in that version, and to one that names none as ever.
pub(in crate::http) async fn negotiate(request: Request, next: Next) -> Response {
    let asked = request.headers().get(TUS_RESUMABLE).cloned();
    let is_other = asked.as_ref().is_some_and(|version| version != TUS_VERSION_SPOKEN);
    // What there is may be asked in any version.
    let mut response = if is_other && request.method() != Method::OPTIONS {
        StatusCode::PRECONDITION_FAILED.into_response()
    } else {
        next.run(request).await
    };
    if asked.is_some() {
        let headers = response.headers_mut();
        headers.insert(TUS_RESUMABLE, HeaderValue::from_static(TUS_VERSION_SPOKEN));
        if is_other {
            headers.insert(TUS_VERSION, HeaderValue::from_static(TUS_VERSION_SPOKEN));
        }
    }
    response
}

const TUS_VERSION_SPOKEN: &str = "1.0.0";

/// `OPTIONS`: what the hub can do, to whoever asks.
#[utoipa::path(
    options,
    path = "/v1/media/{sha256}/{size}",
    params(super::described::Named),
    responses(
        (status = 204, description = "What the hub can do of tus, in the headers"),
        (status = 400, description = "Not understood")
    )
)]
pub(in crate::http) async fn options() -> Response {
    let header = |name, value: &str| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_str(value).expect("words of this hub are visible ASCII"),
        )
    };
    let headers = [
        header(TUS_RESUMABLE, TUS_VERSION_SPOKEN),
        header(TUS_VERSION, TUS_VERSION_SPOKEN),
        header(TUS_EXTENSION, TUS_EXTENSIONS),
        header(TUS_CHECKSUM_ALGORITHM, TUS_CHECKSUM_ALGORITHMS),
        header(TUS_MAX_SIZE, &MEDIA_BYTES_MAX.to_string()),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// The method that a `POST` stands for, from a client that has no other.
pub(super) fn stands_for(headers: &HeaderMap) -> Option<Method> {
    headers.get(UPLOAD_METHOD)?.to_str().ok()?.parse().ok()
}

/// The sum that a piece is said to have.
pub(super) enum Sum {
    Sha1([u8; 20]),
    Sha256([u8; 32]),
}

/// A sum that says nothing to this hub.
pub(super) struct UnknownSum;

impl Sum {
    /// The sum that a request names, if it names one.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, UnknownSum> {
        let Some(value) = headers.get(UPLOAD_CHECKSUM) else {
            return Ok(None);
        };
        let (algorithm, sum) = value
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .ok_or(UnknownSum)?;
        let sum = STANDARD.decode(sum.trim()).map_err(|_| UnknownSum)?;
        let sum = match algorithm {
            "sha1" => sum.try_into().map(Self::Sha1),
            "sha256" => sum.try_into().map(Self::Sha256),
            _ => return Err(UnknownSum),
        };
        sum.map(Some).map_err(|_| UnknownSum)
    }

    /// Whether these are the bytes.
    pub(super) fn fits(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Sha1(sum) => Sha1::digest(bytes).as_slice() == sum,
            Self::Sha256(sum) => Sha256::digest(bytes).as_slice() == sum,
        }
    }
}
