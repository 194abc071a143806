//! A district's figures of a month or a quarter, as tables with the pack's words.

use axum::extract::State;
use axum::response::Response;
use casework::Labels;
use casework::reports::{Period, Table};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::App;
use super::lists::own;
use super::{AskRefused, BAD_QUERY, NOTHING, Officer, Queried, answer, json};
use crate::deeds::figures;

/// Of which district, and when.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Which {
    district: Option<String>,
    period: Option<String>,
}

/// A report, as it is told: [`casework::reports::Report`].
#[derive(ToSchema)]
#[schema(as = DistrictFigures)]
#[expect(dead_code, reason = "it says what is answered, and nothing is kept in it")]
pub(in crate::http) struct Told {
    kind: String,
    /// What it is called, by language.
    #[schema(value_type = Object)]
    title: Labels,
    /// Where it is asked for.
    source: String,
    /// How well that is established: A, B or C.
    checked: String,
    period: Option<String>,
    /// The district.
    place: String,
    /// When it was made, in milliseconds since 1970.
    as_of_ms: i64,
    /// What it was counted from, a sentence each, by language.
    #[schema(value_type = Vec<Object>)]
    basis: Vec<Labels>,
    /// Tables, each with its columns, rows and sums. A count that is hidden is null.
    #[schema(value_type = Vec<Object>)]
    tables: Vec<Table>,
}

/// The figures of a district: their own, or the one that is named. Counts from 1 to 4 are hidden, and others from which they
/// would follow: they are `null`.
#[utoipa::path(
    get,
    path = "/v1/admin/figures",
    params(
        ("district" = Option<String>, Query, description = "Its code; needed where they administer all"),
        ("period" = Option<String>, Query, description = "A month such as `2026-10` or a quarter such as `2026-Q4`; the last month that is over where it is left out"),
    ),
    security(("staff" = [])),
    responses((status = 200, description = "They", content_type = "application/json", body = Told), AskRefused)
)]
pub(in crate::http) async fn figures(
    State(app): State<App>,
    officer: Officer,
    Queried(Which { district, period }): Queried<Which>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let district = district
            .or_else(|| officer.district().map(str::to_owned))
            .ok_or(BAD_QUERY)?;
        let period = period.map(|text| text.parse::<Period>()).transpose();
        let period = period.map_err(|_| BAD_QUERY)?;
        if !own(hub, officer)?.iter().any(|known| known.code == district) {
            return Err(NOTHING);
        }
        json(&figures::of(hub, &district, period)?)
    })
    .await
}
