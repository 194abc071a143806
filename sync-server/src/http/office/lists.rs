//! What there is: districts, people, tablets, what waits, how the hub is.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::App;
use super::super::problem::Problem;
use super::overview::Which;
use super::{AskRefused, DeedRefused, NOTHING, Named, Officer, Queried, Said, answer, json};
use crate::channel::CHANNELS;
use crate::deeds::devices::Standing;
use crate::deeds::{dead_letters, moment};
use crate::health::Health;
use crate::hub::Hub;

/// A district.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct District {
    code: String,
    name: String,
    /// For how many days a tablet's vault opens without the hub.
    lease_days: u32,
    /// Whether tablets seal their keys to the district.
    has_recovery: bool,
}

/// A user.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct User {
    id: Uuid,
    district: String,
    name: String,
    role: String,
}

/// A tablet of a user.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Device {
    author: Uuid,
    user: Uuid,
    user_name: String,
    role: String,
    district: String,
    /// What it is called.
    name: String,
    /// `enrolled`, or how far its end has come.
    state: String,
    /// The same as a code: `enrolled`, `shut-out`, `shut-out-heard`, `wiped`.
    standing: String,
    /// When it was last heard; none: never.
    heard_at: Option<String>,
    /// The app it had then.
    app: Option<String>,
    /// Changes by others that it does not have yet.
    behind: u64,
}

/// How the hub is.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct HealthNow {
    /// Whether the database answers.
    database: bool,
    disk_free_bytes: Option<u64>,
    /// Records that have changed and are not in the tables yet.
    unfolded: u64,
    unfolded_since_ms: Option<i64>,
    /// Messages that wait for the Vatsalya portal.
    deliveries: u64,
    certificate_left_ms: Option<i64>,
    /// What somebody is to look at.
    troubles: Vec<String>,
}

/// A message that a channel did not take.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct DeadLetter {
    channel: String,
    record: Uuid,
    district: String,
    since: Option<String>,
    tries: u32,
    /// What was answered last.
    trouble: String,
}

/// Which dead letters.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Again {
    /// The record; without it, all of the channel that they administer.
    record: Option<Uuid>,
}

/// How many.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Sent {
    again: u64,
}

/// The districts that they administer.
#[utoipa::path(
    get,
    path = "/v1/admin/districts",
    security(("staff" = [])),
    responses((status = 200, description = "By code", content_type = "application/json", body = Vec<District>), AskRefused)
)]
pub(in crate::http) async fn districts(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, officer| {
        let found: Vec<District> = own(hub, officer)?
            .into_iter()
            .map(|district| District {
                code: district.code,
                name: district.name,
                lease_days: district.lease_days,
                has_recovery: district.recovery.is_some(),
            })
            .collect();
        json(&found)
    })
    .await
}

/// The districts of an officer.
pub(super) fn own(hub: &Hub, officer: &Officer) -> Result<Vec<crate::storage::District>, Problem> {
    let mut districts = hub.storage.districts()?;
    districts.retain(|district| officer.reach(&district.code).is_ok());
    Ok(districts)
}

/// The users of the districts that they administer.
#[utoipa::path(
    get,
    path = "/v1/admin/users",
    security(("staff" = [])),
    responses((status = 200, description = "By district and name", content_type = "application/json", body = Vec<User>), AskRefused)
)]
pub(in crate::http) async fn users(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, officer| {
        let mut found = Vec::new();
        for district in own(hub, officer)? {
            found.extend(hub.storage.users(&district.code)?.into_iter().map(|user| User {
                id: Uuid::from_bytes(user.id.0),
                district: user.district,
                name: user.name,
                role: user.role,
            }));
        }
        json(&found)
    })
    .await
}

/// The tablets of the districts that they administer, the one that was not heard for the longest time first.
#[utoipa::path(
    get,
    path = "/v1/admin/devices",
    params(("district" = Option<String>, Query, description = "Those of one district; of all that they administer without it")),
    security(("staff" = [])),
    responses((status = 200, description = "They", content_type = "application/json", body = Vec<Device>), AskRefused)
)]
pub(in crate::http) async fn devices(
    State(app): State<App>,
    officer: Officer,
    Queried(Which { district }): Queried<Which>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        if let Some(district) = &district
            && !own(hub, officer)?.iter().any(|known| known.code == *district)
        {
            return Err(NOTHING);
        }
        let found = hub.storage.devices(district.as_deref().or(officer.district()))?;
        let shown = found.into_iter().map(|device| Device {
            state: Standing::of(&device).words(),
            standing: Standing::of(&device).code().to_owned(),
            author: Uuid::from_bytes(device.author.id.0),
            user: Uuid::from_bytes(device.author.user.id.0),
            user_name: device.author.user.name,
            role: device.author.user.role,
            district: device.author.user.district,
            name: device.author.device,
            heard_at: device.seen_ms.map(moment),
            app: device.app_version,
            behind: device.behind,
        });
        json(&shown.collect::<Vec<_>>())
    })
    .await
}

/// How the hub is. It names nobody.
#[utoipa::path(
    get,
    path = "/v1/admin/health",
    security(("staff" = [])),
    responses((status = 200, description = "So", content_type = "application/json", body = HealthNow), AskRefused)
)]
pub(in crate::http) async fn health(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, _| {
        let health = Health::of(hub);
        json(&HealthNow {
            troubles: health.troubles().into_iter().map(str::to_owned).collect(),
            database: health.database,
            disk_free_bytes: health.disk_free_bytes,
            unfolded: health.unfolded,
            unfolded_since_ms: health.unfolded_since_ms,
            deliveries: health.deliveries,
            certificate_left_ms: health.certificate_left_ms,
        })
    })
    .await
}

/// What channels did not take of the districts that they administer. What was to be told is not shown.
#[utoipa::path(
    get,
    path = "/v1/admin/dead-letters",
    security(("staff" = [])),
    responses((status = 200, description = "By channel, the oldest first", content_type = "application/json", body = Vec<DeadLetter>), AskRefused)
)]
pub(in crate::http) async fn dead(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, officer| {
        let mut found = Vec::new();
        for channel in CHANNELS {
            let of_channel = dead_letters::list(hub, channel, officer.district())?;
            found.extend(of_channel.into_iter().map(|dead| DeadLetter {
                channel: channel.code.to_owned(),
                record: Uuid::from_bytes(dead.parcel.subject),
                district: dead.parcel.district,
                since: dead.dead_ms.map(moment),
                tries: dead.attempts,
                trouble: dead.trouble.unwrap_or_default(),
            }));
        }
        json(&found)
    })
    .await
}

/// Tries dead letters anew.
#[utoipa::path(
    post,
    path = "/v1/admin/dead-letters/{channel}/send-again",
    params(("channel" = String, Path, description = "The channel's code")),
    request_body = Again,
    security(("staff" = [])),
    responses((status = 200, description = "How many will be", content_type = "application/json", body = Sent), DeedRefused)
)]
pub(in crate::http) async fn send_again(
    State(app): State<App>,
    officer: Officer,
    Named(code): Named<String>,
    Said(Again { record }): Said<Again>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let channel = dead_letters::known(&code).map_err(|_| NOTHING)?;
        let records: Vec<[u8; 16]> = dead_letters::list(hub, channel, officer.district())?
            .into_iter()
            .map(|dead| dead.parcel.subject)
            .filter(|subject| record.is_none_or(|record| record.into_bytes() == *subject))
            .collect();
        if records.is_empty() {
            return Err(NOTHING);
        }
        officer.note(hub, &format!("send {} again", channel.code))?;
        let mut again = 0;
        for record in records {
            again += dead_letters::send_again(hub, channel, Some(record))?;
        }
        json(&Sent { again })
    })
    .await
}
