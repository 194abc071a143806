//! A hub is copied while it works, lost, and put back: what devices had handed in since comes back with them.

use std::path::{Path, PathBuf};

use casework::Compartment;
use protocol::ids::Sha256;
use protocol::message::down::Outcome;
use protocol::{DocumentId, EnrolLink, Refusal};
use reqwest::StatusCode;
use uuid::Uuid;

use crate::cluster;
use crate::installed::{Installed, Serving};
use crate::media::{another_picture, caller, picture};
use crate::support::{TestDevice, document, set};

/// The same hub where it is put back: with an empty database and the keys as they are today.
fn empty_place(hub: &Installed, more: &str) -> Installed {
    let place = Installed::with(more);
    let data = |hub: &Installed| hub.dir.path().join("data");
    std::fs::create_dir(data(&place)).unwrap();
    std::fs::copy(data(hub).join("record.keys"), data(&place).join("record.keys")).unwrap();
    place
}

pub(crate) fn officer(hub: &Installed, serving: &Serving, name: &str) -> (String, TestDevice) {
    let user = hub
        .admin(&[
            "user",
            "add",
            "--district",
            "KA-BLR",
            "--name",
            name,
            "--role",
            "po_nic",
        ])
        .unwrap();
    let link = hub.admin(&["enrol-code", &user, "--hub", &serving.url]).unwrap();
    let device = TestDevice::unenrolled(&serving.url);
    device.enrol(&link.parse::<EnrolLink>().unwrap());
    (user, device)
}

fn bring(device: &mut TestDevice, case: [u8; 16], bytes: &[u8]) -> Sha256 {
    let sha256 = another_picture(device, case, bytes);
    let up = caller(device);
    up.begin(sha256, bytes.len());
    assert_eq!(up.piece(sha256, 0, bytes).status(), StatusCode::NO_CONTENT);
    sha256
}

fn id(record: [u8; 16]) -> String {
    Uuid::from_bytes(record).to_string()
}

/// Sends until nothing has to come in another form, as a device does; what became of it.
pub(crate) fn round(device: &mut TestDevice) -> Vec<Outcome> {
    loop {
        let verdicts: Vec<_> = device.sync().verdicts.into_values().collect();
        let whole = Outcome::Refused {
            code: Refusal::SendWhole,
        };
        if !verdicts.contains(&whole) {
            return verdicts;
        }
    }
}

/// Two officers at a hub, and what they have before and after it is copied.
struct Story {
    hub: Installed,
    worker: TestDevice,
    other: TestDevice,
    /// Both have this; its identity says who wrote last.
    case: [u8; 16],
    /// Begun after the copy was made.
    begun: [u8; 16],
    /// Destroyed by law after the copy was made.
    to_go: [u8; 16],
    pictures: (Sha256, Sha256),
    backup: PathBuf,
}

impl Story {
    /// They work, the hub is copied, they work on, and the hub is lost.
    fn until_the_hub_is_lost(more: &str) -> Self {
        let hub = Installed::with(more);
        let serving = Serving::start(&hub);
        hub.admin(&["district", "add", "KA-BLR", "Bengaluru Urban"]).unwrap();
        let (_, mut worker) = officer(&hub, &serving, "Asha Invented");
        let (other_user, mut other) = officer(&hub, &serving, "Binod Invented");
        let (case, to_go) = (worker.open_case(), worker.open_case());
        worker.edit(identity(case), &[set("child.name", "Meena One")]);
        let before = bring(&mut worker, case, &picture(b"before"));
        worker.sync();
        hub.admin(&["assign", &id(case), &other_user]).unwrap();
        other.sync();
        let backup = hub.dir.path().join("backup");
        let said = hub.admin(&["backup", path(&backup)]).unwrap();
        assert!(said.contains("record.keys is not in it"), "{said}");
        assert!(said.contains("2 users"), "{said}");
        assert!(!backup.join("record.keys").exists() && !backup.join("media/record.keys").exists());
        let again = hub.admin(&["backup", path(&backup)]).unwrap_err();
        assert!(again.contains("name a folder that is not there yet"), "{again}");

        // More work, all of it acknowledged: each writes on what the other wrote.
        worker.edit(identity(case), &[set("child.name", "Meena Two")]);
        worker.sync();
        other.sync();
        other.edit(identity(case), &[set("child.name", "Meena Three")]);
        other.sync();
        worker.sync();
        worker.edit(identity(case), &[set("child.name", "Meena Four")]);
        let begun = worker.open_case();
        let after = bring(&mut worker, begun, &picture(b"after"));
        worker.sync();
        assert!(worker.outbox.is_empty() && other.outbox.is_empty());
        destroy(&hub, to_go);
        worker.sync();
        worker.documents.retain(|document, _| document.0[..16] != to_go);
        Self {
            hub,
            worker,
            other,
            case,
            begun,
            to_go,
            pictures: (before, after),
            backup,
        }
    }

    /// The copy is put back at a place of its own.
    fn put_back(&mut self, more: &str) -> (Installed, Serving) {
        let there = empty_place(&self.hub, more);
        let said = there.admin(&["restore", path(&self.backup)]).unwrap();
        assert!(said.contains("1 records that were destroyed since"), "{said}");
        assert!(said.contains("new epoch"), "{said}");
        assert!(!said.contains("are not in the backup"), "{said}");
        let again = there.admin(&["restore", path(&self.backup)]).unwrap_err();
        assert!(again.contains("into an empty place only"), "{again}");
        let serving = Serving::start(&there);
        for device in [&mut self.worker, &mut self.other] {
            device.url.clone_from(&serving.url);
        }
        (there, serving)
    }

    /// Each brings what the hub lacks. Who comes first rests on what the other has not brought yet: it waits, and is not
    /// refused.
    fn bring_it_all(&mut self) {
        let Self { worker, other, .. } = self;
        other.sync();
        let later = Outcome::Refused {
            code: Refusal::Unavailable,
        };
        assert_eq!(round(other), [later]);
        worker.sync();
        round(worker);
        round(other);
        round(worker);
        let left = (worker.outbox.len(), other.outbox.len());
        assert_eq!(left, (0, 0), "everything is there again");
    }

    /// A tablet that has nothing sees all of it, and nothing of what was destroyed.
    fn all_is_there(&mut self, there: &Installed, serving: &Serving) {
        let (user, mut new) = officer(there, serving, "Chandra Invented");
        for one in [self.case, self.begun] {
            there.admin(&["assign", &id(one), &user]).unwrap();
        }
        new.sync();
        assert_eq!(new.fact(identity(self.case), "child.name"), Some("Meena Four".into()));
        let of_begun = new.documents.keys().filter(|id| id.0[..16] == self.begun);
        assert_eq!(of_begun.count(), 4);
        assert!(there.admin(&["assign", &id(self.to_go), &user]).is_err());
        let (before, after) = self.pictures;
        let asks = caller(&mut new);
        let status = |sha256| asks.call(reqwest::Method::GET, sha256, &[], Vec::new()).status();
        assert_eq!((status(before), status(after)), (StatusCode::OK, StatusCode::NOT_FOUND));
        let bytes = picture(b"after");
        let up = caller(&mut self.worker);
        up.begin(after, bytes.len());
        let brought = up.piece(after, 0, &bytes).status();
        assert_eq!(brought, StatusCode::NO_CONTENT, "once more");
    }
}

fn identity(case: [u8; 16]) -> DocumentId {
    document(case, Compartment::Identity)
}

fn destroy(hub: &Installed, record: [u8; 16]) {
    let record = id(record);
    let order = [
        "--ordered-by",
        "The Board",
        "--reference",
        "7/2026",
        "--section",
        "JJ Act 2015, s.24(2)",
    ];
    let destroy = [&["destroy", &record], &order[..], &["--confirm", &record]].concat();
    hub.admin(&destroy).unwrap();
}

/// Copied, worked on, lost, put back: by a hub whose configuration has these lines, and at a place with those.
fn goes_back(more: &str, more_there: &str) {
    let mut story = Story::until_the_hub_is_lost(more);
    let (there, serving) = story.put_back(more_there);
    story.bring_it_all();
    let quarantine = there.admin(&["quarantine", "list"]).unwrap();
    assert_eq!(quarantine, "", "nobody has to decide about any of it");
    story.all_is_there(&there, &serving);
    let audit = there.admin(&["audit"]).unwrap();
    assert!(audit.contains("restore"), "{audit}");
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_hub_with_a_file_goes_back_to_a_backup_and_devices_bring_what_it_lacks() {
    goes_back("", "");
}

#[test]
fn a_hub_at_a_server_goes_back_to_a_backup_and_devices_bring_what_it_lacks() {
    let database = || {
        format!(
            "[database]\nurl = '{}'\nconnections = 4\n",
            cluster::shared().database()
        )
    };
    goes_back(&database(), &database());
}

/// A hub with a backup of little.
fn backed_up() -> (Installed, PathBuf) {
    let hub = Installed::new();
    hub.admin(&["district", "add", "KA-BLR", "Bengaluru Urban"]).unwrap();
    let backup = hub.dir.path().join("backup");
    hub.admin(&["backup", path(&backup)]).unwrap();
    (hub, backup)
}

#[test]
fn nothing_is_put_back_that_is_not_whole_or_has_no_keys() {
    let (hub, backup) = backed_up();
    let restore = |place: &Installed| place.admin(&["restore", path(&backup)]).unwrap_err();
    let without = Installed::new();
    assert!(
        restore(&without).contains("record.keys is missing"),
        "{}",
        restore(&without)
    );
    let other = Installed::new();
    other.admin(&["district", "list"]).unwrap();
    std::fs::remove_file(other.dir.path().join("data/hub.db")).unwrap();
    assert!(restore(&other).contains("another database's"), "{}", restore(&other));
    let database = format!("[database]\nurl = '{}'\n", cluster::shared().database());
    let server = empty_place(&hub, &database);
    assert!(
        restore(&server).contains("a database in a file"),
        "{}",
        restore(&server)
    );

    let place = empty_place(&hub, "");
    let copy = backup.join("hub.db");
    let whole = std::fs::read(&copy).unwrap();
    let mut bytes = whole.clone();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&copy, &bytes).unwrap();
    assert!(restore(&place).contains("is damaged"), "{}", restore(&place));
    std::fs::write(&copy, whole).unwrap();
    let about = backup.join("backup.toml");
    let text = std::fs::read_to_string(&about).unwrap();
    std::fs::write(&about, text.replace("form = 1", "form = 2")).unwrap();
    assert!(restore(&place).contains("has form 2"), "{}", restore(&place));
    std::fs::remove_file(&about).unwrap();
    assert!(restore(&place).contains("never finished"), "{}", restore(&place));
    assert!(
        !place.dir.path().join("data/hub.db").exists(),
        "nothing of it was put there"
    );
    std::fs::write(&about, text).unwrap();
    place.admin(&["restore", path(&backup)]).unwrap();
    assert!(place.admin(&["district", "list"]).unwrap().contains("KA-BLR"));
}

#[test]
fn a_hub_that_was_put_back_by_half_does_not_start() {
    let (hub, backup) = backed_up();
    let place = empty_place(&hub, "");
    let begun = place.dir.path().join("data/restoring");
    std::fs::write(&begun, b"").unwrap();
    let refused = place.admin(&["district", "list"]).unwrap_err();
    assert!(refused.contains("is not whole"), "{refused}");
    place.admin(&["restore", path(&backup)]).unwrap();
    assert!(!begun.exists());
    assert!(place.admin(&["district", "list"]).is_ok());
}

#[test]
fn a_new_epoch_by_command_has_devices_send_again_what_they_wrote() {
    let hub = Installed::new();
    let serving = Serving::start(&hub);
    hub.admin(&["district", "add", "KA-BLR", "Bengaluru Urban"]).unwrap();
    let (_, mut worker) = officer(&hub, &serving, "Asha Invented");
    worker.open_case();
    let first = worker.sync().welcome.unwrap().epoch;
    assert!(hub.admin(&["new-epoch"]).unwrap().contains("Start every hub"));
    drop(serving);
    let serving = Serving::start(&hub);
    worker.url.clone_from(&serving.url);
    let second = worker.sync().welcome.unwrap().epoch;
    assert_ne!(first, second);
    let verdicts = worker.sync().verdicts;
    assert!(
        matches!(verdicts.values().next(), Some(Outcome::Duplicate { .. })),
        "{verdicts:?}"
    );
    assert!(hub.admin(&["audit"]).unwrap().contains("new-epoch"));
}
