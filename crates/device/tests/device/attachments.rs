use base64::{Engine as _, engine::general_purpose::STANDARD};
use casework::{CaseId, Compartment, Invalid, Role};
use ipc::{
    AttachmentKind, AttachmentView, FailureCode, FieldEdit, FileKind, PictureSize, RegisterRef, Reply, Request,
    RowDeed, Saved, Stroke,
};

use crate::bench::{Bench, Tablet};

/// What a web view recorded, and papers: a scan, and one that a browser printed.
const RECORDED: &[u8] = include_bytes!("../../../../fuzz/corpus/recording/chromium");
const SCAN: &[u8] = include_bytes!("../../../../fuzz/corpus/paper/scan");
const DRAWN: &[u8] = include_bytes!("../../../../fuzz/corpus/paper/drawn");

fn add(
    tablet: &Tablet,
    case: CaseId,
    compartment: Compartment,
    kind: FileKind,
    file: &[u8],
) -> Result<Saved, FailureCode> {
    let request = Request::AddFile {
        case,
        compartment,
        caption: "What the neighbour said".into(),
        kind,
        file: STANDARD.encode(file),
    };
    match tablet.call(request)? {
        Reply::Saved(saved) => Ok(saved),
        other => panic!("{other:?}"),
    }
}

fn strokes() -> Vec<Stroke> {
    vec![
        (0..80).map(|n| [100 + n * 10, 150 + n * 41 % 120, n * 16]).collect(),
        vec![[950, 90, 1_500], [1_000, 240, 1_600]],
    ]
}

fn sign(tablet: &Tablet, case: CaseId, change: impl FnOnce(&mut Request)) -> Result<Saved, FailureCode> {
    let mut request = Request::AddSignature {
        case,
        compartment: Compartment::Identity,
        caption: "The undertaking".into(),
        signer: "Sukhram Kisku".into(),
        signer_as: "parent".into(),
        form: Some("17".into()),
        strokes: strokes(),
    };
    change(&mut request);
    match tablet.call(request)? {
        Reply::Saved(saved) => Ok(saved),
        other => panic!("{other:?}"),
    }
}

/// The scan with other words in the place of some that a picture can do without.
fn scan_that_says(words: &str) -> Vec<u8> {
    const PLACE: &[u8] = b"/BitsPerComponent 8";
    let at = SCAN.windows(PLACE.len()).position(|window| window == PLACE).unwrap();
    let padded = format!("{words:width$}", width = PLACE.len());
    [&SCAN[..at], padded.as_bytes(), &SCAN[at + PLACE.len()..]].concat()
}

fn only(tablet: &Tablet, case: CaseId) -> AttachmentView {
    let mut attachments = tablet.case(case).unwrap().attachments;
    assert_eq!(attachments.len(), 1, "{attachments:?}");
    attachments.remove(0)
}

fn file(tablet: &Tablet, case: CaseId, attachment: &AttachmentView) -> Result<(String, Vec<u8>), FailureCode> {
    let attachment = attachment.row;
    match tablet.call(Request::AttachedFile { case, attachment })? {
        Reply::AttachedFile { media_type, file } => Ok((media_type, STANDARD.decode(file).unwrap())),
        other => panic!("{other:?}"),
    }
}

fn picture(tablet: &Tablet, request: Request) -> Result<Vec<u8>, FailureCode> {
    match tablet.call(request)? {
        Reply::Picture { jpeg } => Ok(STANDARD.decode(jpeg).unwrap()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_recording_is_kept_as_sound_alone_and_the_other_tablet_fetches_it_when_it_is_asked_for() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    bench.hub.state().faults.offline = true;
    add(&asha, case, Compartment::Care, FileKind::Recording, RECORDED).unwrap();
    let view = only(&asha, case);
    assert_eq!((view.compartment, view.on_hub), (Compartment::Care, false));
    assert!(
        matches!(view.kind, AttachmentKind::Recording { ms: 1_500..2_500 }),
        "{:?}",
        view.kind
    );
    assert_eq!(
        (view.here.as_slice(), view.sizes.as_slice()),
        (&[PictureSize::Full][..], &[PictureSize::Full][..])
    );
    let (media_type, sound) = file(&asha, case, &view).unwrap();
    assert_eq!((media_type.as_str(), &sound[..4]), ("audio/ogg", &b"OggS"[..]));
    assert!(
        !sound.windows(6).any(|window| window == b"Chrome"),
        "what recorded it is nobody's business"
    );
    let timeline = asha.case(case).unwrap().timeline;
    assert!(
        timeline
            .iter()
            .any(|entry| entry.kind == "recording" && entry.text == "What the neighbour said")
    );

    bench.hub.state().faults.offline = false;
    asha.sync_well();
    assert!(only(&asha, case).on_hub);
    let bina = bench.tablet_of("Bina", Role::Dcpo);
    bench.hub.assign("Bina", case);
    bina.sync_well();
    let view = only(&bina, case);
    assert!(view.here.is_empty());
    assert_eq!(file(&bina, case, &view).unwrap_err(), FailureCode::NotHereYet);
    bina.sync_well();
    assert_eq!(file(&bina, case, &view).unwrap().1, sound);
}

#[test]
fn a_scanned_paper_is_kept_whole_and_its_pages_are_seen() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    add(&asha, case, Compartment::Identity, FileKind::Paper, SCAN).unwrap();
    asha.sync_well();
    let bina = bench.tablet_of("Bina", Role::Dcpo);
    bench.hub.assign("Bina", case);
    bina.sync_well();
    let view = only(&bina, case);
    assert_eq!(view.kind, AttachmentKind::Paper { pages: 1 });
    assert_eq!(
        view.here,
        [PictureSize::Thumb, PictureSize::Field],
        "the first page comes by itself"
    );
    let (attachment, page) = (view.row, 0);
    let ask = |page| Request::PaperPage { case, attachment, page };
    assert_eq!(picture(&bina, ask(page)).unwrap_err(), FailureCode::NotHereYet);
    bina.sync_well();
    assert_eq!(
        file(&bina, case, &view).unwrap(),
        ("application/pdf".to_owned(), SCAN.to_vec())
    );
    let seen = image::load_from_memory(&picture(&bina, ask(page)).unwrap()).unwrap();
    assert_eq!((seen.width(), seen.height()), (40, 56));
    assert_eq!(picture(&bina, ask(1)).unwrap_err(), FailureCode::PageNotShown);

    let other = asha.open_case("Ravi");
    add(&asha, other, Compartment::Identity, FileKind::Paper, DRAWN).unwrap();
    let view = only(&asha, other);
    assert_eq!(
        (view.kind.clone(), view.sizes.as_slice()),
        (AttachmentKind::Paper { pages: 1 }, &[PictureSize::Full][..])
    );
    let drawn = Request::PaperPage {
        case: other,
        attachment: view.row,
        page: 0,
    };
    assert_eq!(picture(&asha, drawn).unwrap_err(), FailureCode::PageNotShown);
}

#[test]
fn a_signature_says_who_signed_as_what_for_which_form_and_is_seen() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    sign(&asha, case, |_| {}).unwrap();
    let Reply::Case(masked) = asha.call(Request::Case { case, reveal: false }).unwrap() else {
        panic!("a case")
    };
    let masked = masked.attachments[0].clone();
    let AttachmentKind::Signature {
        signer,
        signer_as,
        form,
    } = &masked.kind
    else {
        panic!("{masked:?}")
    };
    assert_eq!(
        (signer.as_str(), form.as_deref()),
        ("", Some("17")),
        "a name is masked until it is shown"
    );
    assert_eq!(signer_as.as_ref().unwrap().label.get("en"), "Parent");
    let Reply::Case(revealed) = asha.call(Request::Case { case, reveal: true }).unwrap() else {
        panic!("a case")
    };
    assert!(
        matches!(&revealed.attachments[0].kind, AttachmentKind::Signature { signer, .. } if signer == "Sukhram Kisku")
    );
    let (attachment, size) = (masked.row, PictureSize::Field);
    let png = picture(&asha, Request::Picture { case, attachment, size }).unwrap();
    assert!(png.starts_with(b"\x89PNG") && image::load_from_memory(&png).is_ok());
    let (media_type, kept) = file(&asha, case, &masked).unwrap();
    assert_eq!(media_type, "application/json");
    assert!(
        String::from_utf8(kept)
            .unwrap()
            .starts_with("{\"strokes\":[[[100,150,0]")
    );
}

#[test]
fn what_is_taken_off_a_case_is_put_back_and_both_stand_in_its_history() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    add(&asha, case, Compartment::Identity, FileKind::Paper, SCAN).unwrap();
    let (table, row) = (only(&asha, case).table, only(&asha, case).row);
    let taken = FieldEdit::RemoveRow {
        table: table.clone(),
        row,
    };
    asha.edit(case, taken).unwrap();
    assert!(asha.case(case).unwrap().attachments.is_empty());
    let back = FieldEdit::RestoreRow {
        table: table.clone(),
        row,
    };
    asha.edit(case, back).unwrap();
    assert_eq!(file(&asha, case, &only(&asha, case)).unwrap().1, SCAN);
    let request = Request::RowHistory {
        subject: case.into(),
        table,
        row,
        older: None,
    };
    let Reply::RowHistory { changes, .. } = asha.call(request).unwrap() else {
        panic!("a history")
    };
    let deeds: Vec<&RowDeed> = changes.iter().map(|change| &change.deed).collect();
    assert_eq!(deeds[..2], [&RowDeed::Restored, &RowDeed::Removed]);
    assert_eq!(deeds.last(), Some(&&RowDeed::Added));
    let columns: Vec<&str> = deeds
        .iter()
        .filter_map(|deed| match deed {
            RowDeed::Written { column, .. } => Some(column.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(
        columns,
        ["pages", "caption", "added_at"],
        "hashes tell a person nothing"
    );
}

#[test]
fn two_captions_written_apart_are_both_there() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    add(&asha, case, Compartment::Identity, FileKind::Paper, SCAN).unwrap();
    asha.sync_well();
    let bina = bench.tablet_of("Bina", Role::SocialWorker);
    bench.hub.assign("Bina", case);
    bina.sync_well();
    let (table, row) = (only(&asha, case).table, only(&asha, case).row);
    for (tablet, caption) in [(&asha, "The FIR"), (&bina, "Copy of the FIR")] {
        let edit = FieldEdit::SetCell {
            table: table.clone(),
            row,
            column: "caption".into(),
            value: Some(caption.into()),
        };
        tablet.edit(case, edit).unwrap();
    }
    asha.sync_well();
    bina.sync_well();
    asha.sync_well();
    for tablet in [&asha, &bina] {
        assert!(only(tablet, case).clash);
        let clashes = tablet.case(case).unwrap().clashes;
        assert!(matches!(&clashes[0].register, RegisterRef::Cell { column, .. } if column == "caption"));
    }
    assert_eq!(only(&asha, case).caption, only(&bina, case).caption);
}

#[test]
fn what_a_role_may_not_write_or_read_it_does_not_get() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    for core in [FileKind::Recording, FileKind::Paper] {
        let refused = add(&asha, case, Compartment::Core, core, SCAN).unwrap_err();
        assert_eq!(refused, FailureCode::NoSuchItem, "everybody reads `core`");
    }
    add(&asha, case, Compartment::Care, FileKind::Paper, SCAN).unwrap();
    asha.sync_well();
    // An officer of the police reads no care.
    let lata = bench.tablet_of("Lata", Role::Cwpo);
    bench.hub.assign("Lata", case);
    lata.sync_well();
    assert!(lata.case(case).unwrap().attachments.is_empty());
    let theirs = only(&asha, case);
    assert_eq!(file(&lata, case, &theirs).unwrap_err(), FailureCode::NoSuchItem);
    let refused = add(&lata, case, Compartment::Care, FileKind::Paper, SCAN).unwrap_err();
    assert_eq!(refused, FailureCode::NotPermitted);
    assert!(
        lata.access_log()
            .newest
            .iter()
            .any(|line| line.action == "refused" && line.detail.starts_with("add_file"))
    );
    add(&lata, case, Compartment::Legal, FileKind::Paper, SCAN).unwrap();
}

#[test]
fn opening_is_written_in_the_access_log() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    add(&asha, case, Compartment::Identity, FileKind::Paper, SCAN).unwrap();
    let view = only(&asha, case);
    let seen = |tablet: &Tablet| {
        tablet
            .access_log()
            .newest
            .iter()
            .filter(|line| line.action == "saw_picture")
            .count()
    };
    let before = seen(&asha);
    file(&asha, case, &view).unwrap();
    let (attachment, page) = (view.row, 0);
    picture(&asha, Request::PaperPage { case, attachment, page }).unwrap();
    // The same thing seen twice in a short while is one row.
    assert_eq!(seen(&asha), before + 1);
}

#[test]
fn files_that_are_not_what_they_should_be_are_told_apart() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let (active, locked) = (scan_that_says("/JavaScript 9"), scan_that_says("/Encrypt 9 0 R"));
    let sounds = FileKind::Recording;
    let papers = FileKind::Paper;
    let too_large = |kind: FileKind| FailureCode::FileTooLarge {
        bytes_max: kind.bytes_max(),
    };
    for (kind, file, why) in [
        (sounds, SCAN.to_vec(), FailureCode::NotARecording),
        (sounds, b"ID3 an mp3".to_vec(), FailureCode::NotARecording),
        (sounds, Vec::new(), FailureCode::NothingInIt),
        (sounds, RECORDED[..0x9F].to_vec(), FailureCode::NothingInIt),
        (sounds, vec![0; sounds.bytes_max() + 3], too_large(sounds)),
        (papers, RECORDED.to_vec(), FailureCode::NotAPaper),
        (papers, Vec::new(), FailureCode::NotAPaper),
        (papers, SCAN[..SCAN.len() / 2].to_vec(), FailureCode::NotAPaper),
        (papers, active, FailureCode::ActivePaper),
        (papers, locked, FailureCode::EncryptedPaper),
        (papers, vec![0; papers.bytes_max() + 3], too_large(papers)),
    ] {
        assert_eq!(
            add(&asha, case, Compartment::Identity, kind, &file).unwrap_err(),
            why,
            "{}",
            file.len()
        );
    }
    let bad = |change: &dyn Fn(&mut Request)| sign(&asha, case, change).unwrap_err();
    let set = |to: Vec<Stroke>| {
        move |request: &mut Request| {
            if let Request::AddSignature { strokes, .. } = request {
                strokes.clone_from(&to);
            }
        }
    };
    assert_eq!(bad(&set(Vec::new())), FailureCode::NothingInIt);
    assert_eq!(bad(&set(vec![vec![[7, 7, 0]]])), FailureCode::NothingInIt);
    assert_eq!(
        bad(&set(vec![vec![[9, 9, 9]; 3]; ipc::STROKES_MAX + 1])),
        FailureCode::StrokesTooMany
    );
    let not_a_choice = FailureCode::InvalidValue {
        fact: None,
        invalid: Invalid::NotAChoice,
    };
    let as_king = |request: &mut Request| {
        if let Request::AddSignature { signer_as, .. } = request {
            *signer_as = "king".into();
        }
    };
    assert_eq!(bad(&as_king), not_a_choice);
    let of_no_form = |request: &mut Request| {
        if let Request::AddSignature { form, .. } = request {
            *form = Some("no such form".into());
        }
    };
    assert_eq!(bad(&of_no_form), FailureCode::NoSuchItem);
    assert!(asha.case(case).unwrap().attachments.is_empty());
    assert_eq!(asha.status().pictures_waiting, 0);
}
