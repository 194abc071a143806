//! `GET /v1/wait?cursor=…`: a device asks to be told at once when its user is to take a referral up.
//!
//! The hub keeps the request until there is one that a device with this cursor has not heard of, and answers 200; or
//! until its patience ends, and answers 204. What it is, the next sync says, before anything else. One such connection a
//! device: the oldest of three is let go.

use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{Cursor, UserId};
use serde::Deserialize;

use super::App;
use super::media::holder_of_token;
use super::watch::blocking;
use crate::crowd::Acquaintance;
use crate::storage::{StorageError, TokenHolder};
use crate::sync::is_asked;

/// Where the device stands.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// Its cursor, in URL-safe base64 without padding.
    #[serde(default)]
    cursor: String,
}

/// Waits for a referral.
#[utoipa::path(
    get,
    path = "/v1/wait",
    params(("cursor" = Option<String>, Query, description = "The device's cursor, in URL-safe base64 without padding")),
    security(("token" = [])),
    responses(
        (status = 200, description = "The user is asked to take a referral up: sync now"),
        (status = 204, description = "Nothing yet: wait again"),
        (status = 400, description = "Not understood"),
        (status = 401, description = "No token, or none that is good any more"),
        (status = 403, description = "Its bearer may only hand in"),
        (status = 503, description = "Not now")
    )
)]
pub(super) async fn wait(
    State(app): State<App>,
    known: Acquaintance,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> StatusCode {
    let holder = match held(&app, headers).await {
        Ok(holder) => holder,
        Err(status) => return status,
    };
    let cursor = asked.ok().and_then(|Query(asked)| {
        let bytes = URL_SAFE_NO_PAD.decode(asked.cursor).ok()?;
        Cursor::from_bytes(&bytes)
    });
    let Some(cursor) = cursor else {
        return StatusCode::BAD_REQUEST;
    };
    known.is_made(holder.author);
    let Ok(_waiting) = app.waiting.clone().try_acquire_owned() else {
        return StatusCode::SERVICE_UNAVAILABLE;
    };
    let _counted = app.hub.metrics.waiting();
    let turn = app.waits.take(holder.author);
    let patience = Duration::from_secs(app.hub.config.limits.wait_seconds);
    tokio::select! {
        heard = hears(&app, holder.user, cursor) => heard,
        () = tokio::time::sleep(patience) => StatusCode::NO_CONTENT,
        () = turn.is_over() => StatusCode::NO_CONTENT,
    }
}

async fn held(app: &App, headers: HeaderMap) -> Result<TokenHolder, StatusCode> {
    let asks = app.clone();
    match blocking(move || holder_of_token(&asks, &headers)).await {
        Ok(Ok(Some(holder))) if holder.hands_in => Err(StatusCode::FORBIDDEN),
        Ok(Ok(Some(holder))) => Ok(holder),
        Ok(Ok(None)) => Err(StatusCode::UNAUTHORIZED),
        Ok(Err(_)) | Err(_) => Err(StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// Comes back when there is something to hear, or nobody is to wait any more.
async fn hears(app: &App, user: UserId, cursor: Cursor) -> StatusCode {
    // Listening first: what rings while this is looked up is heard.
    let mut listening = app.hub.bells.listen(user);
    loop {
        if app.hub.bells.is_stopped() {
            return StatusCode::NO_CONTENT;
        }
        let (hub, cursor) = (app.hub.clone(), cursor.clone());
        let looked = blocking(move || is_asked(&hub, user, &cursor)).await;
        match looked {
            Ok(Ok(true)) => return StatusCode::OK,
            Ok(Ok(false)) => listening.rings().await,
            // Shut out and forgotten since.
            Ok(Err(StorageError::NoSuch(_))) => return StatusCode::UNAUTHORIZED,
            Ok(Err(error)) => {
                tracing::error!(%error, "a device cannot be told of referrals");
                return StatusCode::SERVICE_UNAVAILABLE;
            }
            Err(_) => return StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}
