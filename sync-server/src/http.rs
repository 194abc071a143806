//! The hub's routes, all of them on one screen.

mod body;
mod channels;
mod console;
mod enrol;
mod inbound;
pub(crate) mod media;
mod office;
mod openapi;
mod packs;
mod peer;
mod problem;
mod recovery;
mod sync;
mod turns;
mod wait;
mod watch;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::Semaphore;
use utoipa::OpenApi as _;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

pub use peer::Peer;

use crate::channel;
use crate::health::Health;
use crate::hub::Hub;
use crate::identity::{Elsewhere, Tries};

/// What handlers share.
#[derive(Debug, Clone)]
pub struct App {
    hub: Arc<Hub>,
    tries: Arc<Tries>,
    syncs: Arc<Semaphore>,
    turns: Arc<turns::Turns>,
    /// Devices that wait to hear of a referral: one connection each, and not more than there may be.
    waits: Arc<turns::Turns>,
    waiting: Arc<Semaphore>,
    media: Arc<media::Store>,
    /// The page for district officers, where this hub serves it.
    console: Option<Arc<console::Console>>,
    /// Passphrases of staff that are stretched at once, each in 64 MiB; more wait.
    stretches: Arc<Semaphore>,
    /// What is known of the provider by whom staff sign in elsewhere.
    elsewhere: Arc<Elsewhere>,
    /// Those who go there or come back and for whom it may be asked at once; more wait.
    askings: Arc<Semaphore>,
    /// Pieces of media that are written at once; more wait.
    pieces: Arc<Semaphore>,
}

/// How many pieces of media are written at once: the last of an object has the whole of it in memory.
const PIECES_AT_ONCE: usize = 8;

/// How many passphrases of staff are stretched at once.
const STRETCHES_AT_ONCE: usize = 2;

/// For how many a provider of sign-in is asked at once: each keeps a thread until it answers.
const ASKINGS_AT_ONCE: usize = 8;

/// How Prometheus calls the text that it reads.
const METRICS_CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The routes of a hub.
pub fn router(hub: Arc<Hub>) -> std::io::Result<Router> {
    let limits = hub.config.limits;
    let console = hub.config.console.as_deref().map(console::Console::read).transpose();
    let app = App {
        console: console.map_err(std::io::Error::other)?.map(Arc::new),
        tries: Arc::new(Tries::new(limits.wrong_codes, limits.code_window_minutes)),
        syncs: Arc::new(Semaphore::new(limits.syncs_at_once)),
        turns: Arc::default(),
        stretches: Arc::new(Semaphore::new(STRETCHES_AT_ONCE)),
        elsewhere: Arc::default(),
        askings: Arc::new(Semaphore::new(ASKINGS_AT_ONCE)),
        waits: Arc::default(),
        waiting: Arc::new(Semaphore::new(limits.waits_at_once)),
        media: Arc::new(media::Store::new(&hub.config, hub.keys.clone())?),
        pieces: Arc::new(Semaphore::new(PIECES_AT_ONCE)),
        hub,
    };
    let watched = middleware::from_fn_with_state(app.clone(), watch::watch);
    let (router, _) = routes().split_for_parts();
    Ok(router.layer(watched).with_state(app))
}

/// All of them, each with what is said of it in the description that the hub serves: a route without is none.
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::About::openapi())
        .routes(routes!(healthz))
        .routes(routes!(enrol::enrol))
        .routes(routes!(sync::sync))
        .routes(routes!(wait::wait))
        .routes(
            routes!(
                media::download,
                media::progress,
                media::begin,
                media::piece,
                media::terminate,
                media::tus::options
            )
            .layer(middleware::from_fn(media::tus::negotiate)),
        )
        .routes(routes!(recovery::ask))
        .routes(routes!(recovery::answer))
        .routes(routes!(packs::download))
        .routes(routes!(schema))
        .routes(routes!(channels::messages))
        .routes(routes!(channels::photo))
        .routes(routes!(channels::receipts))
        .routes(routes!(inbound::post))
        .routes(routes!(openapi::openapi))
        .routes(routes!(console::outside))
        .routes(routes!(console::page))
        .routes(routes!(console::file))
        .merge(office_routes().route_layer(middleware::from_fn(office::guarded)))
}

/// Those of a district's staff.
fn office_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(office::sign_in::sign_in))
        .routes(routes!(office::sign_in::sign_out))
        .routes(routes!(office::sign_in::session))
        .routes(routes!(office::elsewhere::ways))
        .routes(routes!(office::elsewhere::depart))
        .routes(routes!(office::elsewhere::arrive))
        .routes(routes!(office::sign_in::passphrase))
        .routes(routes!(office::lists::districts, office::districts::add))
        .routes(routes!(office::districts::rename))
        .routes(routes!(office::districts::set))
        .routes(routes!(office::lists::users, office::users::add))
        .routes(routes!(office::users::rename))
        .routes(routes!(office::users::set_role))
        .routes(routes!(office::users::move_to))
        .routes(routes!(office::lists::devices))
        .routes(routes!(office::lists::health))
        .routes(routes!(office::lists::dead))
        .routes(routes!(office::lists::send_again))
        .routes(routes!(office::overview::overview))
        .routes(routes!(office::figures::figures))
        .routes(routes!(office::devices::enrol))
        .routes(routes!(office::devices::revoke_user))
        .routes(routes!(office::devices::revoke))
        .routes(routes!(office::devices::wipe))
        .routes(routes!(office::cases::assign))
        .routes(routes!(office::cases::table))
        .routes(routes!(office::destroy::survey))
        .routes(routes!(office::destroy::destroy))
        .routes(routes!(office::destroy::certificate))
        .routes(routes!(office::recoveries::list))
        .routes(routes!(office::recoveries::show))
        .routes(routes!(office::recoveries::bring))
        .routes(routes!(office::recoveries::refuse))
        .routes(routes!(office::refused::list))
        .routes(routes!(office::refused::look))
        .routes(routes!(office::refused::retry))
        .routes(routes!(office::refused::forget))
        .routes(routes!(office::unbegun::list))
        .routes(routes!(office::unbegun::begin))
        .routes(routes!(office::unbegun::put_aside))
        .routes(routes!(office::backups::list, office::backups::begin))
        .routes(routes!(office::backups::restore))
        .routes(routes!(office::backups::went_back))
        .routes(routes!(office::quarantine::list))
        .routes(routes!(office::quarantine::show))
        .routes(routes!(office::quarantine::look))
        .routes(routes!(office::quarantine::release))
        .routes(routes!(office::quarantine::refuse))
        .routes(routes!(office::appeals::list))
        .routes(routes!(office::appeals::grant))
        .routes(routes!(office::appeals::decline))
        .routes(routes!(office::audit::verify))
        .routes(routes!(office::audit::export))
        .routes(routes!(office::packs::list, office::packs::publish))
        .routes(routes!(office::packs::check))
        .routes(routes!(office::packs::roll_back))
}

/// Whether the hub works.
#[utoipa::path(
    get,
    path = "/healthz",
    responses(
        (status = 200, description = "It works", content_type = "text/plain", body = String),
        (status = 503, description = "Its database does not answer", content_type = "text/plain", body = String)
    )
)]
async fn healthz(State(app): State<App>) -> impl IntoResponse {
    let healthy = watch::blocking(move || app.hub.storage.districts().is_ok())
        .await
        .unwrap_or(false);
    if healthy {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database fails\n")
    }
}

/// What whoever runs the hub may ask, at an address of its own: never where devices come to.
pub fn watch_router(hub: Arc<Hub>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(health))
        .with_state(hub)
}

async fn metrics(State(hub): State<Arc<Hub>>) -> Response {
    let text = tokio::task::spawn_blocking(move || hub.metrics.text(&Health::of(&hub))).await;
    match text {
        Ok(Ok(text)) => ([(header::CONTENT_TYPE, METRICS_CONTENT_TYPE)], text).into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn health(State(hub): State<Arc<Hub>>) -> Response {
    let Ok(health) = tokio::task::spawn_blocking(move || Health::of(&hub)).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let status = if health.database {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, axum::Json(health)).into_response()
}

/// What a channel's messages look like: public, and the same for everybody.
#[utoipa::path(
    get,
    path = "/v1/schemas/{name}",
    params(("name" = String, Path, description = "As a channel calls it, e.g. vatsalya-case-1.json")),
    responses(
        (status = 200, description = "A JSON Schema", content_type = "application/schema+json", body = Object),
        (status = 400, description = "Not understood"),
        (status = 404, description = "No such schema")
    )
)]
async fn schema(Path(name): Path<String>) -> Response {
    let Some(text) = name.strip_suffix(".json").and_then(channel::published) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = HeaderValue::from_static("application/schema+json");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
