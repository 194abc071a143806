//! What officers ask about words of theirs that were refused.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::App;
use super::super::problem::Problem;
use super::quarantine::Judged;
use super::{AskRefused, DeedRefused, Named, Officer, Said, answer, done, json};
use crate::deeds::appeals::{self, LISTED_MAX};
use crate::deeds::moment;
use crate::hub::Hub;

/// An appeal that nobody has decided.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Appeal {
    number: i64,
    asked_at: String,
    /// `access` or `hand-over`.
    asks_for: String,
    user: Uuid,
    user_name: String,
    role: String,
    district: String,
    document: String,
    /// How many refused changes of theirs lie in quarantine.
    refused: usize,
}

/// What the officer is told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Decision {
    /// At the least, where it is a no: why, and what to do instead.
    #[serde(default)]
    words: String,
}

/// What came of a yes.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Granted {
    /// The record that was given to who asked for it.
    given: Option<Uuid>,
    /// What lay in quarantine, judged again.
    judged: Vec<Judged>,
    /// How many stay there of what was to be handed over: the appeal stays open then.
    left: usize,
}

/// What nobody has decided of the districts that they administer, oldest first.
#[utoipa::path(
    get,
    path = "/v1/admin/appeals",
    security(("staff" = [])),
    responses((status = 200, description = "They", content_type = "application/json", body = Vec<Appeal>), AskRefused)
)]
pub(in crate::http) async fn list(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, officer| {
        let mut found = Vec::new();
        for row in hub.storage.open_appeals(officer.district(), LISTED_MAX)? {
            let Some(user) = hub.storage.user(row.user)? else {
                continue;
            };
            found.push(Appeal {
                number: row.id,
                asked_at: moment(row.at_ms),
                asks_for: row.plea.word().to_owned(),
                user: Uuid::from_bytes(user.id.0),
                user_name: user.name,
                role: user.role,
                district: user.district,
                document: row.document.to_string(),
                refused: hub.storage.quarantined_of(row.author, row.document)?.len(),
            });
        }
        json(&found)
    })
    .await
}

/// An open appeal of somebody of theirs, about a record that is theirs or that there is not.
fn own(hub: &Hub, officer: &Officer, number: i64) -> Result<(), Problem> {
    let row = appeals::open(hub, number)?;
    officer.user(hub, Uuid::from_bytes(row.user.0))?;
    let [subject @ .., _kind] = row.document.0;
    match hub.storage.subject_district(subject)? {
        Some(district) => officer.reach(&district),
        None => Ok(()),
    }
}

/// Says yes. Who asked for access is given the record; what lies in quarantine is judged again by the rights of today.
#[utoipa::path(
    post,
    path = "/v1/admin/appeals/{number}/grant",
    params(("number" = i64, Path, description = "Its number")),
    request_body = Decision,
    security(("staff" = [])),
    responses((status = 200, description = "What came of it", content_type = "application/json", body = Granted), DeedRefused)
)]
pub(in crate::http) async fn grant(
    State(app): State<App>,
    officer: Officer,
    Named(number): Named<i64>,
    Said(Decision { words }): Said<Decision>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        own(hub, officer, number)?;
        officer.note(hub, &format!("grant appeal {number}"))?;
        let granted = appeals::grant(hub, number, &words)?;
        json(&Granted {
            given: granted.given.map(|(subject, _)| Uuid::from_bytes(subject)),
            judged: granted.judged.iter().map(Judged::of).collect(),
            left: granted.left,
        })
    })
    .await
}

/// Says no, and why. The words stay on the officer's tablet.
#[utoipa::path(
    post,
    path = "/v1/admin/appeals/{number}/decline",
    params(("number" = i64, Path, description = "Its number")),
    request_body = Decision,
    security(("staff" = [])),
    responses((status = 204, description = "The officer is told"), DeedRefused)
)]
pub(in crate::http) async fn decline(
    State(app): State<App>,
    officer: Officer,
    Named(number): Named<i64>,
    Said(Decision { words }): Said<Decision>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        own(hub, officer, number)?;
        officer.note(hub, &format!("decline appeal {number}"))?;
        appeals::decline(hub, number, &words)?;
        Ok(done())
    })
    .await
}
