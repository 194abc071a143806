//! What documents tell of children, numbered by state.

use sync_server::storage::{
    Claim, Folded, Held, NumberedReport, ReportRow, ReportSort, Storage, UnfoldedSubject, WorkerId, Writing,
};

use super::{CASE, DISTRICT, OFFICER, beginning, change, on_each, prepared};

const WORKER: WorkerId = WorkerId([0x11; 16]);

fn report(entry: Option<&[u8]>, sort: ReportSort) -> ReportRow {
    ReportRow {
        subject: CASE,
        state: "ka".into(),
        district: DISTRICT.into(),
        sort,
        entry: entry.map(<[u8]>::to_vec),
        looks: Vec::new(),
    }
}

/// Writes in the case and folds it, into this report.
fn fold(storage: &dyn Storage, seq: u64, report: ReportRow) -> UnfoldedSubject {
    let writing = if seq == 1 {
        beginning(&[OFFICER])
    } else {
        Writing::Granted
    };
    let hash = u8::try_from(seq).unwrap();
    storage.commit_change(&change(seq, hash, writing)).unwrap();
    let claim = Claim {
        worker: WORKER,
        now_ms: 100,
        until_ms: 200,
    };
    let done = storage.claim_unfolded(claim, 9).unwrap()[0];
    let folded = Folded {
        report: Some(report),
        ..Folded::nothing(done)
    };
    assert_eq!(storage.save_folded(&folded, WORKER, 100).unwrap(), Held::Yes);
    done
}

fn numbers(storage: &dyn Storage, sort: ReportSort, after: u64) -> Vec<(u64, Option<Vec<u8>>)> {
    let reports = storage.reports("ka", sort, after, 9).unwrap().into_iter();
    reports
        .map(|NumberedReport { number, row }| (number, row.entry))
        .collect()
}

#[test]
fn a_report_gets_the_next_number_of_its_state_when_it_says_something_new() {
    on_each(|storage| {
        prepared(storage);
        let shared = ReportSort::Shared;
        assert_eq!(
            (storage.last_report("ka").unwrap(), storage.last_report("br").unwrap()),
            (0, 0)
        );
        // What was never open is no news when it is closed.
        fold(storage, 1, report(None, shared));
        assert_eq!(storage.last_report("ka").unwrap(), 0);
        fold(storage, 2, report(Some(b"one"), shared));
        fold(storage, 3, report(Some(b"one"), shared));
        assert_eq!(numbers(storage, shared, 0), [(1, Some(b"one".to_vec()))]);
        fold(storage, 4, report(Some(b"two"), shared));
        assert_eq!(numbers(storage, shared, 1), [(2, Some(b"two".to_vec()))]);
        // Closed, it stays under its number without its words.
        fold(storage, 5, report(None, shared));
        assert_eq!(numbers(storage, shared, 2), [(3, None)]);
        assert_eq!(numbers(storage, shared, 3), []);
        assert_eq!(storage.last_report("ka").unwrap(), 3);
        assert_eq!(storage.reports("br", shared, 0, 9).unwrap(), []);
    });
}

#[test]
fn what_a_case_tells_is_not_among_what_devices_have() {
    on_each(|storage| {
        prepared(storage);
        fold(storage, 1, report(Some(b"a child"), ReportSort::Case));
        assert_eq!(numbers(storage, ReportSort::Shared, 0), []);
        assert_eq!(numbers(storage, ReportSort::Case, 0), [(1, Some(b"a child".to_vec()))]);
    });
}

#[test]
fn a_worker_that_lost_its_hold_tells_nothing() {
    on_each(|storage| {
        prepared(storage);
        storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
        let claim = |worker, now_ms| Claim {
            worker,
            now_ms,
            until_ms: now_ms + 100,
        };
        let done = storage.claim_unfolded(claim(WORKER, 100), 9).unwrap()[0];
        assert_eq!(
            storage.claim_unfolded(claim(WorkerId([0x22; 16]), 500), 9).unwrap(),
            [done]
        );
        let folded = Folded {
            report: Some(report(Some(b"late"), ReportSort::Shared)),
            ..Folded::nothing(done)
        };
        assert_eq!(storage.save_folded(&folded, WORKER, 500).unwrap(), Held::Lost);
        assert_eq!(storage.last_report("ka").unwrap(), 0);
    });
}
