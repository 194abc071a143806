//! Signatures beside the specification's own library, from npm: what the hub sends is verified by it, what it signs the hub takes.

use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use crate::inbound::example;
use crate::pulled::fetched;
use crate::receiver::{self, SECRET};
use crate::support::TestHub;

const OTHER_SECRET: &str = "whsec_b3RoZXIgc2VjcmV0IG9mIDI0IGJ5dGVzIQ==";

/// What the library says.
fn library(arguments: &[&str], input: &str) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/standard-webhooks.mjs");
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/tools/npm/standardwebhooks");
    let folder = std::env::var_os("VATSALYA_WEBHOOKS").map_or_else(|| beside.into(), PathBuf::from);
    let mut node = Command::new("node")
        .arg(script)
        .args(arguments)
        .env("STANDARD_WEBHOOKS", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    node.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{failed}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The first message that a hub sends to a channel, as its headers and its body.
fn sent() -> (BTreeMap<String, String>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let hub = TestHub::start_with(&format!(
        "[channels.vatsalya]\nurl = 'http://{address}/in'\nsecret = '{SECRET}'\n"
    ));
    let mut worker = hub.officer("po_nic");
    worker.open_case();
    worker.sync();
    let mut reader = BufReader::new(listener.accept().unwrap().0);
    let (headers, body) = receiver::read(&mut reader).unwrap();
    let answer = "HTTP/1.1 200 X\r\ncontent-length: 20\r\n\r\n{\"reference\":\"VP-1\"}";
    reader.get_mut().write_all(answer.as_bytes()).unwrap();
    let headers = headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (headers.collect(), String::from_utf8(body).unwrap())
}

#[test]
fn the_specifications_own_library_verifies_what_the_hub_sends_and_nothing_that_was_changed() {
    let (headers, body) = sent();
    let verify = |secret: &str, headers: &BTreeMap<String, String>, body: &str| {
        let said: Json = json!({ "headers": headers, "body": body });
        library(&["verify", secret], &said.to_string())
    };
    assert_eq!(verify(SECRET, &headers, &body), "verified");
    assert_eq!(verify(OTHER_SECRET, &headers, &body), "WebhookVerificationError");
    assert_eq!(
        verify(SECRET, &headers, &format!("{body} ")),
        "WebhookVerificationError"
    );
    let mut another = headers;
    another.insert("webhook-id".into(), "another".into());
    assert_eq!(verify(SECRET, &another, &body), "WebhookVerificationError");
}

#[test]
fn what_the_specifications_own_library_signs_is_taken_and_under_another_secret_it_is_not() {
    let hub = TestHub::start_with(&fetched("helpline"));
    let place = format!("{}/v1/inbound/helpline", hub.url);
    let post = example("helpline").to_string();
    assert_eq!(library(&["post", OTHER_SECRET, &place], &post), "401");
    assert_eq!(library(&["post", SECRET, &place], &post), "201");
}
