//! Backups, for whoever administers the whole hub. Going back to one, and a new life of the logs, are for whoever is at the machine: the
//! hub that would answer is the one that must not be there.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::App;
use super::{AskRefused, DeedRefused, Officer, answer, json};
use crate::deeds::backups::{self, State as How};

/// A backup.
#[derive(Serialize, ToSchema)]
#[schema(as = Backup)]
pub(in crate::http) struct Shown {
    /// The folder's name, made of when it began.
    name: String,
    /// `whole`, `begun`, or `cut`: what lies there is none.
    state: &'static str,
    /// How many bytes the database's copy has, where it is whole.
    database_bytes: Option<u64>,
    /// How many pictures, recordings and papers are in it; none where they lie in a bucket.
    media: Option<u64>,
    /// How many documents.
    documents: Option<u64>,
}

/// What it is called.
#[derive(Serialize, ToSchema)]
#[schema(as = BackupBegun)]
pub(in crate::http) struct Begun {
    name: String,
}

/// The backups in the folder that the hub's configuration names, the latest first.
#[utoipa::path(
    get,
    path = "/v1/admin/backups",
    security(("staff" = [])),
    responses(
        (status = 200, description = "They", content_type = "application/json", body = Vec<Shown>),
        (status = 422, description = "No folder is named", content_type = "application/problem+json", body = super::Trouble),
        AskRefused
    )
)]
pub(in crate::http) async fn list(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, officer| {
        officer.reach_all()?;
        let found = backups::list(hub)?.into_iter();
        let shown = found.map(|one| {
            let (state, about) = match one.state {
                How::Whole(about) => ("whole", Some(about)),
                How::Begun => ("begun", None),
                How::Cut => ("cut", None),
            };
            Shown {
                name: one.name,
                state,
                database_bytes: about.as_ref().map(|about| about.database_bytes),
                media: about.as_ref().and_then(|about| about.media),
                documents: about.map(|about| about.contents.documents),
            }
        });
        json(&shown.collect::<Vec<_>>())
    })
    .await
}

/// Begins a backup, which is made beside the hub's work. The file of record keys is not in it.
#[utoipa::path(
    post,
    path = "/v1/admin/backups",
    security(("staff" = [])),
    responses((status = 202, description = "It has begun", content_type = "application/json", body = Begun), DeedRefused)
)]
pub(in crate::http) async fn begin(State(app): State<App>, officer: Officer) -> Response {
    let working = app.hub.clone();
    answer(app, officer, move |hub, officer| {
        officer.reach_all()?;
        backups::folder(hub)?;
        officer.note(hub, "begin a backup")?;
        let name = backups::begin(&working)?;
        Ok((StatusCode::ACCEPTED, json(&Begun { name })?).into_response())
    })
    .await
}
