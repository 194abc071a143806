//! The settings that keep the page in its place: a change of one of them is a decision, not a slip.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use serde_json::{Value, json};

fn config() -> Value {
    serde_json::from_str(include_str!("../tauri.conf.json")).unwrap()
}

#[test]
fn the_page_may_load_only_what_is_in_the_app_and_talk_only_to_the_shell() {
    assert_eq!(
        config()["app"]["security"]["csp"],
        json!({
            "default-src": "'none'",
            "script-src": "'self' 'wasm-unsafe-eval'",
            "style-src": "'self'",
            "font-src": "'self'",
            "img-src": "'self' data: blob:",
            "media-src": "'self' blob:",
            "connect-src": "'self' ipc: http://ipc.localhost",
            "form-action": "'none'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
            "object-src": "'none'"
        })
    );
}

#[test]
fn the_page_gets_no_global_tauri_and_a_frozen_prototype() {
    let app = &config()["app"];
    assert_eq!(app["withGlobalTauri"], false);
    assert_eq!(app["security"]["freezePrototype"], true);
    assert!(
        app["security"].get("assetProtocol").is_none(),
        "files of the disk are not served to the page"
    );
    assert!(app["security"].get("dangerousDisableAssetCspModification").is_none());
}

#[test]
fn the_one_permission_is_the_one_command() {
    let capability: Value = serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
    assert_eq!(capability["permissions"], json!(["allow-call"]));
    assert_eq!(capability["windows"], json!(["main"]));
    assert!(capability.get("remote").is_none(), "no page from elsewhere may call");
    assert_eq!(config()["app"]["security"]["capabilities"], json!(["main"]));
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/capabilities")).unwrap();
    assert_eq!(files.count(), 1, "there is one capability");
}

#[test]
fn the_screens_come_from_the_binary_and_from_no_dev_server() {
    let build = &config()["build"];
    assert_eq!(build["frontendDist"], "../ui/dist");
    assert!(build.get("devUrl").is_none());
}

#[test]
fn the_window_fits_a_phone_and_opens_as_a_tablet() {
    let window = &config()["app"]["windows"][0];
    assert_eq!(
        (window["minWidth"].as_u64(), window["minHeight"].as_u64()),
        (Some(360), Some(600))
    );
    assert_eq!(
        (window["width"].as_u64(), window["height"].as_u64()),
        (Some(1280), Some(800))
    );
    assert_eq!(
        window["create"], false,
        "the window is made in code, private unless a test drives it"
    );
}
