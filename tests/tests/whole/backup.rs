//! A tablet is lost with words that no hub had. Its backup brings them back on another tablet, by another author of the
//! same officer, and everybody who should sees them.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use casework::{CaseId, Role};
use ipc::{BackedUp, FailureCode, FieldEdit, PictureSize, Reply, Request, Restored};
use tests::{
    demo::pictures,
    scene::{Officer, Scene, new_case},
    tablet::{PASSPHRASE, Tablet},
};

const BACKUP_PASSPHRASE: &str = "a file goes on a stick";

fn back_up(tablet: &Tablet, path: &Path) -> Result<BackedUp, FailureCode> {
    let request = Request::Backup {
        path: path.display().to_string(),
        passphrase: BACKUP_PASSPHRASE.into(),
    };
    match tablet.call(request) {
        Ok(Reply::BackedUp(made)) => Ok(made),
        Ok(other) => panic!("{other:?}"),
        Err(failure) => Err(failure.code),
    }
}

fn restore(tablet: &Tablet, path: &Path, passphrase: &str) -> Result<Restored, FailureCode> {
    let request = Request::Restore {
        path: path.display().to_string(),
        passphrase: passphrase.into(),
    };
    match tablet.call(request) {
        Ok(Reply::Restored(restored)) => Ok(restored),
        Ok(other) => panic!("{other:?}"),
        Err(failure) => Err(failure.code),
    }
}

fn note(tablet: &Tablet, case: CaseId, text: &str) {
    let edit = FieldEdit::AddNote {
        compartment: casework::Compartment::Core,
        text: text.into(),
    };
    tablet.edit(case, vec![edit]);
}

fn notes(tablet: &Tablet, case: CaseId) -> Vec<String> {
    tablet.case(case).timeline.into_iter().map(|entry| entry.text).collect()
}

fn text(tablet: &Tablet, case: CaseId, fact: &str) -> Option<String> {
    let value = tablet.fact(case, fact)?;
    value.as_text().map(str::to_owned)
}

/// A new tablet of an officer.
fn another_tablet(scene: &Scene, officer: &Officer, seed: u64) -> Tablet {
    let tablet = Tablet::by_hand(seed);
    tablet.enrol(&scene.hub.url(), &scene.code(&officer.user)).unwrap();
    tablet
}

#[test]
fn what_no_hub_had_comes_back_on_another_tablet_and_reaches_everybody() {
    let scene = Scene::new();
    let folder = tempfile::tempdir().unwrap();
    let officer = scene.officer_with(Tablet::by_hand(51), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let head = scene.officer_with(Tablet::by_hand(52), &scene.hub.url(), "Birsa Munda", &Role::Dcpo);
    let lost = &officer.tablet;
    let known = lost.open_case(new_case("Meena"));
    lost.write(known, "found.place", "Junction, platform 2");
    lost.sync_until_in_step();

    // Offline: a fact over one that the hub has, a note, a picture, and a case of which no hub has heard.
    lost.write(known, "found.place", "Junction, platform 4");
    note(lost, known, "She remembers a temple with two towers.");
    lost.ask(Request::AddPhoto {
        case: known,
        caption: "Her bangle".into(),
        picture: STANDARD.encode(pictures::as_jpeg(&pictures::draw(5, 240, 180), 60)),
    });
    let unknown = lost.open_case(new_case("Sunil"));
    note(lost, unknown, "Came with the night train.");
    lost.ask(Request::KeepDraft {
        case: known,
        text: "To ask tomorrow".into(),
    });
    let written: Vec<i64> = lost
        .history(known, "found.place")
        .iter()
        .map(|version| version.at_ms)
        .collect();
    let backup = folder.path().join("asha.age");
    let made = back_up(lost, &backup).unwrap();
    assert!(made.changes >= 5 && made.pictures == 3, "{made:?}");
    let file = fs::read(&backup).unwrap();
    for word in ["Sunil", "temple", "vatsalya-backup"] {
        let found = file.windows(word.len()).any(|run| run == word.as_bytes());
        assert!(!found, "{word} stands in the file");
    }
    lost.ask(Request::Lock);

    // Meanwhile somebody else writes.
    head.tablet.sync_until_in_step();
    head.tablet.write(known, "found.circumstances", "Beside the tea stall");
    head.tablet.sync_until_in_step();

    let new = another_tablet(&scene, &officer, 53);
    let restored = restore(&new, &backup, BACKUP_PASSPHRASE).unwrap();
    assert_eq!(
        (restored.changes, restored.pictures, restored.not_placed),
        (made.changes, 3, 0)
    );
    let twice = restore(&new, &backup, BACKUP_PASSPHRASE).unwrap();
    assert_eq!((twice.changes, twice.pictures), (0, 0), "twice changes nothing");
    new.sync_until_in_step();
    assert_eq!(new.status().refused, []);
    let thrice = restore(&new, &backup, BACKUP_PASSPHRASE).unwrap();
    assert_eq!((thrice.changes, thrice.pictures), (0, 0), "nor after it was sent");
    let Reply::Drafts { drafts } = new.ask(Request::Drafts) else {
        panic!("drafts by drafts")
    };
    assert_eq!(drafts.get(&known).map(String::as_str), Some("To ask tomorrow"));

    head.tablet.sync_until_in_step();
    for tablet in [&new, &head.tablet] {
        assert_eq!(
            text(tablet, known, "found.place").as_deref(),
            Some("Junction, platform 4")
        );
        assert_eq!(
            text(tablet, known, "found.circumstances").as_deref(),
            Some("Beside the tea stall")
        );
        assert!(notes(tablet, known).contains(&"She remembers a temple with two towers.".to_owned()));
        assert!(notes(tablet, unknown).contains(&"Came with the night train.".to_owned()));
        assert_eq!(tablet.case(unknown).name.as_deref(), Some("Sunil"));
        assert_eq!(tablet.case(known).clashes.len(), 0);
    }
    let again: Vec<i64> = new
        .history(known, "found.place")
        .iter()
        .map(|version| version.at_ms)
        .collect();
    assert_eq!(again, written, "the history says when it was first written");
    let attachment = head.tablet.case(known).attachments.pop().unwrap();
    let picture = Request::Picture {
        case: known,
        attachment: attachment.row,
        size: PictureSize::Field,
    };
    assert!(matches!(head.tablet.call(picture), Ok(Reply::Picture { .. })));
}

#[test]
fn a_case_that_was_given_to_somebody_else_meanwhile_gets_its_words_late_and_leaves_again() {
    let scene = Scene::new();
    let folder = tempfile::tempdir().unwrap();
    let officer = scene.officer_with(Tablet::by_hand(54), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let next = scene.officer_with(Tablet::by_hand(55), &scene.hub.url(), "Birsa Munda", &Role::PoNic);
    let case = officer.tablet.open_case(new_case("Meena"));
    officer.tablet.sync_until_in_step();
    note(&officer.tablet, case, "Nobody has read this yet.");
    let backup = folder.path().join("asha.age");
    back_up(&officer.tablet, &backup).unwrap();
    scene.assign(case, &next.user);
    scene.admin.unassign(case, &officer.user).unwrap();

    let new = another_tablet(&scene, &officer, 56);
    assert_eq!(restore(&new, &backup, BACKUP_PASSPHRASE).unwrap().changes, 1);
    new.sync_until_in_step();
    assert_eq!(new.status().refused, []);
    let request = Request::Case { case, reveal: true };
    assert_eq!(new.call(request).unwrap_err().code, FailureCode::NoSuchCase);
    next.tablet.sync_until_in_step();
    assert!(notes(&next.tablet, case).contains(&"Nobody has read this yet.".to_owned()));
}

#[test]
fn whatever_is_wrong_with_the_file_is_said_and_changes_nothing() {
    let scene = Scene::new();
    let folder = tempfile::tempdir().unwrap();
    let officer = scene.officer_with(Tablet::by_hand(57), &scene.hub.url(), "Asha Toppo", &Role::PoNic);
    let other = scene.officer_with(Tablet::by_hand(58), &scene.hub.url(), "Birsa Munda", &Role::PoNic);
    let tablet = &officer.tablet;
    let case = tablet.open_case(new_case("Meena"));
    note(tablet, case, "Not yet sent.");
    let place = |name: &str| folder.path().join(name);

    assert_eq!(back_up(tablet, Path::new("asha.age")), Err(FailureCode::BackupPlace));
    assert_eq!(back_up(tablet, &place("none/asha.age")), Err(FailureCode::BackupPlace));
    let inside = tablet.folder().join("asha.age");
    assert_eq!(back_up(tablet, &inside), Err(FailureCode::BackupPlace));
    let weak = Request::Backup {
        path: place("weak.age").display().to_string(),
        passphrase: "12345678".into(),
    };
    assert_eq!(
        tablet.call(weak).unwrap_err().code,
        FailureCode::WeakPin { digits_min: None }
    );
    let good = place("asha.age");
    back_up(tablet, &good).unwrap();
    assert_eq!(
        back_up(tablet, &good),
        Err(FailureCode::BackupPlace),
        "nothing is written over"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no half file stays");

    let new = another_tablet(&scene, &officer, 59);
    let bytes = fs::read(&good).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        fs::write(place(name), bytes).unwrap();
        place(name)
    };
    let wrong = |path: &Path| restore(&new, path, BACKUP_PASSPHRASE).unwrap_err();
    assert_eq!(
        restore(&new, &good, "another file's words"),
        Err(FailureCode::BackupPassphrase)
    );
    assert_eq!(wrong(&place("gone.age")), FailureCode::BackupFile);
    assert_eq!(wrong(&file("text.age", b"hello")), FailureCode::NotABackup);
    assert_eq!(
        wrong(&file("cut.age", &bytes[..bytes.len() - 1])),
        FailureCode::BackupDamaged
    );
    let mut turned = bytes.clone();
    let at = turned.len() - 100;
    turned[at] ^= 1;
    assert_eq!(wrong(&file("turned.age", &turned)), FailureCode::BackupDamaged);
    assert_eq!(
        restore(&other.tablet, &good, BACKUP_PASSPHRASE),
        Err(FailureCode::BackupOfAnother)
    );
    assert_eq!(new.status().waiting, 0, "nothing of all that was taken in");
    assert_eq!(restore(&new, &good, BACKUP_PASSPHRASE).unwrap().changes, 3);
    // On the tablet that was not lost after all, everything is there already.
    tablet.ask(Request::Lock);
    tablet.unlock(PASSPHRASE).unwrap();
    assert_eq!(restore(tablet, &good, BACKUP_PASSPHRASE).unwrap().changes, 0);
}
