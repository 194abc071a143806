//! Posts of helplines and portals that were signed and refused: looked at, taken once more, forgotten.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::App;
use super::super::problem::Problem;
use super::quarantine::Look;
use super::{AskRefused, DeedRefused, NOT_CONFIRMED, Named, Officer, Said, answer, done, json};
use crate::deeds::{is_confirmed, moment, refused_posts};
use crate::hub::Hub;
use crate::storage::RefusedPost;

/// The most that is listed, the latest first.
const LISTED_MAX: usize = 500;

/// A post that was refused. What it says is not shown.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Refused {
    post: Uuid,
    channel: String,
    /// When it came last.
    came_at: String,
    bytes: usize,
    /// The fields, and what is wrong with each.
    reason: String,
    /// The district that it names, where this hub has it.
    district: Option<String>,
}

/// What one says.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct SaidThere {
    /// As it was posted. Whoever posted wrote it: it is no more than text.
    text: String,
}

/// What a post began that was taken once more.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Began {
    record: Uuid,
    /// Whether it had been taken before.
    was_known: bool,
}

/// What cannot be undone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Forget {
    /// The id of the post, typed once more.
    confirm: String,
}

/// Refused posts that name a district which they administer; whoever administers all has those, too, that name none of this hub. The
/// latest first.
#[utoipa::path(
    get,
    path = "/v1/admin/inbound/refused",
    security(("staff" = [])),
    responses((status = 200, description = "They", content_type = "application/json", body = Vec<Refused>), AskRefused)
)]
pub(in crate::http) async fn list(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, officer| {
        let found = refused_posts::listed(hub, officer.district())?.into_iter();
        let shown = found.take(LISTED_MAX).map(|(post, district)| Refused {
            post: Uuid::from_bytes(post.id),
            channel: post.channel,
            came_at: moment(post.at_ms),
            bytes: post.body.len(),
            reason: post.reason,
            district,
        });
        json(&shown.collect::<Vec<_>>())
    })
    .await
}

/// One that is theirs.
fn own(hub: &Hub, officer: &Officer, post: Uuid) -> Result<RefusedPost, Problem> {
    let (post, district) = refused_posts::found(hub, post.into_bytes())?;
    match district {
        Some(district) => officer.reach(&district)?,
        None => officer.reach_all()?,
    }
    Ok(post)
}

/// Shows what one says. That it was looked at, and what for, stands in the audit from then on.
#[utoipa::path(
    post,
    path = "/v1/admin/inbound/refused/{post}/look",
    params(("post" = Uuid, Path, description = "Its id")),
    request_body = Look,
    security(("staff" = [])),
    responses((status = 200, description = "It", content_type = "application/json", body = SaidThere), DeedRefused)
)]
pub(in crate::http) async fn look(
    State(app): State<App>,
    officer: Officer,
    Named(post): Named<Uuid>,
    Said(Look { purpose }): Said<Look>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let refused = own(hub, officer, post)?;
        officer.note(hub, &format!("look at post {post}"))?;
        refused_posts::look(hub, &refused, &purpose)?;
        let text = String::from_utf8_lossy(&refused.body).into_owned();
        json(&SaidThere { text })
    })
    .await
}

/// Takes one once more, as if it were posted now: after a district was added that it names, or the hub learned another schema. What is
/// taken goes from here.
#[utoipa::path(
    post,
    path = "/v1/admin/inbound/refused/{post}/retry",
    params(("post" = Uuid, Path, description = "Its id")),
    security(("staff" = [])),
    responses((status = 200, description = "It is taken", content_type = "application/json", body = Began), DeedRefused)
)]
pub(in crate::http) async fn retry(State(app): State<App>, officer: Officer, Named(post): Named<Uuid>) -> Response {
    answer(app, officer, move |hub, officer| {
        let refused = own(hub, officer, post)?;
        officer.note(hub, &format!("retry post {post}"))?;
        let taken = refused_posts::retry(hub, &refused)?;
        json(&Began {
            record: Uuid::from_bytes(taken.record),
            was_known: taken.was_known,
        })
    })
    .await
}

/// Forgets one. Cannot be undone: what it says is gone, and whoever posted it has to be asked for it again. Its id is typed once more.
#[utoipa::path(
    post,
    path = "/v1/admin/inbound/refused/{post}/forget",
    params(("post" = Uuid, Path, description = "Its id")),
    request_body = Forget,
    security(("staff" = [])),
    responses((status = 204, description = "It is forgotten"), DeedRefused)
)]
pub(in crate::http) async fn forget(
    State(app): State<App>,
    officer: Officer,
    Named(post): Named<Uuid>,
    Said(Forget { confirm }): Said<Forget>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let refused = own(hub, officer, post)?;
        if !is_confirmed(&confirm, &post.to_string()) {
            return Err(NOT_CONFIRMED);
        }
        officer.note(hub, &format!("forget post {post}"))?;
        refused_posts::forget(hub, &refused)?;
        Ok(done())
    })
    .await
}
