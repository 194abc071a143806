//! A district at one look.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::App;
use super::lists::own;
use super::{AskRefused, BAD_QUERY, NOTHING, Officer, answer, json};
use crate::deeds::moment;
use crate::deeds::overview::{self, Count, FEW};

/// Which district.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Which {
    district: Option<String>,
}

/// A district at one look. A count of children that is missing is of some, and of too few to say how many.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Overview {
    district: String,
    at: String,
    /// Below this no count of children is told.
    few: u64,
    /// Tablets by when they were heard.
    heard: Heard,
    waiting: Waiting,
    cases: Vec<Cases>,
    overdue_clocks: Vec<Clock>,
    overdue_of_officers: Vec<OfOfficer>,
    institutions: Vec<Institution>,
    /// Of the whole hub.
    feeds: Vec<Feed>,
}

/// Tablets by when they were heard.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Heard {
    within_a_day: u64,
    within_a_week: u64,
    longer_ago: u64,
    never: u64,
}

/// What waits for somebody.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Waiting {
    appeals: u64,
    quarantine: u64,
    /// Changes by others that tablets do not have yet.
    behind: u64,
}

/// Cases of a kind at a stage.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Cases {
    kind: String,
    stage: String,
    count: Option<u64>,
}

/// Clocks that have run out and were not stopped.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Clock {
    clock: String,
    count: Option<u64>,
}

/// The same of an officer's cases; without a name, of cases that are given to nobody.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct OfOfficer {
    user: Option<Uuid>,
    name: Option<String>,
    count: u64,
}

/// An institution, as its people say it is.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Institution {
    name: String,
    kind: String,
    capacity: Option<i64>,
    present: Option<i64>,
    free_beds: Option<i64>,
    /// Clocks that have run out of its people's cases.
    overdue: u64,
}

/// How it is with a channel.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Feed {
    channel: String,
    waiting: u64,
    /// Tried no more: somebody is to look at them.
    dead: u64,
    since: Option<String>,
}

impl From<overview::Overview> for Overview {
    fn from(seen: overview::Overview) -> Self {
        let told = |count| match count {
            Count::Of(count) => Some(count),
            Count::Hidden => None,
        };
        let cases = seen.cases.into_iter().map(|((kind, stage), count)| Cases {
            kind,
            stage,
            count: told(count),
        });
        let clocks = seen.clocks.into_iter().map(|(clock, count)| Clock {
            clock,
            count: told(count),
        });
        let officers = seen.officers.into_iter().map(|one| OfOfficer {
            user: one.officer.as_ref().map(|(id, _)| Uuid::from_bytes(id.0)),
            name: one.officer.map(|(_, name)| name),
            count: one.overdue,
        });
        let institutions = seen.institutions.into_iter().map(|(row, overdue)| Institution {
            name: row.name,
            kind: row.kind,
            capacity: row.capacity,
            present: row.present,
            free_beds: row.free_beds,
            overdue,
        });
        let feeds = seen.feeds.into_iter().map(|feed| Feed {
            channel: feed.channel.to_owned(),
            waiting: feed.waiting,
            dead: feed.dead,
            since: feed.since_ms.map(moment),
        });
        Self {
            district: String::new(),
            at: String::new(),
            few: FEW,
            heard: Heard {
                within_a_day: seen.heard.day,
                within_a_week: seen.heard.week,
                longer_ago: seen.heard.longer,
                never: seen.heard.never,
            },
            waiting: Waiting {
                appeals: seen.waiting.appeals,
                quarantine: seen.waiting.quarantine,
                behind: seen.waiting.behind,
            },
            cases: cases.collect(),
            overdue_clocks: clocks.collect(),
            overdue_of_officers: officers.collect(),
            institutions: institutions.collect(),
            feeds: feeds.collect(),
        }
    }
}

/// A district at one look: their own, or the one that is named.
#[utoipa::path(
    get,
    path = "/v1/admin/overview",
    params(("district" = Option<String>, Query, description = "Its code; needed where they administer all")),
    security(("staff" = [])),
    responses((status = 200, description = "It", content_type = "application/json", body = Overview), AskRefused)
)]
pub(in crate::http) async fn overview(
    State(app): State<App>,
    officer: Officer,
    which: Result<Query<Which>, QueryRejection>,
) -> Response {
    let Ok(Query(Which { district })) = which else {
        return BAD_QUERY.into_response();
    };
    answer(app, officer, move |hub, officer| {
        let district = district
            .or_else(|| officer.district().map(str::to_owned))
            .ok_or(BAD_QUERY)?;
        if !own(hub, officer)?.iter().any(|known| known.code == district) {
            return Err(NOTHING);
        }
        let seen = overview::of(hub, &district)?;
        json(&Overview {
            district,
            at: moment(hub.clock.now_ms()),
            ..seen.into()
        })
    })
    .await
}
