//! Saved vaults of every released schema, and their upgrade.
//!
//! `tests/data/vault-N` is the folder of a vault as the app with schema N left it: ten cases, rows of every table that
//! schema had, edits that were never sent. It is never made anew: what an old app wrote is what an old app wrote. After
//! a new migration has been released, the vault of the schema before it is saved with `SAVE_VAULT=N`, once; the database
//! is then made with the migrations up to N, and filled by what those tables took.

use std::path::{Path, PathBuf};

use casefile::{Action, DocumentKey, Edit};
use casework::{CaseId, Compartment};
use rusqlite::Connection;

use super::{connect, migrate};
use crate::{
    failure::{Answer, Failed},
    session::Session,
    store::{AccessAction, AuthorRow, ChangeNamed, MediaSize, Verdict},
    testing::{self, Bench},
    vault::{DatabaseKey, PAGE_BYTES, VaultFolder, sha256},
};

/// The passphrase of every saved vault.
const PASSPHRASE: &str = "four invented words here";
const CASES: u8 = 10;
/// The last schema that was released: the vaults of all up to it are saved.
const RELEASED: usize = 7;
/// The first saved vaults with rows of what the hub received, and of the index of missing children: those before had no such
/// table, or were saved without rows in it.
const WITH_RECEIVED: usize = 3;
const WITH_RUNS: usize = 4;
const WITH_REPORTS: usize = 7;
/// When the hub received it.
const RECEIVED_MS: i64 = 1_790_000_000_000;
const REPORT: [u8; 16] = [0xD3; 16];

fn folder(schema: usize) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/vault-{schema}"))
}

fn case(n: u8) -> CaseId {
    CaseId::from_bytes([0xA0 + n; 16])
}

/// Copies a saved vault to a bench and unlocks it.
fn saved(bench: &Bench, schema: usize) -> (VaultFolder, DatabaseKey) {
    let to = bench.dir().join("users/0a1b2c3d4e5f60718293a4b5c6d7e8f9");
    std::fs::create_dir_all(&to).unwrap();
    for file in std::fs::read_dir(folder(schema)).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    let vault = VaultFolder::all(bench.dir()).unwrap().remove(0);
    let key = vault.unlock(PASSPHRASE, &bench.platform).unwrap().master.database_key();
    (vault, key)
}

/// Writes the vault of a schema.
fn save(schema: usize) {
    let bench = Bench::new();
    let (vault, key) = testing::enrolled_by(&bench, PASSPHRASE);
    let session = testing::session(&bench, &vault, &key);
    for n in 0..=CASES {
        write_case(&session, n).unwrap();
    }
    write_the_rest(&session);
    session.log(AccessAction::Unlocked, "").unwrap();
    session.close();
    let mut now = connect(&vault.database(), &key).unwrap();
    let before = vault.database().with_extension("before");
    let mut old = connect(&before, &key).unwrap();
    old.execute_batch("PRAGMA journal_mode = WAL").unwrap();
    migrate::run_to(&mut old, schema).unwrap();
    copy_rows(&mut now, &old, &before, &key);
    old.execute_batch(
        "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE; VACUUM; PRAGMA journal_mode = WAL",
    )
    .unwrap();
    drop(old);
    let to = folder(schema);
    std::fs::create_dir_all(&to).unwrap();
    std::fs::copy(before, to.join("vault.db")).unwrap();
    std::fs::copy(vault.database().with_file_name("vault.key"), to.join("vault.key")).unwrap();
}

/// Copies every row that the tables of the older schema take.
fn copy_rows(now: &mut Connection, old: &Connection, path: &Path, key: &DatabaseKey) {
    now.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    now.execute(
        "ATTACH ?1 AS old KEY ?2",
        (path.to_str().unwrap(), testing::key_literal(key)),
    )
    .unwrap();
    let mut tables = old
        .prepare(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'",
        )
        .unwrap();
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for table in tables {
        let mut columns = old.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
        let columns: Vec<String> = columns
            .query_map([&table], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let columns = columns.join(", ");
        now.execute_batch(&format!(
            "INSERT INTO old.{table} ({columns}) SELECT {columns} FROM main.{table} WHERE true"
        ))
        .unwrap();
    }
    // An app of that schema had made another projection.
    now.execute_batch(
        "INSERT INTO old.case_text (rowid, words) SELECT rowid, words FROM main.case_text;
         DELETE FROM old.meta WHERE key LIKE 'projection%'; DETACH old",
    )
    .unwrap();
}

fn write_case(session: &Session, n: u8) -> Answer<()> {
    let set = |fact: &str, value: &str| Edit::SetFact {
        fact: fact.parse().unwrap(),
        value: value.into(),
    };
    let entry = Edit::AddEntry {
        entry: casework::EntryId::from_bytes([n; 16]),
        kind: "note".into(),
        text: format!("Note of case {n}."),
    };
    let core = [
        set("case.kind", "cncp"),
        set("case.urgency", "routine"),
        set("case.stage", "intake"),
        entry,
    ];
    session.write_documents(|documents, write| {
        let writer = session.writer();
        for (compartment, edits) in [
            (Compartment::Core, core.as_slice()),
            (Compartment::Identity, &[set("child.name", "0")]),
        ] {
            documents.edit(
                write,
                writer,
                DocumentKey::case(case(n), compartment),
                &Action::OPEN,
                edits,
            )?;
        }
        Ok::<_, Failed>(())
    })
}

/// A row of every kind beside the documents.
fn write_the_rest(session: &Session) {
    let subject = case(3).to_bytes();
    // A kind of document that only a newer app knows.
    let document = [0x7F; 17];
    session
        .store
        .write(|write| {
            write.add_media(&sha256(b"thumb"), MediaSize::Thumb, &subject, b"thumb")?;
            write.know_media(&sha256(b"full"), MediaSize::Full, &subject)?;
            write.set_author(&AuthorRow {
                author: [8; 16],
                user: [9; 16],
                name: "Ravi Menon".into(),
                role: "dcpo".into(),
                device: "Tablet 2".into(),
            })?;
            write.set_accepted(&subject, "vatsalya", (4, "VP-1", 5))?;
            write.set_verdict(2 * i64::from(CASES) + 1, Verdict::Refused { code: 3 })?;
            let change = crate::documents::Incoming {
                number: 77,
                received_ms: 5,
                bytes: vec![1, 2, 3],
            };
            write.set_aside(&document, &change, "kind")?;
            write.set_received(&subject, &[0xD1; 32], RECEIVED_MS)?;
            write.set_received_run(&document, &[8; 16], 1, &[RECEIVED_MS, RECEIVED_MS + 1])?;
            write.put_report(&REPORT, b"of a newer app", None)?;
            write.note_destroyed(&[0xEE; 17])
        })
        .unwrap();
}

#[test]
fn a_vault_of_every_released_schema_is_upgraded_and_nothing_in_it_is_lost() {
    if let Ok(schema) = std::env::var("SAVE_VAULT") {
        save(schema.parse().unwrap());
    }
    for schema in 1..=RELEASED {
        let bench = Bench::new();
        let (vault, key) = saved(&bench, schema);
        let session = testing::session(&bench, &vault, &key);
        look(&session, schema);
        session.close();
        // A second time: what was upgraded is opened like any other.
        look(&testing::session(&bench, &vault, &key), schema);
    }
}

fn look(session: &Session, schema: usize) {
    let mut documents = session.documents();
    let read = session.store.read(|read| {
        for n in 0..CASES {
            let open = documents
                .get(read, DocumentKey::case(case(n), Compartment::Core))?
                .unwrap();
            assert_eq!(
                open.document.timeline()[0].text,
                format!("Note of case {n}."),
                "schema {schema}"
            );
            let open = documents
                .get(read, DocumentKey::case(case(n), Compartment::Identity))?
                .unwrap();
            let name = "child.name".parse().unwrap();
            assert_eq!(open.document.facts().get(&name), Some(&"0".into()), "schema {schema}");
        }
        assert_eq!(read.outbox(0, 100)?.len(), usize::from(CASES) * 2 + 1, "one is refused");
        assert_eq!(read.refused_ways(9)?.len(), 1);
        assert_eq!(read.media(&sha256(b"thumb"))?.as_deref(), Some(b"thumb".as_slice()));
        assert_eq!(read.count_media()?, (1, 0));
        assert_eq!(read.author(&[8; 16])?.unwrap().name, "Ravi Menon");
        assert_eq!(
            read.receipt(&case(3).to_bytes(), "vatsalya")?.accepted,
            Some((4, "VP-1".into(), 5))
        );
        assert_eq!(read.count_set_aside()?, 1);
        assert_eq!(read.destroyed()?, [[0xEE; 17]]);
        let received = |document: &[u8; 17], hash: &[u8; 32], seq| {
            let change = ChangeNamed {
                document,
                hash,
                author: &[8; 16],
                seq,
            };
            read.received_ms(&change)
        };
        if schema >= WITH_RECEIVED {
            let document = DocumentKey::case(case(3), Compartment::Core).to_bytes();
            assert_eq!(received(&document, &[0xD1; 32], 9)?, Some(RECEIVED_MS));
        }
        if schema >= WITH_RUNS {
            assert_eq!(received(&[0x7F; 17], &[0; 32], 2)?, Some(RECEIVED_MS + 1));
        }
        if schema >= WITH_REPORTS {
            assert_eq!(read.report(&REPORT)?.as_deref(), Some(b"of a newer app".as_slice()));
        }
        assert_eq!(read.check_access_log()?.broken_at, None);
        assert_eq!(read.count_cases()?, u32::from(CASES) + 1, "the list is made anew");
        Ok::<_, crate::documents::DocumentError>(())
    });
    read.unwrap();
}

/// The page with who this is, of which the first schema had nothing twice.
const MARKS: usize = 1;

#[test]
fn a_damaged_page_of_an_old_vault_costs_no_word_of_a_case() {
    let pages = std::fs::read(folder(1).join("vault.db")).unwrap().len() / PAGE_BYTES;
    for page in 0..pages {
        let bench = Bench::new();
        let (vault, key) = saved(&bench, 1);
        let mut bytes = std::fs::read(vault.database()).unwrap();
        bytes[page * PAGE_BYTES + PAGE_BYTES / 2] ^= 1;
        std::fs::write(vault.database(), bytes).unwrap();
        let device = crate::Device::open(bench.dir(), bench.platform.clone()).unwrap();
        let unlocked = device.call(ipc::Request::Unlock {
            user: vault.id(),
            passphrase: PASSPHRASE.into(),
        });
        if page == MARKS {
            assert_eq!(unlocked.unwrap_err().code, ipc::FailureCode::DamagedFile);
            continue;
        }
        assert!(unlocked.is_ok(), "page {page}: {unlocked:?}");
        let Ok(ipc::Reply::Doctor(found)) = device.call(ipc::Request::Doctor) else {
            panic!("page {page}: the doctor answers")
        };
        let is_damaged = |finding: &ipc::Finding| matches!(finding, ipc::Finding::DamagedFile { .. });
        if found.findings.iter().any(is_damaged) {
            let mended = device.call(ipc::Request::Mend);
            assert!(mended.is_ok(), "page {page}: {mended:?}");
        }
        for n in 0..CASES {
            let read = device.call(ipc::Request::Case {
                case: case(n),
                reveal: true,
            });
            let Ok(ipc::Reply::Case(view)) = read else {
                panic!("page {page}, case {n}: {read:?}")
            };
            assert_eq!(view.name.as_deref(), Some("0"), "page {page}, case {n}");
            assert_eq!(view.timeline[0].text, format!("Note of case {n}."), "page {page}");
        }
        device.call(ipc::Request::Lock).unwrap();
        let session = testing::session(&bench, &vault, &key);
        let waiting = session.store.read(|read| read.outbox(0, 100)).unwrap();
        // A refused change whose row is lost is handed in again.
        assert!(waiting.len() > usize::from(CASES) * 2, "page {page}");
    }
}

/// What an app finds that is older than its vault.
fn write_as_a_newer_app(vault: &VaultFolder, key: &DatabaseKey) {
    let newer = connect(&vault.database(), key).unwrap();
    newer
        .execute_batch(
            "CREATE TABLE hologram (x BLOB); ALTER TABLE author ADD COLUMN telephone TEXT; PRAGMA user_version = 99",
        )
        .unwrap();
}

#[test]
fn a_vault_of_a_newer_app_opens_to_be_read_and_every_call_that_writes_says_why_it_does_not() {
    let bench = Bench::new();
    let (vault, key) = testing::enrolled_by(&bench, PASSPHRASE);
    let session = testing::session(&bench, &vault, &key);
    write_case(&session, 0).unwrap();
    session.close();
    drop(session);
    write_as_a_newer_app(&vault, &key);
    let device = crate::Device::open(bench.dir(), bench.platform.clone()).unwrap();
    let unlocked = device.call(ipc::Request::Unlock {
        user: vault.id(),
        passphrase: PASSPHRASE.into(),
    });
    let Ok(ipc::Reply::Session(view)) = unlocked else {
        panic!("{unlocked:?}")
    };
    assert!(view.read_only && !view.opens_cases);
    let before = std::fs::read(vault.database()).unwrap();
    let read = device.call(ipc::Request::Case {
        case: case(0),
        reveal: true,
    });
    let Ok(ipc::Reply::Case(view)) = read else {
        panic!("{read:?}")
    };
    assert_eq!(view.name.as_deref(), Some("0"));
    let written = device.call(ipc::Request::Edit {
        subject: case(0).into(),
        edits: vec![ipc::FieldEdit::AddNote {
            compartment: Compartment::Core,
            text: "Not written.".into(),
        }],
        form: None,
        reason: None,
    });
    assert_eq!(written.unwrap_err().code, ipc::FailureCode::ReadOnly);
    let rebuilt = device.call(ipc::Request::Rebuild);
    assert_eq!(rebuilt.unwrap_err().code, ipc::FailureCode::ReadOnly);
    assert_eq!(device.sync(), Some(ipc::NetState::NotTried), "nothing is synced");
    let Ok(ipc::Reply::Doctor(found)) = device.call(ipc::Request::Doctor) else {
        panic!("the doctor answers")
    };
    assert_eq!(found.findings, [ipc::Finding::ReadOnly]);
    device.call(ipc::Request::Lock).unwrap();
    drop(device);
    assert_eq!(
        std::fs::read(vault.database()).unwrap(),
        before,
        "not a byte was changed"
    );
}
