//! Districts and users over HTTP.

use protocol::Refusal;

use super::*;

#[test]
fn districts_are_added_named_and_set_by_whoever_administers_all_of_them() {
    let hub = TestHub::start();
    let clerk = Clerk::signed_in(&hub, "asha", &["--all"]);
    let add = |code: &str, name: &str| clerk.post("/v1/admin/districts", &json!({ "code": code, "name": name }));
    assert_eq!(add(ELSEWHERE, HOSTILE).status(), StatusCode::NO_CONTENT);
    let twice = add(ELSEWHERE, "Mysuru");
    assert_eq!(twice.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(twice.text().unwrap().contains("there is such a district already"));
    for (code, name) in [
        ("", "x"),
        ("KA-X", " "),
        ("KA-X", "a\u{7}b"),
        ("KA-X", &"x".repeat(500)),
    ] {
        assert_eq!(add(code, name).status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let listed = clerk.get("/v1/admin/districts").text().unwrap();
    assert!(listed.contains("\\u003cscript\\u003e") && !listed.contains("<script>"));
    let set = |what: &str, said: Json| clerk.post(&format!("/v1/admin/districts/{ELSEWHERE}/{what}"), &said);
    assert_eq!(
        set("name", json!({ "name": "Mysuru" })).status(),
        StatusCode::NO_CONTENT
    );
    let (_, recipient) = sync_server::identity::make_recovery_identity();
    let good = set("settings", json!({ "lease_days": 30, "recovery": recipient }));
    assert_eq!(good.status(), StatusCode::NO_CONTENT);
    let mysuru = || clerk.list("/v1/admin/districts")[1].clone();
    let expected = json!({ "code": ELSEWHERE, "name": "Mysuru", "lease_days": 30, "has_recovery": true });
    assert_eq!(mysuru(), expected);
    for bad in [
        json!({ "lease_days": 0 }),
        json!({ "lease_days": 91 }),
        json!({ "lease_days": 7, "recovery": "age1x" }),
    ] {
        assert_eq!(set("settings", bad).status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(mysuru(), expected);
    assert_eq!(
        set("settings", json!({ "recovery": " " })).status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(mysuru()["has_recovery"], false);
    let nowhere = clerk.post("/v1/admin/districts/KA-XXX/name", &json!({ "name": "x" }));
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND);
    let rows = hub.hub.storage.audit_rows(500).unwrap();
    for deed in ["add-district", "rename-district", "set-lease", "set-recovery"] {
        assert!(
            rows.iter()
                .any(|row| row.deed == deed && row.detail.starts_with(ELSEWHERE)),
            "{deed}"
        );
    }
}

#[test]
fn users_are_added_named_and_given_roles_and_what_they_may_read_follows() {
    let hub = TestHub::start();
    let clerk = Clerk::signed_in(&hub, "asha", &["--district", DISTRICT]);
    let add = |name: &str, role: &str| {
        clerk.post(
            "/v1/admin/users",
            &json!({ "district": DISTRICT, "name": name, "role": role }),
        )
    };
    let user = said(add(HOSTILE, "counsellor"))["id"].as_str().unwrap().to_owned();
    let strange = add("Asha Invented", HOSTILE);
    assert_eq!(strange.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let words = strange.text().unwrap();
    assert!(words.contains("there are") && words.contains("po_nic") && !words.contains("script"));
    assert_eq!(add("", "po_nic").status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!clerk.get("/v1/admin/users").text().unwrap().contains("<script>"));
    let path = |what: &str| format!("/v1/admin/users/{user}/{what}");
    let named = clerk.post(&path("name"), &json!({ "name": "Meena Invented" }));
    assert_eq!(named.status(), StatusCode::NO_CONTENT);
    assert_eq!(clerk.list("/v1/admin/users")[0]["name"], "Meena Invented");

    let mut worker = hub.officer("po_nic");
    let case = worker.open_case();
    worker.sync();
    let id = protocol::UserId(user.parse::<Uuid>().unwrap().into_bytes());
    let mut changed = hub.device(id);
    assert_eq!(changed.sync().granted, []);
    let role = |role: &str| clerk.post(&path("role"), &json!({ "role": role })).status();
    assert_eq!(role("tailor"), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(role("dcpo"), StatusCode::NO_CONTENT);
    let answer = changed.sync();
    assert_eq!(answer.granted.iter().filter(|id| id.0[..16] == case).count(), 4);
    assert_eq!(role("counsellor"), StatusCode::NO_CONTENT);
    assert_eq!(changed.sync().revoked.len(), 4);
    // Others hear the new name with the log.
    let told = worker.sync().authors;
    assert!(told.iter().any(|name| name.contains("Meena Invented")), "{told:?}");
}

#[test]
fn who_moves_to_another_district_is_somebody_new_there_and_leaves_nothing_open_behind() {
    let hub = TestHub::start();
    hub.hub.storage.add_district(ELSEWHERE, "Mysuru", 0).unwrap();
    let all = Clerk::signed_in(&hub, "asha", &["--all"]);
    let own = Clerk::signed_in(&hub, "ravi", &["--district", DISTRICT]);
    let mut worker = hub.officer("po_nic");
    let user = id(hub.user_of(&worker).0);
    let case = worker.open_case();
    worker.sync();
    let shift = [
        "roster", "set", &user, "--days", "mon", "--from", "09:00", "--to", "17:00",
    ];
    administer(&hub.hub, &shift).unwrap();
    let unused = hub.link(hub.user_of(&worker));
    let path = format!("/v1/admin/users/{user}/district");
    let go = |clerk: &Clerk, district: &str| clerk.post(&path, &json!({ "district": district }));
    assert_eq!(go(&own, ELSEWHERE).status(), StatusCode::NOT_FOUND);
    assert_eq!(go(&all, "KA-XXX").status(), StatusCode::NOT_FOUND);
    assert_eq!(go(&all, DISTRICT).status(), StatusCode::UNPROCESSABLE_ENTITY);
    let held = go(&all, ELSEWHERE);
    assert_eq!(held.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(held.text().unwrap().contains("hand those over first"));
    assert!(
        hub.hub
            .storage
            .author(worker.author)
            .unwrap()
            .unwrap()
            .revoked_ms
            .is_none()
    );
    hub.unassign(&worker, case);
    let new = said(go(&all, ELSEWHERE))["id"].as_str().unwrap().to_owned();
    assert_ne!(new, user);
    let users = all.list("/v1/admin/users");
    let there = users
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == new.as_str())
        .unwrap();
    assert_eq!(
        (&there["district"], &there["role"]),
        (&json!(ELSEWHERE), &json!("po_nic"))
    );
    assert!(hub.hub.storage.roster(DISTRICT).unwrap().is_empty());
    let author = hub.hub.storage.author(worker.author).unwrap().unwrap();
    assert!(author.revoked_ms.is_some() && author.hand_in);
    let other = TestDevice::unenrolled(&hub.url);
    assert!(matches!(other.enrol(&unused), EnrolReply::Refused(Refusal::WrongCode)));
    let rows = hub.hub.storage.audit_rows(500).unwrap();
    assert!(
        rows.iter()
            .any(|row| row.deed == "move-user" && row.detail == format!("{user} {new}"))
    );
}

#[test]
fn whose_tablets_are_shut_out_enrols_no_other_by_a_code_from_before() {
    let hub = TestHub::start();
    let clerk = Clerk::signed_in(&hub, "asha", &["--district", DISTRICT]);
    let worker = hub.officer("po_nic");
    let user = hub.user_of(&worker);
    let unused = hub.link(user);
    let path = format!("/v1/admin/users/{}/revoke", id(user.0));
    assert_eq!(clerk.post(&path, &json!({})).status(), StatusCode::NO_CONTENT);
    let other = TestDevice::unenrolled(&hub.url);
    assert!(matches!(other.enrol(&unused), EnrolReply::Refused(Refusal::WrongCode)));
    // One that is made behind it is for whoever comes back.
    assert!(matches!(other.enrol(&hub.link(user)), EnrolReply::Enrolled(_)));
}
