//! The access logs of devices.

use protocol::AuthorId;
use protocol::access_log::{AccessRow, link};
use sync_server::storage::AccessFilter;

use super::{AUTHOR, CASE, OFFICER, OTHER, OTHERS_AUTHOR, on_each, prepared};

/// Rows that follow from each other.
fn rows(numbers: std::ops::RangeInclusive<u64>, mut previous: [u8; 32], detail: &str) -> Vec<AccessRow> {
    let row = |n: u64| {
        let (at_ms, subject) = (i64::try_from(n).unwrap() * 10, n.is_multiple_of(2).then_some(CASE));
        previous = link(&previous, at_ms, "open", subject.as_ref(), detail);
        AccessRow {
            n,
            at_ms,
            action: "open".into(),
            subject,
            detail: detail.into(),
            hash: previous,
        }
    };
    numbers.map(row).collect()
}

#[test]
fn rows_of_an_access_log_are_kept_as_they_came_and_a_break_is_told() {
    on_each(|storage| {
        prepared(storage);
        // Words from outside may hold anything, and the hash is over them.
        let whole = rows(1..=4, [0; 32], "a\0b");
        assert!(storage.append_access(OFFICER, AUTHOR, &whole[..3], 5).unwrap());
        assert!(
            storage.append_access(OFFICER, AUTHOR, &whole[1..], 6).unwrap(),
            "those that were there are the same"
        );
        assert_eq!(storage.access_upto(AUTHOR).unwrap(), 4);
        assert_eq!(storage.access_upto(OTHERS_AUTHOR).unwrap(), 0);
        let log = &storage.check_access_logs(Some(AUTHOR)).unwrap()[0];
        assert_eq!((log.rows, log.broken_at, log.user.as_str()), (4, None, "X"));

        let others = rows(1..=1, [0; 32], "x");
        assert!(storage.append_access(OTHER, OTHERS_AUTHOR, &others, 7).unwrap());
        let lines = storage.access_lines(AccessFilter::default(), 99).unwrap();
        assert_eq!(lines.len(), 5);
        assert!(lines.is_sorted_by_key(|line| line.row.at_ms));
        let of_author = AccessFilter {
            author: Some(AUTHOR),
            ..AccessFilter::default()
        };
        let kept: Vec<_> = storage
            .access_lines(of_author, 99)
            .unwrap()
            .into_iter()
            .map(|line| line.row)
            .collect();
        assert_eq!(kept, whole);
        let of_case = AccessFilter {
            subject: Some(CASE),
            ..of_author
        };
        let last = storage.access_lines(of_case, 1).unwrap();
        assert!(matches!(&last[..], [line] if line.row.n == 4 && line.received_ms == 6));

        // The same number with other words, and a row that does not follow.
        let forged = rows(4..=4, [7; 32], "other");
        assert!(!storage.append_access(OFFICER, AUTHOR, &forged, 8).unwrap());
        assert!(
            !storage
                .append_access(OFFICER, AUTHOR, &rows(7..=7, [7; 32], "gap"), 9)
                .unwrap()
        );
        let logs = storage.check_access_logs(None).unwrap();
        let seen: Vec<_> = logs.iter().map(|log| (log.author, log.rows, log.broken_at)).collect();
        assert_eq!(seen, [(AUTHOR, 5, Some(5)), (OTHERS_AUTHOR, 1, None)]);
        assert!(storage.check_access_logs(Some(AuthorId([1; 16]))).unwrap().is_empty());
        let deeds = storage.audit_rows(2).unwrap();
        assert!(deeds.iter().all(|row| row.deed == "broken-access-log"));
    });
}
