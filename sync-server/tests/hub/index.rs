//! The state's index of missing children: who has it, and how it comes.

use casefile::DocumentKey;
use casework::matching::EntryKind;
use casework::{DocumentKind, Value};
use protocol::limits::INDEX_ANSWER_BYTES_MAX;
use protocol::{DocumentId, IndexCursor};
use sha2::{Digest, Sha256};
use sync_server::project::fold_waiting;

use crate::support::{Answer, TestDevice, TestHub, new_case, set};

/// Another district of the same state, and one of another state.
const NEIGHBOUR: &str = "KA-MYS";
const ELSEWHERE: &str = "TN-CHE";

fn missing(report: [u8; 16]) -> DocumentId {
    let kind = DocumentKind::Missing;
    DocumentId(DocumentKey { subject: report, kind }.to_bytes())
}

fn hub() -> TestHub {
    let hub = TestHub::start();
    for district in [NEIGHBOUR, ELSEWHERE] {
        hub.hub.storage.add_district(district, district, 0).unwrap();
    }
    hub
}

fn officer(hub: &TestHub, district: &str, role: &str) -> TestDevice {
    let mut device = hub.device(hub.user_in(district, "An officer", role));
    device.index = Some(IndexCursor::default());
    device
}

/// Reports a child and sends the report.
fn reports(device: &mut TestDevice, name: &str) -> [u8; 16] {
    let report = new_case();
    device.edit(
        missing(report),
        &[
            set("missing.kind", "missing"),
            set("missing.name", name),
            set("missing.age", Value::Integer(8)),
            set("missing.family_phone", "9000000001"),
            set("missing.circumstances", "They had quarrelled."),
        ],
    );
    report
}

/// Syncs after everything was folded.
fn sync(hub: &TestHub, device: &mut TestDevice) -> Answer {
    while fold_waiting(&hub.hub).unwrap() > 0 {}
    device.sync()
}

#[test]
fn an_open_report_is_with_every_officer_of_the_state_and_goes_when_it_is_closed() {
    let hub = hub();
    let mut reporter = officer(&hub, "KA-BLR", "po_nic");
    let mut neighbour = officer(&hub, NEIGHBOUR, "case_worker");
    let mut stranger = officer(&hub, ELSEWHERE, "po_nic");
    let mut analyst = officer(&hub, "KA-BLR", "data_analyst");
    let mut old = officer(&hub, "KA-BLR", "dcpo");
    (old.version, old.index) = (1, None);
    let mut silent = officer(&hub, "KA-BLR", "dcpo");
    silent.index = None;
    let report = reports(&mut reporter, "ರಮೇಶ");
    reporter.sync();
    let answer = sync(&hub, &mut neighbour);
    assert!(answer.granted.is_empty(), "the document stays in its district");
    let entry = &neighbour.reports[&report];
    assert_eq!((entry.report.name.as_str(), entry.report.age.as_str()), ("ರಮೇಶ", "8"));
    assert_eq!((entry.kind, entry.district.as_str()), (EntryKind::Missing, "KA-BLR"));
    let told = format!("{entry:?}");
    assert!(!told.contains("9000000001") && !told.contains("quarrelled"), "{told}");
    for device in [&mut stranger, &mut analyst, &mut old, &mut silent] {
        let answer = sync(&hub, device);
        assert!(device.reports.is_empty());
        assert!(answer.index == 0 || answer.index_bytes < 50, "{answer:?}");
    }
    // Nothing new costs nothing.
    assert_eq!(sync(&hub, &mut neighbour).index, 0);

    reporter.edit(missing(report), &[set("missing.marks", "A scar on the left cheek")]);
    reporter.sync();
    assert_eq!(sync(&hub, &mut neighbour).index, 1);
    assert_eq!(neighbour.reports[&report].report.marks, "A scar on the left cheek");
    reporter.edit(missing(report), &[set("missing.status", "restored")]);
    reporter.sync();
    sync(&hub, &mut neighbour);
    assert!(neighbour.reports.is_empty(), "nobody looks for the child any more");
    // Who comes later never hears of it.
    let mut later = officer(&hub, NEIGHBOUR, "po_nic");
    sync(&hub, &mut later);
    assert!(later.reports.is_empty());
    reporter.edit(missing(report), &[set("missing.status", "missing")]);
    reporter.sync();
    sync(&hub, &mut later);
    assert!(later.reports.contains_key(&report), "it was opened again");
}

#[test]
fn a_long_index_comes_in_portions_and_goes_on_after_any_cut() {
    let hub = hub();
    let mut reporter = officer(&hub, "KA-BLR", "po_nic");
    for n in 0..900 {
        // Words of their own, so that packing does not hide the bound.
        let report = reports(&mut reporter, &format!("{n}"));
        let part = |part: u8| Sha256::digest(format!("{n} {part}"));
        let marks = format!("{:x}{:x}{:x}", part(1), part(2), part(3));
        reporter.edit(missing(report), &[set("missing.marks", marks.as_str())]);
    }
    reporter.index = None;
    reporter.sync();
    let mut neighbour = officer(&hub, NEIGHBOUR, "po_nic");
    let first = sync(&hub, &mut neighbour);
    assert!(
        first.index_more && first.index_bytes <= INDEX_ANSWER_BYTES_MAX,
        "{}",
        first.index_bytes
    );
    assert!(!first.close.as_ref().unwrap().more, "there is no more of the log");
    let (had, mut cut) = (neighbour.reports.len(), 0);
    assert!((1..900).contains(&had));
    // Cut in the middle of the next portion: what came whole is kept, and only the rest comes again.
    let bytes = neighbour.post(neighbour.body(neighbour.open()));
    neighbour.take(&bytes[..bytes.len() / 2]);
    assert!(neighbour.reports.len() > had);
    while sync(&hub, &mut neighbour).index_more {
        cut += 1;
        assert!(cut < 50, "it comes to its end");
    }
    assert_eq!(neighbour.reports.len(), 900);
    assert_eq!(sync(&hub, &mut neighbour).index, 0);
}

#[test]
fn what_a_device_wrote_comes_before_the_rest_of_the_index() {
    let hub = hub();
    let mut reporter = officer(&hub, "KA-BLR", "po_nic");
    reports(&mut reporter, "Asha");
    reporter.sync();
    while fold_waiting(&hub.hub).unwrap() > 0 {}
    let mut neighbour = officer(&hub, NEIGHBOUR, "po_nic");
    let case = neighbour.open_case();
    let bytes = neighbour.post(neighbour.body(neighbour.open()));
    let mut reader = protocol::FrameReader::new(bytes.as_slice());
    let mut kinds = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        kinds.push(frame.kind());
    }
    let at = |kind: u8| kinds.iter().position(|known| *known == kind);
    let (index, done) = (at(79).unwrap(), at(78).unwrap());
    assert!(at(76).unwrap() < index && index < done, "{kinds:?}");
    neighbour.take(&bytes);
    assert!(!case.is_empty() && neighbour.reports.len() == 1);
}

#[test]
fn a_cursor_of_another_hub_begins_anew_and_a_role_that_reads_none_forgets() {
    let hub = hub();
    let mut reporter = officer(&hub, "KA-BLR", "po_nic");
    let report = reports(&mut reporter, "Asha");
    reporter.sync();
    let mut neighbour = officer(&hub, NEIGHBOUR, "po_nic");
    sync(&hub, &mut neighbour);
    assert!(neighbour.reports.contains_key(&report));
    // The hub was restored, or the device came from another state: what it has is of no worth.
    let ghost = [9; 16];
    neighbour.reports.insert(ghost, neighbour.reports[&report].clone());
    neighbour.index = IndexCursor::from_bytes(&[7; 16]);
    assert!(sync(&hub, &mut neighbour).anew);
    assert!(!neighbour.reports.contains_key(&ghost) && neighbour.reports.contains_key(&report));

    let mut analyst = officer(&hub, NEIGHBOUR, "data_analyst");
    analyst.index = neighbour.index.clone();
    analyst.reports = neighbour.reports.clone();
    let answer = sync(&hub, &mut analyst);
    assert!(answer.anew && analyst.reports.is_empty());
    assert_eq!(analyst.index, Some(IndexCursor::default()));
    assert_eq!(sync(&hub, &mut analyst).index, 0, "once is enough");
}

#[test]
fn the_index_is_made_anew_from_the_documents_without_a_word_to_devices() {
    let hub = hub();
    let mut reporter = officer(&hub, "KA-BLR", "po_nic");
    reports(&mut reporter, "Asha");
    reporter.sync();
    let mut neighbour = officer(&hub, NEIGHBOUR, "po_nic");
    sync(&hub, &mut neighbour);
    hub.hub.storage.unfold_everything().unwrap();
    assert_eq!(sync(&hub, &mut neighbour).index, 0);
}
