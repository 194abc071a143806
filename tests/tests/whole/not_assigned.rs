//! No child is exposed: a case that is not assigned to a user never leaves the hub for that user, whatever is asked.

use casefile::{Action, Document, DocumentKey, Edit};
use casework::{AuthorId, CaseId, Compartment, DocumentKind, EntryId, Role, Value};
use protocol::{
    Cursor, DocumentId, DownMessage, Nonce, PROTOCOL_VERSION_MIN, Refusal, SigningChain, UpMessage,
    ids::Sha256 as MediaHash,
    media::{self, MediaSize},
    message::{
        down::Outcome,
        up::{Confirm, End, Open, Upload},
    },
};
use sha2::{Digest as _, Sha256};
use tests::{
    author::{Author, Heard},
    demo::pictures,
    ground,
    scene::{DISTRICT, Scene},
};

const CASE: [u8; 16] = [0x42; 16];
const NAME: &str = "Munni Kisku";

fn document(kind: DocumentKind) -> DocumentId {
    DocumentId(DocumentKey { subject: CASE, kind }.to_bytes())
}

fn compartment(compartment: Compartment) -> DocumentId {
    document(DocumentKind::Case(compartment))
}

fn fact(name: &str, value: impl Into<Value>) -> Edit {
    Edit::SetFact {
        fact: name.parse().unwrap(),
        value: value.into(),
    }
}

/// A change of a document that nobody has written in before, by any author.
fn change(author: &Author, kind: Compartment, edits: &[Edit]) -> (DocumentId, Vec<u8>) {
    let mut written = Document::new(DocumentKind::Case(kind));
    let by = AuthorId::from_bytes(author.id.0);
    let change = written
        .edit(by, 1_795_413_600_000, &Action::OPEN, edits)
        .unwrap()
        .unwrap();
    (compartment(kind), change.bytes)
}

/// A picture of the case, and its name at the hub.
fn picture() -> (MediaHash, Vec<u8>) {
    let bytes = pictures::as_jpeg(&pictures::draw(3, 160, 120), 60);
    (MediaHash(Sha256::digest(&bytes).into()), bytes)
}

/// A case with all its compartments and a picture, in the hands of one officer.
fn owner_with_a_case(scene: &Scene) -> Author {
    let mut owner = scene.author("Asha Toppo", &Role::PoNic, 1);
    let (hash, bytes) = picture();
    let attachment = Edit::AddRow {
        row: casework::RowId::from_bytes([5; 16]),
        table: "attachments".into(),
        cells: [("sha_thumb".to_owned(), Value::Text(hash.to_string()))].into(),
    };
    let note = Edit::AddEntry {
        entry: EntryId::from_bytes([6; 16]),
        kind: "note".into(),
        text: "as told".into(),
    };
    let changes = [
        change(&owner, Compartment::Core, &[fact("case.kind", "cncp"), note]),
        change(&owner, Compartment::Identity, &[fact("child.name", NAME), attachment]),
        change(
            &owner,
            Compartment::Care,
            &[fact("health.condition_note", "bandaged hand")],
        ),
        change(
            &owner,
            Compartment::Legal,
            &[fact("statement.allegation", "in her words")],
        ),
    ];
    owner.sync(&changes).unwrap().all_accepted().unwrap();
    owner.send_media(&media::path(&hash, MediaSize::Thumb), &bytes).unwrap();
    owner.sync_to_the_end().unwrap();
    owner
}

fn assert_nothing_of_the_case(heard: &[Heard]) {
    for answer in heard {
        let ours = answer
            .documents()
            .into_iter()
            .filter(|document| document.0[..16] == CASE)
            .count();
        assert_eq!(ours, 0, "{:?}", answer.messages);
    }
}

fn refusals(heard: &Heard) -> Vec<Option<Refusal>> {
    let code = |outcome: &Outcome| match outcome {
        Outcome::Refused { code } => Some(*code),
        Outcome::Accepted { .. } | Outcome::Duplicate { .. } => None,
    };
    heard.verdicts().iter().map(|verdict| code(&verdict.outcome)).collect()
}

#[test]
fn a_case_not_assigned_never_leaves_the_hub_whatever_cursor_is_sent() {
    let scene = Scene::new();
    let owner = owner_with_a_case(&scene);
    scene.admin.add_district("OTH", "Other side").unwrap();
    let other = scene.admin.add_user("OTH", "Dipa Roy", &Role::Dcpo).unwrap();
    let other = Author::enrol(&scene.hub.url(), &scene.code(&other), 9).unwrap();
    let colleague = scene.author("Binod Sah", &Role::PoNic, 2);
    for mut stranger in [colleague, other] {
        let mut cursors = vec![Cursor::start(), owner.cursor.clone()];
        for byte in [0, 1, 0x7f, 0xff] {
            cursors.push(Cursor::from_bytes(&[byte; 45]).unwrap());
            let mut close = owner.cursor.as_bytes().to_vec();
            let last = close.len() - 1;
            close[last] ^= byte;
            close[last / 2] ^= byte;
            cursors.push(Cursor::from_bytes(&close).unwrap());
        }
        for cursor in cursors {
            stranger.cursor = cursor;
            assert_nothing_of_the_case(&stranger.sync_to_the_end().unwrap());
        }
    }
}

#[test]
fn writing_in_a_strange_case_is_refused_and_tells_nothing() {
    let scene = Scene::new();
    let mut owner = owner_with_a_case(&scene);
    let mut stranger = scene.author("Binod Sah", &Role::PoNic, 2);
    let attempts: Vec<_> = Compartment::ALL
        .into_iter()
        .map(|kind| {
            let name = if kind == Compartment::Identity {
                "child.address"
            } else {
                "x.probe"
            };
            change(&stranger, kind, &[fact(name, "let me in")])
        })
        .collect();
    let heard = stranger.sync(&attempts).unwrap();
    assert_eq!(refusals(&heard), vec![Some(Refusal::UnknownDocument); 4]);
    assert_nothing_of_the_case(&[heard]);
    assert_nothing_of_the_case(&stranger.sync_to_the_end().unwrap());

    let confirm = Confirm {
        document: compartment(Compartment::Core),
    };
    assert_nothing_of_the_case(&[stranger.say(&[confirm.into()]).unwrap()]);
    let heard = owner.sync_to_the_end().unwrap();
    assert!(
        heard.iter().all(|answer| answer.changes.is_empty()),
        "nothing of the attempts reached the case"
    );
    assert!(
        scene
            .admin
            .run(&["quarantine", "list"])
            .unwrap()
            .contains("unknown_document")
    );
}

#[test]
fn nobody_speaks_in_another_authors_name_or_says_the_same_again() {
    let scene = Scene::new();
    let owner = owner_with_a_case(&scene);
    let stranger = scene.author("Binod Sah", &Role::PoNic, 2);
    let open = |nonce: u8, author| Open {
        version: PROTOCOL_VERSION_MIN,
        author,
        sent_at_ms: ground::now_ms(),
        nonce: Nonce([nonce; 16]),
        cursor: Cursor::start(),
        app_version: "0.1.0".into(),
        reads: None,
        state: None,
        access_upto: None,
        index: None,
        proposals: None,
        asks: None,
        pieces: None,
        appeals: None,
        judged: None,
        shares: None,
    };
    let body = |open: Open, key| {
        let mut chain = SigningChain::new(key);
        let frames = [
            chain.sign(&open.into()).unwrap(),
            chain.sign(&End::default().into()).unwrap(),
        ];
        frames
            .into_iter()
            .flat_map(protocol::Frame::into_bytes)
            .collect::<Vec<u8>>()
    };
    let refused = |body: Vec<u8>| {
        let answer = stranger.post(body).unwrap();
        let mut reader = protocol::FrameReader::new(answer);
        let frame = reader.next_frame().unwrap().unwrap();
        let DownMessage::Reject(reject) = DownMessage::from_frame(&frame).unwrap() else {
            panic!("{frame:?}")
        };
        assert!(reader.next_frame().unwrap().is_none(), "nothing follows a refusal");
        reject.code
    };
    assert_eq!(refused(body(open(1, owner.id), stranger.key())), Refusal::BadSignature);
    assert_eq!(
        refused(body(open(2, protocol::AuthorId([9; 16])), stranger.key())),
        Refusal::NotEnrolled
    );

    let recorded = body(open(3, owner.id), owner.key());
    assert!(stranger.post(recorded.clone()).unwrap().status().is_success());
    assert_eq!(
        refused(recorded),
        Refusal::Replay,
        "a recorded request opens nothing twice"
    );
    let mut late = open(4, owner.id);
    late.sent_at_ms -= 3_600_000;
    assert_eq!(refused(body(late, owner.key())), Refusal::ClockWrong);
}

#[test]
fn a_picture_is_served_to_those_who_may_read_the_document_that_names_it() {
    let scene = Scene::new();
    let owner = owner_with_a_case(&scene);
    let mut stranger = scene.author("Binod Sah", &Role::PoNic, 2);
    stranger.sync_to_the_end().unwrap();
    let (hash, bytes) = picture();
    let path = media::path(&hash, MediaSize::Thumb);
    assert_eq!(owner.get(&path).unwrap().bytes().unwrap(), bytes);
    assert_eq!(stranger.get(&path).unwrap().status(), 404);
    stranger.token.clear();
    assert_eq!(stranger.get(&path).unwrap().status(), 401);
}

#[test]
fn a_role_gets_its_compartments_and_no_others() {
    let scene = Scene::new();
    let _owner = owner_with_a_case(&scene);
    let user = scene.user("Mita Das", &Role::Counsellor);
    let mut counsellor = Author::enrol(&scene.hub.url(), &scene.code(&user), 4).unwrap();
    scene.assign(CaseId::from_bytes(CASE), &user);
    let heard = counsellor.sync_to_the_end().unwrap();
    let got: std::collections::BTreeSet<_> = heard.iter().flat_map(Heard::documents).collect();
    let may = [Compartment::Core, Compartment::Identity, Compartment::Care].map(compartment);
    assert_eq!(got, may.into());

    let legal = change(&counsellor, Compartment::Legal, &[fact("police.station", "Garhpur")]);
    let identity = change(&counsellor, Compartment::Identity, &[fact("child.address", "unknown")]);
    let heard = counsellor.sync(&[legal, identity]).unwrap();
    assert_eq!(
        refusals(&heard),
        [Some(Refusal::NotPermitted), Some(Refusal::NotPermitted)]
    );
}

#[test]
fn a_case_taken_away_leaves_after_its_late_edits_and_does_not_come_back() {
    let scene = Scene::new();
    let mut owner = owner_with_a_case(&scene);
    let user = scene.user("Binod Sah", &Role::PoNic);
    let mut former = Author::enrol(&scene.hub.url(), &scene.code(&user), 2).unwrap();
    let case = CaseId::from_bytes(CASE);
    scene.assign(case, &user);
    let heard = former.sync_to_the_end().unwrap();
    assert_eq!(heard.iter().flat_map(|answer| &answer.granted).count(), 4);

    scene.admin.unassign(case, &user).unwrap();
    let mut copy = Document::new(DocumentKind::Case(Compartment::Care));
    let earlier = change(
        &owner,
        Compartment::Care,
        &[fact("health.condition_note", "bandaged hand")],
    );
    copy.apply(&[&earlier.1], casework::Pack::national()).unwrap();
    let by = AuthorId::from_bytes(owner.id.0);
    let edit = fact("health.treatment_given", "dressing");
    let next = copy
        .edit(by, 1_795_413_700_000, &Action::EDIT, &[edit])
        .unwrap()
        .unwrap();
    let words = (compartment(Compartment::Care), next.bytes);
    owner.sync(&[words]).unwrap().all_accepted().unwrap();

    let late = change(&former, Compartment::Core, &[fact("production.place", "Collectorate")]);
    let heard = former.sync(&[late]).unwrap();
    let [verdict] = heard.verdicts()[..] else {
        panic!("one verdict")
    };
    assert!(
        matches!(verdict.outcome, Outcome::Accepted { late: true, .. }),
        "{verdict:?}"
    );
    assert!(
        heard.granted.is_empty() && heard.changes.is_empty(),
        "what was written since is not told"
    );
    let revoked = heard
        .messages
        .iter()
        .filter(|message| matches!(message, DownMessage::Revoke(_)))
        .count();
    assert_eq!(revoked, 4);
    let told = owner.sync_to_the_end().unwrap();
    assert!(
        told.iter()
            .flat_map(|answer| &answer.messages)
            .any(|m| matches!(m, DownMessage::Change(c) if c.late)),
        "the late words reach the case"
    );

    let confirms: Vec<UpMessage> = Compartment::ALL
        .map(|kind| {
            Confirm {
                document: compartment(kind),
            }
            .into()
        })
        .into_iter()
        .collect();
    former.say(&confirms).unwrap();
    let too_late = change(
        &former,
        Compartment::Care,
        &[fact("health.condition_note", "afterthought")],
    );
    assert_eq!(refusals(&former.sync(&[too_late]).unwrap()), [Some(Refusal::Revoked)]);
    former.cursor = Cursor::start();
    let again = former.sync_to_the_end().unwrap();
    assert!(
        again
            .iter()
            .all(|answer| answer.granted.is_empty() && answer.changes.is_empty())
    );
}

#[test]
fn a_change_under_another_authors_name_or_out_of_order_is_refused() {
    let scene = Scene::new();
    let mut owner = owner_with_a_case(&scene);
    let stranger = scene.author("Binod Sah", &Role::PoNic, 2);
    let forged = change(&stranger, Compartment::Core, &[fact("production.place", "elsewhere")]);
    assert_eq!(refusals(&owner.sync(&[forged]).unwrap()), [Some(Refusal::WrongAuthor)]);
    let fork = change(&owner, Compartment::Core, &[fact("case.kind", "cicl")]);
    assert_eq!(refusals(&owner.sync(&[fork]).unwrap()), [Some(Refusal::Fork)]);
    let garbage = (compartment(Compartment::Core), b"this is no change".to_vec());
    assert_eq!(refusals(&owner.sync(&[garbage]).unwrap()), [Some(Refusal::Malformed)]);
    let elsewhere = change(&owner, Compartment::Core, &[fact("statement.allegation", "in core")]);
    let id = DocumentKey {
        subject: [0x44; 16],
        kind: DocumentKind::Case(Compartment::Core),
    };
    let misplaced = (DocumentId(id.to_bytes()), elsewhere.1);
    assert_eq!(refusals(&owner.sync(&[misplaced]).unwrap()), [Some(Refusal::Schema)]);

    // A chain that breaks: what stands before the break is kept, nothing behind it is read.
    let upload = Upload::of_change(PROTOCOL_VERSION_MIN, 1, compartment(Compartment::Core), b"x");
    let mut chain = SigningChain::new(stranger.key());
    let body: Vec<u8> = upload
        .into_iter()
        .map(UpMessage::from)
        .flat_map(|message| chain.sign(&message).unwrap().into_bytes())
        .collect();
    assert!(
        !owner.post(body).unwrap().status().is_success(),
        "a request without an opening"
    );
    assert_eq!(owner.enrolled.district, DISTRICT);
}
