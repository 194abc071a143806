//! A case that the law has destroyed: gone from both officers' tablets and from everything the hub keeps, taken back from the
//! portal, with a certificate that says so and cannot be altered.

use std::{fs, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use casefile::DocumentKey;
use casework::{CaseId, Compartment, Role};
use ipc::{NetState, Reply, Request};
use protocol::DocumentId;
use sync_server::{
    identity::RecordKeys,
    storage::{Sealing, Sqlite, Storage, StorageError},
};
use tests::{
    demo::pictures,
    scene::{Officer, Scene, new_case},
    tablet::{PATIENCE, Tablet},
};

/// Words of the case that stand nowhere else.
const NAME: &str = "Qzwvjx Kisku";
const PLACE: &str = "under the Qzwvjx bridge";
const UNSENT: &str = "what Qzwvjx said last";
/// What is found of them in bytes.
const CANARY: &[u8] = b"Qzwvjx";
const NUMBER: &str = "JJB/GAR/2019/44";
const SECTION: &str = "JJ Act 2015, s.24(2)";

/// A case that both officers have, with a picture, which the portal knows; and words of one of them that were never sent.
fn told(scene: &mut Scene, asha: &Officer, binod: &Officer) -> CaseId {
    let case = asha.tablet.open_case(new_case(NAME));
    asha.tablet.write(case, "case.number", NUMBER);
    asha.tablet.write(case, "found.place", PLACE);
    let picture = BASE64.encode(pictures::as_jpeg(&pictures::draw(7, 900, 700), 85));
    let request = Request::AddPhoto {
        case,
        caption: "The Qzwvjx bag".into(),
        picture,
    };
    assert!(matches!(asha.tablet.ask(request), Reply::Saved(_)));
    asha.tablet.sync_until_in_step();
    scene.assign(case, &binod.user);
    binod.tablet.sync_until_in_step();
    assert_eq!(binod.tablet.cases().len(), 1);
    asha.tablet.wait_for_receipt(case);
    scene.hub.stop().unwrap();
    binod.tablet.write(case, "child.identity_marks", UNSENT);
    assert!(matches!(binod.tablet.sync_into_trouble(), NetState::Offline { .. }));
    case
}

/// Copies a folder, as somebody does who keeps a backup.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let beside = to.join(file.file_name());
        if file.path().is_dir() {
            copy(&file.path(), &beside);
        } else {
            fs::copy(file.path(), beside).unwrap();
        }
    }
}

/// The files of a folder that hold the canary, or the picture's bytes, in plain.
fn files_with(folder: &Path, needles: &[&[u8]]) -> Vec<String> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, needles));
        } else {
            let bytes = fs::read(&path).unwrap();
            let has = |needle: &&[u8]| bytes.windows(needle.len()).any(|window| window == *needle);
            if needles.iter().any(has) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

fn objects(folder: &Path) -> usize {
    let Ok(files) = fs::read_dir(folder) else { return 0 };
    files
        .map(|file| {
            let path = file.unwrap().path();
            if path.is_dir() { objects(&path) } else { 1 }
        })
        .sum()
}

/// A copy of the database as somebody reads it who has this file of keys.
fn read_with(copy: &Path, keys: &Path) -> Box<dyn Storage> {
    let keys = RecordKeys::open(keys).unwrap().unwrap();
    Box::new(Sealing::new(Box::new(Sqlite::open(copy).unwrap()), Arc::new(keys)))
}

#[test]
fn a_destroyed_case_is_gone_everywhere_and_the_certificate_says_so() {
    let mut scene = Scene::new();
    // By hand: a tablet that comes by itself may have heard of it before the certificate is made.
    let officer = |name: &str, role: Role, seed| {
        let tablet = Tablet::by_hand(seed);
        scene.officer_with(tablet, &scene.hub.url(), name, &role)
    };
    let asha = officer("Asha Toppo", Role::PoNic, 1);
    let binod = officer("Binod Sah", Role::SocialWorker, 2);
    let other = asha.tablet.open_case(new_case("Raju Bedia"));
    let case = told(&mut scene, &asha, &binod);
    let data = scene.hub.folder().join("data");
    let kept = tempfile::tempdir().unwrap();
    let backup = kept.path().join("backup");
    copy(&data, &backup);
    let core = DocumentId(DocumentKey::case(case, Compartment::Core).to_bytes());
    assert!(
        read_with(&backup, &backup.join("record.keys"))
            .document(core)
            .unwrap()
            .is_some(),
        "with the keys of its day the copy is read: that is what shredding is against"
    );
    assert!(
        files_with(&backup, &[CANARY]).is_empty(),
        "no word stands in plain before, either"
    );
    assert!(objects(&data.join("media")) > 0);
    scene.hub.start_again().unwrap();

    let record = case.to_string();
    let certificate = kept.path().join("certificate.json");
    let file = certificate.to_str().unwrap();
    let seen = scene.admin.run(&["destroy", &record, "--dry-run"]).unwrap();
    assert!(
        seen.contains("told to vatsalya") && seen.contains("nothing was destroyed"),
        "{seen}"
    );
    let ordered = [
        "--ordered-by",
        "The Board",
        "--reference",
        "JJB/7",
        "--section",
        SECTION,
    ];
    let order = |number: &str| {
        let mut order = vec!["destroy", record.as_str()];
        order.extend(ordered);
        order.extend(["--confirm", number, "--certificate", file]);
        scene.admin.run(&order)
    };
    assert!(order("JJB/GAR/2019/45").is_err(), "another number");
    assert_eq!(asha.tablet.cases().len(), 2);
    assert!(order(NUMBER).unwrap().contains("destroyed, certificate 1"));
    assert!(
        order(NUMBER).unwrap().contains("destroyed before, certificate 1"),
        "once more is no harm"
    );

    gone_from_the_hub(&data, &backup, core);
    the_portal_forgets(&scene, &record);
    gone_from_the_tablets(&asha, &binod, case);
    assert_eq!(
        asha.tablet.cases().iter().map(|card| card.case).collect::<Vec<_>>(),
        [other]
    );
    the_certificate_holds(&scene, &record, &certificate);
    scene.hub.stop().unwrap();
    assert!(files_with(scene.hub.folder(), &[CANARY]).is_empty());
}

fn gone_from_the_hub(data: &Path, backup: &Path, core: DocumentId) {
    assert!(files_with(data, &[CANARY]).is_empty());
    assert_eq!(objects(&data.join("media")), 0, "the other case has no picture");
    let keys = data.join("record.keys");
    // What is left of the keys reads the copy of before, but for the case.
    let storage = read_with(backup, &keys);
    assert!(matches!(storage.document(core), Err(StorageError::Destroyed)));
    let readable = storage
        .district_documents(tests::scene::DISTRICT)
        .unwrap()
        .into_iter()
        .filter(|id| id.0[..16] != core.0[..16])
        .filter(|id| storage.document(*id).unwrap().is_some())
        .count();
    assert_eq!(readable, 4, "the four documents of the other case");
}

fn the_portal_forgets(scene: &Scene, record: &str) {
    scene
        .portal
        .wait_for("the retraction", PATIENCE, |book| book.retracted().get(record).cloned());
    assert!(scene.portal.read(|book| !book.arrivals().contains_key(record)));
}

fn gone_from_the_tablets(asha: &Officer, binod: &Officer, case: CaseId) {
    for officer in [asha, binod] {
        officer.tablet.sync_until_in_step();
        assert!(officer.tablet.cases().iter().all(|card| card.case != case));
        assert!(officer.tablet.call(Request::Case { case, reveal: true }).is_err());
        let status = officer.tablet.status();
        assert!(status.refused.is_empty() && status.waiting == 0, "{status:?}");
        let told = &status.destroyed;
        assert_eq!(told.len(), 1, "the officer is told why");
        assert_eq!((told[0].number.as_str(), told[0].section.as_str()), (NUMBER, SECTION));
        // What was confirmed goes up with the next exchange.
        officer.tablet.sync_until_in_step();
    }
}

fn the_certificate_holds(scene: &Scene, record: &str, first: &Path) {
    let key = scene.admin.run(&["public-key"]).unwrap();
    let key = key.trim();
    let verify = |file: &Path| {
        scene
            .admin
            .run(&["verify-certificate", file.to_str().unwrap(), "--key", key])
    };
    let before = verify(first).unwrap();
    assert!(before.contains("the signature holds"));
    assert!(
        !before.contains(record) && !before.contains(NUMBER),
        "nobody is named in it"
    );
    let words = |text: &str| -> serde_json::Value {
        let (words, _) = text.rsplit_once("\nthe signature holds").unwrap();
        serde_json::from_str(words).unwrap()
    };
    let before = words(&before);
    assert_eq!(
        before["devices"]["not_heard_yet"].as_array().unwrap().len(),
        2,
        "{before:#}"
    );
    let later = first.with_file_name("later.json");
    scene
        .admin
        .run(&["destruction-certificate", record, "--out", later.to_str().unwrap()])
        .unwrap();
    let after = words(&verify(&later).unwrap());
    assert_eq!(after["devices"]["confirmed"].as_array().unwrap().len(), 2, "{after:#}");
    assert!(
        after["devices"]["not_heard_yet"].as_array().unwrap().is_empty(),
        "{after:#}"
    );
    assert_eq!(after["channels"][0]["accepted"], true, "{after:#}");
    assert_eq!(after["media_still_to_go"], 0);
    assert_eq!(after["keys"]["copies_cut"].as_array().unwrap().len(), 1);
    assert!(after["database_cleared_at"].is_string());
    assert_eq!(
        (&after["section"], &after["ordered_by"]),
        (&SECTION.into(), &"The Board".into())
    );

    let text = fs::read_to_string(&later).unwrap();
    for (said, forged) in [("The Board", "The board"), ("\"number\": 1", "\"number\": 2")] {
        assert!(text.contains(said));
        let altered = later.with_file_name("altered.json");
        fs::write(&altered, text.replace(said, forged)).unwrap();
        assert!(verify(&altered).is_err(), "{forged}");
    }
    let audit = scene.admin.run(&["audit"]).unwrap();
    assert!(audit.contains("destroy-record"), "{audit}");
}
