//! The hub's description of what it answers, and another house's program that asks it everything the description allows and
//! more.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use reqwest::StatusCode;

use crate::media::{caller, case_with_picture, picture};
use crate::staff::Clerk;
use crate::support::TestHub;

fn described(hub: &TestHub) -> serde_json::Value {
    let answer = reqwest::blocking::get(format!("{}/v1/openapi.json", hub.url)).unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    serde_json::from_str(&answer.text().unwrap()).unwrap()
}

/// Every operation, by hand: a new one is added here when its description has been read.
const OPERATIONS: [&str; 82] = [
    "delete /v1/media/{sha256}/{size}",
    "get /console",
    "get /console/",
    "get /console/{file}",
    "get /healthz",
    "get /v1/admin/appeals",
    "get /v1/admin/audit/verify",
    "get /v1/admin/backups",
    "get /v1/admin/dead-letters",
    "get /v1/admin/devices",
    "get /v1/admin/districts",
    "get /v1/admin/figures",
    "get /v1/admin/health",
    "get /v1/admin/inbound/refused",
    "get /v1/admin/inbound/unbegun",
    "get /v1/admin/oidc",
    "get /v1/admin/oidc/back",
    "get /v1/admin/overview",
    "get /v1/admin/packs",
    "get /v1/admin/quarantine",
    "get /v1/admin/quarantine/{number}",
    "get /v1/admin/records/{record}/certificate",
    "get /v1/admin/records/{record}/survey",
    "get /v1/admin/recoveries",
    "get /v1/admin/recoveries/{request}",
    "get /v1/admin/restore",
    "get /v1/admin/session",
    "get /v1/admin/users",
    "get /v1/admin/ways",
    "get /v1/channels/{code}/messages",
    "get /v1/channels/{code}/photos/{record}/{sha256}",
    "get /v1/media/{sha256}/{size}",
    "get /v1/openapi.json",
    "get /v1/packs/{sha256}",
    "get /v1/recovery/{sha256}",
    "get /v1/schemas/{name}",
    "get /v1/wait",
    "head /v1/media/{sha256}/{size}",
    "options /v1/media/{sha256}/{size}",
    "patch /v1/media/{sha256}/{size}",
    "post /v1/admin/appeals/{number}/decline",
    "post /v1/admin/appeals/{number}/grant",
    "post /v1/admin/assignments",
    "post /v1/admin/audit/export",
    "post /v1/admin/backups",
    "post /v1/admin/backups/{backup}/restore",
    "post /v1/admin/cases/{case}/assignment",
    "post /v1/admin/dead-letters/{channel}/send-again",
    "post /v1/admin/devices/{author}/revoke",
    "post /v1/admin/devices/{author}/wipe",
    "post /v1/admin/districts",
    "post /v1/admin/districts/{code}/name",
    "post /v1/admin/districts/{code}/settings",
    "post /v1/admin/inbound/refused/{post}/forget",
    "post /v1/admin/inbound/refused/{post}/look",
    "post /v1/admin/inbound/refused/{post}/retry",
    "post /v1/admin/inbound/{record}/begin",
    "post /v1/admin/inbound/{record}/put-aside",
    "post /v1/admin/packs",
    "post /v1/admin/packs/check",
    "post /v1/admin/packs/{scope}/roll-back",
    "post /v1/admin/passphrase",
    "post /v1/admin/quarantine/{number}/look",
    "post /v1/admin/quarantine/{number}/refuse",
    "post /v1/admin/quarantine/{number}/release",
    "post /v1/admin/records/{record}/destroy",
    "post /v1/admin/recoveries/{request}/answer",
    "post /v1/admin/recoveries/{request}/refuse",
    "post /v1/admin/sign-in",
    "post /v1/admin/sign-out",
    "post /v1/admin/users",
    "post /v1/admin/users/{user}/district",
    "post /v1/admin/users/{user}/enrolment",
    "post /v1/admin/users/{user}/name",
    "post /v1/admin/users/{user}/revoke",
    "post /v1/admin/users/{user}/role",
    "post /v1/channels/{code}/receipts",
    "post /v1/enrol",
    "post /v1/inbound/{channel}",
    "post /v1/media/{sha256}/{size}",
    "post /v1/recovery",
    "post /v1/sync",
];

/// Whoever asks there has what they show in the body.
const SHOW_IT_THEMSELVES: [&str; 4] = ["/v1/sync", "/v1/enrol", "/v1/admin/sign-in", "/v1/admin/oidc/back"];

#[test]
fn every_route_is_described_and_nothing_else() {
    let hub = TestHub::start();
    let said = described(&hub);
    assert!(said["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut operations = BTreeSet::new();
    for (path, methods) in said["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations.insert(format!("{method} {path}"));
            let answers = operation["responses"].as_object().unwrap();
            assert!(!answers.is_empty(), "{method} {path}");
            let needs_token = operation["security"].as_array().is_some_and(|some| !some.is_empty());
            assert_eq!(
                answers.contains_key("401") && !SHOW_IT_THEMSELVES.contains(&path.as_str()),
                needs_token,
                "{path}"
            );
        }
    }
    let known: BTreeSet<String> = OPERATIONS.iter().map(|one| (*one).to_owned()).collect();
    assert_eq!(operations, known);
}

/// A hub that serves this page, lets everybody try, and lets nobody wait.
fn patient_hub_with(page: &tempfile::TempDir) -> TestHub {
    let console = page.path().display();
    TestHub::start_with(&format!(
        "console = '{console}'\n[limits]\nwrong_codes = 1000000\nwait_seconds = 0\n"
    ))
}

#[test]
fn whatever_is_asked_is_answered_as_described_and_the_hub_never_fails() {
    let page = crate::console::page();
    let hub = patient_hub_with(&page);
    let mut worker = hub.officer("po_nic");
    let bytes = picture(b"a picture");
    let (_, sha256) = case_with_picture(&mut worker, &bytes);
    let up = caller(&mut worker);
    up.begin(sha256, bytes.len());
    assert_eq!(up.piece(sha256, 0, &bytes).status(), StatusCode::NO_CONTENT);
    let bearer = format!("Authorization: Bearer {}", up.token);
    let clerk = Clerk::signed_in(&hub, "asha", &["--all"]);
    let cookie = format!("Cookie: {}", clerk.cookie.as_deref().unwrap());
    let origin = format!("Origin: {}", hub.url);
    // It keeps notes in the folder it is started in.
    let notes = tempfile::tempdir().unwrap();
    // With a token and without, and as somebody of the staff, who stays signed in; by the same seed each time.
    let as_staff = [
        "--header",
        &cookie,
        "--header",
        &origin,
        "--include-path-regex",
        "^/v1/admin/",
        "--exclude-path",
        "/v1/admin/sign-out",
    ];
    for more in [&[] as &[&str], &["--header", &bearer], &as_staff] {
        let output = Command::new(program())
            .current_dir(notes.path())
            .env("PYTHONPATH", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("SCHEMATHESIS_HOOKS", "schemathesis_hooks")
            .arg("run")
            .arg(format!("{}/v1/openapi.json", hub.url))
            .args([
                "--url",
                &hub.url,
                "--seed",
                "6",
                "--max-examples",
                "25",
                "--phases",
                "examples,coverage,fuzzing",
            ])
            .args([
                "--checks",
                CHECKS,
                "--no-color",
                "--warnings",
                "off",
                "--generation-database",
                "none",
            ])
            .args(more)
            .output()
            .expect("Schemathesis is not installed, and this test needs it: `cargo xtask setup` installs it");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{said}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(clerk.get("/v1/admin/session").status(), StatusCode::OK);
    let deeds = hub.hub.storage.audit_rows(5_000).unwrap();
    for deed in ["administer", "export-audit"] {
        assert!(
            deeds.iter().any(|row| row.deed == deed),
            "it was let in, and did it: {deed}"
        );
    }
    assert_eq!(
        reqwest::blocking::get(format!("{}/healthz", hub.url)).unwrap().status(),
        StatusCode::OK
    );
}

/// What is looked at in each answer. That a body of chance is refused is not asked: the protocol's own tests do.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,\
                      unsupported_method,ignored_auth";

fn program() -> PathBuf {
    let beside = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../target/tools/schemathesis/bin/schemathesis"
    );
    std::env::var_os("VATSALYA_SCHEMATHESIS").map_or_else(|| beside.into(), PathBuf::from)
}
