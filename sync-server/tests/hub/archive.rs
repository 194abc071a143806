//! What everybody has read of a log lies in a file, and nobody misses it.

use std::path::PathBuf;

use casefile::Edit;
use casework::{Compartment, EntryId};
use protocol::DocumentId;
use sync_server::storage::Deed;

use crate::cluster;
use crate::command::administer;
use crate::destroyed::order;
use crate::support::{TestDevice, TestHub, document, now_ms, random, set};

struct Scene {
    hub: TestHub,
    worker: TestDevice,
    head: TestDevice,
    core: DocumentId,
    case: [u8; 16],
    folder: tempfile::TempDir,
}

impl Scene {
    /// A case of many changes that its worker and the head of the unit have read.
    fn new(more: &str) -> Self {
        let hub = TestHub::start_with(more);
        let (mut worker, head) = (hub.officer("po_nic"), hub.officer("dcpo"));
        let case = worker.open_case();
        let core = document(case, Compartment::Core);
        for stage in ["production", "inquiry", "restored"] {
            worker.edit(core, &[set("case.stage", stage)]);
            worker.sync();
        }
        let mut scene = Self {
            hub,
            worker,
            head,
            core,
            case,
            folder: tempfile::tempdir().unwrap(),
        };
        read(&mut scene.head);
        scene
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn archive(&self, arguments: &[&str]) -> Result<String, String> {
        administer(&self.hub.hub, &[&["archive"], arguments].concat())
    }

    fn write(&self, name: &str, more: &[&str]) -> Result<String, String> {
        let file = self.file(name);
        let fixed = ["write", "--district", "KA-BLR", "--out", file.to_str().unwrap()];
        self.archive(&[&fixed, more].concat())
    }

    /// How many changes have their bytes in the database.
    fn here(&self) -> usize {
        self.hub
            .hub
            .storage
            .archivable("KA-BLR", 0, u64::MAX >> 1, 9_999)
            .unwrap()
            .len()
    }
}

/// Reads to the end, and says so: the hub knows how far a tablet is when it opens the next time.
fn read(device: &mut TestDevice) {
    while device.sync().close.unwrap().more {}
    device.sync();
}

fn note(text: &str) -> Edit {
    Edit::AddEntry {
        entry: EntryId::from_bytes(random()),
        kind: "note".into(),
        text: text.into(),
    }
}

fn on_each(test: impl Fn(&str)) {
    test("");
    test(&format!("[database]\nurl = '{}'\n", cluster::shared().database()));
}

#[test]
fn what_everybody_has_read_goes_into_a_file_and_nobody_misses_it() {
    on_each(|more| {
        let mut scene = Scene::new(more);
        read(&mut scene.worker);
        let dry = scene.archive(&["write", "--district", "KA-BLR", "--dry-run"]).unwrap();
        assert!(dry.starts_with("up to number "), "{dry}");
        let said = scene.write("one", &[]).unwrap();
        assert!(said.starts_with("4 changes, numbers "), "{said}");
        assert_eq!(scene.here(), 0);
        assert!(scene.write("two", &[]).unwrap_err().contains("nothing to archive"));
        assert!(!scene.file("two").exists() && !scene.file("two.part").exists());

        // Work goes on, for those who were there and for those who come.
        scene.worker.edit(scene.core, &[note("after it")]);
        scene.worker.sync();
        assert_eq!(scene.head.sync().changed.len(), 1, "only what is new");
        let mut later = scene.hub.officer("dcpo");
        read(&mut later);
        for device in [&scene.head, &later] {
            assert_eq!(device.fact(scene.core, "case.stage"), Some("restored".into()));
            assert_eq!(device.documents[&scene.core].timeline().len(), 1);
        }
        // The same change again is known, without its bytes.
        let again = scene.worker.documents[&scene.core].changes();
        let own = casework::AuthorId::from_bytes(scene.worker.author.0);
        let (_, first) = again
            .into_iter()
            .find(|(head, _)| head.author == own && head.seq == 1)
            .unwrap();
        let n = scene.worker.put(scene.core, first);
        let verdicts = scene.worker.sync().verdicts;
        assert!(
            matches!(verdicts[&n], protocol::message::down::Outcome::Duplicate { .. }),
            "{:?}",
            verdicts[&n]
        );

        let file = scene.file("one");
        let check = scene.archive(&["check", file.to_str().unwrap()]).unwrap();
        assert!(check.starts_with("whole: 4 changes"), "{check}");
        let newer = scene.here();
        let back = scene.archive(&["put-back", file.to_str().unwrap()]).unwrap();
        assert!(back.starts_with("4 changes"), "{back}");
        assert_eq!(scene.here(), newer + 4);
        assert!(scene.archive(&["put-back", file.to_str().unwrap()]).is_err());
        assert_eq!(
            scene.hub.hub.storage.district("KA-BLR").unwrap().unwrap().archived_upto,
            0
        );
        let deeds: Vec<_> = scene.hub.hub.storage.audit_rows(9_999).unwrap();
        for deed in [Deed::Archive, Deed::PutBack] {
            assert!(deeds.iter().any(|row| row.deed == deed.word()));
        }
    });
}

#[test]
fn what_a_tablet_has_yet_to_read_stays_until_it_has_not_been_heard_for_long() {
    on_each(|more| {
        let mut scene = Scene::new(more);
        read(&mut scene.worker);
        let before = scene.hub.hub.storage.district("KA-BLR").unwrap().unwrap().last_number;
        scene.worker.edit(scene.core, &[note("the head has not read this")]);
        read(&mut scene.worker);
        assert!(scene.write("one", &[]).unwrap().starts_with("4 changes"));
        let upto = scene.hub.hub.storage.district("KA-BLR").unwrap().unwrap().archived_upto;
        assert!(upto <= before);
        assert_eq!(scene.head.sync().changed.len(), 1);

        // Nobody counts any more: whoever comes back begins anew, and what they wrote meanwhile is taken.
        scene.worker.edit(scene.core, &[note("nor this")]);
        read(&mut scene.worker);
        scene.head.edit(scene.core, &[note("written by the head meanwhile")]);
        let said = scene.write("two", &["--silent-days", "0"]).unwrap();
        assert!(said.starts_with("1 tablets were not heard"), "{said}");
        let answer = scene.head.sync();
        assert!(answer.granted.contains(&scene.core), "told as it stands");
        read(&mut scene.head);
        read(&mut scene.worker);
        for device in [&scene.head, &scene.worker] {
            assert_eq!(device.documents[&scene.core].timeline().len(), 3);
        }
        assert!(scene.head.outbox.is_empty());
    });
}

#[test]
fn a_file_that_is_not_what_was_written_puts_nothing_back() {
    let mut scene = Scene::new("");
    read(&mut scene.worker);
    scene.write("one", &[]).unwrap();
    let whole = std::fs::read(scene.file("one")).unwrap();
    let lines = |bytes: &[u8]| {
        std::fs::write(scene.file("bad"), bytes).unwrap();
        let bad = scene.file("bad");
        ["check", "put-back"].map(|verb| scene.archive(&[verb, bad.to_str().unwrap()]).unwrap_err())
    };
    for at in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        let [check, back] = lines(&flipped);
        assert!(
            check.contains("damaged") && back.contains("damaged"),
            "{at}: {check}, {back}"
        );
        lines(&whole[..at]);
    }
    lines(&[whole.as_slice(), b"more"].concat());
    assert_eq!(scene.here(), 0);
    assert!(scene.write("one", &[]).is_err(), "it is there already");
    let unknown = scene.file("three");
    let unknown = ["write", "--district", "KA-XXX", "--out", unknown.to_str().unwrap()];
    assert!(scene.archive(&unknown).unwrap_err().contains("no such district"));
}

#[test]
fn of_a_destroyed_record_nothing_comes_back_out_of_an_archive() {
    on_each(|more| {
        let mut scene = Scene::new(more);
        let other = scene.worker.open_case();
        read(&mut scene.worker);
        read(&mut scene.head);
        let canary = b"restored";
        scene.write("one", &[]).unwrap();
        let bytes = std::fs::read(scene.file("one")).unwrap();
        assert!(!bytes.windows(canary.len()).any(|window| window == canary), "sealed");
        scene
            .hub
            .hub
            .storage
            .destroy(&order(scene.case), &[], now_ms())
            .unwrap();
        let file = scene.file("one");
        let back = scene.archive(&["put-back", file.to_str().unwrap()]).unwrap();
        assert!(back.starts_with("1 changes"), "{back}");
        let here = scene
            .hub
            .hub
            .storage
            .archivable("KA-BLR", 0, u64::MAX >> 1, 99)
            .unwrap();
        assert!(here.iter().all(|change| change.document.0[..16] == other));
    });
}
