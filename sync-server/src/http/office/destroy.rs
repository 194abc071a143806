//! A record that must be gone by law: what there is, that it goes, and the certificate.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::App;
use super::super::problem::Problem;
use super::{AskRefused, DeedRefused, NOT_CONFIRMED, NOTHING, Named, Officer, Said, answer, json};
use crate::deeds::destroy::{self, Ordered};
use crate::deeds::is_confirmed;
use crate::hub::Hub;

/// How much there is of something.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Part {
    what: &'static str,
    count: u64,
}

/// What there is of a record.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordSurvey)]
pub(in crate::http) struct Survey {
    district: String,
    parts: Vec<Part>,
    /// The channels that were told of it and will be told to forget.
    channels: Vec<String>,
    /// What is to be typed once more: `number of the case`, or `id of the record` where it has none.
    confirm_by: &'static str,
}

/// Whose order it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DestructionOrder)]
pub(in crate::http) struct Order {
    /// Name and office.
    ordered_by: String,
    /// What the order is filed under.
    reference: String,
    /// The section of the law, such as `JJ Act 2015, s.24(2)`.
    section: String,
    /// The number of the case, or the record's id where it has no number, typed once more.
    confirm: String,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordDestroyed)]
pub(in crate::http) struct Destroyed {
    /// The number of the certificate.
    certificate: u64,
}

/// A record of theirs that is there.
fn own(hub: &Hub, officer: &Officer, subject: [u8; 16]) -> Result<(), Problem> {
    let district = hub.storage.subject_district(subject)?.ok_or(NOTHING)?;
    officer.reach(&district)
}

/// What there is of a record, and would go.
#[utoipa::path(
    get,
    path = "/v1/admin/records/{record}/survey",
    params(("record" = Uuid, Path, description = "The id of the case or report")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "So much", content_type = "application/json", body = Survey),
        (status = 422, description = "It is not to be destroyed so", content_type = "application/problem+json", body = super::Trouble),
        AskRefused
    )
)]
pub(in crate::http) async fn survey(State(app): State<App>, officer: Officer, Named(record): Named<Uuid>) -> Response {
    answer(app, officer, move |hub, officer| {
        let subject = record.into_bytes();
        own(hub, officer, subject)?;
        let survey = destroy::look(hub, subject)?;
        let parts = survey.counts.named().into_iter();
        json(&Survey {
            parts: parts.map(|(what, count)| Part { what, count }).collect(),
            confirm_by: destroy::known(hub, subject)?.what(),
            district: survey.district,
            channels: survey.channels,
        })
    })
    .await
}

/// Destroys a case or a report of a child, as the law or a court orders. Cannot be undone: the number of the case is typed once more. What
/// is left of it at this hub goes behind the answer; the certificate says how far it is.
#[utoipa::path(
    post,
    path = "/v1/admin/records/{record}/destroy",
    params(("record" = Uuid, Path, description = "The id of the case or report")),
    request_body = Order,
    security(("staff" = [])),
    responses((status = 200, description = "It is destroyed", content_type = "application/json", body = Destroyed), DeedRefused)
)]
pub(in crate::http) async fn destroy(
    State(app): State<App>,
    officer: Officer,
    Named(record): Named<Uuid>,
    Said(said): Said<Order>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let subject = record.into_bytes();
        own(hub, officer, subject)?;
        let survey = destroy::look(hub, subject)?;
        let ordered = Ordered {
            by: &said.ordered_by,
            reference: &said.reference,
            section: &said.section,
        };
        let order = destroy::order(subject, &survey, ordered)?;
        if !is_confirmed(&said.confirm, destroy::known(hub, subject)?.expected()) {
            return Err(NOT_CONFIRMED);
        }
        officer.note(hub, &format!("destroy record {record}"))?;
        let certificate = destroy::destroy(hub, &order, &survey)?;
        json(&Destroyed { certificate })
    })
    .await
}

/// The certificate of a destroyed record as things stand now, signed: tablets and channels confirm in their time.
#[utoipa::path(
    get,
    path = "/v1/admin/records/{record}/certificate",
    params(("record" = Uuid, Path, description = "The id of the destroyed record")),
    security(("staff" = [])),
    responses((status = 200, description = "The certificate", content_type = "text/plain", body = String), AskRefused)
)]
pub(in crate::http) async fn certificate(
    State(app): State<App>,
    officer: Officer,
    Named(record): Named<Uuid>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let subject = record.into_bytes();
        let destroyed = hub.storage.destruction(subject)?.ok_or(NOTHING)?;
        officer.reach(&destroyed.district)?;
        let text = destroy::certificate(hub, subject)?;
        let heads = [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"certificate.txt\""),
        ];
        Ok((heads, text).into_response())
    })
    .await
}
