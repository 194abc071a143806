//! Cases and institutions given to people, taken from them and handed over, one or a table of them.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::App;
use super::super::problem::Problem;
use super::{DeedRefused, Named, Officer, Queried, Said, answer, bytes, done, json};
use crate::deeds::DeedError;
use crate::deeds::bulk::{Asked, Move, look, look_over};
use crate::deeds::csv_table::TABLE_BYTES_MAX;

/// Who has it and who is to have it. Without `from` it is given to `to`, without `to` it is taken from `from`, with both it is
/// handed over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Assignment {
    /// Who has it.
    from: Option<Uuid>,
    /// Who is to have it.
    to: Option<Uuid>,
}

/// Whether a table is only looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct How {
    #[serde(default)]
    dry_run: bool,
}

/// What was seen of a table, and whether it was done.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Looked {
    rows: Vec<Row>,
    /// How many rows can be done.
    good: usize,
    /// How many cannot. Where there is one, nothing is done.
    bad: usize,
    /// Whether all of it was done.
    done: bool,
}

/// A row of it.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Row {
    /// The line it stands in.
    line: u64,
    case: Option<Uuid>,
    /// What it does.
    does: Option<String>,
    /// Or why it cannot be done.
    wrong: Option<String>,
}

/// Gives a case or an institution to somebody, takes it from them, or hands it over.
#[utoipa::path(
    post,
    path = "/v1/admin/cases/{case}/assignment",
    params(("case" = Uuid, Path, description = "The id of the case or institution")),
    request_body = Assignment,
    security(("staff" = [])),
    responses((status = 204, description = "It is done"), DeedRefused)
)]
pub(in crate::http) async fn assign(
    State(app): State<App>,
    officer: Officer,
    Named(case): Named<Uuid>,
    Said(Assignment { from, to }): Said<Assignment>,
) -> Response {
    answer(app, officer, move |hub, officer| {
        let text = |id: Option<Uuid>| id.map_or_else(String::new, |id| id.to_string());
        let asked = Asked {
            case: case.to_string(),
            from: text(from),
            to: text(to),
        };
        let one = look(hub, &asked, officer.district())?;
        officer.note(hub, &format!("{case} {}", one.words()))?;
        one.carry_out(hub)?;
        Ok(done())
    })
    .await
}

/// Does the same by a CSV table with the columns `case`, `from` and `to`. It is looked at as a whole: where a row cannot be done,
/// nothing is.
#[utoipa::path(
    post,
    path = "/v1/admin/assignments",
    params(("dry_run" = Option<bool>, Query, description = "Whether the table is only looked at")),
    request_body(content = String, content_type = "text/csv"),
    security(("staff" = [])),
    responses((status = 200, description = "What was seen, and whether it was done", content_type = "application/json", body = Looked), DeedRefused)
)]
pub(in crate::http) async fn table(
    State(app): State<App>,
    officer: Officer,
    Queried(How { dry_run }): Queried<How>,
    body: Body,
) -> Response {
    let table = match bytes(&app, body, TABLE_BYTES_MAX).await {
        Ok(table) => table,
        Err(problem) => return problem.into_response(),
    };
    answer(app, officer, move |hub, officer| {
        let looked_at = look_over(hub, &table[..], officer.district())?;
        let (mut good, mut rows) = (Vec::new(), Vec::new());
        for row in looked_at {
            rows.push(seen(row.line, &row.looked_at));
            good.extend(row.looked_at.ok());
        }
        let bad = rows.len() - good.len();
        let done = !dry_run && bad == 0 && !good.is_empty();
        if done {
            carry_out(hub, officer, &good)?;
        }
        json(&Looked {
            good: good.len(),
            bad,
            done,
            rows,
        })
    })
    .await
}

fn seen(line: u64, looked_at: &Result<Move, DeedError>) -> Row {
    match looked_at {
        Ok(one) => Row {
            line,
            case: Some(one.case()),
            does: Some(one.words()),
            wrong: None,
        },
        Err(error) => Row {
            line,
            case: None,
            does: None,
            wrong: Some(error.to_string()),
        },
    }
}

fn carry_out(hub: &crate::Hub, officer: &Officer, moves: &[Move]) -> Result<(), Problem> {
    for one in moves {
        officer.note(hub, &format!("{} {}", one.case(), one.words()))?;
        one.carry_out(hub)?;
    }
    Ok(())
}
