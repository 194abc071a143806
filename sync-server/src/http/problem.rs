//! What is wrong with a request, as RFC 9457 writes it.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

/// A problem: of which sort, and what is wrong in words that repeat nothing of what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    /// The last part of its type, by which a program knows it.
    pub(super) sort: &'static str,
    pub(super) detail: Cow<'static, str>,
}

impl Problem {
    pub(super) const fn new(status: StatusCode, sort: &'static str, detail: &'static str) -> Self {
        Self {
            status,
            sort,
            detail: Cow::Borrowed(detail),
        }
    }

    /// The database fails, or is out of reach: the same request may succeed later.
    pub(super) const UNAVAILABLE: Self = Self::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        "the hub cannot reach its database; try again later",
    );
}

impl Problem {
    /// The same with what is wrong with each field: a JSON Pointer, and a reason.
    pub(super) fn with_errors<'a>(self, errors: impl Iterator<Item = (&'a str, &'a str)>) -> Response {
        let errors: Vec<Json> = errors
            .map(|(pointer, detail)| json!({ "pointer": format!("#{pointer}"), "detail": detail }))
            .collect();
        let mut body = self.to_json();
        body["errors"] = errors.into();
        self.answer(&body)
    }

    fn to_json(&self) -> Json {
        json!({
            "type": format!("urn:vatsalya-field:problem:{}", self.sort),
            "title": self.sort.replace('-', " "),
            "status": self.status.as_u16(),
            "detail": self.detail,
        })
    }

    fn answer(&self, body: &Json) -> Response {
        let kind = HeaderValue::from_static("application/problem+json");
        (self.status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.answer(&self.to_json())
    }
}
