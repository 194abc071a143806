//! The audit: whether nothing was taken out, and its rows in a file.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::App;
use super::super::problem::Problem;
use super::{AskRefused, DeedRefused, FAILED, Officer, Said, answer, json};
use crate::deeds::audit::{self, ExportError, Form, Sheet};

/// Whether the chain holds.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Verified {
    holds: bool,
    /// The first row that does not follow from those before it.
    broken_at: Option<i64>,
}

/// Which rows, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Which {
    form: Form,
    /// Only rows behind this number.
    #[serde(default)]
    after: i64,
}

/// Goes through the whole chain of hashes.
#[utoipa::path(
    get,
    path = "/v1/admin/audit/verify",
    security(("staff" = [])),
    responses((status = 200, description = "Whether it holds", content_type = "application/json", body = Verified), AskRefused)
)]
pub(in crate::http) async fn verify(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, _| {
        let broken_at = hub.storage.broken_audit_row()?;
        json(&Verified {
            holds: broken_at.is_none(),
            broken_at,
        })
    })
    .await
}

/// Writes rows out, for a spreadsheet or a program. Who administers one district has those about its people, tablets and
/// records. That it was written out is a row itself.
#[utoipa::path(
    post,
    path = "/v1/admin/audit/export",
    request_body = Which,
    security(("staff" = [])),
    responses(
        (status = 200, description = "The rows, each with the hash that binds it to those before it", content(
            (String = "text/csv"),
            (String = "application/jsonl")
        )),
        DeedRefused
    )
)]
pub(in crate::http) async fn export(
    State(app): State<App>,
    officer: Officer,
    Said(Which { form, after }): Said<Which>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        audit::check(&*hub.storage)?;
        officer.note(hub, "export the audit")?;
        let mut sheet = Sheet::new(form, Vec::new());
        audit::export(hub, &mut sheet, after, officer.district())?;
        let rows = sheet.end().map_err(ExportError::from)?;
        let (kind, name) = match form {
            Form::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
            Form::JsonLines => ("application/jsonl", "attachment; filename=\"audit.jsonl\""),
        };
        Ok((
            [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)],
            rows,
        )
            .into_response())
    })
    .await
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Deed(error) => error.into(),
            ExportError::Io(error) => {
                tracing::error!(%error, "the audit could not be written out");
                FAILED
            }
        }
    }
}
