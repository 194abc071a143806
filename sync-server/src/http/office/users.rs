//! Users: added, called otherwise, given another role, moved to another district.

use axum::extract::State;
use axum::response::Response;
use protocol::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::App;
use super::{DeedRefused, Named, Officer, Said, answer, districts, done, json};
use crate::deeds::users;
use crate::storage;

/// A new user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
pub(in crate::http) struct New {
    /// The code of their district.
    district: String,
    name: String,
    /// The code of their role; a wrong one is answered with all there are.
    role: String,
}

/// Who they are.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Added {
    id: Uuid,
}

/// Another role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Role {
    /// Its code; a wrong one is answered with all there are.
    role: String,
}

/// Another district.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Move {
    /// The code of the district they go to.
    district: String,
}

/// Adds a user.
#[utoipa::path(
    post,
    path = "/v1/admin/users",
    request_body = New,
    security(("staff" = [])),
    responses((status = 200, description = "They are there", content_type = "application/json", body = Added), DeedRefused)
)]
pub(in crate::http) async fn add(
    State(app): State<App>,
    officer: Officer,
    Said(New { district, name, role }): Said<New>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        officer.reach(&district)?;
        let user = storage::User {
            id: UserId(Uuid::new_v4().into_bytes()),
            district,
            name,
            role,
        };
        let id = Uuid::from_bytes(user.id.0);
        officer.note(hub, &format!("add user {id}"))?;
        users::add(hub, &user)?;
        json(&Added { id })
    })
    .await
}

/// Calls a user by another name. Their own tablets show it once they are enrolled anew.
#[utoipa::path(
    post,
    path = "/v1/admin/users/{user}/name",
    params(("user" = Uuid, Path, description = "The user's id")),
    request_body = districts::Name,
    security(("staff" = [])),
    responses((status = 204, description = "They are called so"), DeedRefused)
)]
pub(in crate::http) async fn rename(
    State(app): State<App>,
    officer: Officer,
    Named(user): Named<Uuid>,
    Said(districts::Name { name }): Said<districts::Name>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let found = officer.user(hub, user)?;
        officer.note(hub, &format!("rename user {user}"))?;
        users::rename(hub, found.id, &name)?;
        Ok(done())
    })
    .await
}

/// Gives a user another role. What they may read and write follows at once, and a referral that waits for them goes to the next, where
/// nobody with this role takes one up. Their own tablets show the role once they are enrolled anew.
#[utoipa::path(
    post,
    path = "/v1/admin/users/{user}/role",
    params(("user" = Uuid, Path, description = "The user's id")),
    request_body = Role,
    security(("staff" = [])),
    responses((status = 204, description = "They have it"), DeedRefused)
)]
pub(in crate::http) async fn set_role(
    State(app): State<App>,
    officer: Officer,
    Named(user): Named<Uuid>,
    Said(Role { role }): Said<Role>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let found = officer.user(hub, user)?;
        officer.note(hub, &format!("set the role of user {user}"))?;
        users::set_role(hub, found.id, &role)?;
        Ok(done())
    })
    .await
}

/// Moves a user to another district, where they are somebody new with the same name and role, to be enrolled there. Their tablets of the
/// old one hand in what they had not sent, and are wiped. Cases must have been handed over. Both districts must be theirs who asks.
#[utoipa::path(
    post,
    path = "/v1/admin/users/{user}/district",
    params(("user" = Uuid, Path, description = "The user's id")),
    request_body = Move,
    security(("staff" = [])),
    responses((status = 200, description = "Who they are there", content_type = "application/json", body = Added), DeedRefused)
)]
pub(in crate::http) async fn move_to(
    State(app): State<App>,
    officer: Officer,
    Named(user): Named<Uuid>,
    Said(Move { district }): Said<Move>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let found = officer.user(hub, user)?;
        officer.reach(&district)?;
        officer.note(hub, &format!("move user {user}"))?;
        let new = users::move_to(hub, found.id, &district)?;
        json(&Added {
            id: Uuid::from_bytes(new.0),
        })
    })
    .await
}
