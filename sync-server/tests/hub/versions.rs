//! Version 2 saves bytes and says nothing new; a device of version 1 is served as ever.

use casefile::{Naming as HashNaming, Run, add_to_many};
use casework::Compartment;
use protocol::access_log::AccessRow;
use protocol::message::down::Outcome;
use protocol::message::up::{Batch, BatchWriter, End, Group, Open, Rows};
use protocol::message::{DownMessage, Named, Naming};
use protocol::parcel::pack_small;
use protocol::{FrameReader, PROTOCOL_VERSION_MIN, Refusal, SigningChain, UpMessage};

use crate::support::{TestDevice, TestHub, document, now_ms, set};

/// What a device says in an exchange of its own making; the last frame says that it is the last.
fn say(device: &TestDevice, open: Open, messages: Vec<UpMessage>) -> Vec<u8> {
    let mut chain = SigningChain::new(&device.key);
    let all: Vec<UpMessage> = std::iter::once(open.into()).chain(messages).collect();
    let (last, before) = all.split_last().unwrap();
    let mut body: Vec<u8> = before
        .iter()
        .flat_map(|message| chain.sign(message).unwrap().into_bytes())
        .collect();
    body.extend(chain.sign_last(last).unwrap().into_bytes());
    device.post(body)
}

fn messages(answer: &[u8]) -> Vec<DownMessage> {
    let mut frames = FrameReader::new(answer);
    let next = || Some(DownMessage::from_frame(&frames.next_frame().unwrap()?).unwrap());
    std::iter::from_fn(next).collect()
}

#[test]
fn two_versions_see_the_same_case() {
    let hub = TestHub::start();
    let mut new = hub.officer("po_nic");
    let mut old = hub.officer("po_nic");
    old.version = PROTOCOL_VERSION_MIN;
    let case = new.open_case();
    let core = document(case, Compartment::Core);
    new.sync();
    hub.assign(&old, case);
    old.sync();
    for (olds, stage) in [(true, "production"), (false, "inquiry"), (true, "restored")] {
        let device = if olds { &mut old } else { &mut new };
        device.edit(core, &[set("case.stage", stage)]);
        device.sync();
    }
    // A change that is too large for a batch.
    new.edit(core, &[set("case.district", "क".repeat(3000).as_str())]);
    new.edit(core, &[set("case.number", "12")]);
    new.sync();
    old.sync();
    new.sync();
    for fact in ["case.stage", "case.district", "case.number"] {
        assert!(new.fact(core, fact).is_some(), "{fact}");
        assert_eq!(new.fact(core, fact), old.fact(core, fact), "{fact}");
    }
    assert!(new.outbox.is_empty() && old.outbox.is_empty());
}

#[test]
fn nothing_to_say_is_one_small_frame_each_way_until_there_is_news() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    device.open_case();
    device.sync();
    let state = device.sync().state;
    assert!(state.is_some());
    let open = |device: &TestDevice| Open {
        state,
        access_upto: Some(0),
        index: None,
        proposals: None,
        asks: None,
        pieces: None,
        judged: None,
        shares: None,
        ..device.open()
    };
    let answer = say(&device, open(&device), Vec::new());
    let said = messages(&answer);
    let [DownMessage::Done(done)] = said.as_slice() else {
        panic!("{said:?}")
    };
    assert_eq!(
        (&done.cursor, done.more, &done.packs, &done.terms),
        (&None, None, &None, &None)
    );
    assert_eq!((done.state, done.access_upto), (None, None));
    assert!(answer.len() <= 40, "{} bytes", answer.len());
    // A mark of somebody else's, or of before, says everything again.
    let strange = Open {
        state: None,
        ..open(&device)
    };
    let said = messages(&say(&device, strange, Vec::new()));
    assert!(matches!(said.as_slice(), [DownMessage::Done(done)] if done.state == state && done.terms.is_some()));
}

/// A device with a case to send, which has sent it in an opening and a batch: both the last frame, or neither.
fn sent_as(hub: &TestHub, last: bool) -> TestDevice {
    let mut device = hub.officer("po_nic");
    device.open_case();
    let open = device.open();
    let batch = group(&device, &open, |_, _| {});
    let mut chain = SigningChain::new(&device.key);
    let mut sign = |message: UpMessage| {
        let frame = if last {
            chain.sign_last(&message)
        } else {
            chain.sign(&message)
        };
        frame.unwrap().into_bytes()
    };
    let body = [sign(open.into()), sign(batch.into())].concat();
    let answer = device.post(body);
    assert_eq!(device.take(&answer).reject, Some(Refusal::Malformed));
    device
}

#[test]
fn nothing_may_follow_the_last_frame() {
    let hub = TestHub::start();
    let mut device = sent_as(&hub, true);
    assert!(!device.outbox.is_empty());
    device.sync();
    assert!(device.outbox.is_empty());
}

#[test]
fn a_body_without_a_last_frame_was_cut_and_what_came_is_kept() {
    let hub = TestHub::start();
    let mut device = sent_as(&hub, false);
    let n = device.outbox[0].0;
    assert!(matches!(device.sync().verdicts[&n], Outcome::Duplicate { .. }));
}

#[test]
fn a_device_of_version_1_says_no_batches_and_no_last_frames() {
    let hub = TestHub::start();
    let device = hub.officer("po_nic");
    let open = || Open {
        version: PROTOCOL_VERSION_MIN,
        ..device.open()
    };
    let batch = Batch { groups: Vec::new() };
    let mut chain = SigningChain::new(&device.key);
    let with_batch = [open().into(), batch.into(), End::default().into()];
    let with_batch = with_batch
        .iter()
        .flat_map(|message| chain.sign(message).unwrap().into_bytes())
        .collect();
    for answer in [device.post(with_batch), say(&device, open(), Vec::new())] {
        let said = messages(&answer);
        assert!(matches!(said.as_slice(), [DownMessage::Reject(reject)] if reject.code == Refusal::Malformed));
    }
}

/// The outbox as one group, with the short forms as `alter` leaves them.
fn group(device: &TestDevice, open: &Open, alter: impl Fn(usize, &mut Vec<u8>)) -> Batch {
    let id = device.outbox[0].1;
    let kind = casework::DocumentKind::from_byte(id.0[16]);
    let mut run = Run::new(open.sent_at_ms, kind);
    let author = casework::AuthorId::from_bytes(device.author.0);
    let mut many = Vec::new();
    for (at, (_, _, bytes)) in device.outbox.iter().enumerate() {
        let mut short = run.shorten(author, bytes, HashNaming::Beginning).unwrap();
        alter(at, &mut short);
        add_to_many(&mut many, &short);
    }
    let mut last = 0;
    let steps = device
        .outbox
        .iter()
        .map(|(n, ..)| n - std::mem::replace(&mut last, *n))
        .collect();
    Batch {
        groups: vec![Group {
            document: Named::Anew(id),
            steps,
            bytes: pack_small(&many),
        }],
    }
}

#[test]
fn rows_of_the_access_log_in_short_are_kept_as_they_were_written() {
    let hub = TestHub::start();
    let device = hub.officer("po_nic");
    let subject = [7; 16];
    let mut before = [0; 32];
    let rows: Vec<AccessRow> = (1..=5)
        .map(|n| {
            let mut row = AccessRow {
                n,
                at_ms: now_ms() - 1000 + i64::try_from(n).unwrap(),
                action: "opened".into(),
                subject: Some(subject),
                detail: String::new(),
                hash: [0; 32],
            };
            row.hash = row.link(&before);
            before = row.hash;
            row
        })
        .collect();
    let send = |rows: &[AccessRow], before, alter: fn(&mut Rows)| {
        let open = device.open();
        let (mut said, count) = Rows::of(rows, before, open.sent_at_ms, &mut Naming::default()).unwrap();
        assert_eq!(count, rows.len());
        alter(&mut said);
        messages(&say(&device, open, vec![said.into()]))
    };
    let upto = |said: &[DownMessage]| match said.last() {
        Some(DownMessage::Done(done)) => (done.access_upto, done.access_differs),
        other => panic!("{other:?}"),
    };
    assert_eq!(upto(&send(&rows[..3], [0; 32], |_| {})), (Some(3), None));
    // Once more and further: nothing twice, nothing left out.
    assert_eq!(upto(&send(&rows, [0; 32], |_| {})), (Some(5), None));
    let logs = hub.hub.storage.check_access_logs(Some(device.author)).unwrap();
    assert!(logs.iter().all(|log| log.broken_at.is_none()), "{logs:?}");
    // What does not come out at its last hash is nobody's log.
    let said = send(&rows[3..], rows[2].hash, |said| said.last[0] ^= 1);
    assert!(matches!(said.as_slice(), [DownMessage::Reject(reject)] if reject.code == Refusal::Malformed));
    // A log that follows from another row is another log, and is kept as the evidence it is.
    let mut other = rows[4].clone();
    other.n = 6;
    other.hash = other.link(&[9; 32]);
    assert_eq!(upto(&send(&[other], [9; 32], |_| {})), (Some(6), Some(true)));
}

#[test]
fn the_same_words_sent_twice_at_once_are_taken_once_and_never_refused() {
    const ROUNDS: usize = 6;
    const CASES: usize = 20;
    let hub = TestHub::start();
    for _ in 0..ROUNDS {
        let mut device = hub.officer("po_nic");
        for _ in 0..CASES {
            let case = device.open_case();
            for compartment in [Compartment::Identity, Compartment::Core] {
                let fact = if compartment == Compartment::Core {
                    "case.number"
                } else {
                    "child.name"
                };
                device.edit(document(case, compartment), &[set(fact, "x")]);
            }
        }
        let (one, other) = (device.body(device.open()), device.body(device.open()));
        let answers = std::thread::scope(|scope| {
            let posted = [one, other].map(|body| scope.spawn(|| device.post(body)));
            posted.map(|answer| answer.join().unwrap())
        });
        let outbox = device.outbox.clone();
        let mut accepted = 0;
        for answer in answers {
            let answer = device.take(&answer);
            assert_eq!(answer.verdicts.len(), outbox.len());
            for (n, outcome) in &answer.verdicts {
                assert!(!matches!(outcome, Outcome::Refused { .. }), "{n}: {outcome:?}");
                accepted += usize::from(matches!(outcome, Outcome::Accepted { .. }));
            }
        }
        assert_eq!(accepted, outbox.len(), "each is in the log once");
    }
}

#[test]
fn what_a_short_form_stands_on_and_nobody_knows_is_asked_for_whole() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    let case = device.open_case();
    let core = document(case, Compartment::Core);
    device.sync();
    // One that the hub never gets, then two on top of it.
    device.edit(core, &[set("case.stage", "production")]);
    device.outbox.clear();
    let ns = [
        device.edit(core, &[set("case.stage", "inquiry")]),
        device.edit(core, &[set("case.stage", "restored")]),
    ];
    let open = device.open();
    let batch = group(&device, &open, |_, _| {});
    let answer = say(&device, open, vec![batch.into()]);
    let answer = device.take(&answer);
    for n in ns {
        let refusal = Refusal::SendWhole;
        assert_eq!(answer.verdicts[&n], Outcome::Refused { code: refusal });
    }
    // Whole, the first is refused for what it is.
    device.version = PROTOCOL_VERSION_MIN;
    let answer = device.sync();
    assert!(matches!(answer.verdicts[&ns[0]], Outcome::Refused { code } if code != Refusal::SendWhole));
}

#[test]
fn whoever_is_shut_out_hears_that_what_was_not_understood_in_short_is_not_held_and_brings_it_whole() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    let case = device.open_case();
    let core = document(case, Compartment::Core);
    device.sync();
    hub.hub.storage.revoke_author(device.author, 0).unwrap();
    // The first lies in quarantine when two on top of it come in short.
    device.edit(core, &[set("case.stage", "production")]);
    let body = device.body(device.open());
    device.post(body);
    device.outbox.clear();
    device.edit(core, &[set("case.stage", "inquiry")]);
    device.edit(core, &[set("case.stage", "restored")]);
    let key = sync_server::identity::pack_key(&*hub.hub.storage).unwrap().public();
    let kept = |open: &Open, answer: &[u8]| match &messages(answer)[..] {
        [DownMessage::Reject(reject)] => {
            let signed = reject.dismissal.as_ref().unwrap();
            signed.open(key, open.author, open.nonce).unwrap().kept
        }
        other => panic!("{other:?}"),
    };
    let open = device.open();
    let batch = group(&device, &open, |_, _| {});
    let answer = say(&device, open.clone(), vec![batch.into()]);
    assert_eq!(kept(&open, &answer), 0);
    device.version = PROTOCOL_VERSION_MIN;
    let open = device.open();
    let answer = device.post(device.body(open.clone()));
    assert_eq!(kept(&open, &answer), 2);
    assert_eq!(hub.hub.storage.quarantined(10).unwrap().len(), 3);
}

#[test]
fn the_same_change_twice_in_one_batch_is_taken_once() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    let case = device.open_case();
    device.sync();
    let core = document(case, Compartment::Core);
    let n = device.edit(core, &[set("case.stage", "production")]);
    let bytes = device.outbox[0].2.clone();
    let again = device.put(core, bytes);
    let next = device.edit(core, &[set("case.stage", "inquiry")]);
    let open = device.open();
    let batch = group(&device, &open, |_, _| {});
    assert_eq!(batch.groups[0].steps.len(), 3);
    let answer = say(&device, open, vec![batch.into()]);
    let answer = device.take(&answer);
    let Outcome::Accepted { number, .. } = answer.verdicts[&n] else {
        panic!("{:?}", answer.verdicts)
    };
    assert_eq!(answer.verdicts[&again], Outcome::Duplicate { number });
    assert!(matches!(answer.verdicts[&next], Outcome::Accepted { .. }));
}

#[test]
fn a_damaged_short_form_is_refused_and_those_before_it_are_taken() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    let case = device.open_case();
    let core = document(case, Compartment::Core);
    let mut ns = vec![device.outbox[0].0];
    for stage in ["production", "inquiry", "restored"] {
        ns.push(device.edit(core, &[set("case.stage", stage)]));
    }
    let open = device.open();
    // The last byte but one: a column says something else than the hash.
    let batch = group(&device, &open, |at, short| {
        if at == 2 {
            let last = short.len() - 6;
            short[last] ^= 1;
        }
    });
    let answer = say(&device, open, vec![batch.into()]);
    let answer = device.take(&answer);
    assert!(matches!(answer.verdicts[&ns[0]], Outcome::Accepted { .. }));
    assert!(matches!(answer.verdicts[&ns[1]], Outcome::Accepted { .. }));
    let refused = |code| Outcome::Refused { code };
    assert_eq!(answer.verdicts[&ns[2]], refused(Refusal::Malformed));
    assert_eq!(answer.verdicts[&ns[3]], refused(Refusal::SendWhole));
    assert_eq!(hub.hub.storage.quarantined(10).unwrap().len(), 1);
    device.sync();
    assert!(device.outbox.is_empty(), "what was sent is good as it was written");
}

#[test]
fn a_batch_that_names_what_was_not_said_ends_the_request() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    device.open_case();
    let open = device.open();
    let mut batch = group(&device, &open, |_, _| {});
    batch.groups[0].document = Named::Before(0);
    let answer = say(&device, open, vec![batch.into()]);
    assert_eq!(device.take(&answer).reject, Some(Refusal::Malformed));
    // More numbers than changes: the ones without a change are refused, and nothing is made up for them.
    let open = device.open();
    let mut batch = group(&device, &open, |_, _| {});
    batch.groups[0].steps.extend([1, 1]);
    let n = device.outbox[0].0;
    let answer = say(&device, open, vec![batch.into()]);
    let answer = device.take(&answer);
    assert!(matches!(answer.verdicts[&n], Outcome::Accepted { .. }));
    assert!(matches!(
        answer.verdicts[&(n + 1)],
        Outcome::Refused {
            code: Refusal::Malformed
        }
    ));
    assert_eq!(BatchWriter::default().finish(), Vec::new());
}
