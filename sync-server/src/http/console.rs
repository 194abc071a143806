//! `/console/`: the page for district officers, out of a folder that `hub.toml` names. Without one there is nothing at these
//! addresses, as at any other where nothing is.
//!
//! The folder is read once, when the hub starts, and checked then: so no request reaches the disk, and no address leads out of
//! it. The page itself holds nothing that is anybody's; what it shows it asks of `/v1/admin/…`, as a session allows.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path as Named, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::App;

/// The files of a page; it has about ten.
const FILES_MAX: usize = 64;
/// The largest, which is the program; made quickly and not small it has a few megabytes.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Longest name of a file.
const NAME_BYTES_MAX: usize = 64;
/// What is smaller is not worth packing.
const PACKED_FROM_BYTES: usize = 1_024;
/// The file that is the page.
const PAGE: &str = "index.html";

/// Nothing but what comes from this hub, no script or style within the page, and the page within no other.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// What stands over every answer here.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    // Names stay when what they name changes: whoever has it asks whether it is still so.
    (header::CACHE_CONTROL, "no-cache"),
    (header::VARY, "accept-encoding"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Why a folder holds no page that can be served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsoleError {
    /// It cannot be read.
    #[error("console: {path} cannot be read")]
    Read {
        /// What.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is something in it that a page does not have.
    #[error("console: {0} is no file of the page: the folder holds what `cargo xtask ui` made, and nothing else")]
    Foreign(PathBuf),
    /// It is too large.
    #[error("console: {0} has more than {FILE_BYTES_MAX} bytes")]
    Large(PathBuf),
    /// There are too many.
    #[error("console: there are more than {FILES_MAX} files")]
    Many,
    /// The page itself is missing.
    #[error("console: {0} has no {PAGE}: `cargo xtask ui` makes one")]
    NoPage(PathBuf),
}

/// The page, in memory.
#[derive(Debug)]
pub(crate) struct Console {
    files: BTreeMap<String, File>,
}

#[derive(Debug)]
struct File {
    kind: HeaderValue,
    plain: Body,
    /// Where that is smaller.
    packed: Option<Body>,
}

/// Bytes, and a name for just these.
#[derive(Debug)]
struct Body {
    bytes: Bytes,
    tag: HeaderValue,
}

impl Body {
    fn new(bytes: Vec<u8>) -> Self {
        let digest = Sha256::digest(&bytes);
        let tag = URL_SAFE_NO_PAD.encode(&digest[..16]);
        Self {
            tag: HeaderValue::from_str(&format!("\"{tag}\"")).expect("letters in quotes are a header"),
            bytes: bytes.into(),
        }
    }
}

impl File {
    fn new(kind: &'static str, bytes: Vec<u8>) -> Self {
        let packed = (bytes.len() >= PACKED_FROM_BYTES).then(|| packed(&bytes)).flatten();
        Self {
            kind: HeaderValue::from_static(kind),
            packed: packed.filter(|packed| packed.len() < bytes.len()).map(Body::new),
            plain: Body::new(bytes),
        }
    }

    /// The file as somebody reads it, or that it is what they have.
    fn answer(&self, asked: &HeaderMap) -> Response {
        let packed = self.packed.as_ref().filter(|_| takes_gzip(asked));
        let body = packed.unwrap_or(&self.plain);
        let mut response = if has(asked, &body.tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, self.kind.clone())], body.bytes.clone()).into_response()
        };
        response.headers_mut().insert(header::ETAG, body.tag.clone());
        if packed.is_some() {
            let gzip = HeaderValue::from_static("gzip");
            response.headers_mut().insert(header::CONTENT_ENCODING, gzip);
        }
        response
    }
}

impl Console {
    /// Reads the folder. It holds what a page is made of and nothing else, so that a hub which is pointed at another folder
    /// gives none of it away.
    pub(crate) fn read(folder: &Path) -> Result<Self, ConsoleError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| ConsoleError::Read { path, source }
        };
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
            let path = entry.map_err(failed(folder))?.path();
            let about = std::fs::symlink_metadata(&path).map_err(failed(&path))?;
            let named = path
                .file_name()
                .and_then(|name| name.to_str())
                .filter(|name| is_name(name));
            let (Some(name), true) = (named, about.is_file()) else {
                return Err(ConsoleError::Foreign(path));
            };
            let kind = kind_of(name).ok_or_else(|| ConsoleError::Foreign(path.clone()))?;
            if about.len() > FILE_BYTES_MAX {
                return Err(ConsoleError::Large(path));
            }
            let bytes = std::fs::read(&path).map_err(failed(&path))?;
            files.insert(name.to_owned(), File::new(kind, bytes));
            if files.len() > FILES_MAX {
                return Err(ConsoleError::Many);
            }
        }
        if !files.contains_key(PAGE) {
            return Err(ConsoleError::NoPage(folder.to_owned()));
        }
        Ok(Self { files })
    }
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    name.len() <= NAME_BYTES_MAX && !name.starts_with('.') && name.chars().all(plain)
}

fn kind_of(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// Whether somebody reads gzip; who says that they take it with a weight of nought does not.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(header::ACCEPT_ENCODING).iter();
    let mut all = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    all.any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let refused = |part: &str| matches!(part.strip_prefix("q="), Some("0" | "0.0" | "0.00" | "0.000"));
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip")) && !parts.any(refused)
    })
}

/// Whether somebody has what bears this tag.
fn has(asked: &HeaderMap, tag: &HeaderValue) -> bool {
    let lines = asked.get_all(header::IF_NONE_MATCH).iter();
    let mut all = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    // What stands in front may have called it weak.
    all.any(|one| tag.to_str().is_ok_and(|tag| one.trim().trim_start_matches("W/") == tag))
}

fn serve(app: &App, name: &str, asked: &HeaderMap) -> Response {
    let Some(console) = &app.console else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let file = console.files.get(name);
    guarded(file.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |file| file.answer(asked)))
}

fn guarded(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Leads to the page.
#[utoipa::path(
    get,
    path = "/console",
    responses(
        (status = 308, description = "It lies at /console/"),
        (status = 404, description = "This hub serves none")
    )
)]
pub(super) async fn outside(State(app): State<App>) -> Response {
    if app.console.is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    guarded((StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, "/console/")]).into_response())
}

/// The page for district officers.
#[utoipa::path(
    get,
    path = "/console/",
    responses(
        (status = 200, description = "The page", content_type = "text/html", body = String),
        (status = 304, description = "It is what the caller has"),
        (status = 404, description = "This hub serves none")
    )
)]
pub(super) async fn page(State(app): State<App>, headers: HeaderMap) -> Response {
    serve(&app, PAGE, &headers)
}

/// What the page is made of.
#[utoipa::path(
    get,
    path = "/console/{file}",
    params(("file" = String, Path, description = "Its name")),
    responses(
        (status = 200, description = "It", content(
            (String = "text/html"), (String = "text/javascript"), (String = "text/css"), (String = "image/svg+xml"),
            (super::openapi::Binary = "application/wasm")
        )),
        (status = 304, description = "It is what the caller has"),
        (status = 404, description = "There is no such file, or this hub serves none")
    )
)]
pub(super) async fn file(
    State(app): State<App>,
    name: Result<Named<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    serve(&app, name.as_ref().map_or("", |Named(name)| name), &headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_that_is_no_page_is_not_served() {
        let foreign = |name: &str| {
            let folder = folder(&[(PAGE, "<!doctype html>"), (name, "x")]);
            matches!(Console::read(folder.path()), Err(ConsoleError::Foreign(_)))
        };
        for name in ["record.keys", "hub.toml", ".hidden.js", "Upper.js", "no_kind", "a b.js"] {
            assert!(foreign(name), "{name}");
        }
        let inside = folder(&[(PAGE, "")]);
        std::fs::create_dir(inside.path().join("deeper.js")).unwrap();
        assert!(matches!(Console::read(inside.path()), Err(ConsoleError::Foreign(_))));
        let none = folder(&[("start.js", "")]);
        assert!(matches!(Console::read(none.path()), Err(ConsoleError::NoPage(_))));
        let gone = none.path().join("gone");
        assert!(matches!(Console::read(&gone), Err(ConsoleError::Read { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn what_leads_out_of_the_folder_is_not_followed() {
        let outside = folder(&[("secret.js", "secret")]);
        let inside = folder(&[(PAGE, "")]);
        std::os::unix::fs::symlink(outside.path().join("secret.js"), inside.path().join("start.js")).unwrap();
        assert!(matches!(Console::read(inside.path()), Err(ConsoleError::Foreign(_))));
    }

    #[test]
    fn what_is_too_large_or_too_many_is_not_read() {
        let large = folder(&[(PAGE, "")]);
        let file = std::fs::File::create(large.path().join("ui.wasm")).unwrap();
        file.set_len(FILE_BYTES_MAX + 1).unwrap();
        assert!(matches!(Console::read(large.path()), Err(ConsoleError::Large(_))));
        let names: Vec<String> = (0..FILES_MAX).map(|number| format!("{number}.js")).collect();
        let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        files.push((PAGE, ""));
        assert!(matches!(Console::read(folder(&files).path()), Err(ConsoleError::Many)));
    }

    #[test]
    fn only_who_takes_gzip_is_given_it() {
        let takes = |said: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(said));
            takes_gzip(&headers)
        };
        assert!(takes("gzip") && takes("br, gzip;q=0.5") && takes("deflate,GZIP"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes("gzipped") && !takes(""));
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
