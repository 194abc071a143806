//! A record that was destroyed by law, at a hub that runs: what the order began is finished by whoever comes to it, and nothing of
//! the record comes back, from a tablet or from a copy.

use std::path::{Path, PathBuf};

use casework::Compartment;
use protocol::Refusal;
use protocol::ids::Sha256;
use protocol::message::down::Outcome;
use reqwest::{Method, StatusCode};
use sync_server::identity::RecordKeysError;
use sync_server::keeping::Keeper;
use sync_server::storage::{Order, Sqlite, StorageError};
use sync_server::{Config, Hub};

use crate::bucket::Bucket;
use crate::media::{another_picture, caller, case_with_picture, picture};
use crate::support::{TestDevice, TestHub, document, eventually, now_ms, set};

/// What a board orders.
pub(crate) fn order(subject: [u8; 16]) -> Order {
    Order {
        subject,
        kind: 1,
        ordered_by: "The Board".into(),
        reference: "JJB/7".into(),
        section: "JJ Act 2015, s.24(2)".into(),
    }
}

fn bring(device: &mut TestDevice, sha256: Sha256, bytes: &[u8]) {
    let up = caller(device);
    assert_eq!(up.begin(sha256, bytes.len()).status(), StatusCode::CREATED);
    for (at, piece) in bytes.chunks(50_000).enumerate() {
        assert_eq!(up.piece(sha256, at * 50_000, piece).status(), StatusCode::NO_CONTENT);
    }
}

fn fetched(device: &mut TestDevice, sha256: Sha256) -> Option<Vec<u8>> {
    let response = caller(device).call(Method::GET, sha256, &[], Vec::new());
    (response.status() == StatusCode::OK).then(|| response.bytes().unwrap().to_vec())
}

/// Longer than one segment and no multiple of one.
fn large(pixel: u8) -> Vec<u8> {
    picture(
        &(0..150_001_u32)
            .map(|n| pixel ^ u8::try_from(n % 251).unwrap())
            .collect::<Vec<u8>>(),
    )
}

/// Two cases of one officer's that name the same picture, one of which has another of its own.
fn two_cases(hub: &TestHub) -> (TestDevice, [[u8; 16]; 2], [Sha256; 2]) {
    let mut worker = hub.officer("po_nic");
    let (shared, own) = (large(1), large(2));
    let (first, of_both) = case_with_picture(&mut worker, &shared);
    let of_first = another_picture(&mut worker, first, &own);
    worker.sync();
    let (second, again) = case_with_picture(&mut worker, &shared);
    worker.sync();
    assert_eq!(of_both, again);
    bring(&mut worker, of_both, &shared);
    bring(&mut worker, of_first, &own);
    assert_eq!(fetched(&mut worker, of_both).unwrap(), shared);
    assert_eq!(fetched(&mut worker, of_first).unwrap(), own);
    (worker, [first, second], [of_both, of_first])
}

fn is_finished(hub: &TestHub, subject: [u8; 16]) -> Option<()> {
    let destroyed = hub.hub.storage.destruction(subject).unwrap()?;
    let is_cut = hub.hub.keys.of(subject).is_none();
    (destroyed.media_left == 0 && is_cut && destroyed.scrubbed_ms.is_some()).then_some(())
}

/// The rows go here, as by a command that is cut behind them; the hub that runs does the rest.
fn destroy_first(hub: &TestHub, objects: &dyn Fn() -> usize) {
    let (mut worker, [first, second], [of_both, of_first]) = two_cases(hub);
    assert_eq!(objects(), 2);
    // One of the two is the owner of what both name: whichever goes, the other keeps it.
    hub.hub.storage.destroy(&order(first), &[], 90).unwrap();
    eventually(|| is_finished(hub, first));
    assert_eq!(objects(), 1);
    assert_eq!(fetched(&mut worker, of_first), None);
    assert_eq!(fetched(&mut worker, of_both).unwrap(), large(1));
    hub.hub.storage.destroy(&order(second), &[], 91).unwrap();
    eventually(|| is_finished(hub, second));
    assert_eq!(objects(), 0);
    assert_eq!(fetched(&mut worker, of_both), None);
    let copies = hub.hub.storage.key_copies().unwrap();
    assert_eq!(copies.iter().map(|copy| copy.cut_upto).collect::<Vec<_>>(), [2]);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(found) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    found
        .flat_map(|file| {
            let path = file.unwrap().path();
            if path.is_dir() { files(&path) } else { vec![path] }
        })
        .collect()
}

#[test]
fn what_an_order_began_the_hub_that_runs_finishes_and_the_neighbour_keeps_its_picture() {
    let hub = TestHub::start();
    let media = hub.hub.config.data_dir.join("media");
    destroy_first(&hub, &|| files(&media).len());
}

#[test]
fn the_same_in_a_bucket() {
    let bucket = Bucket::start();
    let hub = TestHub::start_with(&bucket.settings());
    destroy_first(&hub, &|| {
        assert_eq!(
            bucket.objects("media") + bucket.objects("part") + bucket.objects("sealing"),
            0
        );
        bucket.objects("sealed")
    });
}

#[test]
fn no_byte_of_a_picture_lies_in_plain_and_what_an_older_hub_kept_is_sealed() {
    let hub = TestHub::start();
    let media = hub.hub.config.data_dir.join("media");
    let mut worker = hub.officer("po_nic");
    let bytes = large(3);
    let (_, sha256) = case_with_picture(&mut worker, &bytes);
    let up = caller(&mut worker);
    up.begin(sha256, bytes.len());
    up.piece(sha256, 0, &bytes[..60_000]);
    let plain = |folder: &Path| {
        let holds = |path: PathBuf| {
            let kept = std::fs::read(path).unwrap();
            kept.windows(64).any(|window| window == &bytes[1_000..1_064])
        };
        files(folder).into_iter().any(holds)
    };
    assert_eq!(files(&media).len(), 1);
    assert!(!plain(&media), "on its way");
    up.piece(sha256, 60_000, &bytes[60_000..]);
    assert_eq!(fetched(&mut worker, sha256).unwrap(), bytes);
    assert!(!plain(&media), "whole");

    // As an older hub kept it.
    let sealed = files(&media).remove(0);
    assert!(sealed.extension().is_some_and(|ending| ending == "sealed"));
    let old = sealed.with_extension("");
    std::fs::remove_file(&sealed).unwrap();
    std::fs::write(&old, &bytes).unwrap();
    assert_eq!(fetched(&mut worker, sha256).unwrap(), bytes, "read as it is");
    let mut keeper = Keeper::new(&hub.hub).unwrap();
    while keeper.seal_some(&hub.hub).unwrap() {}
    assert_eq!(files(&media), [sealed]);
    assert!(!plain(&media));
    assert_eq!(fetched(&mut worker, sha256).unwrap(), bytes);
}

#[test]
fn what_an_old_tablet_brings_of_a_destroyed_record_is_refused_and_not_kept() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    worker.version = 1;
    let core = document(worker.open_case(), Compartment::Core);
    worker.sync();
    let [subject @ .., _] = core.0;
    let late = worker.edit(core, &[set("case.stage", "inquiry")]);
    hub.hub.storage.destroy(&order(subject), &[], now_ms()).unwrap();
    let answer = worker.sync();
    let refused = |code| Outcome::Refused { code };
    assert_eq!(answer.verdicts[&late], refused(Refusal::Destroyed));
    assert_eq!(answer.revoked.len(), 4);
    assert!(hub.hub.storage.quarantined(9).unwrap().is_empty());
    // Its beginning once more, by somebody who had it: there is no such case to begin.
    let mut stranger = hub.officer("po_nic");
    stranger.version = 1;
    let begun = stranger.edit(core, &[set("case.kind", "cncp")]);
    assert_eq!(stranger.sync().verdicts[&begun], refused(Refusal::UnknownDocument));
    assert!(hub.hub.storage.quarantined(9).unwrap().is_empty());
    assert_eq!(
        hub.hub.storage.district_documents(crate::support::DISTRICT).unwrap(),
        []
    );
    // The tablet says that nothing is left.
    worker.confirms.clone_from(&answer.revoked);
    worker.sync();
    let holders = hub.hub.storage.holders(subject).unwrap();
    assert_eq!(holders.iter().filter(|one| one.confirmed_ms.is_some()).count(), 1);
}

fn config(dir: &Path) -> Config {
    let path = dir.join("hub.toml");
    std::fs::write(&path, "listen = '127.0.0.1:0'\ndata_dir = 'data'\n").unwrap();
    Config::read(&path).unwrap()
}

#[test]
fn a_hub_does_not_start_without_the_keys_of_its_database_or_with_others() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    drop(Hub::open(config.clone()).unwrap());
    let keys = config.record_keys_file();
    let kept = std::fs::read(&keys).unwrap();
    std::fs::remove_file(&keys).unwrap();
    let refused = Hub::open(config.clone());
    assert!(
        matches!(refused, Err(StorageError::Keys(RecordKeysError::Missing(_)))),
        "{refused:?}"
    );
    assert!(!keys.exists(), "and makes no new ones");
    std::fs::write(&keys, &kept[..kept.len() - 1]).unwrap();
    let refused = Hub::open(config.clone());
    assert!(matches!(refused, Err(StorageError::Keys(RecordKeysError::Damaged))));
    std::fs::remove_file(&keys).unwrap();
    sync_server::identity::RecordKeys::make(&keys).unwrap();
    let refused = Hub::open(config.clone());
    assert!(matches!(refused, Err(StorageError::Keys(RecordKeysError::Another(_)))));
    std::fs::write(&keys, kept).unwrap();
    assert!(Hub::open(config).is_ok());
}

#[test]
fn a_copy_that_is_put_back_knows_the_record_again_and_the_hub_destroys_it_before_it_serves() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(dir.path());
    // The file, and the log of writing beside it.
    let database = ["", "-wal"].map(|ending| config.data_dir.join(format!("{}{ending}", Sqlite::FILE_NAME)));
    let subject = {
        let hub = Hub::open(config.clone()).unwrap();
        crate::storage::prepared(&*hub.storage);
        crate::storage::begun(&*hub.storage);
        crate::storage::core().0[..16].try_into().unwrap()
    };
    let copy = database.each_ref().map(|file| std::fs::read(file).ok());
    {
        let hub = Hub::open(config.clone()).unwrap();
        hub.storage.destroy(&order(subject), &[], 90).unwrap();
        Keeper::new(&hub).unwrap().finish(&hub).unwrap();
        assert!(hub.keys.of(subject).is_none());
    }
    for (file, copy) in database.iter().zip(copy) {
        match copy {
            Some(bytes) => std::fs::write(file, bytes).unwrap(),
            None => _ = std::fs::remove_file(file),
        }
    }
    let hub = Hub::open(config).unwrap();
    assert_eq!(hub.storage.survey(subject).unwrap(), None);
    let destroyed = hub.storage.destruction(subject).unwrap().unwrap();
    assert!(destroyed.order.reference.contains("before a copy"));
    assert_eq!(hub.storage.audit_rows(1).unwrap()[0].deed, "destroy-record");
}
