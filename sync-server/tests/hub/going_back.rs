//! Staff order over HTTP that a hub goes back to a backup: its program begins anew with it, or is as it was.

use std::path::PathBuf;

use casework::{Compartment, Value};
use protocol::DocumentId;
use reqwest::StatusCode;
use serde_json::{Value as Json, json};
use sync_server::clock::{Clock, SystemClock};
use uuid::Uuid;

use crate::backup::{officer, round};
use crate::cluster;
use crate::installed::{Installed, Serving};
use crate::staff::Clerk;
use crate::support::{TestDevice, document, eventually, set};

/// A hub that serves, somebody of its staff who administers all of it, and a whole backup.
struct Scene {
    hub: Installed,
    serving: Serving,
    clerk: Clerk,
    worker: TestDevice,
    case: [u8; 16],
    backup: String,
}

impl Scene {
    fn new(more: &str) -> Self {
        let folder = "[backups]\nfolder = 'backups'\n";
        let hub = Installed::at_one_address(&format!("{folder}{more}"));
        let serving = Serving::start(&hub);
        hub.admin(&["district", "add", "KA-BLR", "Bengaluru Urban"]).unwrap();
        let added = hub.admin(&["staff", "add", "asha", "--all"]).unwrap();
        let mut clerk = Clerk::told(&serving.url, "asha", &added);
        let code = clerk.code_at(SystemClock.now_ms());
        assert_eq!(clerk.sign_in(&code).status(), StatusCode::NO_CONTENT);
        let (_, mut worker) = officer(&hub, &serving, "Asha Invented");
        let case = worker.open_case();
        worker.edit(identity(case), &[set("child.name", "Meena One")]);
        worker.sync();
        let made = clerk.ask("POST", "/v1/admin/backups", None);
        assert_eq!(made.status(), StatusCode::ACCEPTED);
        let made: Json = serde_json::from_str(&made.text().unwrap()).unwrap();
        eventually(|| (clerk.list("/v1/admin/backups")[0]["state"] == "whole").then_some(()));
        // Written since, and acknowledged.
        worker.edit(identity(case), &[set("child.name", "Meena Two")]);
        worker.sync();
        assert!(worker.outbox.is_empty());
        Self {
            hub,
            serving,
            clerk,
            worker,
            case,
            backup: made["name"].as_str().unwrap().to_owned(),
        }
    }

    fn order(&self, backup: &str, confirm: &str) -> StatusCode {
        let path = format!("/v1/admin/backups/{backup}/restore");
        self.clerk.post(&path, &json!({ "confirm": confirm })).status()
    }

    /// What came of the order, once the hub answers again.
    fn outcome(&self) -> Json {
        eventually(|| {
            let answer = self.clerk.try_to_ask("GET", "/v1/admin/restore", None).ok()?;
            assert_eq!(answer.status(), StatusCode::OK);
            let said: Json = serde_json::from_str(&answer.text().unwrap()).unwrap();
            (said["state"] != "ordered").then_some(said)
        })
    }

    fn copy(&self, file: &str) -> PathBuf {
        self.hub.dir.path().join("backups").join(&self.backup).join(file)
    }

    fn data(&self) -> PathBuf {
        self.hub.dir.path().join("data")
    }

    /// What a tablet that has nothing yet hears the child is called.
    fn name_of_child(&self, newcomer: &str) -> Option<Value> {
        let (user, mut new) = officer(&self.hub, &self.serving, newcomer);
        self.hub
            .admin(&["assign", &Uuid::from_bytes(self.case).to_string(), &user])
            .unwrap();
        new.sync();
        new.fact(identity(self.case), "child.name")
    }
}

fn identity(case: [u8; 16]) -> DocumentId {
    document(case, Compartment::Identity)
}

/// Ordered, done, and nothing that was acknowledged is lost: by a hub whose configuration has these lines.
fn goes_back(more: &str) {
    let mut scene = Scene::new(more);
    assert_eq!(scene.clerk.list("/v1/admin/restore")["state"], "none");
    // Nothing is done that was not typed once more, or that is no backup.
    assert_eq!(scene.order(&scene.backup, "yes"), StatusCode::UNPROCESSABLE_ENTITY);
    let never = "2020-01-01T00-00-00Z";
    assert_eq!(scene.order(never, never), StatusCode::UNPROCESSABLE_ENTITY);
    for stranger in ["data", "%2e%2e%2fdata"] {
        assert_eq!(scene.order(stranger, stranger), StatusCode::NOT_FOUND, "{stranger}");
    }

    assert_eq!(scene.order(&scene.backup, &scene.backup), StatusCode::ACCEPTED);
    let outcome = scene.outcome();
    assert_eq!(
        (&outcome["state"], &outcome["backup"]),
        (&json!("done"), &json!(scene.backup))
    );
    assert_eq!(outcome["media_missing"], 0);
    assert!(
        scene.serving.child.try_wait().unwrap().is_none(),
        "it is the process that was started"
    );
    assert_eq!(scene.name_of_child("Binod Invented"), Some("Meena One".into()));
    // It notices, and brings what the hub lacks.
    scene.worker.sync();
    round(&mut scene.worker);
    assert!(scene.worker.outbox.is_empty());
    assert_eq!(scene.name_of_child("Chandra Invented"), Some("Meena Two".into()));
    let audit = scene.hub.admin(&["audit"]).unwrap();
    assert!(audit.contains("restore"), "{audit}");
    assert!(
        audit.contains(&format!("went back to the backup {}", scene.backup)),
        "{audit}"
    );

    // Another backup, which holds nothing of what was put aside, is as good; and so is the first once more.
    assert_eq!(scene.order(&scene.backup, &scene.backup), StatusCode::ACCEPTED);
    eventually(|| (scene.outcome()["ordered_at"] != outcome["ordered_at"]).then_some(()));
    assert_eq!(scene.outcome()["state"], "done");
    assert_eq!(scene.name_of_child("Deepa Invented"), Some("Meena One".into()));
}

#[test]
fn a_hub_with_a_file_goes_back_because_staff_said_so_and_what_there_was_is_put_aside() {
    goes_back("");
}

#[test]
fn a_hub_at_a_server_goes_back_because_staff_said_so_and_what_there_was_is_put_aside() {
    goes_back(&format!(
        "[database]\nurl = '{}'\nconnections = 4\n",
        cluster::shared().database()
    ));
}

#[test]
fn a_hub_that_cannot_go_back_is_as_it_was_and_says_so() {
    let scene = Scene::new("");
    let copy = scene.copy("hub.db");
    let mut bytes = std::fs::read(&copy).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&copy, bytes).unwrap();
    assert_eq!(scene.order(&scene.backup, &scene.backup), StatusCode::ACCEPTED);
    let outcome = scene.outcome();
    assert_eq!((&outcome["state"], &outcome["aside"]), (&json!("failed"), &Json::Null));
    assert_eq!(scene.name_of_child("Binod Invented"), Some("Meena Two".into()));
    assert!(!scene.data().join("restore-order.toml").exists());
}

#[test]
fn a_hub_at_a_server_that_another_hub_serves_too_does_not_take_its_tables_away() {
    let database = format!(
        "[database]\nurl = '{}'\nconnections = 4\n",
        cluster::shared().database()
    );
    let scene = Scene::new(&database);
    let other = Installed::with(&database);
    std::fs::create_dir(other.dir.path().join("data")).unwrap();
    std::fs::copy(
        scene.data().join("record.keys"),
        other.dir.path().join("data/record.keys"),
    )
    .unwrap();
    let beside = Serving::start(&other);
    assert_eq!(scene.order(&scene.backup, &scene.backup), StatusCode::ACCEPTED);
    assert_eq!(scene.outcome()["state"], "failed");
    assert_eq!(scene.name_of_child("Binod Invented"), Some("Meena Two".into()));
    drop(beside);
    assert_eq!(scene.order(&scene.backup, &scene.backup), StatusCode::ACCEPTED);
    eventually(|| (scene.outcome()["state"] == "done").then_some(()));
    assert_eq!(scene.name_of_child("Chandra Invented"), Some("Meena One".into()));
}
