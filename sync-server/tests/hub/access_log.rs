use protocol::access_log::AccessRow;
use protocol::message::up::{Access, End};
use protocol::{Refusal, SigningChain, UpMessage};
use sync_server::admin::{self, AccessLogCommand, AdminCommand};

use crate::support::{Answer, TestDevice, TestHub};

/// Rows from `first` on, each bound to the one before.
fn rows(first: u64, count: u64, mut previous: [u8; 32]) -> Vec<AccessRow> {
    (first..first + count)
        .map(|n| {
            let mut row = AccessRow {
                n,
                at_ms: 1_795_000_000_000 + i64::try_from(n).unwrap(),
                action: "opened".into(),
                subject: Some([0xca; 16]),
                detail: format!("form {n}"),
                hash: [0; 32],
            };
            row.hash = row.link(&previous);
            previous = row.hash;
            row
        })
        .collect()
}

fn body(device: &TestDevice, rows: &[AccessRow]) -> Vec<Vec<u8>> {
    let mut chain = SigningChain::new(&device.key);
    let mut messages: Vec<UpMessage> = vec![device.open().into()];
    messages.extend(Access::of_rows(rows.to_vec()).into_iter().map(UpMessage::from));
    messages.push(End::default().into());
    messages
        .iter()
        .map(|message| chain.sign(message).unwrap().into_bytes())
        .collect()
}

fn send(device: &mut TestDevice, rows: &[AccessRow]) -> Answer {
    let bytes = device.post(body(device, rows).concat());
    device.take(&bytes)
}

fn upto(answer: &Answer) -> Option<u64> {
    answer.close.as_ref().and_then(|close| close.access_upto)
}

fn ask(hub: &TestHub, command: AccessLogCommand) -> (bool, String) {
    let mut out = Vec::new();
    let result = admin::run(&hub.hub, AdminCommand::AccessLog(command), &mut out);
    (result.is_ok(), String::from_utf8(out).unwrap())
}

fn verify(hub: &TestHub) -> (bool, String) {
    ask(hub, AccessLogCommand::Verify { author: None })
}

fn deeds(hub: &TestHub) -> Vec<String> {
    let rows = hub.hub.storage.audit_rows(100).unwrap();
    let mut found = rows.into_iter().filter(|row| row.deed == "broken-access-log");
    found.by_ref().map(|row| row.detail).collect()
}

#[test]
fn a_log_is_taken_up_where_it_stopped_and_rows_that_come_twice_are_kept_once() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    assert_eq!(upto(&device.sync()), Some(0));
    let all = rows(1, 60, [0; 32]);
    // The body is cut behind its first frame of rows: the hub has them all the same.
    let frames = body(&device, &all);
    device.post(frames[..2].concat());
    let taken = upto(&device.sync()).unwrap();
    assert!(taken > 0 && taken < 60, "{taken}");
    // The device had no answer and sends everything again.
    assert_eq!(upto(&send(&mut device, &all)), Some(60));
    assert_eq!(deeds(&hub), Vec::<String>::new());
    let (holds, text) = verify(&hub);
    assert!(holds && text.contains("60 rows\tholds"), "{text}");
    let (_, shown) = ask(
        &hub,
        AccessLogCommand::Show {
            author: None,
            case: Some(uuid::Uuid::from_bytes([0xca; 16])),
            last: 2,
        },
    );
    assert!(
        shown.contains("form 59") && shown.contains("form 60") && !shown.contains("form 58"),
        "{shown}"
    );
}

#[test]
fn a_row_that_was_changed_taken_out_or_rewritten_is_kept_and_named() {
    let hub = TestHub::start();
    let mut changed = hub.officer("po_nic");
    let mut log = rows(1, 10, [0; 32]);
    log[4].detail = "form 99".into();
    assert_eq!(upto(&send(&mut changed, &log)), Some(10));
    let (holds, text) = verify(&hub);
    assert!(!holds && text.contains("broken at row 5"), "{text}");
    assert_eq!(deeds(&hub), ["row 5"]);

    let mut taken_out = hub.officer("po_nic");
    let mut log = rows(1, 10, [0; 32]);
    log.remove(6);
    send(&mut taken_out, &log);
    assert!(verify(&hub).1.contains("broken at row 7"), "{}", verify(&hub).1);

    let mut rewritten = hub.officer("po_nic");
    send(&mut rewritten, &rows(1, 10, [0; 32]));
    let mut other = rows(1, 10, [0; 32]);
    other[7].action = "locked".into();
    other[7].hash = other[7].link(&other[6].hash);
    send(&mut rewritten, &other);
    assert_eq!(deeds(&hub).last().map(String::as_str), Some("row 8"));
    assert!(hub.hub.storage.broken_audit_row().unwrap().is_none());
}

#[test]
fn too_much_or_malformed_is_refused() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    let mut backwards = rows(1, 2, [0; 32]);
    backwards.reverse();
    assert_eq!(send(&mut device, &backwards).reject, Some(Refusal::Malformed));
    let many = rows(1, 4_100, [0; 32]);
    assert_eq!(send(&mut device, &many).reject, Some(Refusal::TooLarge));
    assert!(upto(&device.sync()).unwrap() <= 4_000);
}

#[test]
fn who_is_shut_out_still_hands_in_what_they_looked_at() {
    let hub = TestHub::start();
    let mut device = hub.officer("po_nic");
    hub.hub.storage.revoke_author(device.author, 1).unwrap();
    assert_eq!(
        send(&mut device, &rows(1, 3, [0; 32])).reject,
        Some(Refusal::NotEnrolled)
    );
    assert_eq!(hub.hub.storage.access_upto(device.author).unwrap(), 3);
}
