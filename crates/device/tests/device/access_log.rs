use casework::Role;
use ipc::{FailureCode, NetState, Reply, Request};
use protocol::access_log::AccessRow;

use crate::bench::{Bench, PASSPHRASE, Tablet};

/// The one log that the hub has.
fn on_hub(bench: &Bench) -> Vec<AccessRow> {
    let state = bench.hub.state();
    let rows = state.access.values().next().cloned().unwrap_or_default();
    let mut previous = [0; 32];
    for row in &rows {
        assert_eq!(
            row.link(&previous),
            row.hash,
            "row {} follows from the one before",
            row.n
        );
        previous = row.hash;
    }
    rows
}

fn actions(rows: &[AccessRow]) -> Vec<String> {
    rows.iter()
        .map(|row| format!("{} {}", row.action, row.detail))
        .collect()
}

#[test]
fn what_was_looked_at_goes_to_the_hub_once_and_holds_together() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    asha.case(case).unwrap();
    asha.sync_well();
    let rows = on_hub(&bench);
    let said = actions(&rows);
    assert!(said.contains(&"revealed ".to_owned()), "{said:?}");
    let revealed = rows.iter().find(|row| row.action == "revealed").unwrap();
    assert_eq!(revealed.subject, Some(case.to_bytes()));

    let (frames, before) = (bench.hub.state().access_frames, rows.len());
    asha.sync_well();
    assert_eq!(bench.hub.state().access_frames, frames, "nothing new, nothing sent");
    bench.advance(16 * 60 * 1000);
    asha.case(case).unwrap();
    asha.sync_well();
    assert_eq!(on_hub(&bench).len(), before + 1);
    assert_eq!(bench.hub.state().access_again, 0);
    let view = asha.access_log();
    assert_eq!((view.broken_at, view.on_hub), (None, Some(view.rows)));
    assert_eq!(view.newest[0].subject, Some(case.into()));
}

#[test]
fn a_long_log_goes_in_several_exchanges_and_a_cut_loses_nothing_of_it() {
    let bench = Bench::new();
    let mut asha = bench.tablet_of("Asha", Role::SocialWorker);
    let cases: Vec<_> = (0..12).map(|n| asha.open_case(&format!("Child {n}"))).collect();
    for _ in 0..40 {
        bench.advance(16 * 60 * 1000);
        for case in &cases {
            asha.case(*case).unwrap();
        }
    }
    // The first answers are lost behind the request, then the link is cut ever later.
    bench.hub.state().faults.lose_answers = true;
    asha.sync();
    asha.restart();
    bench.hub.state().faults.lose_answers = false;
    for tries in 1.. {
        bench.hub.state().faults.cut_after = Some(tries * 41);
        if asha.sync() == NetState::Reached {
            break;
        }
        assert!(tries < 400, "the sync never came to its end");
    }
    let view = asha.access_log();
    assert!(view.rows > 480);
    assert_eq!(on_hub(&bench).len() as u64, view.rows);
    assert_eq!((view.broken_at, view.on_hub), (None, Some(view.rows)));
}

#[test]
fn a_hub_that_takes_no_access_log_is_sent_none() {
    let bench = Bench::new();
    bench.hub.state().takes_no_access_log = true;
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    asha.open_case("Meena");
    asha.sync_well();
    asha.sync_well();
    assert_eq!(bench.hub.state().access_frames, 0);
    assert_eq!(asha.access_log().on_hub, None);
}

#[test]
fn tries_at_the_closed_vault_are_in_the_log_when_it_is_next_opened() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    asha.call(Request::Lock).unwrap();
    let Ok(Reply::Start(start)) = asha.call(Request::Start) else {
        panic!("start always answers")
    };
    let unlock = |passphrase: &str| {
        asha.call(Request::Unlock {
            user: start.users[0].id.clone(),
            passphrase: passphrase.into(),
        })
    };
    let tried_ms = bench.now_ms();
    for wrong in ["a wrong one", "another wrong one"] {
        assert!(matches!(unlock(wrong), Err(FailureCode::WrongPassphrase { .. })));
    }
    bench.advance(60_000);
    unlock(PASSPHRASE).unwrap();
    let failed = |tablet: &Tablet| {
        let mut lines = tablet.access_log().newest;
        lines.retain(|line| line.action == "unlock_failed");
        lines
    };
    let lines = failed(&asha);
    assert_eq!(lines.len(), 2);
    assert!(
        lines
            .iter()
            .all(|line| line.at_ms == tried_ms && line.detail == "wrong_passphrase")
    );
    asha.call(Request::Lock).unwrap();
    unlock(PASSPHRASE).unwrap();
    assert_eq!(failed(&asha).len(), 2, "once, not at every unlock");
}

#[test]
fn refusals_and_searches_are_logged_without_what_was_looked_for() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    asha.open_case("Meena Kumari");
    let elsewhere = casework::CaseId::from_bytes([9; 16]);
    assert_eq!(asha.case(elsewhere).unwrap_err(), FailureCode::NoSuchCase);
    for typed in ["m", "mee", "meena", "meena kum"] {
        assert_eq!(asha.find(typed).len(), 1);
    }
    bench.advance(2 * 60 * 1000);
    asha.find("zzz");
    asha.sync_well();
    let said = actions(&on_hub(&bench));
    assert!(said.contains(&"refused reveal no_such_case".to_owned()), "{said:?}");
    let searches: Vec<_> = said.iter().filter(|row| row.starts_with("searched")).collect();
    assert_eq!(searches, ["searched words 1 found 1", "searched words 1 found 0"]);
    assert!(!said.iter().any(|row| row.to_lowercase().contains("mee")));
}
