//! A recording, a signature and a scanned paper, taken down without a network on one tablet, are on the other after both
//! have synced, for those who may read them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use casework::{CaseId, Compartment, Role, RowId};
use ipc::{AttachmentKind, AttachmentView, FailureCode, FileKind, NetState, PictureSize, Reply, Request};
use tests::{
    scene::{Scene, new_case},
    tablet::Tablet,
};

const RECORDED: &[u8] = include_bytes!("../../../fuzz/corpus/recording/chromium");
const SCAN: &[u8] = include_bytes!("../../../fuzz/corpus/paper/scan");

fn add(tablet: &Tablet, case: CaseId, compartment: Compartment, kind: FileKind, file: &[u8]) {
    let request = Request::AddFile {
        case,
        compartment,
        caption: format!("A {}", kind.code()),
        kind,
        file: STANDARD.encode(file),
    };
    assert!(matches!(tablet.ask(request), Reply::Saved(_)));
}

fn sign(tablet: &Tablet, case: CaseId) {
    let wave = (0..60).map(|n| [100 + n * 12, 200 + n * 37 % 90, n * 16]).collect();
    let request = Request::AddSignature {
        case,
        compartment: Compartment::Identity,
        caption: "The undertaking".into(),
        signer: "Sukhram Kisku".into(),
        signer_as: "parent".into(),
        form: None,
        strokes: vec![wave],
    };
    assert!(matches!(tablet.ask(request), Reply::Saved(_)));
}

fn kinds(tablet: &Tablet, case: CaseId) -> Vec<AttachmentView> {
    tablet.case(case).attachments
}

/// The file, as soon as the hub has sent it.
fn file(tablet: &Tablet, case: CaseId, attachment: RowId) -> Vec<u8> {
    for _ in 0..2 {
        match tablet.call(Request::AttachedFile { case, attachment }) {
            Ok(Reply::AttachedFile { file, .. }) => return STANDARD.decode(file).unwrap(),
            Err(failure) if failure.code == FailureCode::NotHereYet => tablet.sync_until_in_step(),
            other => panic!("{other:?}"),
        }
    }
    panic!("the file did not come")
}

#[test]
fn what_was_recorded_signed_and_scanned_offline_is_on_the_other_tablet_after_sync() {
    let mut scene = Scene::new();
    let asha = scene.officer("Asha Toppo", &Role::PoNic, 1);
    let binod = scene.officer("Binod Sah", &Role::PoNic, 2);
    let counsellor = scene.officer("Kavita Rao", &Role::Counsellor, 3);
    let case = asha.tablet.open_case(new_case("Munni Kisku"));
    asha.tablet.sync_until_in_step();
    scene.hub.stop().unwrap();
    assert!(matches!(asha.tablet.sync_into_trouble(), NetState::Offline { .. }));

    add(&asha.tablet, case, Compartment::Legal, FileKind::Recording, RECORDED);
    add(&asha.tablet, case, Compartment::Care, FileKind::Paper, SCAN);
    sign(&asha.tablet, case);
    let mine = kinds(&asha.tablet, case);
    assert_eq!(mine.len(), 3);
    assert!(mine.iter().all(|kept| !kept.on_hub && kept.here == kept.sizes));
    // One file of the recording, three of the paper, three of the signature.
    assert_eq!(asha.tablet.status().pictures_waiting, 7);

    scene.hub.start_again().unwrap();
    asha.tablet.sync_until_in_step();
    assert!(kinds(&asha.tablet, case).iter().all(|kept| kept.on_hub));
    for officer in [&binod, &counsellor] {
        scene.assign(case, &officer.user);
        officer.tablet.sync_until_in_step();
    }

    let theirs = kinds(&binod.tablet, case);
    let of = |wanted: fn(&AttachmentKind) -> bool| theirs.iter().find(|kept| wanted(&kept.kind)).unwrap();
    let sound = of(|kind| matches!(kind, AttachmentKind::Recording { .. }));
    let paper = of(|kind| matches!(kind, AttachmentKind::Paper { pages: 1 }));
    let signed = of(|kind| matches!(kind, AttachmentKind::Signature { .. }));
    assert!(sound.here.is_empty(), "a recording comes when somebody asks for it");
    assert_eq!(paper.here, [PictureSize::Thumb, PictureSize::Field]);
    assert_eq!(signed.here, [PictureSize::Thumb, PictureSize::Field]);
    assert_eq!(file(&binod.tablet, case, paper.row), SCAN);
    let heard = file(&binod.tablet, case, sound.row);
    assert_eq!(heard, file(&asha.tablet, case, sound.row));
    assert!(heard.starts_with(b"OggS") && !heard.windows(6).any(|window| window == b"Chrome"));
    let page = Request::PaperPage {
        case,
        attachment: paper.row,
        page: 0,
    };
    let Reply::Picture { jpeg } = binod.tablet.ask(page) else {
        panic!("a page is a picture")
    };
    assert!(image::load_from_memory(&STANDARD.decode(jpeg).unwrap()).is_ok());
    let timeline = binod.tablet.case(case).timeline;
    for kind in ["recording", "paper", "signature"] {
        assert!(timeline.iter().any(|entry| entry.kind == kind), "{kind}");
    }

    // A counsellor reads no legal matters, so the recording is not there, nor to be had.
    let hers = kinds(&counsellor.tablet, case);
    assert!(
        !hers
            .iter()
            .any(|kept| matches!(kept.kind, AttachmentKind::Recording { .. }))
    );
    assert_eq!(hers.len(), 2);
    let attachment = sound.row;
    let refused = counsellor
        .tablet
        .call(Request::AttachedFile { case, attachment })
        .unwrap_err();
    assert_eq!(refused.code, FailureCode::NoSuchItem);
}
