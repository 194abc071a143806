//! What an attacker might send.

use casework::Compartment;
use protocol::limits::{CLOCK_SKEW_MS_MAX, FRAME_BYTES_MAX, UP_BODY_BYTES_MAX};
use protocol::message::down::Outcome;
use protocol::message::up::{Open, Upload};
use protocol::{
    AuthorKey, Cursor, DocumentId, Frame, PROTOCOL_VERSION, PROTOCOL_VERSION_MIN, Refusal, SigningChain, UpMessage,
};

use crate::support::{TestDevice, TestHub, document, new_case, now_ms, random, set};

fn reject(device: &mut TestDevice, body: Vec<u8>) -> Option<Refusal> {
    let bytes = device.post(body);
    let answer = device.take(&bytes);
    assert!(answer.close.is_none() && answer.granted.is_empty() && answer.changed.is_empty());
    answer.reject
}

#[test]
fn garbage_is_refused_and_the_hub_lives() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    assert_eq!(reject(&mut device, Vec::new()), Some(Refusal::Malformed));
    assert_eq!(
        reject(&mut device, b"GET / HTTP/1.1\r\n\r\n".to_vec()),
        Some(Refusal::Malformed)
    );
    assert_eq!(reject(&mut device, vec![0; 100_000]), Some(Refusal::Malformed));
    assert_eq!(reject(&mut device, vec![0xff; 100_000]), Some(Refusal::Malformed));
    for kind in 0..=255 {
        let frame = Frame::new(kind, &random::<200>()).unwrap();
        assert_eq!(
            reject(&mut device, frame.into_bytes()),
            Some(Refusal::Malformed),
            "kind {kind}"
        );
    }
    for _ in 0..50 {
        let body: Vec<u8> = (0..20).flat_map(|_| random::<300>()).collect();
        assert!(reject(&mut device, body).is_some());
    }
    device.sync();
}

#[test]
fn an_opening_by_nobody_a_thief_or_a_wrong_clock_is_refused() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    let mut nobody = TestDevice::unenrolled(&hub.url);
    let body = nobody.body(nobody.open());
    assert_eq!(reject(&mut nobody, body), Some(Refusal::NotEnrolled));

    let mut thief = TestDevice::unenrolled(&hub.url);
    thief.author = device.author;
    let body = thief.body(thief.open());
    assert_eq!(reject(&mut thief, body), Some(Refusal::BadSignature));

    for skew in [CLOCK_SKEW_MS_MAX + 60_000, -CLOCK_SKEW_MS_MAX - 60_000] {
        let body = device.body(Open {
            sent_at_ms: now_ms() + skew,
            ..device.open()
        });
        assert_eq!(reject(&mut device, body), Some(Refusal::ClockWrong));
    }
    for sent_at_ms in [i64::MIN, i64::MAX] {
        let body = device.body(Open {
            sent_at_ms,
            ..device.open()
        });
        assert_eq!(reject(&mut device, body), Some(Refusal::ClockWrong));
    }
    let body = device.body(Open {
        version: PROTOCOL_VERSION + 1,
        ..device.open()
    });
    assert_eq!(reject(&mut device, body), Some(Refusal::UnsupportedVersion));
}

#[test]
fn a_request_is_taken_once() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    device.open_case();
    let body = device.body(device.open());
    let first = device.post(body.clone());
    assert!(device.take(&first).close.is_some());
    assert_eq!(reject(&mut device, body), Some(Refusal::Replay));
}

#[test]
fn frames_left_out_exchanged_or_forged_end_the_reading() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    device.open_case();
    device.open_case();
    let frames = |device: &TestDevice| {
        let body = device.body(device.open());
        let mut decoder = protocol::FrameDecoder::new();
        let mut input = body.as_slice();
        let mut frames = Vec::new();
        while let Some(frame) = decoder.feed(&mut input).unwrap() {
            frames.push(frame.into_bytes());
        }
        frames
    };
    let mut left_out = frames(&device);
    left_out.remove(1);
    assert_eq!(reject(&mut device, left_out.concat()), Some(Refusal::BadSignature));
    let mut exchanged = frames(&device);
    exchanged.swap(1, 2);
    assert_eq!(reject(&mut device, exchanged.concat()), Some(Refusal::BadSignature));
    let (mut spliced, other) = (frames(&device), frames(&device));
    spliced[2].clone_from(&other[2]);
    assert_eq!(reject(&mut device, spliced.concat()), Some(Refusal::BadSignature));
    let mut without_end = frames(&device);
    without_end.pop();
    assert_eq!(reject(&mut device, without_end.concat()), Some(Refusal::Malformed));
    let mut behind_end = frames(&device);
    behind_end.push(behind_end[1].clone());
    assert_eq!(reject(&mut device, behind_end.concat()), Some(Refusal::Malformed));
}

#[test]
fn too_much_is_refused() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    assert_eq!(
        reject(&mut device, vec![1, 0, 0xff, 0xff, 0xff]),
        Some(Refusal::TooLarge)
    );
    let frame = Frame::new(1, &vec![0; FRAME_BYTES_MAX - 9]).unwrap().into_bytes();
    let flood = frame.repeat(UP_BODY_BYTES_MAX / frame.len() + 2);
    // The hub may hang up while the flood is still coming: both are a refusal.
    let sent = device.client.post(format!("{}/v1/sync", device.url)).body(flood).send();
    assert!(sent.is_err() || sent.unwrap().status().is_client_error());
    device.sync();
}

/// One upload beside a good one; the verdict on the first.
fn verdict(hub: &TestHub, id: DocumentId, bytes: Vec<u8>) -> Outcome {
    let mut device = hub.officer("po_nic");
    let bad = device.put(id, bytes);
    device.open_case();
    let answer = device.sync();
    assert!(
        matches!(answer.verdicts[&(bad + 1)], Outcome::Accepted { .. }),
        "the bad one holds up the good one"
    );
    answer.verdicts[&bad].clone()
}

fn refused(code: Refusal) -> Outcome {
    Outcome::Refused { code }
}

#[test]
fn bytes_that_are_no_change_are_refused_one_by_one() {
    let hub = TestHub::start();
    let core = document(new_case(), Compartment::Core);
    let mut other = hub.officer("po_nic");
    let case = other.open_case();
    let others_change = other.outbox[0].2.clone();
    let others_id = document(case, Compartment::Core);
    let snapshot = other.documents[&others_id].save();
    assert_eq!(verdict(&hub, core, Vec::new()), refused(Refusal::Malformed));
    assert_eq!(
        verdict(&hub, core, random::<500>().to_vec()),
        refused(Refusal::Malformed)
    );
    assert_eq!(verdict(&hub, core, snapshot), refused(Refusal::Malformed));
    assert_eq!(verdict(&hub, others_id, others_change), refused(Refusal::WrongAuthor));
    // A bomb of zeroes: a few hundred bytes on the wire.
    assert_eq!(
        verdict(&hub, core, vec![0; 50 * 1024 * 1024]),
        refused(Refusal::TooLarge)
    );
    let noise: Vec<u8> = (0..400).flat_map(|_| random::<500>()).collect();
    assert_eq!(verdict(&hub, core, noise), refused(Refusal::TooLarge));
    assert_eq!(hub.hub.storage.quarantined(10).unwrap().len(), 6);
}

#[test]
fn a_change_out_of_its_place_is_refused_by_its_own_word() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    let case = device.open_case();
    // Whole, as version 1 has it; a short form would be asked for whole first.
    device.version = PROTOCOL_VERSION_MIN;
    let core = document(case, Compartment::Core);
    device.edit(core, &[set("case.stage", "inquiry")]);
    // The second change without the first.
    let first = device.outbox.remove(0);
    let answer = device.sync();
    assert!(matches!(
        answer.verdicts[&2],
        Outcome::Refused {
            code: Refusal::MissingDependencies | Refusal::SequenceGap
        }
    ));
    // Both, in order.
    let second = device.outbox.remove(0);
    device.outbox.extend([first, second]);
    let answer = device.sync();
    assert!(
        answer
            .verdicts
            .values()
            .all(|outcome| matches!(outcome, Outcome::Accepted { .. }))
    );

    // A restored device that writes its second change anew.
    let mut fork = casefile::Document::new(casework::DocumentKind::Case(Compartment::Core));
    let author = casework::AuthorId::from_bytes(device.author.0);
    let edit = |document: &mut casefile::Document, stage: &str| {
        let edits = [set("case.stage", stage)];
        document
            .edit(author, 7_000, &casefile::Action::EDIT, &edits)
            .unwrap()
            .unwrap()
            .bytes
    };
    let other_first = edit(&mut fork, "closed");
    let n = device.put(core, other_first);
    assert_eq!(device.sync().verdicts[&n], refused(Refusal::Fork));

    // A fact of another compartment.
    let mut wrong = casefile::Document::new(casework::DocumentKind::Case(Compartment::Legal));
    let bytes = wrong
        .edit(author, 7_000, &casefile::Action::EDIT, &[set("child.name", "x")])
        .unwrap()
        .unwrap()
        .bytes;
    device.outbox.clear();
    let n = device.put(document(case, Compartment::Legal), bytes);
    assert_eq!(device.sync().verdicts[&n], refused(Refusal::Schema));
}

#[test]
fn a_strangers_case_and_no_case_at_all_look_alike() {
    let hub = TestHub::start();
    let mut owner = hub.officer("po_nic");
    let case = owner.open_case();
    owner.sync();
    let mut stranger = hub.officer("counsellor");
    // A counsellor opens no cases, so both are simply refused; the words must not tell which exists.
    let known = stranger.edit(document(case, Compartment::Care), &[set("health.condition_note", "x")]);
    let unknown = stranger.edit(
        document(new_case(), Compartment::Care),
        &[set("health.condition_note", "x")],
    );
    let answer = stranger.sync();
    assert_eq!(answer.verdicts[&known], answer.verdicts[&unknown]);

    let mut nosy = hub.officer("po_nic");
    let n = nosy.edit(document(case, Compartment::Core), &[set("case.stage", "closed")]);
    assert_eq!(nosy.sync().verdicts[&n], refused(Refusal::UnknownDocument));
    nosy.confirms.extend(Compartment::ALL.map(|one| document(case, one)));
    let answer = nosy.sync();
    assert!(answer.granted.is_empty() && answer.changed.is_empty() && answer.revoked.is_empty());
}

#[test]
fn no_cursor_opens_a_strangers_case() {
    let hub = TestHub::start();
    let mut owner = hub.officer("po_nic");
    let case = owner.open_case();
    owner.edit(
        document(case, Compartment::Identity),
        &[set("child.name", "SECRETNAME")],
    );
    owner.sync();
    let mut nosy = hub.officer("po_nic");
    nosy.sync();
    let own = nosy.cursor.as_bytes().to_vec();
    for at in 0..own.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bytes = own.clone();
            bytes[at] = value;
            nosy.cursor = Cursor::from_bytes(&bytes).unwrap();
            let body = nosy.body(nosy.open());
            let bytes = nosy.post(body);
            let answer = nosy.take(&bytes);
            assert!(answer.close.is_some() && answer.granted.is_empty() && answer.changed.is_empty());
        }
    }
    nosy.cursor = owner.cursor.clone();
    assert!(nosy.sync().changed.is_empty());
}

#[test]
fn parts_that_never_end_are_refused() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    let key: AuthorKey = device.key.clone();
    let mut chain = SigningChain::new(&key);
    let core = document(new_case(), Compartment::Core);
    let mut messages: Vec<UpMessage> = vec![device.open().into()];
    for part in 0..100 {
        messages.push(
            Upload {
                n: 1,
                document: core,
                part,
                parts: u32::MAX,
                bytes: random::<3800>().to_vec(),
            }
            .into(),
        );
    }
    messages.push(
        Upload {
            n: 2,
            document: core,
            part: 3,
            parts: 9,
            bytes: vec![1],
        }
        .into(),
    );
    messages.push(protocol::message::up::End::default().into());
    let body: Vec<u8> = messages
        .iter()
        .flat_map(|message| chain.sign(message).unwrap().into_bytes())
        .collect();
    let bytes = device.post(body);
    let answer = device.take(&bytes);
    assert_eq!(answer.verdicts[&1], refused(Refusal::TooLarge));
    assert_eq!(answer.verdicts[&2], refused(Refusal::Malformed));
}

#[test]
fn no_flipped_bit_anywhere_in_a_request_is_taken() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    device.open_case();
    let length = device.body(device.open()).len();
    for at in (0..length).step_by(3) {
        let mut body = device.body(device.open());
        body[at] ^= 1 << (at % 8);
        assert!(reject(&mut device, body).is_some(), "byte {at}");
    }
}

#[test]
fn a_hub_with_its_hands_full_says_come_again() {
    let hub = TestHub::start_with("[limits]\nsyncs_at_once = 0\n");
    let mut device = hub.officer("po_nic");
    device.open_case();
    let body = device.body(device.open());
    assert_eq!(reject(&mut device, body), Some(Refusal::Unavailable));
    assert_eq!(device.outbox.len(), 1, "nothing leaves the outbox without a verdict");
}
