//! Tablets: enrolling one, shutting one out, wiping one.

use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::AuthorId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::App;
use super::super::problem::Problem;
use super::{DeedRefused, FAILED, NOT_CONFIRMED, Named, Officer, Said, answer, done, json};
use crate::deeds::enrol::{EnrolError, enrol_link, qr_pixels};
use crate::deeds::{devices, is_confirmed};

/// By what a tablet becomes somebody's. It is good once, for two weeks.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Enrolment {
    /// The link, to be typed.
    link: String,
    /// The same as a picture to point a tablet at: a PNG in base64.
    qr_png: String,
}

/// How somebody is shut out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ShutOut {
    /// What it hands in is judged like anybody's; otherwise it is kept in quarantine.
    #[serde(default)]
    hand_in: bool,
}

/// What cannot be undone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Wipe {
    /// What it hands in is judged like anybody's; otherwise it is kept in quarantine.
    #[serde(default)]
    hand_in: bool,
    /// The name of its user, typed once more.
    confirm: String,
}

impl From<EnrolError> for Problem {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::Storage(error) => error.into(),
            error => {
                tracing::error!(%error, "an enrolment could not be shown");
                FAILED
            }
        }
    }
}

/// Makes a one-time enrolment for a user.
#[utoipa::path(
    post,
    path = "/v1/admin/users/{user}/enrolment",
    params(("user" = Uuid, Path, description = "The user's id")),
    security(("staff" = [])),
    responses((status = 200, description = "The link and its picture", content_type = "application/json", body = Enrolment), DeedRefused)
)]
pub(in crate::http) async fn enrol(State(app): State<App>, officer: Officer, Named(user): Named<Uuid>) -> Response {
    answer(app, officer, move |hub, officer| {
        let user = officer.user(hub, user)?;
        officer.note(hub, &format!("make a code for {}", Uuid::from_bytes(user.id.0)))?;
        let link = enrol_link(hub, user.id, None)?.to_string();
        let qr_png = STANDARD.encode(qr_pixels(&link)?);
        json(&Enrolment { link, qr_png })
    })
    .await
}

/// Shuts every tablet of a user out: at its next contact it hands in what it had not sent, then destroys keys and files.
#[utoipa::path(
    post,
    path = "/v1/admin/users/{user}/revoke",
    params(("user" = Uuid, Path, description = "The user's id")),
    request_body = ShutOut,
    security(("staff" = [])),
    responses((status = 204, description = "They are"), DeedRefused)
)]
pub(in crate::http) async fn revoke_user(
    State(app): State<App>,
    officer: Officer,
    Named(user): Named<Uuid>,
    Said(ShutOut { hand_in }): Said<ShutOut>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let user = officer.user(hub, user)?;
        officer.note(hub, &format!("revoke user {}", Uuid::from_bytes(user.id.0)))?;
        devices::shut_out_user(hub, user.id, hand_in)?;
        Ok(done())
    })
    .await
}

/// Shuts a tablet out: at its next contact it hands in what it had not sent, then destroys keys and files.
#[utoipa::path(
    post,
    path = "/v1/admin/devices/{author}/revoke",
    params(("author" = Uuid, Path, description = "The author's id")),
    request_body = ShutOut,
    security(("staff" = [])),
    responses((status = 204, description = "It is"), DeedRefused)
)]
pub(in crate::http) async fn revoke(
    State(app): State<App>,
    officer: Officer,
    Named(author): Named<Uuid>,
    Said(ShutOut { hand_in }): Said<ShutOut>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let author = AuthorId(author.into_bytes());
        officer.reach(&devices::found(hub, author)?.user.district)?;
        officer.note(hub, &format!("revoke device {}", Uuid::from_bytes(author.0)))?;
        devices::shut_out(hub, author, hand_in)?;
        Ok(done())
    })
    .await
}

/// Has a tablet destroy its keys and files at its next contact. Cannot be undone: the name of its user is typed once more.
#[utoipa::path(
    post,
    path = "/v1/admin/devices/{author}/wipe",
    params(("author" = Uuid, Path, description = "The author's id")),
    request_body = Wipe,
    security(("staff" = [])),
    responses((status = 204, description = "It will"), DeedRefused)
)]
pub(in crate::http) async fn wipe(
    State(app): State<App>,
    officer: Officer,
    Named(author): Named<Uuid>,
    Said(Wipe { hand_in, confirm }): Said<Wipe>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let author = AuthorId(author.into_bytes());
        let found = devices::found(hub, author)?;
        officer.reach(&found.user.district)?;
        if !is_confirmed(&confirm, &found.user.name) {
            return Err(NOT_CONFIRMED);
        }
        officer.note(hub, &format!("wipe device {}", Uuid::from_bytes(author.0)))?;
        devices::shut_out(hub, author, hand_in)?;
        Ok(done())
    })
    .await
}
