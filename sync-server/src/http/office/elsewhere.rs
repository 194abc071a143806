//! Signing in elsewhere: by which ways staff sign in, the way to the provider, and the way back.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::problem::Problem;
use super::super::{App, Peer, watch};
use super::sign_in::{TOO_MANY_TRIES, session_cookie};
use super::{FAILED, Queried, Trouble, cookie_named, json};
use crate::identity::{self, Arrival, Back, ElsewhereError, FLOW_MS};

/// The cookie of a sign-in that has begun: bound to this very host, by its name.
const COOKIE: &str = "__Host-vatsalya-elsewhere";
/// Where somebody goes on who is signed in; as seen from where they come back to.
const CONSOLE: &str = "../../../console/";

const NOT_SET_UP: Problem = Problem::new(
    StatusCode::NOT_FOUND,
    "nothing-elsewhere",
    "this hub knows nobody elsewhere by whom staff could sign in; sign in with passphrase and code",
);
const NOT_LET_IN: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    "not-let-in",
    "you were not let in: the sign-in did not come to its end in time and in one browser, or nobody who administers here is linked \
     with the account that you signed in with. Begin anew; if that does not help, ask whoever runs the hub",
);
const AWAY: Problem = Problem::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "elsewhere-is-away",
    "the provider of the sign-in does not answer; try again later, or sign in with passphrase and code",
);

impl From<ElsewhereError> for Problem {
    fn from(error: ElsewhereError) -> Self {
        match error {
            ElsewhereError::NotSetUp => NOT_SET_UP,
            ElsewhereError::Away => AWAY,
            ElsewhereError::Storage(error) => error.into(),
        }
    }
}

/// By which ways staff may sign in.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Ways {
    /// With a passphrase and a one-time code.
    passphrase: bool,
    /// By a provider that speaks OpenID Connect; none: there is none.
    oidc: Option<Provider>,
}

/// Somebody elsewhere by whom staff may sign in.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Provider {
    /// What staff know it by.
    name: String,
}

/// What a provider sends a browser back with.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Said {
    /// Its code, where it has let somebody in.
    code: Option<String>,
    /// What the hub sent it.
    state: Option<String>,
    /// Who it is (RFC 9207).
    iss: Option<String>,
}

/// By which ways staff may sign in.
#[utoipa::path(
    get,
    path = "/v1/admin/ways",
    responses((status = 200, description = "By these", content_type = "application/json", body = Ways))
)]
pub(in crate::http) async fn ways(State(app): State<App>) -> Response {
    let oidc = app.hub.config.sign_in.as_ref().map(|config| Provider {
        name: config.name.clone(),
    });
    let ways = Ways { passphrase: true, oidc };
    json(&ways).unwrap_or_else(IntoResponse::into_response)
}

/// Sends a browser to the provider. What binds its way back is in a cookie that lives ten minutes.
#[utoipa::path(
    get,
    path = "/v1/admin/oidc",
    responses(
        (status = 303, description = "To the provider", headers(("location" = String, description = "The provider"), ("set-cookie" = String, description = "The sign-in that has begun"))),
        (status = 404, description = "There is none", content_type = "application/problem+json", body = Trouble),
        (status = 503, description = "It does not answer", content_type = "application/problem+json", body = Trouble)
    )
)]
pub(in crate::http) async fn depart(State(app): State<App>) -> Response {
    let (hub, elsewhere) = (app.hub.clone(), app.elsewhere.clone());
    // The provider may have to be asked what it is: few wait for that on threads, and the others without one.
    let Ok(asking) = app.askings.acquire().await else {
        return FAILED.into_response();
    };
    let departed = watch::blocking(move || identity::depart(&hub, &elsewhere)).await;
    drop(asking);
    match departed {
        Ok(Ok(departure)) => {
            let cookie = flow_cookie(&departure.ticket, FLOW_MS);
            let heads = [(header::LOCATION, departure.address), (header::SET_COOKIE, cookie)];
            (StatusCode::SEE_OTHER, AppendHeaders(heads)).into_response()
        }
        Ok(Err(error)) => Problem::from(error).into_response(),
        Err(_) => FAILED.into_response(),
    }
}

/// Takes in a browser that the provider sends back. The page that it gets moves on by itself, without a script: whatever is asked
/// for from there on is asked for by a page of the hub, and the session's cookie, which no other site's page sends, goes along.
#[utoipa::path(
    get,
    path = "/v1/admin/oidc/back",
    params(Said),
    responses(
        (status = 200, description = "They are signed in; the session is in the cookie", content_type = "text/html", body = String, headers(("set-cookie" = String, description = "The session"))),
        (status = 400, description = "Not understood", content_type = "application/problem+json", body = Trouble),
        (status = 401, description = "They are not let in", content_type = "application/problem+json", body = Trouble),
        (status = 404, description = "There is no provider", content_type = "application/problem+json", body = Trouble),
        (status = 429, description = "Too many wrong tries", content_type = "application/problem+json", body = Trouble),
        (status = 503, description = "Not now", content_type = "application/problem+json", body = Trouble)
    )
)]
pub(in crate::http) async fn arrive(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    Queried(said): Queried<Said>,
) -> Response {
    // Whatever comes of it, the ticket is not used again.
    let spent = AppendHeaders([(header::SET_COOKIE, flow_cookie("", 0))]);
    match try_to_arrive(app, peer, &headers, said).await {
        Ok(token) => {
            let session = AppendHeaders([(header::SET_COOKIE, session_cookie(&token))]);
            let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (spent, session, kind, PAGE.replace("{}", CONSOLE)).into_response()
        }
        Err(problem) => (spent, problem).into_response(),
    }
}

/// It names no child, no staff and no hub; whose browser does not move on presses the arrow.
const PAGE: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
                    <meta http-equiv=\"refresh\" content=\"0; url={}\"><title>Vatsalya Field</title></head>\
                    <body><p><a href=\"{}\">Vatsalya Field \u{2192}</a></p></body></html>";

async fn try_to_arrive(
    app: App,
    peer: Peer,
    headers: &HeaderMap,
    said: Said,
) -> Result<zeroize::Zeroizing<String>, Problem> {
    if app.hub.config.sign_in.is_none() {
        return Err(NOT_SET_UP);
    }
    // Each is a call to the provider: few at a time, and whoever waited is asked again.
    let asking = app.askings.acquire().await.map_err(|_| FAILED)?;
    if !app.tries.may_try(peer.ip(), app.hub.clock.now_ms()) {
        return Err(TOO_MANY_TRIES);
    }
    let ticket = cookie_named(headers, COOKIE).map(str::to_owned);
    let (hub, elsewhere) = (app.hub.clone(), app.elsewhere.clone());
    let arrived = watch::blocking(move || {
        let back = Back {
            ticket: ticket.as_deref(),
            state: said.state.as_deref(),
            code: said.code.as_deref(),
            issuer: said.iss.as_deref(),
        };
        identity::arrive(&hub, &elsewhere, &back)
    });
    let arrived = arrived.await.map_err(|_| FAILED)?;
    drop(asking);
    match arrived? {
        Arrival::Yes(token) => Ok(token),
        Arrival::Astray => Err(NOT_LET_IN),
        Arrival::No => {
            app.tries.was_wrong(peer.ip(), app.hub.clock.now_ms());
            Err(NOT_LET_IN)
        }
    }
}

/// The cookie of a sign-in that has begun: of this host alone, over TLS alone, for no script. It is sent along when the provider
/// sends the browser back, which is another site, and with nothing else that another site does.
fn flow_cookie(ticket: &str, lives_ms: i64) -> String {
    format!(
        "{COOKIE}={ticket}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Lax",
        lives_ms / 1_000
    )
}
