//! The hub's routes, all of them on one screen.

mod body;
mod channels;
mod enrol;
mod inbound;
pub(crate) mod media;
mod packs;
mod peer;
mod problem;
mod recovery;
mod sync;
mod turns;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::Semaphore;

pub use peer::Peer;

use crate::channel;
use crate::hub::Hub;
use crate::identity::Tries;

/// What handlers share.
#[derive(Debug, Clone)]
pub struct App {
    hub: Arc<Hub>,
    tries: Arc<Tries>,
    syncs: Arc<Semaphore>,
    turns: Arc<turns::Turns>,
    media: Arc<media::Store>,
    /// Pieces of media that are written at once; more wait.
    pieces: Arc<Semaphore>,
}

/// How many pieces of media are written at once: the last of an object has the whole of it in memory.
const PIECES_AT_ONCE: usize = 8;

/// The routes of a hub.
pub fn router(hub: Arc<Hub>) -> std::io::Result<Router> {
    let limits = hub.config.limits;
    let app = App {
        tries: Arc::new(Tries::new(limits.wrong_codes, limits.code_window_minutes)),
        syncs: Arc::new(Semaphore::new(limits.syncs_at_once)),
        turns: Arc::default(),
        media: Arc::new(media::Store::new(&hub.config, hub.keys.clone())?),
        pieces: Arc::new(Semaphore::new(PIECES_AT_ONCE)),
        hub,
    };
    let router = Router::new()
        .route("/healthz", get(healthz))
        .route("/v1/enrol", post(enrol::enrol))
        .route("/v1/sync", post(sync::sync))
        .route(
            "/v1/media/{sha256}/{size}",
            get(media::download)
                .head(media::progress)
                .post(media::begin)
                .patch(media::piece)
                .delete(media::terminate)
                .options(media::options)
                .layer(middleware::from_fn(media::negotiate)),
        )
        .route("/v1/recovery", post(recovery::ask))
        .route("/v1/recovery/{sha256}", get(recovery::answer))
        .route("/v1/packs/{sha256}", get(packs::download))
        .route("/v1/schemas/{name}", get(async |name: Path<String>| schema(&name)))
        .route("/v1/channels/{code}/messages", get(channels::messages))
        .route("/v1/channels/{code}/photos/{record}/{sha256}", get(channels::photo))
        .route("/v1/channels/{code}/receipts", post(channels::receipts))
        .route("/v1/inbound/{channel}", post(inbound::post))
        .with_state(app);
    Ok(router)
}

async fn healthz(State(app): State<App>) -> impl IntoResponse {
    let healthy = tokio::task::spawn_blocking(move || app.hub.storage.districts().is_ok())
        .await
        .unwrap_or(false);
    if healthy {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database fails\n")
    }
}

/// What a channel's messages look like: public, and the same for everybody.
fn schema(name: &str) -> Response {
    let Some(text) = name.strip_suffix(".json").and_then(channel::published) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = HeaderValue::from_static("application/schema+json");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
