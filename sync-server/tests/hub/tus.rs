//! Media by tus 1.0, as clients know it that were written by others.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::ids::Sha256;
use protocol::limits::{MEDIA_BYTES_MAX, MEDIA_PIECE_BYTES_MAX};
use protocol::media::{
    MediaSize, PIECE_CONTENT_TYPE, TUS_CHECKSUM_ALGORITHM, TUS_EXTENSION, TUS_MAX_SIZE, TUS_RESUMABLE, TUS_VERSION,
    UPLOAD_CHECKSUM, UPLOAD_EXPIRES, UPLOAD_LENGTH, UPLOAD_METHOD, UPLOAD_OFFSET, path,
};
use reqwest::blocking::Response;
use reqwest::{Method, StatusCode};
use sha2::Digest as _;

use crate::media::{Caller, caller, case_with_picture, offset, picture};
use crate::support::{TestHub, now_ms, random};

const DAY_MS: i64 = 86_400_000;

fn said<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    response.headers().get(name)?.to_str().ok()
}

fn large() -> Vec<u8> {
    picture(&(0..100).flat_map(|_| random::<1000>()).collect::<Vec<u8>>())
}

fn piece_headers(offset: usize) -> Vec<(&'static str, String)> {
    vec![
        (UPLOAD_OFFSET, offset.to_string()),
        ("content-type", PIECE_CONTENT_TYPE.to_owned()),
    ]
}

#[test]
fn what_a_hub_can_do_is_said_to_anybody_and_another_version_is_not_spoken() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let bytes = picture(b"x");
    let (_, sha256) = case_with_picture(&mut worker, &bytes);
    let nobody = Caller {
        device: &worker,
        token: String::new(),
    };
    let asked = nobody.call(Method::OPTIONS, sha256, &[], Vec::new());
    assert_eq!(asked.status(), StatusCode::NO_CONTENT);
    assert_eq!(said(&asked, TUS_RESUMABLE), Some("1.0.0"));
    assert_eq!(said(&asked, TUS_VERSION), Some("1.0.0"));
    assert_eq!(said(&asked, TUS_MAX_SIZE), Some(MEDIA_BYTES_MAX.to_string().as_str()));
    assert_eq!(said(&asked, TUS_CHECKSUM_ALGORITHM), Some("sha1,sha256"));
    let extensions = said(&asked, TUS_EXTENSION).unwrap();
    for extension in ["creation", "checksum", "expiration", "termination"] {
        assert!(extensions.split(',').any(|said| said == extension), "{extension}");
    }

    let up = caller(&mut worker);
    let in_version = |version: &str| {
        let headers = [
            (TUS_RESUMABLE, version.to_owned()),
            (UPLOAD_LENGTH, bytes.len().to_string()),
        ];
        up.call(Method::POST, sha256, &headers, Vec::new())
    };
    let other = in_version("0.2.2");
    assert_eq!(other.status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(said(&other, TUS_VERSION), Some("1.0.0"));
    assert_eq!(
        up.call(Method::HEAD, sha256, &[], Vec::new()).status(),
        StatusCode::NOT_FOUND,
        "nothing was begun"
    );
    let begun = in_version("1.0.0");
    assert_eq!(begun.status(), StatusCode::CREATED);
    assert_eq!(said(&begun, TUS_RESUMABLE), Some("1.0.0"));
    assert_eq!(
        said(&begun, "location"),
        Some(path(&sha256, MediaSize::Field).as_str()),
        "the object has a place of its own"
    );
    // Who does not ask for it is spared the bytes.
    let plain = up.begin(sha256, bytes.len());
    assert_eq!((plain.status(), said(&plain, TUS_RESUMABLE)), (StatusCode::OK, None));
}

#[test]
fn a_piece_with_a_sum_is_taken_whole_or_not_at_all() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let bytes = large();
    let (_, sha256) = case_with_picture(&mut worker, &bytes);
    let up = caller(&mut worker);
    up.begin(sha256, bytes.len());
    let piece = |from: usize, to: usize, sum: String| {
        let mut headers = piece_headers(from);
        headers.push((UPLOAD_CHECKSUM, sum));
        up.call(Method::PATCH, sha256, &headers, bytes[from..to].to_vec())
    };
    let sha1 = |piece: &[u8]| format!("sha1 {}", STANDARD.encode(sha1::Sha1::digest(piece)));
    let wrong = piece(0, 5_000, sha1(b"something else"));
    assert_eq!(wrong.status().as_u16(), 460);
    for unknown in ["md5 AAAA", "sha1 AAAA", "sha1", "sha256 %%%"] {
        assert_eq!(
            piece(0, 5_000, unknown.into()).status(),
            StatusCode::BAD_REQUEST,
            "{unknown}"
        );
    }
    let stands = up.call(Method::HEAD, sha256, &[], Vec::new());
    assert_eq!(offset(&stands), "0", "nothing of it was kept");
    assert_eq!(offset(&piece(0, 5_000, sha1(&bytes[..5_000]))), "5000");
    let sha256_sum = format!("sha256 {}", STANDARD.encode(sha2::Sha256::digest(&bytes[5_000..9_000])));
    assert_eq!(offset(&piece(5_000, 9_000, sha256_sum)), "9000");
    let to = 9_000 + MEDIA_PIECE_BYTES_MAX + 1;
    let long = piece(9_000, to, sha1(&bytes[9_000..to]));
    assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        up.piece(sha256, 9_000, &bytes[9_000..]).status(),
        StatusCode::NO_CONTENT
    );
}

#[test]
fn what_arrived_before_a_cut_is_kept_and_the_rest_may_come_in_one_body() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let bytes = large();
    let (_, sha256) = case_with_picture(&mut worker, &bytes);
    let up = caller(&mut worker);
    up.begin(sha256, bytes.len());
    let mut socket = TcpStream::connect(hub.url.trim_start_matches("http://")).unwrap();
    write!(
        socket,
        "PATCH {} HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {}\r\n{UPLOAD_OFFSET}: 0\r\n\
         content-type: {PIECE_CONTENT_TYPE}\r\ncontent-length: {}\r\n\r\n",
        path(&sha256, MediaSize::Field),
        up.token,
        bytes.len()
    )
    .unwrap();
    socket.write_all(&bytes[..70_000]).unwrap();
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    // The hub has done with it when it closes.
    let _ = socket.read_to_end(&mut Vec::new());
    let stands = up.call(Method::HEAD, sha256, &[], Vec::new());
    assert_eq!(offset(&stands), "70000");
    assert_eq!(
        up.piece(sha256, 70_000, &bytes[70_000..]).status(),
        StatusCode::NO_CONTENT
    );
    let whole = up.call(Method::GET, sha256, &[], Vec::new());
    assert_eq!(said(&whole, "content-length"), Some(bytes.len().to_string().as_str()));
    assert_eq!(whole.bytes().unwrap(), bytes);
}

#[test]
fn an_upload_is_waited_for_so_long_and_then_forgotten() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let (bytes, another) = (large(), picture(b"another"));
    let (_, sha256) = case_with_picture(&mut worker, &bytes);
    let (_, next) = case_with_picture(&mut worker, &another);
    let up = caller(&mut worker);
    let until = up.begin(sha256, bytes.len());
    assert!(said(&until, UPLOAD_EXPIRES).unwrap().ends_with(" GMT"));
    let left = up.piece(sha256, 0, &bytes[..1_000]);
    assert_eq!(said(&left, UPLOAD_EXPIRES), said(&until, UPLOAD_EXPIRES));

    // As if it had been begun fifteen days ago.
    hub.hub.storage.forget_media(sha256).unwrap();
    let length = bytes.len() as u64;
    hub.hub
        .storage
        .begin_media(sha256, length, now_ms() - 15 * DAY_MS)
        .unwrap();
    let over = up.call(Method::HEAD, sha256, &[], Vec::new());
    assert_eq!(over.status(), StatusCode::NOT_FOUND);
    assert_eq!(up.piece(sha256, 1_000, &bytes[1_000..]).status(), StatusCode::NOT_FOUND);
    // Another that begins sweeps it away, bytes and all.
    up.begin(next, another.len());
    assert_eq!(hub.hub.storage.media(sha256).unwrap(), None);
    let anew = up.begin(sha256, bytes.len());
    assert_eq!((anew.status(), offset(&anew)), (StatusCode::CREATED, "0"));
    let whole = up.piece(sha256, 0, &bytes);
    assert_eq!(
        (whole.status(), said(&whole, UPLOAD_EXPIRES)),
        (StatusCode::NO_CONTENT, None)
    );
}

#[test]
fn an_upload_is_ended_by_whoever_may_bring_it_until_it_is_whole() {
    let hub = TestHub::start();
    let (mut worker, mut stranger) = (hub.officer("po_nic"), hub.officer("po_nic"));
    let bytes = large();
    let (_, sha256) = case_with_picture(&mut worker, &bytes);
    let up = caller(&mut worker);
    let end = |by: &Caller<'_>| by.call(Method::DELETE, sha256, &[], Vec::new()).status();
    assert_eq!(end(&up), StatusCode::NOT_FOUND, "it has not begun");
    up.begin(sha256, bytes.len());
    up.piece(sha256, 0, &bytes[..1_000]);
    assert_eq!(end(&caller(&mut stranger)), StatusCode::NOT_FOUND);
    assert_eq!(end(&up), StatusCode::NO_CONTENT);
    assert_eq!(
        up.call(Method::HEAD, sha256, &[], Vec::new()).status(),
        StatusCode::NOT_FOUND
    );
    // A length that somebody said wrongly is no length for ever.
    up.begin(sha256, bytes.len() + 9);
    up.piece(sha256, 0, &bytes[..1_000]);
    let right = up.begin(sha256, bytes.len());
    assert_eq!((right.status(), offset(&right)), (StatusCode::CREATED, "0"));
    // Where there is no other method than these two, the one stands for the other.
    let mut headers = piece_headers(0);
    headers.push((UPLOAD_METHOD, "PATCH".to_owned()));
    let brought = up.call(Method::POST, sha256, &headers, bytes.clone());
    assert_eq!(brought.status(), StatusCode::NO_CONTENT);
    assert_eq!(end(&up), StatusCode::FORBIDDEN, "others may have it already");
    assert_eq!(up.call(Method::GET, sha256, &[], Vec::new()).bytes().unwrap(), bytes);
}

#[test]
fn a_case_has_as_many_bytes_of_media_as_it_may_and_another_case_has_its_own() {
    let hub = TestHub::start_with("[limits]\nmedia_mb_of_a_case = 1\n");
    let mut worker = hub.officer("po_nic");
    let half = picture(&vec![7; 600_000]);
    let (case, first) = case_with_picture(&mut worker, &half);
    let second = crate::media::another_picture(&mut worker, case, &picture(&vec![8; 600_000]));
    let (_, elsewhere) = case_with_picture(&mut worker, &picture(&vec![9; 600_000]));
    let up = caller(&mut worker);
    assert_eq!(up.begin(first, half.len()).status(), StatusCode::CREATED);
    assert_eq!(up.begin(second, half.len()).status(), StatusCode::INSUFFICIENT_STORAGE);
    assert_eq!(up.begin(elsewhere, half.len()).status(), StatusCode::CREATED);
    assert_eq!(up.begin(first, half.len()).status(), StatusCode::OK);
}

#[test]
fn tus_js_client_brings_pictures() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let folder = tempfile::tempdir().unwrap();
    for (way, says) in [
        ("whole", "brought"),
        ("pieces", "brought"),
        ("without-patch", "brought"),
        ("with-creation", "brought"),
        ("cut-short", "brought"),
        ("ended", "ended"),
    ] {
        let bytes = large();
        let (_, sha256) = case_with_picture(&mut worker, &bytes);
        let up = caller(&mut worker);
        let file = folder.path().join(way);
        std::fs::write(&file, &bytes).unwrap();
        bring(&hub, way, says, sha256, &up.token, &file);
        let there = up.call(Method::GET, sha256, &[], Vec::new());
        if says == "brought" {
            assert_eq!(there.bytes().unwrap(), bytes, "{way}");
            // Once more: it is there already.
            bring(&hub, "whole", "brought", sha256, &up.token, &file);
        } else {
            assert_eq!(there.status(), StatusCode::NOT_FOUND);
            let gone = up.call(Method::HEAD, sha256, &[], Vec::new());
            assert_eq!(gone.status(), StatusCode::NOT_FOUND);
        }
    }
}

fn bring(hub: &TestHub, way: &str, says: &str, sha256: Sha256, token: &str, file: &std::path::Path) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tus-client.mjs");
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools/npm/tus-js-client");
    let client = std::env::var_os("VATSALYA_TUS_CLIENT").map_or_else(|| beside.into(), PathBuf::from);
    let place = format!("{}{}", hub.url, path(&sha256, MediaSize::Field));
    let output = Command::new("node")
        .args([script, way, &place, token])
        .arg(file)
        .env("TUS_CLIENT", client)
        .output()
        .unwrap();
    let (said, failed) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success() && said.trim() == says, "{way}: {said} {failed}");
}
