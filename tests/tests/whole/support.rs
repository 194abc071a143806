//! What the receiver of the hub's own tests stands on, and a helpline.

use std::time::Instant;

use casework::CaseId;
use reqwest::blocking::Response;
use serde_json::{Value as Json, json};
use standardwebhooks::Webhook;
use tests::{ground, tablet::PATIENCE};

use crate::receiver::SECRET;

/// Tries until it succeeds or patience is at its end.
pub(crate) fn eventually<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "it never came true");
        std::thread::yield_now();
    }
}

pub(crate) fn now_ms() -> i64 {
    ground::now_ms()
}

/// Posts a referral, as a helpline does, and gives the case that it becomes.
pub(crate) fn refer(hub: &str, district: &str, reference: &str, urgency: &str) -> CaseId {
    let now = |ms: i64| jiff::Timestamp::from_millisecond(ms).unwrap().to_string();
    let now_ms = now_ms();
    let body = json!({
        "type": "child.referred",
        "timestamp": now(now_ms / 1000 * 1000),
        "data": {
            "line": "1098",
            "reference": reference,
            "district": district,
            "received_at": now(now_ms / 1000 * 1000 - 60_000),
            "urgency": urgency,
            "place": "Garhpur Junction, platform 2",
            "told": "A girl alone since the morning.",
            "child": { "name": "Munni Kisku", "sex": "female", "age_years": 9 }
        }
    });
    let answer = post_to_helpline(hub, &body.to_string());
    assert_eq!(answer.status().as_u16(), 201);
    let said: Json = serde_json::from_str(&answer.text().unwrap()).unwrap();
    said["record"].as_str().unwrap().parse().unwrap()
}

/// Posts this, signed as a helpline signs.
pub(crate) fn post_to_helpline(hub: &str, body: &str) -> Response {
    let signed_s = now_ms() / 1000;
    let signature = Webhook::new(SECRET).unwrap().sign("msg_in", signed_s, body.as_bytes());
    reqwest::blocking::Client::new()
        .post(format!("{hub}/v1/inbound/helpline"))
        .header("webhook-id", "msg_in")
        .header("webhook-timestamp", signed_s.to_string())
        .header("webhook-signature", signature.unwrap())
        .body(body.to_owned())
        .send()
        .unwrap()
}
