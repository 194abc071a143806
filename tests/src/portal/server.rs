//! The portal's door: one webhook, one page.

use std::{
    net::SocketAddr,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use crate::ground;

use super::{
    book::{Answer, Book},
    page,
};

/// A case without its texts is a few kilobytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// The page runs nothing and loads nothing but its own style.
const CSP: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// How a portal is set up.
#[derive(Debug, Clone)]
pub struct PortalSettings {
    /// Where it listens; port 0 takes any.
    pub listen: SocketAddr,
    /// The secret shared with the hub, `whsec_…`.
    pub secret: String,
    /// The published schema of the payload.
    pub schema: Value,
}

/// A portal that is running. It stops when this is dropped.
pub struct PortalReceiver {
    address: SocketAddr,
    desk: Arc<Desk>,
    runtime: Option<tokio::runtime::Runtime>,
}

/// The book, and a bell that rings at each delivery.
struct Desk {
    book: Mutex<Book>,
    arrived: Condvar,
}

impl Desk {
    fn book(&self) -> MutexGuard<'_, Book> {
        // The book is whole after every delivery, so that a panic elsewhere leaves it usable.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PortalReceiver {
    /// Starts a portal.
    pub fn start(settings: &PortalSettings) -> anyhow::Result<Self> {
        let year = jiff::tz::Offset::UTC
            .to_datetime(jiff::Timestamp::from_millisecond(ground::now_ms())?)
            .year();
        let book = Book::new(&settings.secret, &settings.schema, year)?;
        let desk = Arc::new(Desk {
            book: Mutex::new(book),
            arrived: Condvar::new(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind(settings.listen))
            .with_context(|| format!("cannot listen on {}", settings.listen))?;
        let address = listener.local_addr()?;
        let router = router(Arc::clone(&desk));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self {
            address,
            desk,
            runtime: Some(runtime),
        })
    }

    /// Where the page is.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the hub delivers.
    pub fn webhook_url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Reads the book.
    pub fn read<T>(&self, look: impl FnOnce(&Book) -> T) -> T {
        look(&self.desk.book())
    }

    /// Waits until the book has what `look` looks for.
    ///
    /// # Panics
    /// After `at_most`, saying what was waited for.
    pub fn wait_for<T>(&self, what: &str, at_most: Duration, mut look: impl FnMut(&Book) -> Option<T>) -> T {
        let mut found = None;
        let book = self.desk.book();
        let (book, _) = self
            .desk
            .arrived
            .wait_timeout_while(book, at_most, |book| {
                found = look(book);
                found.is_none()
            })
            .unwrap_or_else(PoisonError::into_inner);
        found.unwrap_or_else(|| {
            panic!(
                "the portal waited {at_most:?} for {what}; refused: {:?}",
                book.refused()
            )
        })
    }
}

impl Drop for PortalReceiver {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(list).post(receive))
        .route("/cases/{reference}", get(one))
        .route("/style.css", get(style))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(desk)
}

async fn receive(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = desk.book().receive(&headers, &body);
    desk.arrived.notify_all();
    match answer {
        Answer::Taken { reference } => Json(json!({ "reference": reference })).into_response(),
        Answer::Refused(refused) => {
            let status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, Json(json!({ "reason": refused.reason }))).into_response()
        }
    }
}

async fn list(State(desk): State<Arc<Desk>>) -> Response {
    shown(StatusCode::OK, page::list(&desk.book()))
}

async fn one(State(desk): State<Arc<Desk>>, Path(reference): Path<String>) -> Response {
    let page = page::one(&desk.book(), &reference);
    match page {
        Some(page) => shown(StatusCode::OK, page),
        None => shown(StatusCode::NOT_FOUND, page::not_found()),
    }
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE).into_response()
}

fn shown(status: StatusCode, page: String) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, Html(page)).into_response()
}
