//! Tablets whose officer lost the passphrase. The district's recovery key never comes near the hub: the request is carried to where it is,
//! and the answer back.

use axum::extract::State;
use axum::response::Response;
use protocol::ids::Sha256;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::App;
use super::super::problem::Problem;
use super::{AskRefused, DeedRefused, Named, Officer, Said, answer, done, json};
use crate::deeds::{moment, recoveries};
use crate::hub::Hub;
use crate::storage::{Author, Recovery};

/// A tablet that asks. Its check code is not told: the officer reads it out.
#[derive(Serialize, ToSchema)]
#[schema(as = RecoveryRequest)]
pub(in crate::http) struct Asking {
    /// The name of the request.
    request: String,
    asked_at: String,
    author: Uuid,
    user: Uuid,
    user_name: String,
    district: String,
    /// What the tablet is called.
    device: String,
}

impl Asking {
    fn of(recovery: &Recovery, author: Author) -> Self {
        Self {
            request: recovery.id.to_string(),
            asked_at: moment(recovery.at_ms),
            author: Uuid::from_bytes(author.id.0),
            user: Uuid::from_bytes(author.user.id.0),
            user_name: author.user.name,
            district: author.user.district,
            device: author.device,
        }
    }
}

/// A request, and what is carried to where the district's key is.
#[derive(Serialize, ToSchema)]
#[schema(as = RecoveryText)]
pub(in crate::http) struct Carried {
    #[serde(flatten)]
    asking: Asking,
    /// For `sync-server admin recovery answer`, which needs no hub.
    text: String,
}

/// What comes back from there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecoveryAnswer)]
pub(in crate::http) struct Answer {
    /// As `admin recovery answer` prints it.
    text: String,
}

/// Tablets that ask to be opened, of the districts that they administer, the oldest first.
#[utoipa::path(
    get,
    path = "/v1/admin/recoveries",
    security(("staff" = [])),
    responses((status = 200, description = "They", content_type = "application/json", body = Vec<Asking>), AskRefused)
)]
pub(in crate::http) async fn list(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, officer| {
        let found = recoveries::list(hub, officer.district())?.into_iter();
        let shown: Vec<Asking> = found.map(|(recovery, author)| Asking::of(&recovery, author)).collect();
        json(&shown)
    })
    .await
}

/// A request of somebody of theirs.
fn own(hub: &Hub, officer: &Officer, request: Sha256) -> Result<(Recovery, Author), Problem> {
    let (recovery, author) = recoveries::found(hub, request)?;
    officer.reach(&author.user.district)?;
    Ok((recovery, author))
}

/// What is carried to where the district's key is. It is sealed to that key.
#[utoipa::path(
    get,
    path = "/v1/admin/recoveries/{request}",
    params(("request" = String, Path, description = "The name of the request")),
    security(("staff" = [])),
    responses((status = 200, description = "It", content_type = "application/json", body = Carried), AskRefused)
)]
pub(in crate::http) async fn show(State(app): State<App>, officer: Officer, Named(request): Named<Sha256>) -> Response {
    answer(app, officer, move |hub, officer| {
        let (recovery, author) = own(hub, officer, request)?;
        let text = recoveries::text(&recovery)?;
        let asking = Asking::of(&recovery, author);
        json(&Carried { asking, text })
    })
    .await
}

/// Brings the answer, for the tablet to fetch.
#[utoipa::path(
    post,
    path = "/v1/admin/recoveries/{request}/answer",
    params(("request" = String, Path, description = "The name of the request")),
    request_body = Answer,
    security(("staff" = [])),
    responses((status = 204, description = "The tablet can fetch it"), DeedRefused)
)]
pub(in crate::http) async fn bring(
    State(app): State<App>,
    officer: Officer,
    Named(request): Named<Sha256>,
    Said(Answer { text }): Said<Answer>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let (recovery, author) = own(hub, officer, request)?;
        officer.note(
            hub,
            &format!("open the vault of device {}", Uuid::from_bytes(author.id.0)),
        )?;
        recoveries::answer(hub, &recovery, &text)?;
        Ok(done())
    })
    .await
}

/// Takes a request away unanswered.
#[utoipa::path(
    post,
    path = "/v1/admin/recoveries/{request}/refuse",
    params(("request" = String, Path, description = "The name of the request")),
    security(("staff" = [])),
    responses((status = 204, description = "It is gone"), DeedRefused)
)]
pub(in crate::http) async fn refuse(
    State(app): State<App>,
    officer: Officer,
    Named(request): Named<Sha256>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let (recovery, author) = own(hub, officer, request)?;
        let device = Uuid::from_bytes(author.id.0);
        officer.note(hub, &format!("keep the vault of device {device} shut"))?;
        recoveries::refuse(hub, &recovery)?;
        Ok(done())
    })
    .await
}
