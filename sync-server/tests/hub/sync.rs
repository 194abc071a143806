use casework::Compartment;
use casework::Value;
use protocol::PROTOCOL_VERSION_MIN;
use protocol::message::down::Outcome;
use protocol::message::up::Open;

use crate::support::{Answer, TestDevice, TestHub, document, set};

fn accepted(answer: &Answer, n: u64) -> u64 {
    match answer.verdicts.get(&n) {
        Some(Outcome::Accepted { number, late: false }) => *number,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_case_opened_on_one_device_reaches_the_head_of_the_unit_and_nobody_else() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let mut head = hub.officer("dcpo");
    let mut stranger = hub.officer("po_nic");
    let case = worker.open_case();
    worker.edit(document(case, Compartment::Identity), &[set("child.name", "आशा")]);
    let answer = worker.sync();
    assert!(accepted(&answer, 1) < accepted(&answer, 2));
    assert_eq!(
        answer.granted.len(),
        4,
        "all compartments exist from the moment the case does"
    );
    assert!(answer.changed.is_empty(), "an author's own changes do not come back");

    head.sync();
    assert_eq!(
        head.fact(document(case, Compartment::Identity), "child.name"),
        Some(Value::from("आशा"))
    );
    let answer = stranger.sync();
    assert!(stranger.documents.is_empty() && answer.granted.is_empty() && answer.revoked.is_empty());
    assert_eq!(answer.authors.len(), 3);
}

#[test]
fn an_edit_travels_as_one_small_change_and_comes_once() {
    let hub = TestHub::start();
    let (mut worker, mut head) = (hub.officer("po_nic"), hub.officer("dcpo"));
    let case = worker.open_case();
    worker.sync();
    head.sync();
    let core = document(case, Compartment::Core);
    worker.edit(core, &[set("case.stage", "inquiry")]);
    worker.sync();
    let answer = head.sync();
    assert_eq!(answer.changed.len(), 1);
    assert!(answer.granted.is_empty());
    assert_eq!(head.fact(core, "case.stage"), Some(Value::from("inquiry")));
    let idle = head.sync();
    assert!(idle.changed.is_empty() && idle.granted.is_empty() && idle.marks == 0);
    assert!(idle.bytes < 400, "nothing to say took {} bytes", idle.bytes);
}

#[test]
fn two_devices_that_wrote_apart_have_the_same_in_the_end() {
    let hub = TestHub::start();
    let (mut worker, mut head) = (hub.officer("po_nic"), hub.officer("dcpo"));
    let case = worker.open_case();
    let core = document(case, Compartment::Core);
    worker.sync();
    head.sync();
    worker.edit(core, &[set("case.stage", "production")]);
    head.edit(core, &[set("case.stage", "inquiry")]);
    head.edit(core, &[set("case.urgency", "urgent")]);
    for _ in 0..2 {
        worker.sync();
        head.sync();
    }
    assert_eq!(worker.documents[&core].heads(), head.documents[&core].heads());
    assert_eq!(worker.documents[&core].clashes().len(), 1);
    assert_eq!(worker.documents[&core].clashes(), head.documents[&core].clashes());
}

#[test]
fn what_arrived_before_a_cut_is_a_duplicate_the_next_time() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    worker.open_case();
    worker.post(worker.body(worker.open()));
    let answer = worker.sync();
    assert!(matches!(answer.verdicts[&1], Outcome::Duplicate { .. }));
    assert!(worker.outbox.is_empty());
}

#[test]
fn a_verdict_says_when_the_hub_got_it_and_a_duplicate_says_when_it_came_first() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    worker.open_case();
    let before = hub.hub.clock.now_ms();
    let body = worker.body(worker.open());
    let first = worker.outbox.clone();
    let answer = worker.post(body);
    let answer = worker.take(&answer);
    let got = answer.received_ms[&1].unwrap();
    assert!((before..=hub.hub.clock.now_ms()).contains(&got));
    worker.outbox = first;
    let answer = worker.sync();
    assert!(matches!(answer.verdicts[&1], Outcome::Duplicate { .. }));
    assert_eq!(answer.received_ms[&1], Some(got));
}

#[test]
fn a_grant_says_when_the_hub_got_what_it_folds_to_a_device_that_reads_it() {
    let hub = TestHub::start();
    let (mut worker, mut head) = (hub.officer("po_nic"), hub.officer("dcpo"));
    let case = worker.open_case();
    let core = document(case, Compartment::Core);
    for stage in ["production", "inquiry"] {
        worker.edit(core, &[set("case.stage", stage)]);
    }
    let answer = worker.sync();
    let times: Vec<i64> = answer.received_ms.values().map(|at| at.unwrap()).collect();
    let old = Open {
        version: PROTOCOL_VERSION_MIN,
        reads: None,
        ..head.open()
    };
    let bytes = head.post(head.body(old));
    let cursor = head.cursor.clone();
    assert!(
        head.take(&bytes).received.is_empty(),
        "an older device is told nothing it cannot read"
    );
    head.cursor = cursor;
    let answer = head.sync();
    let [received] = &answer.received[..] else {
        panic!("{:?}", answer.received)
    };
    assert_eq!(
        (received.document, received.author, received.first),
        (core, worker.author, 1)
    );
    assert_eq!(received.times_ms(), Some(times));
}

#[test]
fn a_body_cut_before_its_end_keeps_what_came_before() {
    // More than one frame holds.
    const CASES: u64 = 60;
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    for _ in 0..CASES {
        worker.open_case();
    }
    let body = worker.body(worker.open());
    let answer = worker.post(body[..body.len() - 200].to_vec());
    let answer = worker.take(&answer);
    assert!(answer.close.is_none());
    let answer = worker.sync();
    assert!(matches!(answer.verdicts[&1], Outcome::Duplicate { .. }));
    assert!(matches!(answer.verdicts[&CASES], Outcome::Accepted { .. }));
}

#[test]
fn a_change_in_many_parts_arrives_whole() {
    let hub = TestHub::start();
    let (mut worker, mut head) = (hub.officer("po_nic"), hub.officer("dcpo"));
    let case = worker.open_case();
    let legal = document(case, Compartment::Legal);
    // Text that does not compress, so that there are parts.
    let text: String = (0..18_000_u32)
        .map(|n| char::from_u32(0x4e00 + n.wrapping_mul(2_654_435_761) % 20_000).unwrap())
        .collect();
    worker.edit(legal, &[set("statement.allegation", text.as_str())]);
    assert!(worker.outbox[1].2.len() > 40_000);
    worker.sync();
    head.sync();
    assert_eq!(head.fact(legal, "statement.allegation"), Some(Value::Text(text)));
}

/// Opens cases of four compartments each.
fn many_cases(worker: &mut TestDevice, count: usize) {
    for _ in 0..count {
        let case = worker.open_case();
        worker.edit(document(case, Compartment::Identity), &[set("child.name", "Asha Devi")]);
        worker.edit(
            document(case, Compartment::Care),
            &[set("health.condition_note", "tired")],
        );
    }
    worker.sync();
}

#[test]
fn a_first_sync_of_300_cases_goes_on_after_every_cut() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    many_cases(&mut worker, 300);
    let mut head = hub.officer("dcpo");
    let whole = head.post(head.body(head.open()));
    let mut rounds = 0;
    let mut received = 0;
    loop {
        let bytes = head.post(head.body(head.open()));
        // Cut after 30 kB, anywhere in a frame; somebody goes on writing meanwhile.
        let cut = bytes.len().min(30_011 + 7 * rounds);
        received += cut;
        if head.take(&bytes[..cut]).close.is_some() {
            break;
        }
        if rounds == 3 {
            many_cases(&mut worker, 2);
            let case = *worker.documents.keys().next().unwrap();
            worker.edit(case, &[set("case.stage", "closed")]);
            worker.sync();
        }
        rounds += 1;
        assert!(rounds < 200);
    }
    head.sync();
    assert!(rounds > 5, "{rounds}");
    assert_eq!(head.documents.len(), 302 * 4);
    for (id, document) in &worker.documents {
        assert_eq!(document.heads(), head.documents[id].heads());
    }
    // Each cut costs less than a mark's distance and the largest entry.
    assert!(
        received < whole.len() + rounds * 8_192 + 40_000,
        "{received} of {} in {rounds} rounds",
        whole.len()
    );
}

#[test]
fn two_who_write_in_one_document_at_once_both_get_in() {
    let hub = TestHub::start();
    let (mut worker, mut head) = (hub.officer("po_nic"), hub.officer("dcpo"));
    let case = worker.open_case();
    let core = document(case, Compartment::Core);
    worker.sync();
    head.sync();
    for n in 0..40_i64 {
        worker.edit(core, &[set("production.journey_minutes", Value::Integer(n))]);
        head.edit(core, &[set("case.number", format!("DCPU/{n}").as_str())]);
    }
    std::thread::scope(|scope| {
        for device in [&mut worker, &mut head] {
            scope.spawn(move || {
                let answer = device.sync();
                assert!(
                    answer
                        .verdicts
                        .values()
                        .all(|outcome| matches!(outcome, Outcome::Accepted { .. }))
                );
            });
        }
    });
    worker.sync();
    head.sync();
    assert_eq!(worker.documents[&core].heads(), head.documents[&core].heads());
}
