//! Who of the staff reaches what: staff by district by route.

use std::collections::BTreeMap;

use protocol::recovery::RecoveryAnswer;
use reqwest::StatusCode;
use reqwest::blocking::Response;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{ELSEWHERE, HOSTILE, Scene, id, said};
use crate::staff::Clerk;
use crate::support::DISTRICT;

/// How an answer looks, but for the hour.
fn looks(answer: Response) -> (StatusCode, BTreeMap<String, String>, String) {
    let status = answer.status();
    let headers = answer.headers().iter().filter(|(name, _)| *name != "date");
    let headers = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    (status, headers, answer.text().unwrap())
}

/// Every route that names something, with what is named and a body that is good; in an order in which each still finds what the
/// ones before it left. The same path with a name that nobody has must look the same as one that is another's.
fn named_routes(scene: &Scene) -> Vec<(&'static str, &'static str, String, Json)> {
    let (user, author) = (scene.user_of(&scene.other), id(scene.other.author.0));
    let (upload, appeal) = (scene.upload.to_string(), scene.appeal.to_string());
    let [waits, not] = scene.unbegun.map(id);
    let [answered, refused] = scene.asking.clone();
    let [taken, forgotten] = scene.refused.map(id);
    let answer = RecoveryAnswer {
        request: answered.parse().unwrap(),
        sealed: vec![1],
    };
    let order = json!({
        "ordered_by": "The Board", "reference": "JJB/7", "section": "JJ Act 2015, s.24(2)", "confirm": id(scene.case),
    });
    let mut all = vec![
        (
            "POST",
            "/v1/admin/users/{}/name",
            user.clone(),
            json!({ "name": HOSTILE }),
        ),
        (
            "POST",
            "/v1/admin/users/{}/role",
            user.clone(),
            json!({ "role": "po_nic" }),
        ),
        ("GET", "/v1/admin/recoveries/{}", answered.clone(), Json::Null),
        (
            "POST",
            "/v1/admin/recoveries/{}/answer",
            answered,
            json!({ "text": answer.to_text() }),
        ),
        ("POST", "/v1/admin/recoveries/{}/refuse", refused, Json::Null),
        (
            "POST",
            "/v1/admin/inbound/refused/{}/look",
            taken.clone(),
            json!({ "purpose": "the helpline called" }),
        ),
        ("POST", "/v1/admin/inbound/refused/{}/retry", taken, Json::Null),
        (
            "POST",
            "/v1/admin/inbound/refused/{}/forget",
            forgotten.clone(),
            json!({ "confirm": forgotten }),
        ),
        ("POST", "/v1/admin/inbound/{}/begin", waits, Json::Null),
        (
            "POST",
            "/v1/admin/inbound/{}/put-aside",
            not,
            json!({ "reason": HOSTILE }),
        ),
        ("GET", "/v1/admin/records/{}/survey", id(scene.case), Json::Null),
    ];
    all.extend(vec![
        ("POST", "/v1/admin/users/{}/enrolment", user.clone(), json!({})),
        (
            "POST",
            "/v1/admin/dead-letters/{}/send-again",
            "vatsalya".into(),
            json!({ "record": id(scene.case) }),
        ),
        ("GET", "/v1/admin/quarantine/{}", upload.clone(), Json::Null),
        (
            "POST",
            "/v1/admin/quarantine/{}/look",
            upload.clone(),
            json!({ "purpose": "asked by the officer" }),
        ),
        ("POST", "/v1/admin/quarantine/{}/release", upload.clone(), json!({})),
        (
            "POST",
            "/v1/admin/quarantine/{}/refuse",
            upload,
            json!({ "confirm": author }),
        ),
        (
            "POST",
            "/v1/admin/appeals/{}/decline",
            appeal.clone(),
            json!({ "words": "Ask Asha." }),
        ),
        (
            "POST",
            "/v1/admin/cases/{}/assignment",
            id(scene.case),
            json!({ "to": user }),
        ),
        (
            "POST",
            "/v1/admin/devices/{}/wipe",
            author.clone(),
            json!({ "confirm": HOSTILE }),
        ),
        (
            "POST",
            "/v1/admin/devices/{}/revoke",
            author,
            json!({ "hand_in": true }),
        ),
        ("POST", "/v1/admin/users/{}/revoke", user, json!({})),
        ("POST", "/v1/admin/appeals/{}/grant", appeal, json!({})),
        ("POST", "/v1/admin/records/{}/destroy", id(scene.case), order),
        ("GET", "/v1/admin/records/{}/certificate", id(scene.case), Json::Null),
    ]);
    all
}

/// Routes for which nothing is named.
const OTHER_ROUTES: [(&str, &str); 20] = [
    ("POST", "/v1/admin/sign-out"),
    ("GET", "/v1/admin/session"),
    ("POST", "/v1/admin/passphrase"),
    ("GET", "/v1/admin/districts"),
    ("GET", "/v1/admin/users"),
    ("POST", "/v1/admin/users"),
    ("GET", "/v1/admin/recoveries"),
    ("GET", "/v1/admin/inbound/refused"),
    ("GET", "/v1/admin/inbound/unbegun"),
    ("GET", "/v1/admin/devices"),
    ("GET", "/v1/admin/health"),
    ("GET", "/v1/admin/dead-letters"),
    ("GET", "/v1/admin/overview"),
    ("GET", "/v1/admin/figures"),
    ("POST", "/v1/admin/assignments"),
    ("GET", "/v1/admin/quarantine"),
    ("GET", "/v1/admin/appeals"),
    ("GET", "/v1/admin/audit/verify"),
    ("POST", "/v1/admin/audit/export"),
    ("GET", "/v1/admin/packs"),
];

/// Routes of the whole hub, and of packs.
const WHOLE_ROUTES: [(&str, &str); 10] = [
    ("POST", "/v1/admin/packs"),
    ("POST", "/v1/admin/packs/check"),
    ("POST", "/v1/admin/packs/national/roll-back"),
    ("POST", "/v1/admin/districts"),
    ("POST", "/v1/admin/districts/KA-BLR/name"),
    ("POST", "/v1/admin/districts/KA-BLR/settings"),
    ("GET", "/v1/admin/backups"),
    ("POST", "/v1/admin/backups"),
    ("POST", "/v1/admin/backups/2026-11-30T10-00-00Z/restore"),
    ("GET", "/v1/admin/restore"),
];

#[test]
fn what_is_anothers_and_what_is_not_there_look_alike_on_every_route_and_nobody_is_told_without_signing_in() {
    let scene = Scene::new();
    let elsewhere = Clerk::signed_in(&scene.hub, "ravi", &["--district", ELSEWHERE]);
    let nobody = Clerk::added(&scene.hub, "nobody", &["--all"]);
    let before = scene.deeds().len();
    for (method, path, name, body) in named_routes(&scene) {
        let ask =
            |clerk: &Clerk, name: &str| looks(clerk.ask(method, &path.replace("{}", name), Some(body.to_string())));
        let never = ask(&elsewhere, &Uuid::new_v4().to_string());
        assert_eq!(never.0, StatusCode::NOT_FOUND, "{path}");
        let theirs = ask(&elsewhere, &name);
        assert_eq!(theirs, never, "{path}");
        assert_eq!(ask(&elsewhere, "no-name"), never, "{path}");
        assert_eq!(ask(&elsewhere, "9999999"), never, "{path}");
        let unknown = ask(&nobody, &name);
        assert_eq!(unknown.0, StatusCode::UNAUTHORIZED);
        assert_eq!(ask(&nobody, "no-name"), unknown, "{path}");
    }
    for (method, path) in OTHER_ROUTES.into_iter().chain(WHOLE_ROUTES) {
        assert_eq!(
            nobody.ask(method, path, None).status(),
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
    }
    for (method, path) in [WHOLE_ROUTES[0], WHOLE_ROUTES[2]] {
        let answer = elsewhere.ask(method, path, Some(json!({ "number": 1, "files": {} }).to_string()));
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for (at, body) in [
        (3, json!({ "code": "KA-NEW", "name": "x" })),
        (4, json!({ "name": "x" })),
        (5, json!({ "lease_days": 3 })),
        (6, Json::Null),
        (7, Json::Null),
        (8, json!({ "confirm": "2026-11-30T10-00-00Z" })),
        (9, Json::Null),
    ] {
        let (method, path) = WHOLE_ROUTES[at];
        let answer = elsewhere.ask(method, path, Some(body.to_string()));
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for district in [DISTRICT, "KA-XXX"] {
        let new = json!({ "district": district, "name": "x", "role": "po_nic" });
        assert_eq!(elsewhere.post("/v1/admin/users", &new).status(), StatusCode::NOT_FOUND);
        let moved = format!("/v1/admin/users/{}/district", scene.user_of(&scene.other));
        let answer = elsewhere.post(&moved, &json!({ "district": ELSEWHERE }));
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    assert_eq!(
        scene.deeds().len(),
        before,
        "nothing was done, and nothing is said to have been asked for"
    );
    // What is theirs is told, and it is nothing of the other district.
    for list in [
        "users",
        "devices",
        "dead-letters",
        "quarantine",
        "appeals",
        "recoveries",
        "inbound/refused",
        "inbound/unbegun",
    ] {
        assert_eq!(elsewhere.list(&format!("/v1/admin/{list}")), json!([]), "{list}");
    }
    assert_eq!(elsewhere.list("/v1/admin/districts")[0]["code"], ELSEWHERE);
    assert_eq!(
        elsewhere.get("/v1/admin/overview?district=KA-BLR").status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        elsewhere.get("/v1/admin/figures?district=KA-BLR").status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        elsewhere.get("/v1/admin/overview?district=KA-XXX").status(),
        StatusCode::NOT_FOUND
    );
    let row = format!("case,from,to\n{},,{}\n", id(scene.case), scene.user_of(&scene.other));
    let answer = elsewhere.ask("POST", "/v1/admin/assignments", Some(row));
    assert_eq!(said(answer)["rows"][0]["wrong"], "there is no such case or institution");
    let export = elsewhere
        .post("/v1/admin/audit/export", &json!({ "form": "json-lines" }))
        .text()
        .unwrap();
    let users: Vec<String> = export
        .lines()
        .map(|line| {
            serde_json::from_str::<Json>(line).unwrap()["deed"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(users, ["add-staff", "sign-in", "administer"], "their own deeds alone");
}

#[test]
fn whoever_administers_the_district_or_all_of_them_does_everything_there_and_the_audit_says_who() {
    for reach in [&["--district", DISTRICT] as &[&str], &["--all"]] {
        let scene = Scene::new();
        let clerk = Clerk::signed_in(&scene.hub, "asha", reach);
        for (method, path, name, body) in named_routes(&scene) {
            let answer = clerk.ask(method, &path.replace("{}", &name), Some(body.to_string()));
            let status = answer.status();
            // Decided by the decline before it.
            let decided = path.ends_with("/grant");
            assert!(
                status.is_success() || decided && status == StatusCode::NOT_FOUND,
                "{path}: {status}"
            );
        }
        for (method, path) in OTHER_ROUTES.into_iter().filter(|(method, _)| *method == "GET") {
            let of_a_district = ["/overview", "/figures"].iter().any(|end| path.ends_with(end));
            let query = if of_a_district { "?district=KA-BLR" } else { "" };
            let path = &format!("{path}{query}");
            assert_eq!(clerk.ask(method, path, None).status(), StatusCode::OK, "{path}");
        }
        let deeds = scene.deeds();
        let asked: Vec<&str> = deeds
            .iter()
            .filter(|(deed, _)| deed == "administer")
            .map(|(_, detail)| detail.split(' ').next().unwrap())
            .collect();
        let case = id(scene.case);
        let expected = [
            "rename", "set", "open", "keep", "look", "retry", "forget", "begin", "put", "make", "send", "look",
            "release", "refuse", "decline", &case, "wipe", "revoke", "revoke", "destroy",
        ];
        assert_eq!(asked, expected);
        for deed in [
            "make-code",
            "look-at-refused",
            "refuse-for-good",
            "decide-appeal",
            "assign",
            "revoke-author",
            "rename-user",
            "set-role",
            "answer-recovery",
            "refuse-recovery",
            "put-post-aside",
            "look-at-post",
            "forget-post",
            "destroy-record",
        ] {
            assert!(deeds.iter().any(|(known, _)| known == deed), "{deed}");
        }
    }
}
