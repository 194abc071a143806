//! Districts: added, called otherwise, set. For whoever administers all of them.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::App;
use super::{DeedRefused, NOTHING, Named, Officer, Said, answer, done};
use crate::deeds::districts;
use crate::hub::Hub;

/// A new district.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDistrict)]
pub(in crate::http) struct New {
    /// Its code, such as KA-BLR. It stays.
    code: String,
    name: String,
}

/// Another name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Name {
    pub(super) name: String,
}

/// What is set for a district's tablets. What is not said stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DistrictSettings)]
pub(in crate::http) struct Settings {
    /// For how many days a vault opens without the hub.
    #[schema(minimum = 1, maximum = 90)]
    lease_days: Option<u32>,
    /// The age recipient that tablets seal their keys to, `age1…`; with no letter in it: none.
    recovery: Option<String>,
}

/// Adds a district.
#[utoipa::path(
    post,
    path = "/v1/admin/districts",
    request_body = New,
    security(("staff" = [])),
    responses((status = 204, description = "It is there"), DeedRefused)
)]
pub(in crate::http) async fn add(
    State(app): State<App>,
    officer: Officer,
    Said(New { code, name }): Said<New>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        officer.reach_all()?;
        officer.note(hub, "add a district")?;
        districts::add(hub, &code, &name)?;
        Ok(done())
    })
    .await
}

/// Calls a district by another name.
#[utoipa::path(
    post,
    path = "/v1/admin/districts/{code}/name",
    params(("code" = String, Path, description = "Its code")),
    request_body = Name,
    security(("staff" = [])),
    responses((status = 204, description = "It is called so"), DeedRefused)
)]
pub(in crate::http) async fn rename(
    State(app): State<App>,
    officer: Officer,
    Named(code): Named<String>,
    Said(Name { name }): Said<Name>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        whole(hub, officer, &code)?;
        officer.note(hub, &format!("rename district {code}"))?;
        districts::rename(hub, &code, &name)?;
        Ok(done())
    })
    .await
}

/// Sets what holds for a district's tablets.
#[utoipa::path(
    post,
    path = "/v1/admin/districts/{code}/settings",
    params(("code" = String, Path, description = "Its code")),
    request_body = Settings,
    security(("staff" = [])),
    responses((status = 204, description = "It holds"), DeedRefused)
)]
pub(in crate::http) async fn set(
    State(app): State<App>,
    officer: Officer,
    Named(code): Named<String>,
    Said(Settings { lease_days, recovery }): Said<Settings>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        whole(hub, officer, &code)?;
        officer.note(hub, &format!("set district {code}"))?;
        let recovery = recovery.as_deref().map(str::trim);
        let settings = districts::Settings {
            lease_days,
            recovery: recovery.map(|recipient| Some(recipient).filter(|recipient| !recipient.is_empty())),
        };
        districts::set(hub, &code, settings)?;
        Ok(done())
    })
    .await
}

/// Whether there is such a district and all of them are theirs.
fn whole(hub: &Hub, officer: &Officer, code: &str) -> Result<(), super::Problem> {
    officer.reach_all()?;
    hub.storage.district(code)?.map(drop).ok_or(NOTHING)
}
