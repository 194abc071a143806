//! What becomes of words that were refused: their officer asks the district, which gives the record, takes them in or says no.

use casefile::Edit;
use casework::{Compartment, EntryId};
use protocol::message::down::{Appealed, Outcome};
use protocol::{Appeal, DocumentId, Plea, Refusal};
use sync_server::admin::{self, AdminCommand, AppealsCommand};

use crate::support::{TestDevice, TestHub, document, new_case, random};

fn note() -> Edit {
    Edit::AddEntry {
        entry: EntryId::from_bytes(random()),
        kind: "note".into(),
        text: "Seen at home.".into(),
    }
}

fn admin(hub: &TestHub, command: AppealsCommand) -> Result<String, String> {
    let mut out = Vec::new();
    admin::run(&hub.hub, AdminCommand::Appeals(command), &mut out).map_err(|error| format!("{error:#}"))?;
    Ok(String::from_utf8(out).unwrap())
}

fn listed(hub: &TestHub) -> Vec<Vec<String>> {
    let lines = admin(hub, AppealsCommand::List { district: None }).unwrap();
    let rows = lines.lines().map(|line| line.split('\t').map(str::to_owned).collect());
    rows.filter(|row: &Vec<String>| row.len() > 1).collect()
}

/// A case of one officer, and another who wrote in it and was refused.
fn refused(hub: &TestHub) -> (TestDevice, TestDevice, DocumentId, u64) {
    let mut worker = hub.officer("po_nic");
    let case = worker.open_case();
    let core = document(case, Compartment::Core);
    worker.sync();
    let mut other = hub.officer("po_nic");
    other.documents.insert(core, worker.documents[&core].clone());
    let n = other.edit(core, &[note()]);
    let outcome = other.sync().verdicts.remove(&n);
    let unknown = Refusal::UnknownDocument;
    assert_eq!(outcome, Some(Outcome::Refused { code: unknown }));
    (worker, other, core, n)
}

fn states(device: &mut TestDevice) -> Vec<(u8, Option<String>)> {
    device.appealed.clear();
    device.sync();
    let told = std::mem::take(&mut device.appealed);
    told.into_iter().map(|one| (one.state, one.words)).collect()
}

#[test]
fn whoever_asks_for_access_is_given_the_record_and_what_was_refused_is_taken() {
    let hub = TestHub::start();
    let (_worker, mut other, core, n) = refused(&hub);
    let appeal = Appeal {
        document: core,
        plea: Plea::Access,
        asked_s: 100,
    };
    other.appeals = vec![appeal];
    assert_eq!(states(&mut other), [(Appealed::NOTED, None)]);
    // Said again until it is decided, and noted once.
    assert_eq!(states(&mut other), [(Appealed::NOTED, None)]);
    let rows = listed(&hub);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0][2].as_str(), rows[0][5].as_str()), ("access", "1 refused"));
    let number = rows[0][0].parse().unwrap();
    let words = "It is yours from today.".to_owned();
    admin(
        &hub,
        AppealsCommand::Grant {
            number,
            words: words.clone(),
        },
    )
    .unwrap();
    other.appealed.clear();
    let answer = other.sync();
    assert!(answer.granted.contains(&core));
    assert_eq!(other.appealed[0].state, Appealed::GRANTED);
    assert_eq!(other.appealed[0].words.as_deref(), Some(words.as_str()));
    // What lay in quarantine was judged again by today's rights; the device, which brings it once more, hears that it stands.
    assert!(
        matches!(answer.verdicts[&n], Outcome::Duplicate { .. }),
        "{:?}",
        answer.verdicts[&n]
    );
    assert!(listed(&hub).is_empty());
    let again = admin(
        &hub,
        AppealsCommand::Grant {
            number,
            words: String::new(),
        },
    );
    assert!(again.unwrap_err().contains("no open appeal"));
}

#[test]
fn whoever_is_told_no_hears_why_and_may_ask_once_more() {
    let hub = TestHub::start();
    let (_worker, mut other, core, _) = refused(&hub);
    other.appeals = vec![Appeal {
        document: core,
        plea: Plea::HandOver,
        asked_s: 100,
    }];
    states(&mut other);
    let number: i64 = listed(&hub)[0][0].parse().unwrap();
    let nothing_said = admin(
        &hub,
        AppealsCommand::Decline {
            number,
            words: " ".into(),
        },
    );
    assert!(nothing_said.unwrap_err().contains("--words"));
    let words = "Written into the case of the mother.".to_owned();
    admin(
        &hub,
        AppealsCommand::Decline {
            number,
            words: words.clone(),
        },
    )
    .unwrap();
    assert_eq!(states(&mut other), [(Appealed::DECLINED, Some(words))]);
    other.appeals[0].asked_s = 101;
    assert_eq!(states(&mut other), [(Appealed::NOTED, None)]);
    assert_eq!(listed(&hub).len(), 1);
}

#[test]
fn a_record_that_there_is_not_is_noted_like_one_that_there_is() {
    let hub = TestHub::start();
    let (_worker, mut other, core, _) = refused(&hub);
    let nowhere = document(new_case(), Compartment::Core);
    other.appeals = [core, nowhere]
        .map(|document| Appeal {
            document,
            plea: Plea::Access,
            asked_s: 100,
        })
        .to_vec();
    assert_eq!(states(&mut other), [(Appealed::NOTED, None), (Appealed::NOTED, None)]);
    let rows = listed(&hub);
    let number = rows.iter().find(|row| row[4] == nowhere.to_string()).unwrap()[0]
        .parse()
        .unwrap();
    let granted = admin(
        &hub,
        AppealsCommand::Grant {
            number,
            words: String::new(),
        },
    );
    assert!(granted.unwrap_err().contains("no such record"));
}

#[test]
fn a_device_that_asks_without_end_fills_its_own_list_only() {
    let hub = TestHub::start();
    let mut greedy = hub.officer("po_nic");
    let mut told = Vec::new();
    for _ in 0..7 {
        greedy.appeals = (0..16)
            .map(|_| Appeal {
                document: DocumentId([random::<16>().as_slice(), &[1]].concat().try_into().unwrap()),
                plea: Plea::HandOver,
                asked_s: 1,
            })
            .collect();
        told.extend(states(&mut greedy));
    }
    let full = told.iter().filter(|(state, _)| *state == Appealed::FULL).count();
    assert_eq!((told.len(), full), (112, 12));
    let (_worker, mut other, core, _) = refused(&hub);
    other.appeals = vec![Appeal {
        document: core,
        plea: Plea::Access,
        asked_s: 1,
    }];
    assert_eq!(states(&mut other), [(Appealed::NOTED, None)]);
}
