//! Refused uploads in the hands of a person: looked at, judged again, refused for good.

use casefile::ChangeHead;
use casework::Compartment;
use protocol::message::down::Outcome;
use protocol::{DocumentId, Refusal};

use crate::command::administer;
use crate::support::{TestDevice, TestHub, document, set};

/// A case of one officer, and another officer who has written in a copy of it without having been given it.
struct Scene {
    hub: TestHub,
    worker: TestDevice,
    other: TestDevice,
    case: [u8; 16],
    identity: DocumentId,
}

impl Scene {
    fn new() -> Self {
        let hub = TestHub::start();
        let (mut worker, mut other) = (hub.officer("po_nic"), hub.officer("po_nic"));
        let case = worker.open_case();
        let identity = document(case, Compartment::Identity);
        worker.edit(identity, &[set("child.name", "Meena Invented")]);
        worker.sync();
        other.sync();
        other.documents.insert(identity, worker.documents[&identity].clone());
        Self {
            hub,
            worker,
            other,
            case,
            identity,
        }
    }

    /// Writes, sends, and forgets to send it again, as a device does with what is refused.
    fn write(&mut self, name: &str) -> Outcome {
        let n = self.other.edit(self.identity, &[set("child.name", name)]);
        let mut outcome = self.other.sync().verdicts.remove(&n).unwrap();
        if outcome == refused(Refusal::SendWhole) {
            // What it stands on is not in the log.
            outcome = self.other.sync().verdicts.remove(&n).unwrap();
        }
        self.other.outbox.clear();
        outcome
    }

    fn admin(&self, arguments: &[&str]) -> Result<String, String> {
        administer(&self.hub.hub, &[&["quarantine"], arguments].concat())
    }

    fn deeds(&self) -> Vec<(String, String)> {
        let rows = self.hub.hub.storage.audit_rows(99).unwrap();
        rows.into_iter().map(|row| (row.deed, row.detail)).collect()
    }
}

fn refused(code: Refusal) -> Outcome {
    Outcome::Refused { code }
}

#[test]
fn what_is_released_stands_in_the_log_with_what_was_written_behind_it_and_its_author_hears_of_it() {
    let mut scene = Scene::new();
    assert_eq!(scene.write("Meena One"), refused(Refusal::UnknownDocument));
    assert_eq!(scene.write("Meena Two"), refused(Refusal::UnknownDocument));
    // Nothing has changed since: judged again it is refused again, and stays.
    let again = scene.admin(&["release", "1"]).unwrap_err();
    assert!(again.contains("stays in quarantine"), "{again}");
    scene.hub.assign(&scene.other, scene.case);
    scene.other.sync();
    assert_eq!(scene.write("Meena Three"), refused(Refusal::MissingDependencies));
    assert_eq!(scene.admin(&["list"]).unwrap().lines().count(), 3);

    let said = scene.admin(&["release", "1"]).unwrap();
    assert_eq!(said.matches("taken, number").count(), 3, "{said}");
    assert_eq!(scene.admin(&["list"]).unwrap(), "");
    assert!(scene.admin(&["release", "1"]).unwrap_err().contains("quarantine list"));

    let heard = scene.other.sync().changed;
    assert_eq!(heard.len(), 3, "its author is told, who counts it as refused");
    assert_eq!(scene.worker.sync().changed.len(), 3);
    let name = |device: &TestDevice| device.fact(scene.identity, "child.name");
    assert_eq!(name(&scene.worker), Some("Meena Three".into()));
    assert_eq!(name(&scene.other), Some("Meena Three".into()));
    // What is written now stands on it.
    assert!(matches!(
        scene.write("Meena Four"),
        Outcome::Accepted { late: false, .. }
    ));
    assert!(
        scene.other.sync().changed.is_empty(),
        "its own changes are not told twice"
    );
    assert_eq!(scene.hub.hub.storage.broken_audit_row().unwrap(), None);
    assert_eq!(scene.deeds().iter().filter(|(deed, _)| deed == "release").count(), 3);
}

#[test]
fn whoever_looks_at_what_an_upload_says_has_said_what_for() {
    let mut scene = Scene::new();
    scene.write("=HYPERLINK(\"x\")\u{1b}[2J");
    let shown = scene.admin(&["show", "1"]).unwrap();
    assert!(!shown.contains("HYPERLINK") && !shown.contains("An officer"), "{shown}");
    let author = uuid::Uuid::from_bytes(scene.other.author.0).to_string();
    assert!(shown.contains(&author) && shown.contains("admin assign"), "{shown}");
    assert!(scene.admin(&["show", "1", "--content"]).is_err());
    let before = scene.deeds().len();
    let shown = scene
        .admin(&["show", "1", "--content", "--purpose", "asked by the officer"])
        .unwrap();
    let last = shown.lines().last().unwrap();
    assert_eq!(
        last, "child.name = =HYPERLINK(\\\"x\\\")\\u{1b}[2J",
        "a terminal acts on nothing of it"
    );
    let looked = ("look-at-refused".to_owned(), "1: asked by the officer".to_owned());
    assert_eq!(scene.deeds()[before..], [looked]);
    assert!(scene.admin(&["show", "7"]).unwrap_err().contains("has this number: 7"));
}

#[test]
fn what_is_refused_for_good_is_gone_here_and_its_device_is_told() {
    let mut scene = Scene::new();
    let n = scene.other.edit(scene.identity, &[set("child.name", "Meena One")]);
    let bytes = scene.other.outbox[0].2.clone();
    scene.other.sync();
    scene.other.outbox.clear();
    let wrong = scene.admin(&["refuse", "1", "--confirm", "yes"]).unwrap_err();
    assert!(wrong.contains("nothing was refused"), "{wrong}");
    assert_eq!(scene.hub.hub.storage.refused_bytes(1).unwrap().as_ref(), Some(&bytes));

    let author = uuid::Uuid::from_bytes(scene.other.author.0).to_string();
    scene.admin(&["refuse", "1", "--confirm", &author]).unwrap();
    assert_eq!(scene.hub.hub.storage.refused_bytes(1).unwrap(), None);
    assert!(scene.admin(&["list"]).unwrap().contains("0 bytes\trefused for good"));
    for decided in [&["release", "1"][..], &["refuse", "1", "--confirm", &author]] {
        assert!(scene.admin(decided).unwrap_err().contains("was refused for good"));
    }
    let hash = ChangeHead::parse(&bytes).unwrap().hash;
    // One who does not read it hears nothing, and hears it when it does.
    let cursor = scene.other.cursor.clone();
    scene.other.version = 1;
    assert_eq!(scene.other.sync().judged, []);
    scene.other.version = protocol::PROTOCOL_VERSION;
    scene.other.cursor = cursor;
    assert_eq!(scene.other.sync().judged, [(scene.identity, hash)]);
    assert_eq!(scene.other.sync().judged, [], "once");
    assert!(scene.worker.sync().judged.is_empty(), "nobody else hears of it");
    // The same bytes once more: known, and not kept.
    scene.other.outbox.push((n, scene.identity, bytes));
    assert_eq!(scene.other.sync().verdicts[&n], refused(Refusal::ForGood));
    assert_eq!(scene.hub.hub.storage.refused_bytes(1).unwrap(), None);
    assert_eq!(scene.deeds().last().unwrap().0, "refuse-for-good");
}

#[test]
fn what_a_dismissed_officer_brought_is_released_one_by_one_by_what_they_may_still_write() {
    let scene = Scene::new();
    let Scene { hub, mut worker, .. } = scene;
    hub.hub.storage.revoke_author(worker.author, 0).unwrap();
    for name in ["Meena One", "Meena Two"] {
        worker.edit(scene.identity, &[set("child.name", name)]);
    }
    let body = worker.body(worker.open());
    worker.post(body);
    let release = |id: &str| administer(&hub.hub, &["quarantine", "release", id]);
    assert!(release("2").is_err(), "it stands on the other");
    assert_eq!(release("1").unwrap().lines().count(), 1);
    let mut head = hub.officer("dcpo");
    head.sync();
    assert_eq!(head.fact(scene.identity, "child.name"), Some("Meena One".into()));
    release("2").unwrap();
    assert_eq!(head.sync().changed.len(), 1);
}

#[test]
fn while_devices_catch_up_with_a_hub_that_went_back_what_may_still_come_is_waited_for() {
    const DAY_MS: i64 = 86_400_000;
    let mut scene = Scene::new();
    let at_ms = crate::support::now_ms() - 29 * DAY_MS;
    scene.hub.hub.storage.new_epoch(at_ms).unwrap();
    assert_eq!(scene.write("Meena One"), refused(Refusal::Unavailable));
    let n = scene.other.put(scene.identity, b"no change".to_vec());
    assert_eq!(
        scene.other.sync().verdicts[&n],
        refused(Refusal::Malformed),
        "not what is never good"
    );
    scene.other.outbox.clear();
    assert_eq!(
        scene.admin(&["list"]).unwrap().lines().count(),
        1,
        "nobody has to decide about what is waited for"
    );
    let at_ms = crate::support::now_ms() - 31 * DAY_MS;
    scene.hub.hub.storage.new_epoch(at_ms).unwrap();
    assert_eq!(scene.write("Meena Two"), refused(Refusal::UnknownDocument));
    assert_eq!(scene.admin(&["list"]).unwrap().lines().count(), 2);
}
