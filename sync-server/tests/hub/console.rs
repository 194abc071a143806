//! The page for district officers: served out of its folder and nothing else, under a policy that lets nothing in; and not at all
//! where no folder is named.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use flate2::read::GzDecoder;
use reqwest::StatusCode;
use reqwest::blocking::{Client, Response};

use crate::support::TestHub;

/// Long enough to be packed.
const SCRIPT: &str = "export const line = 'a line that is said again and again';\n";
const TIMES: usize = 60;

/// A page as `cargo xtask ui` lays it out, in small.
pub(crate) fn page() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let script = SCRIPT.repeat(TIMES);
    let files: [(&str, &[u8]); 6] = [
        ("index.html", b"<!doctype html><title>Console</title>"),
        ("start.js", b"import init from './console.js';"),
        ("console.js", script.as_bytes()),
        ("console_bg.wasm", b"\0asm\x01\0\0\0"),
        ("base.css", b"body { margin: 0 }"),
        ("mark.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ];
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

struct Served {
    hub: TestHub,
    client: Client,
    _page: tempfile::TempDir,
}

impl Served {
    fn start() -> Self {
        let page = page();
        let hub = TestHub::start_with(&format!("console = '{}'\n", page.path().display()));
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Self {
            hub,
            client: client.unwrap(),
            _page: page,
        }
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let request = self.client.get(format!("{}{path}", self.hub.url));
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().unwrap()
    }
}

/// What a hub answers to a path that is sent as it stands, without anybody making it plain.
fn raw(url: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn where_no_folder_is_named_there_is_nothing_there_as_anywhere_else() {
    let hub = TestHub::start();
    let looks = |path: &str| {
        let answer = raw(&hub.url, path);
        let lines = answer.lines().filter(|line| !line.starts_with("date:"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let nothing = looks("/nothing-here");
    assert!(nothing[0].contains("404"), "{nothing:?}");
    for path in ["/console", "/console/", "/console/index.html", "/console/start.js"] {
        assert_eq!(looks(path), nothing, "{path}");
    }
}

#[test]
fn each_file_is_what_it_is_under_a_policy_that_lets_nothing_else_in() {
    let served = Served::start();
    for (path, kind) in [
        ("/console/", "text/html; charset=utf-8"),
        ("/console/index.html", "text/html; charset=utf-8"),
        ("/console/start.js", "text/javascript; charset=utf-8"),
        ("/console/console_bg.wasm", "application/wasm"),
        ("/console/base.css", "text/css; charset=utf-8"),
        ("/console/mark.svg", "image/svg+xml"),
    ] {
        let answer = served.get(path, &[]);
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let headers = answer.headers();
        assert_eq!(headers["content-type"], kind);
        let policy = headers["content-security-policy"].to_str().unwrap();
        let rules: Vec<&str> = policy.split("; ").collect();
        for rule in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ] {
            assert!(rules.contains(&rule), "{policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-cache"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
    }
    let outside = served.get("/console", &[]);
    assert_eq!(outside.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(outside.headers()["location"], "/console/");
    let post = served
        .client
        .post(format!("{}/console/", served.hub.url))
        .send()
        .unwrap();
    assert_eq!(post.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let served = Served::start();
    for path in [
        "/console/../hub.toml",
        "/console/..%2fhub.toml",
        "/console/%2e%2e/hub.toml",
        "/console/%2e%2e%2fhub.toml",
        "/console/..%5chub.toml",
        "/console//etc/passwd",
        "/console/%2fetc%2fpasswd",
        "/console/./index.html/../../hub.toml",
        "/console/index.html%00",
        "/console/index.html/",
        "/console/INDEX.HTML",
        "/console/%ff",
        "/console/nothing.js",
    ] {
        let answer = raw(&served.hub.url, path);
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(
            !answer.contains("data_dir") && !answer.contains("root:"),
            "{path}: {answer}"
        );
    }
    assert!(raw(&served.hub.url, "/console/index.html").starts_with("HTTP/1.1 200"));
}

#[test]
fn it_goes_packed_to_who_reads_that_and_not_again_to_who_has_it() {
    let served = Served::start();
    let whole = SCRIPT.repeat(TIMES);
    let plain = served.get("/console/console.js", &[]);
    assert!(!plain.headers().contains_key("content-encoding"));
    assert_eq!(plain.headers()["vary"], "accept-encoding");
    let tag = plain.headers()["etag"].clone();
    assert_eq!(plain.text().unwrap(), whole);

    let packed = served.get("/console/console.js", &[("accept-encoding", "br, gzip")]);
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let packed_tag = packed.headers()["etag"].clone();
    assert_ne!(packed_tag, tag, "they are not the same bytes");
    let bytes = packed.bytes().unwrap();
    assert!(bytes.len() * 10 < whole.len(), "{} bytes", bytes.len());
    let mut unpacked = String::new();
    GzDecoder::new(&*bytes).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, whole);

    let has = |headers: &[(&str, &str)]| served.get("/console/console.js", headers).status();
    let (tag, packed_tag) = (tag.to_str().unwrap(), packed_tag.to_str().unwrap());
    assert_eq!(has(&[("if-none-match", tag)]), StatusCode::NOT_MODIFIED);
    assert_eq!(
        has(&[
            ("if-none-match", &format!("\"x\", W/{packed_tag}")),
            ("accept-encoding", "gzip")
        ]),
        StatusCode::NOT_MODIFIED
    );
    assert_eq!(has(&[("if-none-match", "\"x\"")]), StatusCode::OK);
    // What packing does not make smaller stays as it is.
    let small = served.get("/console/base.css", &[("accept-encoding", "gzip")]);
    assert!(!small.headers().contains_key("content-encoding"));
    assert!(small.content_length().unwrap() < 100);
}
