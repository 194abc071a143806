//! Portals that fetch: by a cursor, in order, each record once; and what they answer when they like.

use casefile::Edit;
use casework::{Compartment, Value};
use protocol::ids::Sha256;
use reqwest::StatusCode;
use reqwest::blocking::Response;
use serde_json::{Value as Json, json};
use sha2::Digest as _;
use standardwebhooks::Webhook;

use crate::destroyed::order;
use crate::media::{caller, picture};
use crate::receiver::{SECRET, fits};
use crate::support::{TestDevice, TestHub, document, eventually, now_ms, set};

pub(crate) const TOKEN: &str = "a-token-of-thirty-two-characters!";

/// A channel that is fetched from.
pub(crate) fn fetched(channel: &str) -> String {
    format!("[channels.{channel}]\nsecret = '{SECRET}'\npull_token = '{TOKEN}'\n")
}

fn ask(hub: &TestHub, path: &str, token: &str) -> Response {
    let client = reqwest::blocking::Client::new();
    let request = client.get(format!("{}/v1/channels/{path}", hub.url));
    request.bearer_auth(token).send().unwrap()
}

/// A page of the feed: its messages, where it ends, and whether there are more.
fn page(hub: &TestHub, channel: &str, after: u64, limit: u32) -> (Vec<Json>, u64, bool) {
    let answer = ask(hub, &format!("{channel}/messages?after={after}&limit={limit}"), TOKEN);
    assert_eq!(answer.status(), StatusCode::OK);
    let page: Json = serde_json::from_str(&answer.text().unwrap()).unwrap();
    let messages = page["messages"].as_array().unwrap().clone();
    (
        messages,
        page["next"].as_u64().unwrap(),
        page["more"].as_bool().unwrap(),
    )
}

/// Everything behind a place.
pub(crate) fn whole(hub: &TestHub, channel: &str, mut after: u64) -> (Vec<Json>, u64) {
    let mut all = Vec::new();
    loop {
        let (messages, next, more) = page(hub, channel, after, 100);
        all.extend(messages);
        after = next;
        if !more {
            return (all, after);
        }
    }
}

/// Sends an answer, signed with this secret.
fn say(hub: &TestHub, channel: &str, body: &Json, secret: &str) -> Response {
    let body = body.to_string();
    let now_s = now_ms() / 1000;
    let signature = Webhook::new(secret).unwrap().sign("msg_answer", now_s, body.as_bytes());
    let client = reqwest::blocking::Client::new();
    let request = client.post(format!("{}/v1/channels/{channel}/receipts", hub.url));
    request
        .header("webhook-id", "msg_answer")
        .header("webhook-timestamp", now_s.to_string())
        .header("webhook-signature", signature.unwrap())
        .body(body)
        .send()
        .unwrap()
}

/// What is wrong, as a problem document says it.
fn problem(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let said: Json = serde_json::from_str(&answer.text().unwrap()).unwrap();
    assert_eq!(said["status"], status);
    let sort = said["type"].as_str().unwrap();
    (
        status,
        sort.strip_prefix("urn:vatsalya-field:problem:").unwrap().to_owned(),
    )
}

fn is_folded(hub: &TestHub) {
    eventually(|| hub.hub.storage.unfolded(9).unwrap().is_empty().then_some(()));
}

fn a_call(worker: &mut TestDevice, number: usize) -> [u8; 16] {
    let case = worker.open_case();
    worker.edit(
        document(case, Compartment::Core),
        &[
            set("intake.source", "helpline_1098"),
            set("intake.reference", format!("1098-{number}").as_str()),
        ],
    );
    case
}

#[test]
fn a_portal_that_fetches_has_every_record_once_in_order_and_what_changes_again() {
    let hub = TestHub::start_with(&fetched("helpline"));
    let mut worker = hub.officer("po_nic");
    let cases: Vec<[u8; 16]> = (0..7).map(|n| a_call(&mut worker, n)).collect();
    worker.sync();
    is_folded(&hub);
    let (first, next, more) = page(&hub, "helpline", 0, 3);
    assert_eq!((first.len(), more), (3, true));
    let (rest, next, more) = page(&hub, "helpline", next, 100);
    assert_eq!((rest.len(), more), (4, false));
    let numbers: Vec<u64> = first
        .iter()
        .chain(&rest)
        .map(|one| one["number"].as_u64().unwrap())
        .collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
    for message in first.iter().chain(&rest) {
        assert!(fits(&message["payload"]), "{message}");
    }
    assert_eq!(page(&hub, "helpline", next, 100), (vec![], next, false));
    // What a helpline does not hear is no news to it.
    worker.edit(document(cases[2], Compartment::Core), &[set("case.urgency", "urgent")]);
    worker.sync();
    is_folded(&hub);
    assert_eq!(page(&hub, "helpline", next, 100).0.len(), 0);
    worker.edit(
        document(cases[2], Compartment::Core),
        &[set("intake.reached_at", Value::Instant(now_ms()))],
    );
    worker.sync();
    is_folded(&hub);
    let (news, after, _) = page(&hub, "helpline", next, 100);
    assert_eq!(news.len(), 1);
    assert_eq!(news[0]["payload"]["data"]["state"], "reached");
    assert!(after > next);
    // Read from the beginning it is told once, as it is now.
    let (all, _) = whole(&hub, "helpline", 0);
    assert_eq!(all.len(), 7);
    assert_eq!(all[6]["payload"]["data"]["state"], "reached");
    assert_eq!(
        hub.hub.storage.waiting_deliveries("helpline").unwrap(),
        0,
        "nothing is sent"
    );
}

#[test]
fn nobody_fetches_without_the_token_or_from_a_channel_that_is_not_told() {
    let hub = TestHub::start_with(&fetched("helpline"));
    for token in ["", "a-token", &format!("{TOKEN}x")] {
        let refused = problem(ask(&hub, "helpline/messages", token));
        assert_eq!(refused, (401, "no-token".into()), "{token}");
    }
    for channel in ["vatsalya", "nobody"] {
        let refused = problem(ask(&hub, &format!("{channel}/messages"), TOKEN));
        assert_eq!(refused, (404, "no-such-channel".into()));
    }
    for place in ["after=-1", "after=x", "limit=9999999999"] {
        let refused = problem(ask(&hub, &format!("helpline/messages?{place}"), TOKEN));
        assert_eq!(refused, (400, "bad-place".into()));
    }
    assert_eq!(page(&hub, "helpline", u64::MAX, 0), (vec![], u64::MAX, false));
}

#[test]
fn an_answer_that_comes_by_itself_reaches_the_device_once_and_only_with_a_signature_that_holds() {
    let hub = TestHub::start_with(&fetched("helpline"));
    let mut worker = hub.officer("po_nic");
    let case = a_call(&mut worker, 1);
    worker.sync();
    is_folded(&hub);
    let (told, _) = whole(&hub, "helpline", 0);
    let id = told[0]["id"].as_str().unwrap();
    let good = json!({ "id": id, "reference": "H-1" });
    let forged = say(&hub, "helpline", &good, "whsec_b3RoZXIgc2VjcmV0IG9mIDI0IGJ5dGVzIQ==");
    assert_eq!(problem(forged), (401, "bad-signature".into()));
    let bare = reqwest::blocking::Client::new()
        .post(format!("{}/v1/channels/helpline/receipts", hub.url))
        .body(good.to_string())
        .send();
    assert_eq!(problem(bare.unwrap()), (401, "bad-signature".into()));
    for bad in [
        json!({ "id": id }),
        json!({ "id": id, "reference": "" }),
        json!({ "id": id, "reference": "\u{7}" }),
        json!({ "id": id, "reference": "x", "reason": "y" }),
        json!({ "id": id, "reference": "x", "child": "y" }),
        json!([]),
    ] {
        let refused = problem(say(&hub, "helpline", &bad, SECRET));
        assert_eq!(refused, (400, "bad-receipt".into()), "{bad}");
    }
    let long = json!({ "id": id, "reference": "x".repeat(9_000) });
    assert_eq!(
        say(&hub, "helpline", &long, SECRET).status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let unknown = json!({ "id": "msg_unknown", "reference": "H-1" });
    assert_eq!(
        problem(say(&hub, "helpline", &unknown, SECRET)),
        (409, "not-the-latest".into())
    );
    let core = document(case, Compartment::Core);
    assert!(hub.hub.storage.latest_receipts(core).unwrap().is_empty());
    for _ in 0..3 {
        assert_eq!(say(&hub, "helpline", &good, SECRET).status(), StatusCode::NO_CONTENT);
    }
    worker.sync();
    worker.sync();
    let receipts: Vec<_> = worker.receipts.iter().filter(|one| one.channel == "helpline").collect();
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    // A newer state stands in its place: that is to be answered.
    worker.edit(core, &[set("intake.reached_at", Value::Instant(now_ms()))]);
    worker.sync();
    is_folded(&hub);
    assert_eq!(
        problem(say(&hub, "helpline", &good, SECRET)),
        (409, "not-the-latest".into())
    );
    assert_eq!(hub.hub.storage.broken_audit_row().unwrap(), None);
}

#[test]
fn who_fetches_is_told_of_a_destroyed_record_in_its_place() {
    let hub = TestHub::start_with(&fetched("helpline"));
    let mut worker = hub.officer("po_nic");
    let case = a_call(&mut worker, 1);
    a_call(&mut worker, 2);
    worker.sync();
    is_folded(&hub);
    let (_, next) = whole(&hub, "helpline", 0);
    let order = order(case);
    let way = sync_server::storage::Way::Fetched;
    let retraction = sync_server::channel::retraction("helpline", &order, crate::support::DISTRICT, way, now_ms());
    hub.hub
        .storage
        .destroy(&order, &[retraction.unwrap()], now_ms())
        .unwrap();
    // Also when the key of the record is gone.
    eventually(|| hub.hub.keys.of(case).is_none().then_some(()));
    let (news, _) = whole(&hub, "helpline", next);
    assert_eq!(news.len(), 1);
    assert!(fits(&news[0]["payload"]), "{news:?}");
    assert_eq!(news[0]["payload"]["data"]["reason"], "destroyed");
    let (all, _) = whole(&hub, "helpline", 0);
    assert_eq!(all.len(), 2);
    let answered = json!({ "id": news[0]["id"], "reference": "gone" });
    assert_eq!(
        say(&hub, "helpline", &answered, SECRET).status(),
        StatusCode::NO_CONTENT
    );
    let told = hub.hub.storage.destruction(case).unwrap().unwrap().channels;
    assert!(told[0].answered.is_some_and(|(_, accepted)| accepted));
}

#[test]
fn schemas_are_published_by_name_and_nothing_else_is() {
    let hub = TestHub::start();
    let client = reqwest::blocking::Client::new();
    let get = |name: &str| client.get(format!("{}/v1/schemas/{name}", hub.url)).send().unwrap();
    for channel in sync_server::channel::CHANNELS {
        for schema in channel.schemas {
            let answer = get(&format!("{}.json", schema.name));
            assert_eq!(answer.status(), StatusCode::OK, "{}", schema.name);
            assert_eq!(answer.text().unwrap(), schema.text);
        }
    }
    assert_eq!(get("retraction-1.json").status(), StatusCode::OK);
    for name in ["vatsalya-case-1", "hub.json", "..%2Fhub.toml", ""] {
        assert_eq!(get(name).status(), StatusCode::NOT_FOUND, "{name}");
    }
}

#[test]
fn a_photo_is_fetched_while_the_channels_last_word_names_it() {
    let hub = TestHub::start_with(&fetched("khoya-paya"));
    let mut worker = hub.officer("po_nic");
    let bytes = picture(&[7; 300]);
    let sha256 = Sha256(sha2::Sha256::digest(&bytes).into());
    let case = worker.open_case();
    let (core, identity) = (document(case, Compartment::Core), document(case, Compartment::Identity));
    let cells = [("kind", "photo".to_owned()), ("sha_field", sha256.to_string())];
    let photo = Edit::AddRow {
        row: casework::RowId::from_bytes(crate::support::random()),
        table: "attachments".into(),
        cells: cells
            .into_iter()
            .map(|(column, text)| (column.to_owned(), Value::Text(text)))
            .collect(),
    };
    worker.edit(identity, &[photo]);
    worker.edit(core, &[set("publication.consent", "given")]);
    worker.sync();
    is_folded(&hub);
    let (told, _) = whole(&hub, "khoya-paya", 0);
    assert_eq!(told[0]["payload"]["data"]["photos"][0]["sha256"], sha256.to_string());
    let of = |case: [u8; 16]| format!("khoya-paya/photos/{}/{sha256}", uuid::Uuid::from_bytes(case));
    let none = (404, "no-such-photo".to_owned());
    assert_eq!(
        problem(ask(&hub, &of(case), TOKEN)),
        none,
        "the tablet has not brought it"
    );
    {
        let up = caller(&mut worker);
        up.begin(sha256, bytes.len());
        assert_eq!(up.piece(sha256, 0, &bytes).status(), StatusCode::NO_CONTENT);
    }
    let fetched = ask(&hub, &of(case), TOKEN);
    assert_eq!(fetched.status(), StatusCode::OK);
    assert_eq!(fetched.bytes().unwrap().to_vec(), bytes);
    assert_eq!(problem(ask(&hub, &of(case), "another")), (401, "no-token".into()));
    assert_eq!(problem(ask(&hub, &of([1; 16]), TOKEN)), none);
    assert_eq!(problem(ask(&hub, "khoya-paya/photos/x/y", TOKEN)), none);
    worker.edit(core, &[set("publication.consent", "withdrawn")]);
    worker.sync();
    is_folded(&hub);
    assert_eq!(problem(ask(&hub, &of(case), TOKEN)), none, "taken back");
}
