//! Backups and going back to one, for whoever administers the whole hub. A new life of the logs by itself is for whoever is at the
//! machine, who has put a copy there by other means.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::App;
use super::{AskRefused, DeedRefused, NOT_CONFIRMED, NOTHING, Named, Officer, Said, answer, json};
use crate::deeds::backups::{self, State as How};
use crate::deeds::is_confirmed;

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

/// What cannot be undone from here is typed once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RestoreOrder)]
pub(in crate::http) struct Order {
    /// The backup's name.
    confirm: String,
}

/// What came of the last order to go back.
#[derive(Serialize, ToSchema)]
#[schema(as = RestoreOutcome)]
pub(in crate::http) struct WentBack {
    /// `none`: nobody ordered it; `ordered`: it is still to be done; `done`; or `failed`: the hub is as it was.
    state: &'static str,
    /// The backup's name.
    backup: Option<String>,
    /// When it was ordered.
    ordered_at: Option<String>,
    /// When it was done or given up.
    ended_at: Option<String>,
    /// How long it took, in milliseconds.
    took_ms: Option<i64>,
    /// How many pictures, recordings and papers the database calls whole and that are not there.
    media_missing: Option<u64>,
    /// How many records were destroyed again that had been since the backup was made.
    destroyed_again: Option<u64>,
    /// What that which there was before is called now, a folder in `before` of the hub's data or a schema of the database: whoever is at
    /// the machine takes it away once nobody misses it.
    aside: Option<String>,
}

/// Orders that the hub goes back to a whole backup. Its name is typed once more. The hub ends what is on its way, begins anew and serves what was
/// in the backup; devices bring what they wrote since. What there was is put aside, not thrown away. Until it serves again
/// nothing is answered; whoever asks then signs in as somebody whom the backup knows.
#[utoipa::path(
    post,
    path = "/v1/admin/backups/{backup}/restore",
    params(("backup" = String, Path, description = "The name of a whole backup")),
    request_body = Order,
    security(("staff" = [])),
    responses((status = 202, description = "The hub stops and goes back"), DeedRefused)
)]
pub(in crate::http) async fn restore(
    State(app): State<App>,
    officer: Officer,
    Named(name): Named<String>,
    Said(said): Said<Order>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        officer.reach_all()?;
        if !backups::is_name(&name) {
            return Err(NOTHING);
        }
        if !is_confirmed(&said.confirm, &name) {
            return Err(NOT_CONFIRMED);
        }
        officer.note(hub, &format!("go back to the backup {name}"))?;
        backups::go_back(hub, &name, officer.session.member.id)?;
        Ok(StatusCode::ACCEPTED.into_response())
    })
    .await
}

/// What came of the last order to go back to a backup.
#[utoipa::path(
    get,
    path = "/v1/admin/restore",
    security(("staff" = [])),
    responses((status = 200, description = "That", content_type = "application/json", body = WentBack), AskRefused)
)]
pub(in crate::http) async fn went_back(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, officer| {
        officer.reach_all()?;
        let last = backups::went_back(hub)?;
        let state = match &last {
            None => "none",
            Some(last) if last.ended.is_none() => "ordered",
            Some(last) if last.failed.is_some() => "failed",
            Some(_) => "done",
        };
        let done = last.as_ref().filter(|_| state == "done");
        json(&WentBack {
            state,
            took_ms: last
                .as_ref()
                .filter(|last| last.ended.is_some())
                .map(|last| last.took_ms),
            media_missing: done.map(|last| last.media_missing),
            destroyed_again: done.map(|last| last.destroyed_again),
            aside: done.map(|last| last.aside.clone()),
            backup: last.as_ref().map(|last| last.backup.clone()),
            ordered_at: last.as_ref().map(|last| last.ordered.clone()),
            ended_at: last.and_then(|last| last.ended),
        })
    })
    .await
}
