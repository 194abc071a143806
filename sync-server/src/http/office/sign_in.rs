//! Signing in, signing out, and who is signed in.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::problem::Problem;
use super::super::{App, Peer, watch};
use super::{AskRefused, COOKIE, DeedRefused, FAILED, Officer, Said, Trouble, answer, done, from_here, json, said};
use crate::deeds::moment;
use crate::identity::{
    self, PASSPHRASE_BYTES_MAX, PASSPHRASE_CHARS_MIN, PassphraseChange, SESSION_IDLE_MS, SESSION_MS, SignIn,
};
use crate::storage::SignInWay;

const WRONG: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    "wrong-sign-in",
    "name, passphrase or code is wrong, or the code was used before: wait for the next one",
);
pub(super) const TOO_MANY_TRIES: Problem = Problem::new(
    StatusCode::TOO_MANY_REQUESTS,
    "too-many-tries",
    "there were too many wrong tries; try again when the time in Retry-After has gone",
);

/// What somebody signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Credentials {
    /// Their name.
    name: String,
    /// Their passphrase.
    passphrase: String,
    /// The one-time code that their app shows now.
    code: String,
}

/// Another passphrase.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewPassphrase {
    /// The one until now.
    passphrase: String,
    /// The one-time code that their app shows now.
    code: String,
    /// The new one: 12 characters or more.
    new: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Session {
    /// Their name.
    name: String,
    /// The district that they administer; none: all.
    district: Option<String>,
    /// When the session ends, if it is used until then.
    ends_at: String,
    /// How they signed in: `passphrase`, or `oidc`.
    way: &'static str,
    /// It ends before, where nothing is asked for so long.
    idle_seconds: i64,
}

/// Signs somebody in.
#[utoipa::path(
    post,
    path = "/v1/admin/sign-in",
    request_body = Credentials,
    responses(
        (status = 204, description = "They are; the session is in the cookie", headers(("set-cookie" = String, description = "The session"))),
        (status = 400, description = "Not understood", content_type = "application/problem+json", body = Trouble),
        (status = 401, description = "Name, passphrase or code is wrong", content_type = "application/problem+json", body = Trouble),
        (status = 403, description = "Not from the hub's own origin", content_type = "application/problem+json", body = Trouble),
        (status = 408, description = "Too slow", content_type = "application/problem+json", body = Trouble),
        (status = 413, description = "Too large", content_type = "application/problem+json", body = Trouble),
        (status = 429, description = "Too many wrong tries", content_type = "application/problem+json", body = Trouble),
        (status = 503, description = "Not now", content_type = "application/problem+json", body = Trouble)
    )
)]
pub(in crate::http) async fn sign_in(State(app): State<App>, peer: Peer, headers: HeaderMap, body: Body) -> Response {
    match try_to_sign_in(app, peer, &headers, body).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn try_to_sign_in(app: App, peer: Peer, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    from_here(&app.hub, headers)?;
    let Credentials { name, passphrase, code } = said(&app, body).await?;
    if passphrase.len() > PASSPHRASE_BYTES_MAX {
        return Err(WRONG);
    }
    // Stretching takes memory: few at a time, and whoever waited is asked again.
    let stretching = app.stretches.acquire().await.map_err(|_| FAILED)?;
    if !app.tries.may_try(peer.ip(), app.hub.clock.now_ms()) {
        return Ok(TOO_MANY_TRIES.into_response());
    }
    let hub = app.hub.clone();
    let tried = watch::blocking(move || identity::sign_in(&hub, &name, &passphrase, &code)).await;
    drop(stretching);
    match tried.map_err(|_| FAILED)?? {
        SignIn::Yes(token) => {
            Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, session_cookie(&token))]).into_response())
        }
        SignIn::No => {
            app.tries.was_wrong(peer.ip(), app.hub.clock.now_ms());
            Err(WRONG)
        }
        SignIn::Wait(ms) => Ok(wait(ms)),
    }
}

fn wait(ms: i64) -> Response {
    let seconds = (ms + 999) / 1_000;
    ([(header::RETRY_AFTER, seconds.to_string())], TOO_MANY_TRIES).into_response()
}

/// The cookie: of this host alone, over TLS alone, for no script, and sent along by no other site's page.
fn set(token: &str, lives_ms: i64) -> String {
    format!(
        "{COOKIE}={token}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Strict",
        lives_ms / 1_000
    )
}

/// The cookie of a session that has begun.
pub(super) fn session_cookie(token: &str) -> String {
    set(token, SESSION_MS)
}

/// Ends the session.
#[utoipa::path(
    post,
    path = "/v1/admin/sign-out",
    security(("staff" = [])),
    responses(
        (status = 204, description = "It has ended", headers(("set-cookie" = String, description = "None any more"))),
        DeedRefused
    )
)]
pub(in crate::http) async fn sign_out(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |hub, officer| {
        identity::sign_out(hub, &officer.token)?;
        Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, set("", 0))]).into_response())
    })
    .await
}

/// Who is signed in.
#[utoipa::path(
    get,
    path = "/v1/admin/session",
    security(("staff" = [])),
    responses(
        (status = 200, description = "They", content_type = "application/json", body = Session),
        AskRefused
    )
)]
pub(in crate::http) async fn session(State(app): State<App>, officer: Officer) -> Response {
    answer(app, officer, |_, officer| {
        let member = &officer.session.member;
        json(&Session {
            name: member.name.clone(),
            district: member.district.clone(),
            ends_at: moment(officer.session.began_ms + SESSION_MS),
            way: match officer.session.way {
                SignInWay::Passphrase => "passphrase",
                SignInWay::Elsewhere => "oidc",
            },
            idle_seconds: SESSION_IDLE_MS / 1_000,
        })
    })
    .await
}

/// Gives the one who is signed in another passphrase.
#[utoipa::path(
    post,
    path = "/v1/admin/passphrase",
    request_body = NewPassphrase,
    security(("staff" = [])),
    responses(
        (status = 204, description = "It holds, and their other sessions have ended"),
        (status = 429, description = "Too many wrong tries", content_type = "application/problem+json", body = Trouble),
        DeedRefused
    )
)]
pub(in crate::http) async fn passphrase(
    State(app): State<App>,
    officer: Officer,
    Said(NewPassphrase { passphrase, code, new }): Said<NewPassphrase>,
) -> Response {
    let stretches = app.stretches.clone();
    let Ok(_stretching) = stretches.acquire().await else {
        return FAILED.into_response();
    };
    answer(app, officer, move |hub, officer| {
        let proof = (passphrase.as_str(), code.as_str());
        match identity::change_passphrase(hub, &officer.session.member, &officer.token, proof, &new)? {
            PassphraseChange::Done => Ok(done()),
            PassphraseChange::Weak => Err(Problem::not_so(format!(
                "a passphrase has {PASSPHRASE_CHARS_MIN} characters or more, and at most {PASSPHRASE_BYTES_MAX} bytes"
            ))),
            PassphraseChange::No => Err(Problem::not_so(
                "the old passphrase or the code is wrong, or the code was used before: wait for the next one",
            )),
            PassphraseChange::Wait(ms) => Ok(wait(ms)),
        }
    })
    .await
}
