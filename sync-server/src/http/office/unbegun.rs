//! Posts that were taken and whose records have not begun: the hub that took one came to its end in between.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::App;
use super::super::problem::Problem;
use super::{AskRefused, DeedRefused, Named, Officer, Said, answer, done, json};
use crate::deeds::{inbound, moment};
use crate::hub::Hub;
use crate::storage::UnbegunPost;

/// A post that waits to begin a record. What it says is not shown.
#[derive(Serialize, ToSchema)]
#[schema(as = UnbegunPost)]
pub(in crate::http) struct Waiting {
    /// The record that is to begin.
    record: Uuid,
    channel: String,
    came_at: String,
    district: Option<String>,
    /// Whether it was kept, so that its record can be begun here.
    kept: bool,
}

/// Why nothing is to begin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PutAside)]
pub(in crate::http) struct Reason {
    /// For the audit, without anybody's name: what became of the child is known otherwise, say.
    reason: String,
}

/// Posts whose records have not begun, of the districts that they administer: those that were kept, the oldest first, and behind them the others. A hub that runs begins those that were
/// kept, after half a minute.
#[utoipa::path(
    get,
    path = "/v1/admin/inbound/unbegun",
    security(("staff" = [])),
    responses((status = 200, description = "They", content_type = "application/json", body = Vec<Waiting>), AskRefused)
)]
pub(in crate::http) async fn list(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, officer| {
        let found = inbound::unbegun(hub, officer.district())?.into_iter();
        let shown = found.map(|(post, district)| Waiting {
            record: Uuid::from_bytes(post.subject),
            kept: post.body.is_some(),
            came_at: moment(post.at_ms),
            channel: post.channel,
            district,
        });
        json(&shown.collect::<Vec<_>>())
    })
    .await
}

/// A post of their district, or of any.
fn own(hub: &Hub, officer: &Officer, record: Uuid) -> Result<UnbegunPost, Problem> {
    let (post, district) = inbound::found(hub, record.into_bytes())?;
    match district {
        Some(district) => officer.reach(&district)?,
        None => officer.reach_all()?,
    }
    Ok(post)
}

/// Begins the record now, out of what was kept.
#[utoipa::path(
    post,
    path = "/v1/admin/inbound/{record}/begin",
    params(("record" = Uuid, Path, description = "The record that is to begin")),
    security(("staff" = [])),
    responses((status = 204, description = "It has begun"), DeedRefused)
)]
pub(in crate::http) async fn begin(State(app): State<App>, officer: Officer, Named(record): Named<Uuid>) -> Response {
    answer(app, officer, move |hub, officer| {
        let post = own(hub, officer, record)?;
        officer.note(hub, &format!("begin record {record}"))?;
        inbound::begin(hub, &post)?;
        Ok(done())
    })
    .await
}

/// Decides that no record begins with it: nobody is asked to go any more, and what was kept of it goes. Said once more by whoever posted
/// it, it is taken.
#[utoipa::path(
    post,
    path = "/v1/admin/inbound/{record}/put-aside",
    params(("record" = Uuid, Path, description = "The record that is not to begin")),
    request_body = Reason,
    security(("staff" = [])),
    responses((status = 204, description = "It will not"), DeedRefused)
)]
pub(in crate::http) async fn put_aside(
    State(app): State<App>,
    officer: Officer,
    Named(record): Named<Uuid>,
    Said(Reason { reason }): Said<Reason>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let post = own(hub, officer, record)?;
        officer.note(hub, &format!("put aside what was to begin record {record}"))?;
        inbound::put_aside(hub, &post, &reason)?;
        Ok(done())
    })
    .await
}
