//! Vaults that are opened, records that must be gone, and copies of everything, over HTTP.

use protocol::UserId;
use protocol::recovery::{RecoveryAnswer, RecoveryRequest, SealedKey};
use sealing::{Identity, Recipient, seal};

use super::*;
use crate::support::eventually;

/// A tablet that asks to be opened, whose key was sealed to this recipient.
pub(super) fn asks(hub: &TestHub, device: &TestDevice, to: &str) -> (RecoveryRequest, Identity) {
    let (own, author) = (Identity::generate(), device.author);
    let key = SealedKey {
        author,
        user: UserId([2; 16]),
        name: HOSTILE.into(),
        keys: Vec::new(),
    };
    let request = RecoveryRequest {
        author,
        name: HOSTILE.into(),
        made_ms: 5,
        recipient: own.recipient().to_string(),
        sealed: seal(&to.parse::<Recipient>().unwrap(), &key.to_cbor()).unwrap(),
    };
    let asked = device
        .client
        .post(format!("{}/v1/recovery", hub.url))
        .body(request.to_cbor())
        .send()
        .unwrap();
    assert_eq!(asked.status(), StatusCode::ACCEPTED);
    (request, own)
}

#[test]
fn a_vault_is_opened_by_an_answer_that_was_made_where_the_districts_key_is() {
    let hub = TestHub::start();
    let clerk = Clerk::signed_in(&hub, "asha", &["--district", DISTRICT]);
    let (worker, other) = (hub.officer("po_nic"), hub.officer("po_nic"));
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let recipient = administer(&hub.hub, &["recovery", "identity", &file("identity")]).unwrap();
    let (request, own) = asks(&hub, &worker, recipient.trim());
    let (another, _) = asks(&hub, &other, recipient.trim());
    let listed = clerk.list("/v1/admin/recoveries");
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let mine = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["author"] == id(worker.author.0));
    let name = mine.unwrap()["request"].as_str().unwrap().to_owned();
    let path = |what: &str| format!("/v1/admin/recoveries/{name}{what}");
    let carried = clerk.list(&path(""))["text"].as_str().unwrap().to_owned();
    std::fs::write(file("request"), carried).unwrap();
    let offline = |code: &str| {
        let (identity, request) = (file("identity"), file("request"));
        administer(
            &hub.hub,
            &["recovery", "answer", "--identity", &identity, "--code", code, &request],
        )
    };
    assert!(offline("0000 0000").is_err());
    let printed = offline(&request.check_code()).unwrap();
    let answer = printed.lines().last().unwrap();
    let bring = |text: &str| clerk.post(&path("/answer"), &json!({ "text": text })).status();
    assert_eq!(bring("nonsense"), StatusCode::UNPROCESSABLE_ENTITY);
    let of_another = RecoveryAnswer {
        request: another.id(),
        sealed: vec![1],
    };
    assert_eq!(bring(&of_another.to_text()), StatusCode::UNPROCESSABLE_ENTITY);
    let fetch = || {
        let url = format!("{}/v1/recovery/{name}", hub.url);
        worker.client.get(url).send().unwrap()
    };
    assert_eq!(fetch().status(), StatusCode::ACCEPTED);
    assert_eq!(bring(answer), StatusCode::NO_CONTENT);
    let fetched = RecoveryAnswer::from_cbor(&fetch().bytes().unwrap()).unwrap();
    let opened = SealedKey::from_cbor(&own.open(&fetched.sealed).unwrap()).unwrap();
    assert_eq!(opened.author, worker.author);
    assert_eq!(bring(answer), StatusCode::NOT_FOUND, "answered once");
    // The other is not: nobody read its code out.
    let refused = clerk.ask("POST", &format!("/v1/admin/recoveries/{}/refuse", another.id()), None);
    assert_eq!(refused.status(), StatusCode::NO_CONTENT);
    assert_eq!(clerk.list("/v1/admin/recoveries"), json!([]));
    let rows = hub.hub.storage.audit_rows(500).unwrap();
    for deed in ["answer-recovery", "refuse-recovery"] {
        assert_eq!(rows.iter().filter(|row| row.deed == deed).count(), 1);
    }
}

#[test]
fn a_record_is_destroyed_when_its_number_was_typed_once_more_and_the_certificate_holds() {
    let hub = TestHub::start();
    let clerk = Clerk::signed_in(&hub, "asha", &["--district", DISTRICT]);
    let mut worker = hub.officer("po_nic");
    let case = worker.open_case();
    worker.edit(document(case, Compartment::Core), &[set("case.number", "BLR/2026/7")]);
    worker.sync();
    let path = |what: &str| format!("/v1/admin/records/{}/{what}", id(case));
    let survey = clerk.list(&path("survey"));
    assert_eq!(
        (&survey["district"], &survey["confirm_by"]),
        (&json!(DISTRICT), &json!("number of the case"))
    );
    assert_eq!(survey["parts"][0], json!({ "what": "documents", "count": 4 }));
    assert!(!survey.to_string().contains("BLR/2026/7"));
    assert_eq!(clerk.get(&path("certificate")).status(), StatusCode::NOT_FOUND);
    let order = |confirm: &str, by: &str| {
        let said = json!({
            "ordered_by": by, "reference": "JJB/7", "section": "JJ Act 2015, s.24(2)", "confirm": confirm,
        });
        clerk.post(&path("destroy"), &said)
    };
    for (confirm, by) in [
        ("BLR/2026/8", "The Board"),
        (&id(case), "The Board"),
        ("", "The Board"),
        ("BLR/2026/7", " "),
    ] {
        assert_eq!(
            order(confirm, by).status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{confirm} {by}"
        );
    }
    assert_eq!(hub.hub.storage.subject_documents(case).unwrap().len(), 4);
    assert_eq!(said(order(" BLR/2026/7", HOSTILE))["certificate"], 1);
    assert_eq!(hub.hub.storage.subject_documents(case).unwrap().len(), 0);
    for gone in [clerk.get(&path("survey")), order("BLR/2026/7", "The Board")] {
        assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    }
    // What is left of it at this hub goes behind the answer; then the certificate says so.
    let text = eventually(|| {
        let answer = clerk.get(&path("certificate"));
        assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
        let text = answer.text().unwrap();
        text.contains("\"copies_not_cut_yet\": []").then_some(text)
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("certificate");
    std::fs::write(&file, text).unwrap();
    let key = administer(&hub.hub, &["public-key"]).unwrap();
    let verified = ["verify-certificate", file.to_str().unwrap(), "--key", key.trim()];
    assert!(administer(&hub.hub, &verified).unwrap().contains("the signature holds"));
    let elsewhere = {
        hub.hub.storage.add_district(ELSEWHERE, "Mysuru", 0).unwrap();
        Clerk::signed_in(&hub, "ravi", &["--district", ELSEWHERE])
    };
    assert_eq!(elsewhere.get(&path("certificate")).status(), StatusCode::NOT_FOUND);
}

#[test]
fn a_backup_is_begun_and_listed_by_whoever_administers_the_whole_hub_and_one_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let more = format!("[backups]\nfolder = '{}'\n", folder.path().join("backups").display());
    let hub = TestHub::start_with(&more);
    let clerk = Clerk::signed_in(&hub, "asha", &["--all"]);
    let own = Clerk::signed_in(&hub, "ravi", &["--district", DISTRICT]);
    assert_eq!(clerk.list("/v1/admin/backups"), json!([]));
    assert_eq!(own.get("/v1/admin/backups").status(), StatusCode::NOT_FOUND);
    let begin = |clerk: &Clerk| clerk.ask("POST", "/v1/admin/backups", None);
    assert_eq!(begin(&own).status(), StatusCode::NOT_FOUND);
    assert!(hub.hub.backing_up.begin("another"));
    let busy = begin(&clerk);
    assert_eq!(busy.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(busy.text().unwrap().contains("a backup is being made"));
    hub.hub.backing_up.end();
    let answer = begin(&clerk);
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let made: Json = serde_json::from_str(&answer.text().unwrap()).unwrap();
    let whole = eventually(|| {
        let listed = clerk.list("/v1/admin/backups");
        (listed[0]["state"] == "whole").then_some(listed)
    });
    assert_eq!(whole[0]["name"], made["name"]);
    assert!(whole[0]["database_bytes"].as_u64().unwrap() > 0);
    // What is no backup of ours is not shown; what came to no end is called so.
    for name in ["2020-01-01T00-00-00Z", "lost+found"] {
        std::fs::create_dir(folder.path().join("backups").join(name)).unwrap();
    }
    let listed = clerk.list("/v1/admin/backups");
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(listed[1]["state"], "cut");
    let printed = administer(&hub.hub, &["backup", "--list"]).unwrap();
    assert!(
        printed.contains("\twhole\t") && printed.contains("2020-01-01T00-00-00Z\tnot whole"),
        "{printed}"
    );
    let rows = hub.hub.storage.audit_rows(500).unwrap();
    assert_eq!(rows.iter().filter(|row| row.deed == "back-up").count(), 1);
    // A hub that has no folder for them.
    let without = TestHub::start();
    let clerk = Clerk::signed_in(&without, "asha", &["--all"]);
    let nowhere = begin(&clerk);
    assert_eq!(nowhere.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nowhere.text().unwrap().contains("[backups]"));
    assert!(administer(&without.hub, &["backup"]).unwrap_err().contains("[backups]"));
}

#[test]
fn a_post_that_names_no_district_of_the_hub_is_for_whoever_administers_all_and_what_it_says_is_inert() {
    let scene = Scene::new();
    let nowhere = RefusedPost {
        id: [0xB3; 16],
        channel: "trackchild".into(),
        at_ms: scene.hub.hub.clock.now_ms(),
        reason: "is no JSON".into(),
        body: HOSTILE.as_bytes().to_vec(),
    };
    scene.hub.hub.storage.refuse_post(&nowhere).unwrap();
    let one = Clerk::signed_in(&scene.hub, "asha", &["--district", DISTRICT]);
    let all = Clerk::signed_in(&scene.hub, "ravi", &["--all"]);
    let count = |clerk: &Clerk| clerk.list("/v1/admin/inbound/refused").as_array().unwrap().len();
    assert_eq!((count(&one), count(&all)), (2, 3));
    let path = |what: &str| format!("/v1/admin/inbound/refused/{}/{what}", id(nowhere.id));
    let purpose = json!({ "purpose": "the portal called" });
    assert_eq!(one.post(&path("look"), &purpose).status(), StatusCode::NOT_FOUND);
    let shown = all.post(&path("look"), &purpose).text().unwrap();
    assert!(!shown.contains('<'), "{shown}");
    assert_eq!(serde_json::from_str::<Json>(&shown).unwrap()["text"], HOSTILE);
    let empty = json!({ "purpose": " " });
    assert_eq!(
        all.post(&path("look"), &empty).status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let again = all.post(&path("retry"), &json!({}));
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().unwrap().contains("refused again, and kept"));
    // Under the id that follows from what it says.
    assert_eq!(count(&all), 4);
    let wrong = all.post(&path("forget"), &json!({ "confirm": id([0xB1; 16]) }));
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let right = all.post(&path("forget"), &json!({ "confirm": id(nowhere.id) }));
    assert_eq!(right.status(), StatusCode::NO_CONTENT);
    assert_eq!(count(&all), 3);
}
