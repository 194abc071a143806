//! The screens in a plain browser: the same page and the same call, under the app's own policy.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
};

use ipc::{Failure, FailureCode, Reply, Request};
use tests::{places, screens::policy};

/// The harness server; killed when dropped.
struct Shown {
    process: Child,
    url: String,
}

impl Drop for Shown {
    fn drop(&mut self) {
        let _ = self.process.kill().and_then(|()| self.process.wait());
    }
}

fn shown(folder: &std::path::Path) -> Shown {
    let mut process = places::workshop("screens")
        .args([
            "--link",
            "vatsalya:enrol?hub=http://127.0.0.1:9&code=0000-0000-0000",
            "--data-dir",
        ])
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
    Shown { process, url }
}

#[test]
fn the_page_and_the_call_are_served_under_the_apps_policy() {
    let folder = tempfile::tempdir().unwrap();
    let shown = shown(folder.path());
    let client = reqwest::blocking::Client::new();
    let page = client.get(format!("{}/", shown.url)).send().unwrap();
    assert_eq!(page.headers()["content-security-policy"], policy().unwrap());
    assert!(page.text().unwrap().contains("start.js"));
    let wasm = client.get(format!("{}/ui_bg.wasm", shown.url)).send().unwrap();
    assert_eq!(wasm.headers()["content-type"], "application/wasm");
    let outside = client
        .get(format!("{}/..%2f..%2fCargo.toml", shown.url))
        .send()
        .unwrap();
    assert!(!outside.text().unwrap().contains("[workspace]"));

    let call = |request: &Request| {
        let body = serde_json::to_string(request).unwrap();
        let post = client
            .post(format!("{}/call", shown.url))
            .header("content-type", "application/json");
        post.body(body).send().unwrap()
    };
    let Reply::Start(start) = serde_json::from_slice(&call(&Request::Start).bytes().unwrap()).unwrap() else {
        panic!("start is answered by start")
    };
    assert!(start.users.is_empty() && start.link.is_some());
    let locked = call(&Request::SyncStatus);
    assert_eq!(locked.status(), 409);
    let failure: Failure = serde_json::from_slice(&locked.bytes().unwrap()).unwrap();
    assert_eq!(failure.code, FailureCode::Locked);
}
