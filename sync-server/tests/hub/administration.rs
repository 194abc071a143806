//! The administration of a district over HTTP: what is done there is done.

mod people;
mod reach;
mod records;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casework::Compartment;
use protocol::enrol::EnrolReply;
use protocol::{Appeal, EnrolLink, Plea};
use reqwest::StatusCode;
use reqwest::blocking::Response;
use serde_json::{Value as Json, json};
use sync_server::storage::{Claim, Parcel, Post, RefusedPost, Way};
use uuid::Uuid;

use crate::command::administer;
use crate::devices::read_qr;
use crate::inbound::example;
use crate::staff::Clerk;
use crate::support::{DISTRICT, TestDevice, TestHub, document, set};

const ELSEWHERE: &str = "KA-MYS";
const HOSTILE: &str = "=cmd|' /C calc'!A0 <script>alert(1)</script>";

fn id(bytes: [u8; 16]) -> String {
    Uuid::from_bytes(bytes).to_string()
}

fn said(answer: Response) -> Json {
    assert_eq!(answer.status(), StatusCode::OK);
    serde_json::from_str(&answer.text().unwrap()).unwrap()
}

/// A district with one of everything, and another beside it.
struct Scene {
    hub: TestHub,
    worker: TestDevice,
    /// Wrote in the case without having been given it, asked for it, and was refused.
    other: TestDevice,
    case: [u8; 16],
    upload: i64,
    appeal: i64,
    /// Tablets that ask to be opened: the worker's, and the other's.
    asking: [String; 2],
    /// Records that posts were to begin whose hub came to its end.
    unbegun: [[u8; 16]; 2],
    /// Posts that were refused, the first of which would be taken today.
    refused: [[u8; 16]; 2],
}

impl Scene {
    fn new() -> Self {
        let hub = TestHub::start();
        hub.hub.storage.add_district(ELSEWHERE, "Mysuru", 0).unwrap();
        let mut worker = hub.officer("po_nic");
        let case = worker.open_case();
        let core = document(case, Compartment::Core);
        worker.sync();
        let mut other = hub.device(hub.user(HOSTILE, "po_nic"));
        other.documents.insert(core, worker.documents[&core].clone());
        other.edit(core, &[set("case.stage", HOSTILE)]);
        other.appeals = vec![Appeal {
            document: core,
            plea: Plea::Access,
            asked_s: 100,
        }];
        other.sync();
        other.outbox.clear();
        let storage = &hub.hub.storage;
        let upload = storage.quarantined(1).unwrap()[0].id;
        let appeal = storage.open_appeals(None, 1).unwrap()[0].id;
        let (_, recipient) = sync_server::identity::make_recovery_identity();
        let asking = [&worker, &other].map(|device| records::asks(&hub, device, &recipient).0.id().to_string());
        let scene = Self {
            hub,
            worker,
            other,
            case,
            upload,
            appeal,
            asking,
            unbegun: [[0xA1; 16], [0xA2; 16]],
            refused: [[0xB1; 16], [0xB2; 16]],
        };
        scene.leave_posts();
        scene.leave_refused_posts();
        scene.leave_a_dead_letter();
        scene
    }

    /// Taken a moment ago, by a hub that is no more.
    fn leave_posts(&self) {
        let storage = &self.hub.hub.storage;
        for subject in self.unbegun {
            let post = Post {
                subject,
                channel: "helpline".into(),
                content: vec![1; 32],
                at_ms: self.hub.hub.clock.now_ms(),
                body: example("helpline").to_string().into_bytes(),
            };
            storage.post(&post).unwrap();
            storage.add_referral(subject, DISTRICT, post.at_ms).unwrap();
        }
    }

    /// Refused by a hub that knew another schema.
    fn leave_refused_posts(&self) {
        for (id, told) in self.refused.into_iter().zip(["A girl alone", HOSTILE]) {
            let mut body = example("helpline");
            body["data"]["district"] = DISTRICT.into();
            body["data"]["told"] = told.into();
            let refused = RefusedPost {
                id,
                channel: "helpline".into(),
                at_ms: self.hub.hub.clock.now_ms(),
                reason: "/data/told is too long".into(),
                body: body.to_string().into_bytes(),
            };
            self.hub.hub.storage.refuse_post(&refused).unwrap();
        }
    }

    fn leave_a_dead_letter(&self) {
        let hub = &self.hub.hub;
        let parcel = Parcel {
            channel: "vatsalya".into(),
            subject: self.case,
            district: DISTRICT.into(),
            document: document(self.case, Compartment::Core),
            message: "msg_one".into(),
            upto: 1,
            payload: "{}".into(),
            way: Way::Sent,
        };
        let (now_ms, worker) = (hub.clock.now_ms(), hub.worker().unwrap());
        hub.storage.tell(&[parcel], now_ms).unwrap();
        let claim = Claim {
            worker,
            now_ms,
            until_ms: now_ms + 1_000,
        };
        let held = hub.storage.claim_deliveries("vatsalya", claim, 1).unwrap();
        hub.storage.give_up(&held[0].parcel, worker, now_ms, HOSTILE).unwrap();
    }

    fn user_of(&self, device: &TestDevice) -> String {
        id(self.hub.user_of(device).0)
    }

    fn deeds(&self) -> Vec<(String, String)> {
        let rows = self.hub.hub.storage.audit_rows(500).unwrap();
        rows.into_iter().map(|row| (row.deed, row.detail)).collect()
    }
}

#[test]
fn a_tablet_is_enrolled_by_the_picture_and_wiped_once_its_users_name_is_typed() {
    let hub = TestHub::start();
    let clerk = Clerk::signed_in(&hub, "asha", &["--district", DISTRICT]);
    let user = hub.user("Asha Invented", "po_nic");
    let made = said(clerk.post(&format!("/v1/admin/users/{}/enrolment", id(user.0)), &json!({})));
    let link = made["link"].as_str().unwrap();
    assert_eq!(
        read_qr(&STANDARD.decode(made["qr_png"].as_str().unwrap()).unwrap()),
        link
    );
    // The hub of this test does not know its own port: the code is what counts.
    let link: EnrolLink = link.parse().unwrap();
    let mut device = TestDevice::unenrolled(&hub.url);
    assert!(matches!(device.enrol(&link), EnrolReply::Enrolled(_)));
    device.sync();
    let path = format!("/v1/admin/devices/{}/wipe", id(device.author.0));
    let wrong = clerk.post(&path, &json!({ "confirm": "Asha" }));
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let state = || clerk.list("/v1/admin/devices")[0]["state"].as_str().unwrap().to_owned();
    assert_eq!(state(), "enrolled");
    assert_eq!(
        clerk.post(&path, &json!({ "confirm": " Asha Invented" })).status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(state(), "to be wiped, not heard since");
    assert!(
        hub.hub
            .storage
            .author(device.author)
            .unwrap()
            .unwrap()
            .revoked_ms
            .is_some()
    );
}

#[test]
fn cases_change_hands_one_by_one_and_by_a_table_that_is_looked_at_first() {
    let mut scene = Scene::new();
    let clerk = Clerk::signed_in(&scene.hub, "asha", &["--district", DISTRICT]);
    let (from, to) = (scene.user_of(&scene.worker), scene.user_of(&scene.other));
    let path = format!("/v1/admin/cases/{}/assignment", id(scene.case));
    let has = |user: &str| {
        let given = scene.hub.hub.storage.assigned(scene.case).unwrap();
        given.iter().any(|one| id(one.user.id.0) == user)
    };
    let handed_over = clerk.post(&path, &json!({ "from": from, "to": to }));
    assert_eq!(handed_over.status(), StatusCode::NO_CONTENT);
    assert!(has(&to) && !has(&from));
    let again = clerk.post(&path, &json!({ "to": to }));
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().unwrap().contains("given to `to` already"));
    let table = |rows: &[String], how: &str| {
        let table = format!("case,from,to\n{}\n", rows.join("\n"));
        said(clerk.ask("POST", &format!("/v1/admin/assignments{how}"), Some(table)))
    };
    let good = format!("{},{to},{from}", id(scene.case));
    let bad = format!("{HOSTILE},,{from}");
    let seen = table(&[good.clone(), bad.clone()], "?dry_run=true");
    assert_eq!(
        (&seen["good"], &seen["bad"], &seen["done"]),
        (&json!(1), &json!(1), &json!(false))
    );
    assert_eq!(
        seen["rows"][1],
        json!({ "line": 3, "case": null, "does": null, "wrong": "the case is no id" })
    );
    assert_eq!(table(&[good.clone(), bad], "")["done"], false);
    assert_eq!(table(std::slice::from_ref(&good), "?dry_run=true")["done"], false);
    assert!(has(&to));
    assert_eq!(table(&[good], "")["done"], true);
    assert!(has(&from) && !has(&to));
    assert_eq!(
        scene.worker.sync().revoked.len(),
        0,
        "given back before it was heard of"
    );
    let none = clerk.ask("POST", "/v1/admin/assignments", Some("case,to\n".into()));
    assert_eq!(none.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        clerk.ask("POST", "/v1/admin/assignments?dry_run=maybe", None).status(),
        StatusCode::BAD_REQUEST
    );
}

#[test]
fn refused_words_are_looked_at_for_a_purpose_and_taken_in_where_the_record_is_given() {
    let mut scene = Scene::new();
    let clerk = Clerk::signed_in(&scene.hub, "asha", &["--district", DISTRICT]);
    let upload = format!("/v1/admin/quarantine/{}", scene.upload);
    let shown = clerk.list(&upload);
    assert_eq!(
        (&shown["reason"], &shown["seq"]),
        (&json!("unknown_document"), &json!(1))
    );
    assert!(!shown.to_string().contains("calc"));
    let look = |purpose: &str| clerk.post(&format!("{upload}/look"), &json!({ "purpose": purpose }));
    assert_eq!(look(" ").status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = look("asked by the officer").text().unwrap();
    assert!(!text.contains(['<', '>', '&']), "{text}");
    assert!(
        serde_json::from_str::<Json>(&text)
            .unwrap()
            .to_string()
            .contains("<script>alert(1)</script>")
    );
    let looked = (
        "look-at-refused".to_owned(),
        format!("{}: asked by the officer", scene.upload),
    );
    assert!(scene.deeds().contains(&looked), "{:?}", scene.deeds());
    let released = said(clerk.post(&format!("{upload}/release"), &json!({})));
    assert_eq!(
        (&released[0]["taken"], &released[0]["reason"]),
        (&json!(false), &json!("unknown_document"))
    );
    let listed = clerk.list("/v1/admin/appeals");
    assert_eq!(
        (&listed[0]["asks_for"], &listed[0]["refused"]),
        (&json!("access"), &json!(1))
    );
    let granted = said(clerk.post(
        &format!("/v1/admin/appeals/{}/grant", scene.appeal),
        &json!({ "words": "Yours." }),
    ));
    assert_eq!(granted["given"], id(scene.case));
    assert_eq!(clerk.list("/v1/admin/appeals"), json!([]));
    assert!(
        scene
            .other
            .sync()
            .granted
            .contains(&document(scene.case, Compartment::Core))
    );
    assert_eq!(scene.other.appealed.last().unwrap().words.as_deref(), Some("Yours."));
}

#[test]
fn what_people_wrote_is_inert_in_lists_and_in_a_sheet() {
    let scene = Scene::new();
    let clerk = Clerk::signed_in(&scene.hub, "asha", &["--district", DISTRICT]);
    for list in ["users", "devices", "dead-letters", "appeals", "quarantine", "overview"] {
        let answer = clerk.get(&format!("/v1/admin/{list}"));
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(
            answer.headers()["content-security-policy"],
            "default-src 'none'; frame-ancestors 'none'"
        );
        let text = answer.text().unwrap();
        assert!(!text.contains(['<', '>', '&']), "{text}");
    }
    assert_eq!(clerk.list("/v1/admin/dead-letters")[0]["trouble"], HOSTILE);
    administer(&scene.hub.hub, &["staff", "add", "=1+1", "--district", DISTRICT]).unwrap();
    let export = clerk.post("/v1/admin/audit/export", &json!({ "form": "csv" }));
    assert_eq!(export.headers()["content-type"], "text/csv; charset=utf-8");
    assert!(
        export.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    let text = export.text().unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert!(records.len() > 10);
    for cell in records.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
    }
    assert_eq!(
        clerk.list("/v1/admin/audit/verify"),
        json!({ "holds": true, "broken_at": null })
    );
}

#[test]
fn packs_are_looked_over_published_and_put_back_by_who_administers_all() {
    let hub = TestHub::start();
    let clerk = Clerk::signed_in(&hub, "asha", &["--all"]);
    let files = |title: &str| {
        let head = "id = 'states/ka'\nover = 'national'\nversion = '2027.1'\nin_force_from = '2027-01-01'\n";
        let relabel = format!("[[relabel]]\nkind = 'form'\nid = '17'\nlabel = {{ en = '{title}', hi = 'प्रपत्र' }}\n");
        json!({ "files": { "pack.toml": head, "relabel.toml": relabel } })
    };
    let good = said(clerk.post("/v1/admin/packs/check", &files("Form A")));
    assert_eq!((&good["good"], &good["wrong"]), (&json!(true), &Json::Null));
    let bad = json!({ "files": { "pack.toml": "id = 'states/ka'\nversion = '1'\n", "x.toml": "y = [" } });
    let bad = said(clerk.post("/v1/admin/packs/check", &bad));
    assert_eq!(bad["good"], false);
    assert!(bad["wrong"].is_string());
    assert_eq!(clerk.list("/v1/admin/packs"), json!([]), "nothing was published");
    let none = clerk.post("/v1/admin/packs/check", &json!({ "files": {} }));
    assert_eq!(none.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let title = || {
        hub.hub
            .pack_of(DISTRICT)
            .unwrap()
            .form("17")
            .unwrap()
            .title
            .get("en")
            .to_owned()
    };
    for (number, name) in [(1, "Form A"), (2, "Form B")] {
        assert_eq!(said(clerk.post("/v1/admin/packs", &files(name)))["number"], number);
        assert_eq!(title(), name);
    }
    let back = |number: u64| clerk.post("/v1/admin/packs/ka/roll-back", &json!({ "number": number }));
    assert_eq!(back(9).status(), StatusCode::NOT_FOUND);
    assert_eq!(said(back(1))["number"], 3);
    assert_eq!(title(), "Form A");
    let own = Clerk::signed_in(&hub, "ravi", &["--district", DISTRICT]);
    assert_eq!(
        own.post("/v1/admin/packs", &files("Form C")).status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(own.list("/v1/admin/packs").as_array().unwrap().len(), 3);
    assert_eq!(said(own.post("/v1/admin/packs/check", &files("Form C")))["good"], true);
}

#[test]
fn a_body_that_is_too_large_or_none_is_said_so() {
    let hub = TestHub::start();
    let clerk = Clerk::signed_in(&hub, "asha", &["--all"]);
    let user = hub.user("Asha Invented", "po_nic");
    let path = format!("/v1/admin/users/{}/revoke", id(user.0));
    for (body, status) in [
        ("", StatusCode::BAD_REQUEST),
        ("{\"hand_in\": 1}", StatusCode::BAD_REQUEST),
        ("{\"else\": true}", StatusCode::BAD_REQUEST),
        (&*"x".repeat(20_000), StatusCode::PAYLOAD_TOO_LARGE),
        ("{}", StatusCode::NO_CONTENT),
    ] {
        let answer = clerk.ask("POST", &path, Some(body.to_owned()));
        assert_eq!(answer.status(), status);
        if !status.is_success() {
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
        }
    }
}

#[test]
fn a_district_is_seen_at_one_look() {
    let scene = Scene::new();
    let clerk = Clerk::signed_in(&scene.hub, "asha", &["--district", DISTRICT]);
    hub_folds(&scene);
    let seen = clerk.list("/v1/admin/overview");
    assert_eq!(seen["district"], DISTRICT);
    assert_eq!(
        seen["heard"],
        json!({ "within_a_day": 2, "within_a_week": 0, "longer_ago": 0, "never": 0 })
    );
    assert_eq!(
        (&seen["waiting"]["appeals"], &seen["waiting"]["quarantine"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(seen["cases"].as_array().unwrap().len(), 1);
    assert_eq!(seen["cases"][0]["count"], Json::Null, "one child is not counted");
    let vatsalya = seen["feeds"]
        .as_array()
        .unwrap()
        .iter()
        .find(|feed| feed["channel"] == "vatsalya");
    let vatsalya = vatsalya.unwrap();
    assert_eq!(
        (&vatsalya["dead"], &vatsalya["waiting"], &vatsalya["set_up"]),
        (&json!(1), &json!(0), &json!(false))
    );
    assert_eq!((&vatsalya["accepted"], &vatsalya["faulty"]), (&Json::Null, &json!(0)));
    // Those that a hub left behind: their cases have not begun, and nobody was asked.
    let referrals = seen["referrals"].as_array().unwrap();
    assert!(referrals.len() == 2 && referrals.iter().all(|one| one["asked"] == 0 && one["user"].is_null()));
    assert_eq!(seen["more_referrals"], json!(false));
    assert_eq!(seen["cases"][0]["kind_words"]["hi"], "देखरेख और संरक्षण का जरूरतमंद बच्चा");
    let all = Clerk::signed_in(&scene.hub, "ravi", &["--all"]);
    assert_eq!(
        all.get("/v1/admin/overview").status(),
        StatusCode::BAD_REQUEST,
        "which one?"
    );
    assert_eq!(all.list("/v1/admin/overview?district=KA-MYS")["cases"], json!([]));
}

#[test]
fn a_referral_that_comes_to_the_district_officer_is_seen_with_its_minutes_and_without_a_child() {
    let scene = Scene::new();
    let clerk = Clerk::signed_in(&scene.hub, "asha", &["--district", DISTRICT]);
    let officer = scene.hub.user(HOSTILE, "dcpo");
    let storage = &scene.hub.hub.storage;
    storage.add_referral(scene.case, DISTRICT, 60_000).unwrap();
    scene.hub.hub.to_ask.ring();
    let seen = crate::support::eventually(|| {
        let seen = clerk.list("/v1/admin/overview")["referrals"][0].clone();
        (seen["asked"] == 1).then_some(seen)
    });
    assert_eq!(
        (&seen["case"], &seen["since"], &seen["user"], &seen["name"]),
        (
            &json!(id(scene.case)),
            &json!("1970-01-01T00:01:00Z"),
            &json!(id(officer.0)),
            &json!(HOSTILE)
        )
    );
    assert_eq!((&seen["escalated"], &seen["until"]), (&json!(true), &Json::Null));
    let told: Vec<&str> = seen.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        told,
        [
            "asked",
            "asked_at",
            "case",
            "escalated",
            "name",
            "since",
            "until",
            "user"
        ],
        "nothing of the child"
    );
    let elsewhere = Clerk::signed_in(&scene.hub, "ravi", &["--district", ELSEWHERE]);
    assert_eq!(elsewhere.list("/v1/admin/overview")["referrals"], json!([]));
}

#[test]
fn tablets_of_one_district_are_listed_and_of_none_that_is_not_theirs() {
    let scene = Scene::new();
    let all = Clerk::signed_in(&scene.hub, "ravi", &["--all"]);
    let count = |path: &str| all.list(path).as_array().unwrap().len();
    assert_eq!(count("/v1/admin/devices"), 2);
    assert_eq!(count(&format!("/v1/admin/devices?district={DISTRICT}")), 2);
    assert_eq!(count(&format!("/v1/admin/devices?district={ELSEWHERE}")), 0);
    let clerk = Clerk::signed_in(&scene.hub, "asha", &["--district", DISTRICT]);
    for (query, status) in [
        (format!("?district={ELSEWHERE}"), StatusCode::NOT_FOUND),
        ("?district=nowhere".into(), StatusCode::NOT_FOUND),
        ("?else=1".into(), StatusCode::BAD_REQUEST),
        (format!("?district={DISTRICT}"), StatusCode::OK),
    ] {
        assert_eq!(
            clerk.get(&format!("/v1/admin/devices{query}")).status(),
            status,
            "{query}"
        );
    }
    let author = id(scene.other.author.0);
    let standing = || {
        let all = clerk.list("/v1/admin/devices");
        let one = all
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["author"] == json!(author))
            .cloned();
        one.unwrap()["standing"].as_str().unwrap().to_owned()
    };
    assert_eq!(standing(), "enrolled");
    clerk.post(
        &format!("/v1/admin/devices/{author}/revoke"),
        &json!({ "hand_in": true }),
    );
    assert_eq!(standing(), "shut-out");
}

/// The hub's worker has put the case into the tables.
fn hub_folds(scene: &Scene) {
    crate::support::eventually(|| scene.hub.hub.storage.case(scene.case).unwrap());
}
