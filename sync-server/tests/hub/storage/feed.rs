//! What channels were told, what they did not take and what they answer by themselves; and what dashboards read.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};

use sync_server::storage::{
    Acknowledged, Acknowledgement, CaseRow, Claim, ClockRow, Folded, Held, InstitutionRow, MissingRow, NewReceipt,
    Parcel, PlacementRow, Postgres, Receipt, Sqlite, Storage, Tables, Way, WorkerId, Writing,
};

use super::{CASE, DISTRICT, OFFICER, beginning, begun, change, core, on_each, prepared, reached};
use crate::cluster;
use crate::destroyed::order;

const HERE: WorkerId = WorkerId([0x11; 16]);
const CHANNEL: &str = "helpline";

fn claim(now_ms: i64) -> Claim {
    Claim {
        worker: HERE,
        now_ms,
        until_ms: now_ms + 100,
    }
}

fn parcel(channel: &str, message: &str, upto: u64, way: Way) -> Parcel {
    Parcel {
        channel: channel.into(),
        subject: CASE,
        district: DISTRICT.into(),
        document: core(),
        message: message.into(),
        upto,
        payload: format!("{{\"type\":\"{message}\"}}"),
        way,
    }
}

/// Folds the case into these parcels.
fn put(storage: &dyn Storage, seq: u64, parcels: &dyn Fn(u64) -> Vec<Parcel>, now_ms: i64) -> u64 {
    let writing = if seq == 1 {
        beginning(&[OFFICER])
    } else {
        Writing::Granted
    };
    storage
        .commit_change(&change(seq, u8::try_from(seq).unwrap(), writing))
        .unwrap();
    let done = storage.claim_unfolded(claim(now_ms), 9).unwrap()[0];
    let folded = Folded {
        parcels: parcels(done.number),
        ..Folded::nothing(done)
    };
    assert_eq!(storage.save_folded(&folded, HERE, now_ms).unwrap(), Held::Yes);
    done.number
}

fn feed(storage: &dyn Storage, channel: &str, after: u64) -> Vec<(u64, String)> {
    let told = storage.feed(channel, after, 99).unwrap().into_iter();
    told.map(|one| (one.number, one.parcel.message)).collect()
}

#[test]
fn each_channel_has_its_own_numbers_and_the_latest_of_a_record_under_the_highest() {
    on_each(|storage| {
        prepared(storage);
        let both = |message: &'static str| {
            move |upto: u64| {
                vec![
                    parcel("carings", message, upto, Way::Fetched),
                    parcel(CHANNEL, message, upto, Way::Sent),
                ]
            }
        };
        put(storage, 1, &both("one"), 100);
        put(storage, 2, &both("two"), 200);
        put(storage, 3, &|upto| vec![parcel(CHANNEL, "three", upto, Way::Sent)], 300);
        assert_eq!(feed(storage, CHANNEL, 0), [(3, "three".to_owned())]);
        assert_eq!(feed(storage, CHANNEL, 3), []);
        assert_eq!(feed(storage, "carings", 1), [(2, "two".to_owned())]);
        assert_eq!(feed(storage, "vatsalya", 0), []);
        // What is fetched is not sent; what is sent waits.
        assert_eq!(storage.waiting_deliveries("carings").unwrap(), 0);
        assert_eq!(storage.waiting_deliveries(CHANNEL).unwrap(), 1);
        let told = storage.told(CASE).unwrap();
        let told: Vec<_> = told
            .iter()
            .map(|one| (one.channel.as_str(), one.way, one.payload.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("carings", Way::Fetched, "{\"type\":\"two\"}"),
                (CHANNEL, Way::Sent, "{\"type\":\"three\"}")
            ]
        );
        assert_eq!(storage.told([1; 16]).unwrap(), []);
        assert_eq!(storage.feed(CHANNEL, u64::MAX, 9).unwrap(), []);
    });
}

#[test]
fn what_two_hubs_make_of_the_same_figures_is_told_once() {
    on_each(|storage| {
        prepared(storage);
        let figures = |message: &str, payload: &str| Parcel {
            payload: payload.into(),
            ..parcel(CHANNEL, message, 1, Way::Sent)
        };
        storage.tell(&[figures("one", "{\"n\":1}")], 100).unwrap();
        storage.tell(&[figures("two", "{\"n\":1}")], 100).unwrap();
        assert_eq!(feed(storage, CHANNEL, 0), [(1, "one".to_owned())]);
        storage.tell(&[figures("three", "{\"n\":2}")], 100).unwrap();
        assert_eq!(feed(storage, CHANNEL, 0).len(), 1);
        assert_eq!(
            storage.due_deliveries(CHANNEL, 100, 9).unwrap()[0].parcel.message,
            "three"
        );
    });
}

#[test]
fn a_reader_of_a_feed_passes_nothing_over_whoever_writes_meanwhile() {
    const WRITERS: u8 = 6;
    const ROUNDS: u64 = 12;
    on_each(|storage| {
        prepared(storage);
        let together = Barrier::new(usize::from(WRITERS) + 1);
        let seen = std::thread::scope(|scope| {
            for writer in 1..=WRITERS {
                let together = &together;
                scope.spawn(move || {
                    together.wait();
                    for round in 1..=ROUNDS {
                        let one = Parcel {
                            subject: [writer; 16],
                            ..parcel(CHANNEL, &format!("{writer}-{round}"), round, Way::Fetched)
                        };
                        storage.tell(&[one], 100).unwrap();
                    }
                });
            }
            together.wait();
            let (mut after, mut seen) = (0, BTreeMap::new());
            while seen.values().filter(|upto| **upto == ROUNDS).count() < usize::from(WRITERS) {
                for one in storage.feed(CHANNEL, after, 3).unwrap() {
                    assert!(one.number > after);
                    after = one.number;
                    seen.insert(one.parcel.subject, one.parcel.upto);
                }
            }
            seen
        });
        assert_eq!(seen.len(), usize::from(WRITERS));
    });
}

fn settle(storage: &dyn Storage, message: &str, accepted: bool) -> Held {
    let receipt = Receipt {
        document: core(),
        channel: CHANNEL.into(),
        upto: 1,
        at_ms: 600,
        accepted,
        words: "words".into(),
    };
    let new = NewReceipt {
        district: DISTRICT,
        subject: CASE,
        message,
        receipt,
        worker: HERE,
    };
    storage.settle(&new).unwrap()
}

#[test]
fn a_dead_letter_waits_for_a_person_or_for_news_of_its_record() {
    on_each(|storage| {
        prepared(storage);
        let one = |message: &'static str| move |upto: u64| vec![parcel(CHANNEL, message, upto, Way::Sent)];
        put(storage, 1, &one("one"), 100);
        let held = storage.claim_deliveries(CHANNEL, claim(100), 9).unwrap();
        assert_eq!((held[0].since_ms, held[0].dead_ms), (100, None));
        assert_eq!(storage.waiting_since(CHANNEL).unwrap(), Some(100));
        assert_eq!(storage.waiting_since("vatsalya").unwrap(), None);
        storage.give_up(&held[0].parcel, HERE, 150, "trouble").unwrap();
        let dead = storage.dead_deliveries(CHANNEL, 9).unwrap();
        assert_eq!(
            (dead[0].dead_ms, dead[0].trouble.as_deref()),
            (Some(150), Some("trouble"))
        );
        assert_eq!(dead[0].parcel.payload, "{\"type\":\"one\"}");
        assert_eq!(storage.waiting_deliveries(CHANNEL).unwrap(), 0);
        assert_eq!(storage.waiting_since(CHANNEL).unwrap(), None, "it is tried no more");
        assert!(storage.claim_deliveries(CHANNEL, claim(9_000), 9).unwrap().is_empty());
        // A person.
        assert_eq!(storage.send_again("vatsalya", None, 200).unwrap(), 0);
        assert_eq!(storage.send_again(CHANNEL, Some([1; 16]), 200).unwrap(), 0);
        assert_eq!(storage.send_again(CHANNEL, Some(CASE), 200).unwrap(), 1);
        assert_eq!(storage.send_again(CHANNEL, None, 200).unwrap(), 0);
        let held = storage.claim_deliveries(CHANNEL, claim(200), 9).unwrap();
        assert_eq!((held[0].attempts, held[0].since_ms), (0, 200));
        // A rejection is one, too.
        assert_eq!(settle(storage, "one", false), Held::Yes);
        assert_eq!(storage.dead_deliveries(CHANNEL, 9).unwrap().len(), 1);
        assert_eq!(storage.latest_receipts(core()).unwrap().len(), 1);
        assert_eq!(storage.last_accepted(CHANNEL).unwrap(), None, "a no takes nothing");
        // News.
        put(storage, 2, &one("two"), 700);
        assert!(storage.dead_deliveries(CHANNEL, 9).unwrap().is_empty());
        let held = storage.claim_deliveries(CHANNEL, claim(700), 9).unwrap();
        assert_eq!((held[0].parcel.message.as_str(), held[0].attempts), ("two", 0));
        // News that comes while something is given up is not given up with it.
        put(storage, 3, &one("three"), 710);
        storage.give_up(&held[0].parcel, HERE, 720, "trouble").unwrap();
        assert!(storage.dead_deliveries(CHANNEL, 9).unwrap().is_empty());
        assert_eq!(storage.waiting_deliveries(CHANNEL).unwrap(), 1);
        // Nor by a worker who does not hold it.
        let three = storage.due_deliveries(CHANNEL, i64::MAX, 9).unwrap().remove(0).parcel;
        storage.give_up(&three, WorkerId([9; 16]), 800, "trouble").unwrap();
        assert_eq!(storage.waiting_deliveries(CHANNEL).unwrap(), 1);
        storage.claim_deliveries(CHANNEL, claim(9_000), 9).unwrap();
        assert_eq!(settle(storage, "three", true), Held::Yes);
        assert_eq!(storage.last_accepted(CHANNEL).unwrap(), Some(600));
        assert_eq!(storage.last_accepted("vatsalya").unwrap(), None);
    });
}

#[test]
fn what_a_channel_has_taken_over_waits_no_more_and_is_answered_later() {
    on_each(|storage| {
        prepared(storage);
        let upto = put(storage, 1, &|upto| vec![parcel(CHANNEL, "one", upto, Way::Sent)], 100);
        let held = storage
            .claim_deliveries(CHANNEL, claim(100), 9)
            .unwrap()
            .remove(0)
            .parcel;
        assert_eq!(storage.handed_over(&held, WorkerId([9; 16])).unwrap(), Held::Lost);
        assert_eq!(storage.handed_over(&held, HERE).unwrap(), Held::Yes);
        assert_eq!(storage.handed_over(&held, HERE).unwrap(), Held::Lost);
        assert_eq!(storage.waiting_deliveries(CHANNEL).unwrap(), 0);
        assert!(storage.latest_receipts(core()).unwrap().is_empty());
        let answer = |message, accepted, words| Acknowledgement {
            channel: CHANNEL,
            message,
            at_ms: 700,
            accepted,
            words,
        };
        let say = |one: Acknowledgement<'_>| storage.acknowledge(&one).unwrap();
        assert_eq!(say(answer("another", true, "H-1")), Acknowledged::NotTheLatest);
        assert_eq!(
            say(Acknowledgement {
                channel: "vatsalya",
                ..answer("one", true, "H-1")
            }),
            Acknowledged::NotTheLatest
        );
        assert_eq!(say(answer("one", true, "H-1")), Acknowledged::Kept);
        assert_eq!(say(answer("one", true, "H-1")), Acknowledged::Known);
        let latest = storage.latest_receipts(core()).unwrap();
        assert!(matches!(&latest[..], [one] if one.words == "H-1" && one.upto == upto && one.accepted));
        // It may think better of it.
        assert_eq!(say(answer("one", false, "not ours")), Acknowledged::Kept);
        assert!(!storage.latest_receipts(core()).unwrap()[0].accepted);
        assert_eq!(storage.broken_audit_row().unwrap(), None);
        // What waits and is answered is not sent any more.
        put(storage, 2, &|upto| vec![parcel(CHANNEL, "two", upto, Way::Sent)], 800);
        assert_eq!(say(answer("one", true, "H-1")), Acknowledged::NotTheLatest);
        assert_eq!(say(answer("two", true, "H-1")), Acknowledged::Kept);
        assert_eq!(storage.waiting_deliveries(CHANNEL).unwrap(), 0);
    });
}

#[test]
fn a_destroyed_record_leaves_its_retraction_in_every_feed_that_had_it() {
    on_each(|storage| {
        prepared(storage);
        let told = |upto| {
            vec![
                parcel("carings", "c", upto, Way::Fetched),
                parcel(CHANNEL, "h", upto, Way::Sent),
            ]
        };
        put(storage, 1, &told, 100);
        let order = order(CASE);
        assert_eq!(storage.survey(CASE).unwrap().unwrap().channels, ["carings", CHANNEL]);
        let gone = [
            parcel(CHANNEL, "h-gone", 0, Way::Sent),
            parcel("carings", "c-gone", 0, Way::Fetched),
        ];
        storage.destroy(&order, &gone, 200).unwrap();
        assert_eq!(feed(storage, "carings", 1), [(2, "c-gone".to_owned())]);
        assert_eq!(feed(storage, CHANNEL, 0), [(2, "h-gone".to_owned())]);
        assert_eq!(storage.waiting_deliveries(CHANNEL).unwrap(), 1);
        let answer = Acknowledgement {
            channel: "carings",
            message: "c-gone",
            at_ms: 700,
            accepted: true,
            words: "gone",
        };
        assert_eq!(storage.acknowledge(&answer).unwrap(), Acknowledged::Kept);
        let channels = storage.destruction(CASE).unwrap().unwrap().channels;
        assert_eq!(channels[0].answered, Some((700, true)));
        assert!(storage.latest_receipts(core()).unwrap().is_empty());
    });
}

/// The columns of the views, as `docs/operations.md` lists them.
const VIEWS: [(&str, &str); 6] = [
    (
        "dashboard_cases",
        "case_id district kind stage urgency opened_at changed_at",
    ),
    (
        "dashboard_clocks",
        "case_id district kind clock instance due_at stopped_at extended in_time",
    ),
    (
        "dashboard_placements",
        "case_id district kind place place_kind since_at until_at",
    ),
    (
        "dashboard_missing",
        "report_id district kind status reported_at traced_at restored_at closed_at",
    ),
    (
        "dashboard_institutions",
        "institution_id district name kind capacity present free_beds",
    ),
    ("dashboard_deliveries", "channel waiting dead oldest_since"),
];

#[test]
fn the_views_that_dashboards_read_are_documented_and_the_same_in_both_databases() {
    let dir = tempfile::tempdir().unwrap();
    drop(Sqlite::open(dir.path()).unwrap());
    let file = rusqlite::Connection::open(dir.path().join(Sqlite::FILE_NAME)).unwrap();
    let url = cluster::shared().database();
    drop(Postgres::open(&reached(url.clone())).unwrap());
    let docs = include_str!("../../../../docs/operations.md");
    for (view, columns) in VIEWS {
        let columns: Vec<&str> = columns.split(' ').collect();
        let statement = file.prepare(&format!("SELECT * FROM {view}")).unwrap();
        assert_eq!(statement.column_names(), columns, "{view}");
        let there = "SELECT string_agg(column_name::text, ' ' ORDER BY ordinal_position)
                     FROM information_schema.columns WHERE table_name = ";
        assert_eq!(
            cluster::sql(&url, &format!("{there}'{view}'")).trim(),
            columns.join(" ")
        );
        let listed = columns
            .iter()
            .map(|column| format!("`{column}`"))
            .collect::<Vec<_>>()
            .join(", ");
        assert!(
            docs.contains(&format!("| `{view}` | {listed} |")),
            "{view} in docs/operations.md"
        );
    }
}

fn tables() -> [Tables; 3] {
    let clock = |stopped_ms| ClockRow {
        clock: "sir-cncp".into(),
        instance: format!("{stopped_ms:?}"),
        due_ms: Some(86_400_000),
        stopped_ms,
        extended: false,
    };
    let place = |since_ms, until_ms| PlacementRow {
        place_kind: "childrens_home".into(),
        since_ms,
        until_ms,
    };
    [
        Tables::Case {
            clocks: vec![clock(Some(5)), clock(Some(86_400_001)), clock(None)],
            placements: vec![place(Some(1_000), Some(2_000)), place(Some(2_000), None)],
        },
        Tables::Missing(MissingRow {
            district: DISTRICT.into(),
            kind: "missing".into(),
            status: "traced".into(),
            reported_ms: Some(1_000),
            traced_ms: Some(2_000),
            restored_ms: None,
            closed_ms: None,
        }),
        Tables::Institution(InstitutionRow {
            district: DISTRICT.into(),
            name: "A home".into(),
            kind: "childrens_home".into(),
            capacity: Some(50),
            present: Some(43),
            free_beds: None,
        }),
    ]
}

/// Fills the tables of one record with each sort, one after another, and says what the views have.
fn what_views_have(storage: &dyn Storage, count: &dyn Fn(&str) -> String) -> Vec<String> {
    prepared(storage);
    begun(storage);
    let mut had = Vec::new();
    for tables in tables() {
        let done = storage.claim_unfolded(claim(300), 9).unwrap()[0];
        let case = CaseRow {
            subject: CASE,
            district: DISTRICT.into(),
            kind: "cncp".into(),
            stage: "in_care".into(),
            urgency: "routine".into(),
            opened_at_ms: Some(0),
            upto: done.number,
            changed_ms: 1_000,
            facts: "{}".into(),
        };
        // Twice: the second stands in the place of the first.
        for _ in 0..2 {
            storage.unfold_everything().unwrap();
            let done = storage.claim_unfolded(claim(300), 9).unwrap()[0];
            let folded = Folded {
                case: Some(case.clone()),
                tables: tables.clone(),
                ..Folded::nothing(done)
            };
            assert_eq!(storage.save_folded(&folded, HERE, 300).unwrap(), Held::Yes);
        }
        had.extend([
            count("SELECT count(*) FROM dashboard_cases WHERE kind = 'cncp' AND stage = 'in_care'"),
            count("SELECT count(*) FROM dashboard_clocks WHERE in_time"),
            count("SELECT count(*) FROM dashboard_clocks WHERE NOT in_time"),
            count("SELECT count(*) FROM dashboard_clocks WHERE in_time IS NULL AND due_at > opened_at_of"),
            count("SELECT count(*) FROM dashboard_placements WHERE until_at IS NULL"),
            count("SELECT count(*) FROM dashboard_missing WHERE status = 'traced' AND traced_at > reported_at"),
            count("SELECT coalesce(sum(capacity - present), 0) FROM dashboard_institutions"),
        ]);
        storage.unfold_everything().unwrap();
        had.push(count("SELECT count(*) FROM dashboard_clocks"));
    }
    had
}

#[test]
fn dashboards_read_what_was_folded_and_a_rebuild_begins_anew() {
    let dir = tempfile::tempdir().unwrap();
    let sqlite = Sqlite::open(dir.path()).unwrap();
    let path = dir.path().join(Sqlite::FILE_NAME);
    let in_file = |sql: &str| {
        let sql = sql.replace("opened_at_of", "'1970'");
        let file = rusqlite::Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let count: i64 = file.query_row(&sql, [], |row| row.get(0)).unwrap();
        count.to_string()
    };
    let expected = [
        ["1", "1", "1", "1", "1", "0", "0", "0"],
        ["1", "0", "0", "0", "0", "1", "0", "0"],
        ["1", "0", "0", "0", "0", "0", "7", "0"],
    ];
    assert_eq!(what_views_have(&sqlite, &in_file), expected.concat());
    let url = cluster::shared().database();
    let postgres = Arc::new(Postgres::open(&reached(url.clone())).unwrap());
    let there = |sql: &str| {
        let sql = sql.replace("opened_at_of", "to_timestamp(0)");
        cluster::sql(&url, &sql).trim().to_owned()
    };
    assert_eq!(what_views_have(&*postgres, &there), expected.concat());
}
