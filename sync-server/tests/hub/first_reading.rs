//! A device that has nothing yet: what matters first, and a cut that costs a piece, wherever it comes.

use std::collections::BTreeMap;

use casework::Compartment;
use casework::card::Card;
use protocol::limits::FRAME_BYTES_MAX;
use protocol::{DocumentId, FrameReader};
use sync_server::project;
use sync_server::storage::Sqlite;

use crate::support::{TestDevice, TestHub, document, eventually, set};

/// Cases of the district.
const CASES: usize = 12;
/// Bytes of a narrative that does not get smaller: several pieces.
const LONG: usize = 40_000;

/// Letters that no dictionary makes much smaller, always the same.
fn letters(mut seed: u64, count: usize) -> String {
    let mut text = String::with_capacity(count);
    for _ in 0..count {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        text.push(char::from(b' ' + u8::try_from((seed >> 33) % 94).unwrap()));
    }
    text
}

/// A worker with cases, folded: the first is an emergency, the second closed.
fn with_cases(hub: &TestHub) -> (TestDevice, Vec<[u8; 16]>) {
    let mut worker = hub.officer("po_nic");
    let cases: Vec<[u8; 16]> = (0..CASES).map(|_| worker.open_case()).collect();
    for (n, case) in cases.iter().enumerate() {
        let core = document(*case, Compartment::Core);
        worker.edit(core, &[set("case.number", format!("KA/{n}").as_str())]);
        let name = format!("Child{n} Secret");
        worker.edit(
            document(*case, Compartment::Identity),
            &[set("child.name", name.as_str())],
        );
    }
    worker.edit(
        document(cases[0], Compartment::Core),
        &[set("case.urgency", "emergency")],
    );
    worker.edit(document(cases[1], Compartment::Core), &[set("case.stage", "closed")]);
    worker.sync();
    assert!(worker.outbox.is_empty());
    folded(hub, &cases);
    (worker, cases)
}

/// Waits until the worker has made the cards of the cases as they stand.
fn folded(hub: &TestHub, cases: &[[u8; 16]]) {
    eventually(|| {
        let waiting = hub.hub.storage.unfolded(1).unwrap();
        let cards = hub.hub.storage.cards(cases).unwrap();
        (waiting.is_empty() && cards.len() == cases.len()).then_some(())
    });
}

/// Another device of the same user, which reads pieces and has nothing yet.
fn new_device(hub: &TestHub, worker: &TestDevice) -> TestDevice {
    let mut device = hub.device(hub.user_of(worker));
    device.pieces = true;
    device
}

/// The same, to which small documents may be told together.
fn sharing_device(hub: &TestHub, worker: &TestDevice) -> TestDevice {
    let mut device = new_device(hub, worker);
    device.shares = true;
    device
}

/// How a new device reads.
const READERS: [fn(&TestHub, &TestDevice) -> TestDevice; 2] = [new_device, sharing_device];

fn same(device: &TestDevice, worker: &TestDevice) {
    for (id, document) in &worker.documents {
        let here = device.documents.get(id);
        assert_eq!(here.map(casefile::Document::heads), Some(document.heads()), "{id}");
    }
}

/// Where the frames of an answer begin, and its end.
fn frame_ends(bytes: &[u8]) -> Vec<usize> {
    let mut reader = FrameReader::new(bytes);
    let mut ends = Vec::new();
    let mut at = 0;
    while let Some(frame) = reader.next_frame().unwrap() {
        at += frame.as_bytes().len();
        ends.push(at);
    }
    ends
}

#[test]
fn emergencies_come_first_then_the_whole_list_then_the_other_cases() {
    let hub = TestHub::start();
    let (worker, cases) = with_cases(&hub);
    for reader in READERS {
        told_as_it_presses(reader(&hub, &worker), &worker, &cases);
    }
}

fn told_as_it_presses(mut device: TestDevice, worker: &TestDevice, cases: &[[u8; 16]]) {
    let answer = device.sync();
    let of = |case: usize| {
        let is_of = |id: &DocumentId| id.0[..16] == cases[case];
        let places = answer.granted.iter().enumerate().filter(|(_, id)| is_of(id));
        places.map(|(place, _)| place).collect::<Vec<_>>()
    };
    let count = answer.granted.len();
    assert_eq!(of(0), [0, 1, 2, 3], "the emergency");
    assert_eq!(answer.granted_before_cards, 4, "then the list");
    assert_eq!(
        of(1),
        [count - 4, count - 3, count - 2, count - 1],
        "the closed case is the last"
    );
    let cards: BTreeMap<[u8; 16], Card> = (answer.cards.iter())
        .map(|(case, json)| (*case, serde_json::from_slice(json).unwrap()))
        .collect();
    assert_eq!(cards.len(), CASES, "one for each");
    assert_eq!(cards[&cases[5]].core.number, "KA/5");
    assert_eq!(cards[&cases[5]].identity.as_ref().unwrap().initials, "C S");
    assert!(
        answer
            .cards
            .iter()
            .all(|(_, json)| !String::from_utf8_lossy(json).contains("Secret"))
    );
    same(&device, worker);
    assert!(device.sync().granted.is_empty());
}

#[test]
fn who_does_not_read_who_the_child_is_is_not_told_on_the_list_either() {
    let hub = TestHub::start();
    let (worker, cases) = with_cases(&hub);
    let mut clerk = hub.officer("social_worker");
    let readable = {
        hub.assign(&clerk, cases[3]);
        clerk.pieces = true;
        clerk.sync()
    };
    let reads_identity = readable.granted.contains(&document(cases[3], Compartment::Identity));
    let (case, json) = &readable.cards[0];
    let card: Card = serde_json::from_slice(json).unwrap();
    assert_eq!((*case, readable.cards.len()), (cases[3], 1), "nothing of other cases");
    assert_eq!(card.identity.is_some(), reads_identity);
    drop(worker);
}

#[test]
fn a_first_reading_cut_anywhere_tells_nothing_twice() {
    for reader in READERS {
        let hub = TestHub::start();
        let (worker, cases) = with_cases(&hub);
        let whole = reader(&hub, &worker).sync().bytes;
        let device = reader(&hub, &worker);
        cut_again_and_again(&hub, (&worker, &cases), device, whole);
    }
}

fn cut_again_and_again(
    hub: &TestHub,
    (worker, cases): (&TestDevice, &[[u8; 16]]),
    mut device: TestDevice,
    whole: usize,
) {
    let (mut told, mut rounds, mut at) = (0, 0, 700);
    loop {
        let bytes = device.post(device.body(device.open()));
        // A little further each time, in the middle of frames and between them.
        at = if at > 5_000 { 150 } else { at + 613 };
        let cut = at.min(bytes.len());
        let cursor = device.cursor.clone();
        let answer = device.take(&bytes[..cut]);
        told += cut;
        rounds += 1;
        assert!(rounds < 200, "it goes on");
        if rounds == 3 {
            // What becomes urgent meanwhile changes nothing for a reading that has begun.
            let mut other = new_device(hub, worker);
            other.sync();
            other.edit(
                document(cases[7], Compartment::Core),
                &[set("case.urgency", "emergency")],
            );
            other.sync();
            folded(hub, cases);
        }
        if answer.close.is_some() {
            break;
        }
        assert!(
            cut < FRAME_BYTES_MAX || device.cursor != cursor,
            "more than a frame came, and is kept"
        );
    }
    let over = told - whole.min(told);
    assert!(
        over < rounds * (FRAME_BYTES_MAX + 700),
        "{over} bytes more in {rounds} rounds"
    );
    let urgent = device.fact(document(cases[7], Compartment::Core), "case.urgency");
    assert_eq!(urgent.as_ref().and_then(casework::Value::as_text), Some("emergency"));
    for case in cases {
        for compartment in Compartment::ALL {
            assert!(device.documents.contains_key(&document(*case, compartment)));
        }
    }
}

#[test]
fn a_large_document_cut_anywhere_costs_one_piece() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let core = document(worker.open_case(), Compartment::Core);
    worker.edit(core, &[set("case.number", letters(1, LONG).as_str())]);
    worker.sync();
    for reader in READERS {
        cut_at_each_frame(&hub, &worker, reader);
    }
}

fn cut_at_each_frame(hub: &TestHub, worker: &TestDevice, reader: fn(&TestHub, &TestDevice) -> TestDevice) {
    let ends = frame_ends(&bytes_of(&reader(hub, worker)));
    for end in ends.iter().take(ends.len() - 1) {
        let mut device = reader(hub, worker);
        let bytes = bytes_of(&device);
        let answer = device.take(&bytes[..*end]);
        let rest = device.sync();
        same(&device, worker);
        let pieces: Vec<u32> = answer
            .pieces
            .iter()
            .chain(&rest.pieces)
            .map(|(_, part)| *part)
            .collect();
        let count = *pieces.iter().max().unwrap() as usize + 1;
        assert!(
            count > 5 && pieces.len() <= count + 1,
            "{pieces:?} after a cut at {end}"
        );
    }
}

fn bytes_of(device: &TestDevice) -> Vec<u8> {
    device.post(device.body(device.open()))
}

#[test]
fn a_document_that_grows_between_two_pieces_is_begun_anew() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let core = document(worker.open_case(), Compartment::Core);
    worker.edit(core, &[set("case.number", letters(2, LONG).as_str())]);
    worker.sync();
    for (reader, stage) in READERS.into_iter().zip(["inquiry", "production"]) {
        let mut device = reader(&hub, &worker);
        let bytes = bytes_of(&device);
        let first = device.take(&bytes[..bytes.len() / 2]);
        assert!(first.pieces.len() > 2 && first.close.is_none());
        worker.edit(core, &[set("case.stage", stage)]);
        worker.sync();
        let rest = device.sync();
        assert_eq!(rest.pieces.first().map(|(_, part)| *part), Some(0));
        same(&device, &worker);
    }
}

#[test]
fn small_documents_share_parcels_and_are_told_once_in_fewer_bytes() {
    let hub = TestHub::start();
    let (worker, cases) = with_cases(&hub);
    let (mut alone, mut sharing) = (new_device(&hub, &worker), sharing_device(&hub, &worker));
    let (one_by_one, together) = (alone.sync(), sharing.sync());
    same(&sharing, &worker);
    assert_eq!(one_by_one.granted, together.granted, "the same in the same order");
    assert_eq!(together.granted.len(), cases.len() * 4);
    assert_eq!(one_by_one.received, together.received);
    assert!(
        together.bytes * 10 < one_by_one.bytes * 9,
        "{} and {} bytes",
        together.bytes,
        one_by_one.bytes
    );
    assert!(sharing.sync().granted.is_empty());
}

#[test]
fn what_is_taken_back_before_its_turn_is_not_told() {
    let hub = TestHub::start();
    let (worker, cases) = with_cases(&hub);
    let mut counsellor = hub.officer("counsellor");
    for case in &cases {
        hub.assign(&counsellor, *case);
    }
    counsellor.pieces = true;
    let bytes = bytes_of(&counsellor);
    let cut = counsellor.take(&bytes[..frame_ends(&bytes)[1]]);
    assert!(cut.close.is_none());
    for case in &cases {
        hub.unassign(&counsellor, *case);
    }
    let answer = counsellor.sync();
    assert_eq!((answer.granted.as_slice(), answer.cards.len()), ([].as_slice(), 0));
    drop(worker);
}

#[test]
fn a_device_that_does_not_ask_is_told_in_the_order_of_the_log() {
    let hub = TestHub::start();
    let (worker, cases) = with_cases(&hub);
    let mut device = hub.device(hub.user_of(&worker));
    let answer = device.sync();
    assert!(answer.cards.is_empty() && answer.pieces.is_empty());
    let first = |case: usize| answer.granted.iter().position(|id| id.0[..16] == cases[case]);
    assert!(first(0) < first(1) && first(1) < first(2));
}

#[test]
fn cases_of_an_older_hub_get_their_cards_without_anybody_being_told() {
    let hub = TestHub::start();
    let (_worker, cases) = with_cases(&hub);
    let cards = || {
        let mut cards = hub.hub.storage.cards(&cases).unwrap();
        cards.sort_unstable_by_key(|card| card.subject);
        cards
    };
    let before = cards();
    let database = hub.hub.config.data_dir.join(Sqlite::FILE_NAME);
    let removed = rusqlite::Connection::open(database).unwrap();
    assert_eq!(removed.execute("DELETE FROM card", []).unwrap(), CASES);
    assert!(cards().is_empty());
    assert_eq!(project::make_cards(&hub.hub).unwrap(), CASES);
    assert_eq!(cards(), before);
    assert_eq!(project::make_cards(&hub.hub).unwrap(), 0);
}
