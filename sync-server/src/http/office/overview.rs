//! A district at one look, with the pack's words for what it has codes of: a page shows them in its reader's language.

use axum::extract::State;
use axum::response::Response;
use casework::reports::{Count, FEW};
use casework::{Labels, Pack};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::App;
use super::lists::own;
use super::{AskRefused, BAD_QUERY, NOTHING, Officer, Queried, answer, json};
use crate::deeds::moment;
use crate::deeds::overview;
use crate::storage::InstitutionRow;

/// Which district.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Which {
    pub(super) district: Option<String>,
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
    /// Referrals that nobody has taken up, the one that waits longest first.
    referrals: Vec<Referral>,
    /// Whether there are more.
    more_referrals: bool,
    cases: Vec<Cases>,
    overdue_clocks: Vec<RunOut>,
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

/// A referral that nobody has taken up. It names no child.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Referral {
    /// The case that it becomes.
    case: Uuid,
    since: String,
    /// How many officers were asked.
    asked: u64,
    /// Who was asked last; none where nobody was found.
    user: Option<Uuid>,
    name: Option<String>,
    asked_at: Option<String>,
    /// Until when they are waited for; none where nobody is left to be asked after them.
    until: Option<String>,
    /// Whether it has come to the district officer.
    escalated: bool,
}

/// Cases of a kind at a stage.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Cases {
    kind: String,
    /// The kind in words, by language.
    #[schema(value_type = Object)]
    kind_words: Labels,
    stage: String,
    /// The stage in words, by language.
    #[schema(value_type = Object)]
    stage_words: Labels,
    count: Option<u64>,
}

/// Clocks that have run out and were not stopped.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RunOut {
    clock: String,
    /// The same in words, by language.
    #[schema(value_type = Object)]
    words: Labels,
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
    /// The kind in words, by language.
    #[schema(value_type = Object)]
    kind_words: Labels,
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
    /// Whether this hub tells it anything.
    set_up: bool,
    waiting: u64,
    /// Tried no more: somebody is to look at them.
    dead: u64,
    /// Since when the oldest of those that are tried waits.
    since: Option<String>,
    /// When it last took something.
    accepted: Option<String>,
    /// What it posted and was refused: somebody is to look at it, from the command line.
    faulty: u64,
}

/// What a code of a vocabulary says; nothing where the pack does not know it.
fn term(pack: &Pack, vocabulary: &str, code: &str) -> Labels {
    let term = pack.vocabulary(vocabulary).and_then(|all| all.term(code));
    term.map(|term| term.label.clone()).unwrap_or_default()
}

impl Cases {
    fn of(pack: &Pack, ((kind, stage), count): ((String, String), Count)) -> Self {
        Self {
            kind_words: term(pack, "case_kind", &kind),
            stage_words: term(pack, "stage", &stage),
            kind,
            stage,
            count: count.told(),
        }
    }
}

impl RunOut {
    fn of(pack: &Pack, (clock, count): (String, Count)) -> Self {
        let known = pack.clocks().iter().find(|known| known.id == clock);
        Self {
            words: known.map(|known| known.label.clone()).unwrap_or_default(),
            clock,
            count: count.told(),
        }
    }
}

impl Institution {
    fn of(pack: &Pack, (row, overdue): (InstitutionRow, u64)) -> Self {
        Self {
            kind_words: term(pack, "place_kind", &row.kind),
            name: row.name,
            kind: row.kind,
            capacity: row.capacity,
            present: row.present,
            free_beds: row.free_beds,
            overdue,
        }
    }
}

impl From<overview::OfOfficer> for OfOfficer {
    fn from(one: overview::OfOfficer) -> Self {
        Self {
            user: one.officer.as_ref().map(|(id, _)| Uuid::from_bytes(id.0)),
            name: one.officer.map(|(_, name)| name),
            count: one.overdue,
        }
    }
}

impl From<overview::Untaken> for Referral {
    fn from(one: overview::Untaken) -> Self {
        let last = one.last;
        Self {
            case: Uuid::from_bytes(one.case),
            since: moment(one.since_ms),
            asked: one.asked,
            user: last.as_ref().map(|last| Uuid::from_bytes(last.officer.0.0)),
            asked_at: last.as_ref().map(|last| moment(last.at_ms)),
            until: last.as_ref().and_then(|last| last.until_ms).map(moment),
            escalated: last.as_ref().is_some_and(|last| last.is_escalated),
            name: last.map(|last| last.officer.1),
        }
    }
}

impl From<overview::Feed> for Feed {
    fn from(feed: overview::Feed) -> Self {
        Self {
            channel: feed.channel.to_owned(),
            set_up: feed.is_set_up,
            waiting: feed.waiting,
            dead: feed.dead,
            since: feed.since_ms.map(moment),
            accepted: feed.accepted_ms.map(moment),
            faulty: feed.faulty,
        }
    }
}

impl Overview {
    fn of(district: String, at_ms: i64, pack: &Pack, seen: overview::Overview) -> Self {
        Self {
            district,
            at: moment(at_ms),
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
            referrals: seen.referrals.into_iter().map(Referral::from).collect(),
            more_referrals: seen.more_referrals,
            cases: seen.cases.into_iter().map(|one| Cases::of(pack, one)).collect(),
            overdue_clocks: seen.clocks.into_iter().map(|one| RunOut::of(pack, one)).collect(),
            overdue_of_officers: seen.officers.into_iter().map(OfOfficer::from).collect(),
            institutions: seen
                .institutions
                .into_iter()
                .map(|one| Institution::of(pack, one))
                .collect(),
            feeds: seen.feeds.into_iter().map(Feed::from).collect(),
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
    Queried(Which { district }): Queried<Which>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let district = district
            .or_else(|| officer.district().map(str::to_owned))
            .ok_or(BAD_QUERY)?;
        if !own(hub, officer)?.iter().any(|known| known.code == district) {
            return Err(NOTHING);
        }
        let (pack, at_ms) = (hub.pack_of(&district)?, hub.clock.now_ms());
        let seen = overview::of(hub, &district)?;
        json(&Overview::of(district, at_ms, &pack, seen))
    })
    .await
}
