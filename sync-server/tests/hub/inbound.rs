//! What helplines, TrackChild and Khoya-Paya post: signed, once, as its schema says; what it becomes, and what is told back.

use casework::{Compartment, DocumentKind, Value};
use protocol::DocumentId;
use reqwest::blocking::Response;
use serde_json::{Value as Json, json};
use standardwebhooks::Webhook;
use sync_server::inbound::INBOUND;

use crate::command::administer;
use crate::destroyed::order;
use crate::pulled::{fetched, whole};
use crate::receiver::SECRET;
use crate::support::{TestDevice, TestHub, document, eventually, now_ms};

const OTHER_SECRET: &str = "whsec_b3RoZXIgc2VjcmV0IG9mIDI0IGJ5dGVzIQ==";

fn hub() -> TestHub {
    let channels = ["helpline", "khoya-paya", "trackchild"];
    TestHub::start_with(&channels.map(fetched).concat())
}

pub(crate) fn example(channel: &str) -> Json {
    let found = INBOUND.into_iter().find(|one| one.channel == channel).unwrap();
    serde_json::from_str(found.example).unwrap()
}

fn post_signed(url: &str, channel: &str, body: &str, secret: &str) -> Response {
    let now_s = now_ms() / 1000;
    let signature = Webhook::new(secret).unwrap().sign("msg_in", now_s, body.as_bytes());
    reqwest::blocking::Client::new()
        .post(format!("{url}/v1/inbound/{channel}"))
        .header("webhook-id", "msg_in")
        .header("webhook-timestamp", now_s.to_string())
        .header("webhook-signature", signature.unwrap())
        .body(body.to_owned())
        .send()
        .unwrap()
}

pub(crate) fn post(hub: &TestHub, channel: &str, body: &Json) -> (u16, Json) {
    post_to(&hub.url, channel, body)
}

pub(crate) fn post_to(url: &str, channel: &str, body: &Json) -> (u16, Json) {
    let answer = post_signed(url, channel, &body.to_string(), SECRET);
    let status = answer.status().as_u16();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert_eq!(
        kind,
        if status < 300 {
            "application/json"
        } else {
            "application/problem+json"
        }
    );
    (status, serde_json::from_str(&answer.text().unwrap()).unwrap())
}

pub(crate) fn record(answer: &Json) -> [u8; 16] {
    let id: uuid::Uuid = answer["record"].as_str().unwrap().parse().unwrap();
    *id.as_bytes()
}

fn report(id: [u8; 16]) -> DocumentId {
    let mut document = [DocumentKind::Missing.to_byte(); 17];
    document[..16].copy_from_slice(&id);
    DocumentId(document)
}

fn reads(device: &TestDevice, id: DocumentId, fact: &str, value: impl Into<Value>) {
    assert_eq!(device.fact(id, fact), Some(value.into()), "{fact}");
}

#[test]
fn a_referral_is_the_draft_of_a_case_at_the_next_sync_and_the_helpline_hears_what_becomes_of_it() {
    let hub = hub();
    let mut head = hub.officer("dcpo");
    let mut worker = hub.officer("po_nic");
    let (status, answer) = post(&hub, "helpline", &example("helpline"));
    assert_eq!(status, 201, "{answer}");
    let case = record(&answer);
    let (core, identity) = (document(case, Compartment::Core), document(case, Compartment::Identity));
    head.sync();
    reads(&head, core, "case.kind", "cncp");
    reads(&head, core, "case.stage", "intake");
    reads(&head, core, "case.urgency", "emergency");
    reads(&head, core, "intake.source", "helpline_1098");
    reads(&head, core, "intake.reference", "1098-556677");
    reads(&head, identity, "child.name", "Asha");
    reads(&head, identity, "child.age_stated", Value::Integer(9));
    let told = "A girl alone since the morning, crying.";
    reads(&head, document(case, Compartment::Legal), "found.circumstances", told);
    worker.sync();
    assert!(worker.documents.is_empty(), "not before it is given to somebody");
    hub.assign(&worker, case);
    worker.sync();
    let at = Value::Instant(now_ms());
    worker.edit(core, &[crate::support::set("intake.acknowledged_at", at)]);
    worker.sync();
    let last = eventually(|| {
        let told = whole(&hub, "helpline", 0).0.pop()?;
        (told["payload"]["data"]["state"] == "acknowledged").then_some(told)
    });
    assert_eq!(last["payload"]["data"]["reference"], "1098-556677");
    assert!(!last.to_string().contains("Asha"));
    assert_eq!(hub.hub.storage.broken_audit_row().unwrap(), None);
}

#[test]
fn a_missing_and_a_sighted_child_become_reports_and_who_posted_hears_what_becomes_of_them() {
    let hub = hub();
    let mut worker = hub.officer("po_nic");
    for (channel, kind) in [("trackchild", "missing"), ("khoya-paya", "sighted")] {
        let (status, answer) = post(&hub, channel, &example(channel));
        assert_eq!(status, 201, "{answer}");
        let id = report(record(&answer));
        worker.sync();
        reads(&worker, id, "missing.kind", kind);
        reads(&worker, id, "missing.status", kind);
        reads(&worker, id, "missing.source", channel);
        reads(&worker, id, "missing.clothes", "A blue frock");
        worker.edit(id, &[crate::support::set("missing.status", "traced")]);
        worker.sync();
        let last = eventually(|| {
            let told = whole(&hub, channel, 0).0.pop()?;
            (told["payload"]["data"]["status"] == "traced").then_some(told)
        });
        assert!(crate::receiver::fits(&last["payload"]), "{last}");
        assert!(!last.to_string().contains("frock"));
    }
}

#[test]
fn a_post_is_taken_once_by_its_reference_and_another_under_it_is_refused() {
    let hub = hub();
    let body = example("helpline");
    let (first, answer) = post(&hub, "helpline", &body);
    let (again, same) = post(&hub, "helpline", &body);
    assert_eq!((first, again), (201, 200));
    assert_eq!(answer, same);
    let mut other = body.clone();
    other["data"]["urgency"] = "routine".into();
    let (status, problem) = post(&hub, "helpline", &other);
    assert_eq!((status, &problem["title"]), (409, &json!("reference is taken")));
    other["data"]["reference"] = "1098-2".into();
    assert_eq!(post(&hub, "helpline", &other).0, 201);
    assert_eq!(
        hub.hub
            .storage
            .district_documents(crate::support::DISTRICT)
            .unwrap()
            .len(),
        8
    );
    // Many at once are one.
    other["data"]["reference"] = "1098-3".into();
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| post(&hub, "helpline", &other).0))
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 201]);
    assert_eq!(
        hub.hub
            .storage
            .district_documents(crate::support::DISTRICT)
            .unwrap()
            .len(),
        12
    );
    // What the law destroyed does not come back by being posted again.
    let order = order(record(&answer));
    hub.hub.storage.destroy(&order, &[], now_ms()).unwrap();
    assert_eq!(post(&hub, "helpline", &body).0, 410);
    eventually(|| hub.hub.keys.of(order.subject).is_none().then_some(()));
    assert_eq!(post(&hub, "helpline", &body).0, 410);
}

#[test]
fn a_bad_post_is_told_which_field_and_why_and_is_kept_for_a_person() {
    let hub = hub();
    let mut bad = example("trackchild");
    bad["data"]["child"]["age_years"] = 140.into();
    bad["data"]["child"]["name"] = "SECRETNAME".repeat(90).into();
    bad["data"]["seen"]["pin"] = "SECRETPIN".into();
    let (status, problem) = post(&hub, "trackchild", &bad);
    assert_eq!(status, 422);
    let said = problem.to_string();
    assert!(!said.contains("SECRET"), "{said}");
    let pointers: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    for field in ["#/data/child/age_years", "#/data/child/name", "#/data/seen/pin"] {
        assert!(pointers.contains(&field), "{pointers:?}");
    }
    let kept = hub.hub.storage.refused_posts(9).unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].body, bad.to_string().as_bytes());
    assert!(kept[0].reason.contains("/data/child/age_years is larger") && !kept[0].reason.contains("SECRET"));
    // Posted again it is kept once; looked at, it goes.
    post(&hub, "trackchild", &bad);
    assert_eq!(hub.hub.storage.refused_posts(9).unwrap().len(), 1);
    assert!(hub.hub.storage.forget_refused_post(kept[0].id, None).unwrap());
    assert!(!hub.hub.storage.forget_refused_post(kept[0].id, None).unwrap());
    let mut elsewhere = example("trackchild");
    elsewhere["data"]["district"] = "XX-YYY".into();
    let (status, problem) = post(&hub, "trackchild", &elsewhere);
    assert_eq!(
        (status, &problem["errors"][0]["pointer"]),
        (422, &json!("#/data/district"))
    );
    let garbage = post_signed(&hub.url, "trackchild", "{\"type\":", SECRET);
    assert_eq!(garbage.status().as_u16(), 422);
    assert_eq!(
        hub.hub.storage.district_documents(crate::support::DISTRICT).unwrap(),
        []
    );
}

#[test]
fn who_does_not_sign_posts_too_much_or_to_nobody_leaves_nothing() {
    let hub = hub();
    let body = example("helpline").to_string();
    assert_eq!(
        post_signed(&hub.url, "helpline", &body, OTHER_SECRET).status().as_u16(),
        401
    );
    let bare = reqwest::blocking::Client::new()
        .post(format!("{}/v1/inbound/helpline", hub.url))
        .body(body.clone())
        .send()
        .unwrap();
    assert_eq!(bare.status().as_u16(), 401);
    for channel in ["vatsalya", "carings", "nobody"] {
        assert_eq!(
            post_signed(&hub.url, channel, &body, SECRET).status().as_u16(),
            404,
            "{channel}"
        );
    }
    let large = "x".repeat(sync_server::inbound::POST_BYTES_MAX + 1);
    assert_eq!(post_signed(&hub.url, "helpline", &large, SECRET).status().as_u16(), 413);
    assert!(hub.hub.storage.refused_posts(9).unwrap().is_empty());
    assert_eq!(
        hub.hub.storage.district_documents(crate::support::DISTRICT).unwrap(),
        []
    );
}

#[test]
fn who_administers_the_hub_looks_at_refused_posts_takes_them_again_and_forgets_them() {
    let hub = hub();
    let mut elsewhere = example("helpline");
    elsewhere["data"]["district"] = "KA-MYS".into();
    elsewhere["data"]["told"] = "A girl\u{1b}[2J alone".into();
    assert_eq!(post(&hub, "helpline", &elsewhere).0, 422);
    assert_eq!(
        post_signed(&hub.url, "trackchild", "{\"type\":", SECRET)
            .status()
            .as_u16(),
        422
    );
    let admin = |arguments: &[&str]| administer(&hub.hub, &[&["inbound"], arguments].concat());
    let listed = admin(&["list", "--channel", "helpline"]).unwrap();
    assert_eq!(listed.lines().count(), 1);
    assert!(listed.contains("/data/district is no district of this hub"), "{listed}");
    assert!(!listed.contains("alone"), "what it says is not listed");
    assert_eq!(admin(&["list"]).unwrap().lines().count(), 2);
    assert_eq!(admin(&["list", "--last", "1"]).unwrap().lines().count(), 1);
    assert!(
        admin(&["list", "--channel", "nobody"])
            .unwrap_err()
            .contains("helpline")
    );

    let id = listed.split('\t').next().unwrap().to_owned();
    assert!(admin(&["show", &id]).is_err(), "nobody looks without a purpose");
    let shown = admin(&["show", &id, "--purpose", "the helpline called"]).unwrap();
    assert!(shown.contains("alone") && !shown.contains('\u{1b}'), "{shown}");
    let audit = administer(&hub.hub, &["audit"]).unwrap();
    assert!(
        audit.contains("look-at-post") && audit.contains("the helpline called"),
        "{audit}"
    );

    let again = admin(&["retry", &id]).unwrap_err();
    assert!(again.contains("refused again") && !again.contains("alone"), "{again}");
    hub.hub.storage.add_district("KA-MYS", "Mysuru", 0).unwrap();
    let taken = admin(&["retry", &id]).unwrap();
    let record: uuid::Uuid = taken.trim().rsplit(' ').next().unwrap().parse().unwrap();
    assert_eq!(
        hub.hub
            .storage
            .subject_district(record.into_bytes())
            .unwrap()
            .as_deref(),
        Some("KA-MYS")
    );
    assert!(admin(&["retry", &id]).unwrap_err().contains("no such refused post"));
    assert_eq!(post(&hub, "helpline", &elsewhere).0, 200, "as if it had been posted");

    let left = admin(&["list"]).unwrap();
    let id = left.split('\t').next().unwrap();
    assert!(
        admin(&["forget", id, "--confirm", "another"])
            .unwrap_err()
            .contains("nothing was forgotten")
    );
    admin(&["forget", id, "--confirm", id]).unwrap();
    assert_eq!(admin(&["list"]).unwrap(), "");
    assert!(administer(&hub.hub, &["audit"]).unwrap().contains("forget-post"));
    assert_eq!(hub.hub.storage.broken_audit_row().unwrap(), None);
}
