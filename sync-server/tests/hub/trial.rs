//! Changes are put into their documents by another process first.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use casework::Compartment;
use protocol::Refusal;
use protocol::message::down::Outcome;
use sync_server::trial::{MEMORY_BYTES_MAX, Program};

use crate::support::{TestHub, document, set};

/// The program whose tests these are.
fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_sync-server").into()
}

#[test]
fn what_two_officers_write_in_turns_is_taken_through_helpers_as_without() {
    let hub = TestHub::start();
    hub.hub.trials.begin_with(Program::hub(program()));
    let mut officers = [hub.officer("po_nic"), hub.officer("po_nic")];
    for round in 0..3 {
        for officer in &mut officers {
            let core = document(officer.open_case(), Compartment::Core);
            for n in 0..12 {
                officer.edit(core, &[set("case.stage", format!("x{round}-{n}").as_str())]);
            }
            let answer = officer.sync();
            let taken = |outcome: &Outcome| matches!(outcome, Outcome::Accepted { .. });
            assert!(answer.verdicts.values().all(taken), "{:?}", answer.verdicts);
            assert!(officer.outbox.is_empty());
        }
    }
    assert!(hub.hub.storage.quarantined(1).unwrap().is_empty());
}

#[test]
fn a_change_that_no_helper_survives_is_refused_and_kept_and_nothing_of_it_is_in_the_log() {
    let hub = TestHub::start();
    hub.hub
        .trials
        .begin_with(Program::other("false".into(), &[], Duration::from_secs(5)));
    let mut officer = hub.officer("po_nic");
    let core = document(officer.open_case(), Compartment::Core);
    let sent = officer.outbox.len();
    let answer = officer.sync();
    let refused = Outcome::Refused {
        code: Refusal::Malformed,
    };
    // What comes after the first says of itself that it stands on what is not there.
    assert_eq!(answer.verdicts.values().next(), Some(&refused));
    assert_eq!(hub.hub.storage.quarantined(10).unwrap().len(), sent);
    assert!(hub.hub.storage.document(core).unwrap().is_none());
}

const DOCUMENT_BYTES: u32 = 50 * 1024 * 1024;

/// How a helper ends that is sent a damaged document of 50 MB: by its own word, or killed.
fn end_of_helper(memory_bytes: u64) -> Option<i32> {
    let memory = memory_bytes.to_string();
    let mut helper = Command::new(program())
        .args(["try-changes", "--memory-bytes", &memory])
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut question = vec![0; 17];
    question.push(1);
    question.extend(DOCUMENT_BYTES.to_be_bytes());
    question.resize(question.len() + DOCUMENT_BYTES as usize, 0);
    question.extend(0_u32.to_be_bytes());
    // Whoever ends early reads no more.
    let _ = helper.stdin.take().unwrap().write_all(&question);
    helper.wait().unwrap().code()
}

#[test]
fn a_helper_that_asks_for_more_memory_than_it_may_have_is_killed() {
    assert_eq!(
        end_of_helper(MEMORY_BYTES_MAX),
        Some(1),
        "it says that this is no document"
    );
    assert_eq!(end_of_helper(64 * 1024 * 1024), None, "it could not even read that");
}
