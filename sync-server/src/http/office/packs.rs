//! The law and the forms: looked over, published, put back. Publishing is for who administers all districts.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use casework::pack_limits;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::App;
use super::super::problem::Problem;
use super::{AskRefused, BAD_BODY, DeedRefused, Named, Officer, answer, bytes, json, said};
use crate::deeds::{self, moment};
use crate::packs;
use crate::storage::PackRow;

/// A pack as JSON is at most so much longer than its files.
const FILES_JSON_BYTES_MAX: usize = pack_limits::BYTES_MAX + pack_limits::BYTES_MAX / 4;

/// The files of a pack.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Files {
    /// By their paths below the pack's folder; `pack.toml` is one of them.
    files: BTreeMap<String, String>,
}

/// What was found in a pack.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct LookedOver {
    /// Whether it would be published.
    good: bool,
    /// Why not.
    wrong: Option<String>,
    findings: Vec<String>,
}

/// A published pack.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct InForce {
    /// `national`, or the code of a state.
    scope: String,
    number: u64,
    version: String,
    published_at: String,
}

/// Which earlier one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Back {
    /// The number to go back to.
    number: u64,
}

impl From<PackRow> for InForce {
    fn from(row: PackRow) -> Self {
        Self {
            scope: row.scope,
            number: row.number,
            version: row.version,
            published_at: moment(row.published_ms),
        }
    }
}

async fn files(app: &App, body: Body) -> Result<BTreeMap<String, String>, Problem> {
    let bytes = bytes(app, body, FILES_JSON_BYTES_MAX).await?;
    let Files { files } = serde_json::from_slice(&bytes).map_err(|_| BAD_BODY)?;
    Ok(files)
}

/// What was published; the first of each scope is in force.
#[utoipa::path(
    get,
    path = "/v1/admin/packs",
    security(("staff" = [])),
    responses((status = 200, description = "They", content_type = "application/json", body = Vec<InForce>), AskRefused)
)]
pub(in crate::http) async fn list(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, _| {
        let published = hub.storage.packs()?.into_iter().map(InForce::from);
        json(&published.collect::<Vec<_>>())
    })
    .await
}

/// Looks over a pack without publishing it.
#[utoipa::path(
    post,
    path = "/v1/admin/packs/check",
    request_body = Files,
    security(("staff" = [])),
    responses((status = 200, description = "What was found", content_type = "application/json", body = LookedOver), DeedRefused)
)]
pub(in crate::http) async fn check(State(app): State<App>, officer: Officer, body: Body) -> Response {
    let files = match files(&app, body).await {
        Ok(files) => files,
        Err(problem) => return problem.into_response(),
    };
    answer(app, officer, move |hub, _| {
        let bundle = deeds::packs::bundle(files)?;
        let (findings, wrong) = deeds::packs::look_over(&*hub.storage, &bundle)?;
        json(&LookedOver {
            good: wrong.is_none(),
            wrong,
            findings: findings.iter().map(ToString::to_string).collect(),
        })
    })
    .await
}

/// Puts a pack in force for its scope.
#[utoipa::path(
    post,
    path = "/v1/admin/packs",
    request_body = Files,
    security(("staff" = [])),
    responses((status = 200, description = "It is in force", content_type = "application/json", body = InForce), DeedRefused)
)]
pub(in crate::http) async fn publish(State(app): State<App>, officer: Officer, body: Body) -> Response {
    if let Err(problem) = officer.reach_all() {
        return problem.into_response();
    }
    let files = match files(&app, body).await {
        Ok(files) => files,
        Err(problem) => return problem.into_response(),
    };
    answer(app, officer, move |hub, officer| {
        let bundle = deeds::packs::bundle(files)?;
        packs::check(&*hub.storage, &bundle)?;
        officer.note(hub, "publish a pack")?;
        let row = packs::publish(&*hub.storage, &bundle, hub.clock.now_ms())?;
        json(&InForce::from(row))
    })
    .await
}

/// Puts an earlier number of a scope in force again, under a new number.
#[utoipa::path(
    post,
    path = "/v1/admin/packs/{scope}/roll-back",
    params(("scope" = String, Path, description = "`national`, or the code of a state")),
    request_body = Back,
    security(("staff" = [])),
    responses((status = 200, description = "It is in force", content_type = "application/json", body = InForce), DeedRefused)
)]
pub(in crate::http) async fn roll_back(
    State(app): State<App>,
    officer: Officer,
    Named(scope): Named<String>,
    body: Body,
) -> Response {
    if let Err(problem) = officer.reach_all() {
        return problem.into_response();
    }
    let Back { number } = match said(&app, body).await {
        Ok(said) => said,
        Err(problem) => return problem.into_response(),
    };
    answer(app, officer, move |hub, officer| {
        officer.note(hub, &format!("roll packs back to {number}"))?;
        let row = packs::roll_back(&*hub.storage, &scope, number, hub.clock.now_ms())?;
        json(&InForce::from(row))
    })
    .await
}
