//! What devices sent and the hub did not take: looked at, judged again, refused for good.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::App;
use super::super::problem::Problem;
use super::{AskRefused, DeedRefused, NOT_CONFIRMED, NOTHING, Named, Officer, Said, answer, json};
use crate::deeds::quarantine::{self, way_on};
use crate::deeds::{is_confirmed, moment};
use crate::hub::Hub;
use crate::storage::{Committed, QuarantineRow};
use crate::sync::Rejudged;

/// The most that is listed, newest first.
const LISTED_MAX: usize = 500;
/// So many rows, of whichever district, are looked at for them.
const LOOKED_AT_MAX: u32 = 50_000;

/// A refused upload.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Upload {
    number: i64,
    came_at: String,
    /// Why it was refused.
    reason: String,
    author: Uuid,
    user: Uuid,
    district: String,
    document: String,
    bytes: u64,
    /// When somebody refused it for good.
    refused_at: Option<String>,
}

/// The same, and what can be done.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct UploadShown {
    #[serde(flatten)]
    upload: Upload,
    /// The number that its author gave it; none where it is no change.
    seq: Option<u64>,
    operations: Option<u64>,
    written_at: Option<String>,
    /// How many more of the same author and document lie beside it.
    beside: usize,
    /// What somebody who decides can do.
    way_on: String,
}

/// What it is looked at for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Look {
    /// It stands in the audit from then on.
    pub(super) purpose: String,
}

/// What it writes. Nobody has checked it.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Written {
    /// Where: a fact, a column, or the key of an entry.
    key: String,
    /// What; none where something is taken away.
    value: Option<String>,
}

/// What became of an upload that was judged again.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Judged {
    number: i64,
    taken: bool,
    /// Why it was refused again.
    reason: Option<String>,
    /// What can be done then.
    way_on: Option<String>,
}

/// What cannot be undone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Refuse {
    /// The id of the author whose it is, typed once more.
    confirm: String,
}

/// Whether a device hears of it.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Told {
    told: bool,
}

/// What lies in quarantine of the districts that they administer, newest first.
#[utoipa::path(
    get,
    path = "/v1/admin/quarantine",
    security(("staff" = [])),
    responses((status = 200, description = "Without what they say", content_type = "application/json", body = Vec<Upload>), AskRefused)
)]
pub(in crate::http) async fn list(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, officer| {
        let mut found = Vec::new();
        for row in hub.storage.quarantined(LOOKED_AT_MAX)? {
            match upload(hub, officer, &row) {
                Ok(upload) => found.push(upload),
                Err(problem) if problem == NOTHING => {}
                Err(problem) => return Err(problem),
            }
            if found.len() >= LISTED_MAX {
                break;
            }
        }
        json(&found)
    })
    .await
}

/// A row, where it is theirs: its author works in a district of theirs.
fn upload(hub: &Hub, officer: &Officer, row: &QuarantineRow) -> Result<Upload, Problem> {
    let author = hub.storage.author(row.author)?.ok_or(NOTHING)?;
    officer.reach(&author.user.district)?;
    Ok(Upload {
        number: row.id,
        came_at: moment(row.at_ms),
        reason: row.code.to_string(),
        author: Uuid::from_bytes(row.author.0),
        user: Uuid::from_bytes(author.user.id.0),
        district: author.user.district,
        document: row.document.to_string(),
        bytes: row.bytes,
        refused_at: row.refused_ms.map(moment),
    })
}

/// The same by its number.
fn own(hub: &Hub, officer: &Officer, number: i64) -> Result<Upload, Problem> {
    upload(hub, officer, &quarantine::found(hub, number)?)
}

/// Says what is known of one without its content.
#[utoipa::path(
    get,
    path = "/v1/admin/quarantine/{number}",
    params(("number" = i64, Path, description = "Its number")),
    security(("staff" = [])),
    responses((status = 200, description = "It", content_type = "application/json", body = UploadShown), AskRefused)
)]
pub(in crate::http) async fn show(State(app): State<App>, officer: Officer, Named(number): Named<i64>) -> Response {
    answer(app, officer, move |hub, officer| {
        let upload = own(hub, officer, number)?;
        let about = quarantine::look(hub, number)?;
        let head = about.head.and_then(Result::ok);
        json(&UploadShown {
            upload,
            seq: head.as_ref().map(|head| head.seq),
            operations: head.as_ref().map(|head| head.ops as u64),
            written_at: head.as_ref().map(|head| moment(head.at_ms)),
            beside: about.beside,
            way_on: way_on(about.row.code).to_owned(),
        })
    })
    .await
}

/// Shows what one writes. That it was looked at, and what for, stands in the audit from then on.
#[utoipa::path(
    post,
    path = "/v1/admin/quarantine/{number}/look",
    params(("number" = i64, Path, description = "Its number")),
    request_body = Look,
    security(("staff" = [])),
    responses((status = 200, description = "What it writes", content_type = "application/json", body = Vec<Written>), DeedRefused)
)]
pub(in crate::http) async fn look(
    State(app): State<App>,
    officer: Officer,
    Named(number): Named<i64>,
    Said(Look { purpose }): Said<Look>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        own(hub, officer, number)?;
        officer.note(hub, &format!("look at upload {number}"))?;
        let said = quarantine::content(hub, number, &purpose)?.into_iter();
        let written = said.map(|one| Written {
            key: one.key,
            value: one.value,
        });
        json(&written.collect::<Vec<_>>())
    })
    .await
}

/// Judges one again by the rights and the law of today, and those of its author that were written behind it.
#[utoipa::path(
    post,
    path = "/v1/admin/quarantine/{number}/release",
    params(("number" = i64, Path, description = "Its number")),
    security(("staff" = [])),
    responses((status = 200, description = "What became of each", content_type = "application/json", body = Vec<Judged>), DeedRefused)
)]
pub(in crate::http) async fn release(State(app): State<App>, officer: Officer, Named(number): Named<i64>) -> Response {
    answer(app, officer, move |hub, officer| {
        own(hub, officer, number)?;
        officer.note(hub, &format!("release upload {number}"))?;
        let judged = quarantine::release(hub, number)?;
        json(&judged.iter().map(Judged::of).collect::<Vec<_>>())
    })
    .await
}

impl Judged {
    pub(super) fn of(one: &Rejudged) -> Self {
        let (taken, code) = match one.judged {
            Ok(Committed::New { .. } | Committed::Duplicate { .. }) => (true, None),
            Err(code) => (false, Some(code)),
        };
        Self {
            number: one.row,
            taken,
            reason: code.map(|code| code.to_string()),
            way_on: code.map(|code| way_on(code).to_owned()),
        }
    }
}

/// Refuses one for good: its bytes are destroyed, and its device is told. Cannot be undone: the id of its author is typed once
/// more.
#[utoipa::path(
    post,
    path = "/v1/admin/quarantine/{number}/refuse",
    params(("number" = i64, Path, description = "Its number")),
    request_body = Refuse,
    security(("staff" = [])),
    responses((status = 200, description = "It is", content_type = "application/json", body = Told), DeedRefused)
)]
pub(in crate::http) async fn refuse(
    State(app): State<App>,
    officer: Officer,
    Named(number): Named<i64>,
    Said(Refuse { confirm }): Said<Refuse>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let upload = own(hub, officer, number)?;
        quarantine::undecided(hub, number)?;
        if !is_confirmed(&confirm, &upload.author.to_string()) {
            return Err(NOT_CONFIRMED);
        }
        officer.note(hub, &format!("refuse upload {number}"))?;
        let told = quarantine::refuse(hub, number)?;
        json(&Told { told })
    })
    .await
}
