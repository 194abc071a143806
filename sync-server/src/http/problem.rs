//! What is wrong with a request, as RFC 9457 writes it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A problem: of which sort, and what is wrong in words that repeat nothing of what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    /// The last part of its type, by which a program knows it.
    pub(super) sort: &'static str,
    pub(super) detail: &'static str,
}

impl Problem {
    pub(super) const fn new(status: StatusCode, sort: &'static str, detail: &'static str) -> Self {
        Self { status, sort, detail }
    }

    /// The database fails, or is out of reach: the same request may succeed later.
    pub(super) const UNAVAILABLE: Self = Self::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        "the hub cannot reach its database; try again later",
    );
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": format!("urn:vatsalya-field:problem:{}", self.sort),
            "title": self.sort.replace('-', " "),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let kind = HeaderValue::from_static("application/problem+json");
        (self.status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
    }
}
