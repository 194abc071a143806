//! The screens in a plain browser: the built page and the device's one call over HTTP, under the app's own policy.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderName, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use device::Device;
use ipc::{FailureCode, PICTURE_BYTES_MAX, Request};
use serde_json::Value;

use crate::places;

/// A picture in base64 and a little beside it.
const BODY_BYTES_MAX: usize = PICTURE_BYTES_MAX / 3 * 4 + 64 * 1024;

/// What the routes share.
struct Shown {
    device: Arc<Device>,
    dist: PathBuf,
    policy: String,
}

/// The policy that the app's window has, out of its settings: one place says it.
pub fn policy() -> anyhow::Result<String> {
    let path = places::root().join("src-tauri/tauri.conf.json");
    let settings: Value = serde_json::from_slice(&fs::read(&path)?)?;
    let rules = settings
        .pointer("/app/security/csp")
        .and_then(Value::as_object)
        .context("the app has a policy")?;
    let rule = |(name, allowed): (&String, &Value)| Some(format!("{name} {}", allowed.as_str()?));
    let rules: Option<Vec<String>> = rules.iter().map(rule).collect();
    Ok(rules.context("every rule is a text")?.join("; "))
}

/// The routes: the built files, and `POST /call`.
pub fn router(device: Arc<Device>, dist: &Path) -> anyhow::Result<Router> {
    let shown = Shown {
        device,
        dist: dist.to_path_buf(),
        policy: policy()?,
    };
    Ok(Router::new()
        .route("/call", post(call))
        .fallback(get(file))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Arc::new(shown)))
}

/// The same at a moment that stands, in milliseconds since 1970: what a page says of the time is always the same.
pub fn router_at(device: Arc<Device>, dist: &Path, now_ms: i64) -> anyhow::Result<Router> {
    Ok(router(device, dist)?.route("/start.js", get(standing(dist, now_ms)?)))
}

/// The built files of a page behind which no device stands, at such a moment.
pub fn without_device_at(dist: &Path, now_ms: i64) -> anyhow::Result<Router> {
    let (policy, folder) = (policy()?, dist.to_path_buf());
    let files = move |uri: Uri| async move { file_of(&folder, &policy, &uri) };
    Ok(Router::new()
        .route("/start.js", get(standing(dist, now_ms)?))
        .fallback(get(files)))
}

/// What a page begins with, after its clock was stopped.
fn standing(
    dist: &Path,
    now_ms: i64,
) -> anyhow::Result<impl Fn() -> std::future::Ready<Response> + Clone + Send + Sync + use<>> {
    let begin = fs::read_to_string(dist.join("start.js"))?;
    let clock = STANDING_CLOCK.replace("NOW_MS", &now_ms.to_string());
    let script = format!("{clock}{begin}");
    Ok(move || {
        let head = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
        std::future::ready((head, script.clone()).into_response())
    })
}

/// Stands before what a page begins with. Imports come first in any case, and none of them looks at the clock.
const STANDING_CLOCK: &str = "const Ticking = Date; globalThis.Date = class extends Ticking { \
    constructor(...parts) { if (parts.length) { super(...parts) } else { super(NOW_MS) } } \
    static now() { return NOW_MS } };\n";

/// Serves until the process ends.
pub async fn serve(device: Arc<Device>, dist: &Path, listener: tokio::net::TcpListener) -> anyhow::Result<()> {
    let address: SocketAddr = listener.local_addr()?;
    anyhow::ensure!(address.ip().is_loopback(), "a device is shown to this machine only");
    Ok(axum::serve(listener, router(device, dist)?).await?)
}

async fn call(State(shown): State<Arc<Shown>>, Json(request): Json<Request>) -> Response {
    let device = Arc::clone(&shown.device);
    let answer = tokio::task::spawn_blocking(move || device.call(request)).await;
    match answer.unwrap_or_else(|_| Err(FailureCode::Fault.into())) {
        Ok(reply) => Json(reply).into_response(),
        Err(failure) => (StatusCode::CONFLICT, Json(failure)).into_response(),
    }
}

/// A file of the built screens; any path of the app itself is its page.
async fn file(State(shown): State<Arc<Shown>>, uri: Uri) -> Response {
    file_of(&shown.dist, &shown.policy, &uri)
}

fn file_of(dist: &Path, policy: &str, uri: &Uri) -> Response {
    let wanted = uri.path().trim_start_matches('/');
    let plain = wanted.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    let path = if plain && wanted.contains('.') {
        dist.join(wanted)
    } else {
        dist.join("index.html")
    };
    match fs::read(&path) {
        Ok(bytes) => {
            let says = HeaderName::from_static("content-security-policy");
            ([(header::CONTENT_TYPE, content_type(&path)), (says, policy)], bytes).into_response()
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}
