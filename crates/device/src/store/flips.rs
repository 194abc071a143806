//! A bit that turns, in any page of the file and any frame of its log, is detected or harmless: nothing reads otherwise
//! than it was written.

use std::{fs, path::Path};

use casefile::{Action, DocumentKey, Edit};
use casework::{CaseId, Compartment};
use rusqlite::types::Value;

use super::{AccessAction, MediaSize, Store, StoreError};
use crate::{
    failure::{Answer, Failed},
    session::Session,
    testing::{self, Bench},
    vault::{DatabaseKey, sha256},
};

const PAGE: usize = 4096;
const FRAME_HEAD: usize = 24;
const LOG_HEAD: usize = 32;

/// Every row of every table.
type Rows = Vec<(String, Vec<Vec<Value>>)>;

fn rows(store: &Store) -> Result<Rows, StoreError> {
    store.read(|read| {
        let connection = read.0;
        let mut tables = connection.prepare(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') ORDER BY name",
        )?;
        let tables: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut all = Vec::new();
        for table in tables {
            let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\""))?;
            let columns = statement.column_count();
            let found = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
            all.push((table, found.collect::<Result<_, _>>()?));
        }
        // Every index is walked as well: lists are read through them.
        let mut check = connection.prepare("PRAGMA integrity_check")?;
        let lines: Vec<String> = check.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if lines != ["ok"] {
            return Err(StoreError::Damaged);
        }
        Ok(all)
    })
}

/// A small vault with something in every place, not yet closed.
fn session(bench: &Bench) -> (Session, std::path::PathBuf, DatabaseKey) {
    let (vault, key) = testing::enrolled(bench);
    let session = testing::session(bench, &vault, &key);
    for n in 0..6 {
        let edit = Edit::SetFact {
            fact: "child.name".parse().unwrap(),
            value: format!("Invented {n}").as_str().into(),
        };
        let key = DocumentKey::case(CaseId::from_bytes([n; 16]), Compartment::Identity);
        let edited: Answer<bool> = session.write_documents(|documents, write| {
            let writer = session.writer();
            Ok::<_, Failed>(documents.edit(write, writer, key, &Action::EDIT, &[edit])?)
        });
        assert!(edited.unwrap());
        let picture = vec![n; 20_000];
        let sha = sha256(&picture);
        session
            .store
            .write(|write| write.add_media(&sha, MediaSize::Field, &[n; 16], &picture))
            .unwrap();
        session.log(AccessAction::Opened, "").unwrap();
    }
    (session, vault.database(), key)
}

/// Flips a bit of a copy of the files and says what is read then.
fn read_flipped(
    files: &[(&str, Vec<u8>)],
    which: usize,
    at: usize,
    key: &DatabaseKey,
) -> Result<(bool, Rows), StoreError> {
    let folder = tempfile::tempdir().unwrap();
    for (n, (name, bytes)) in files.iter().enumerate() {
        let mut bytes = bytes.clone();
        if n == which {
            bytes[at] ^= 1 << (at % 8);
        }
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let store = Store::open(&folder.path().join("vault.db"), key.clone())?;
    Ok((store.is_behind(), rows(&store)?))
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap()
}

/// A place in a run of bytes that differs from one run to the next.
fn somewhere(n: usize, from: usize, length: usize) -> usize {
    from + n.wrapping_mul(2_654_435_761) % length
}

#[test]
fn a_bit_flipped_in_any_page_is_detected_or_harmless() {
    let bench = Bench::new();
    let (session, path, key) = session(&bench);
    let written = rows(&session.store).unwrap();
    session.close();
    assert!(!path.with_extension("db-wal").exists(), "a closed vault has no log");
    let files = [
        ("vault.db", read(&path)),
        ("vault.last", read(&path.with_extension("last"))),
    ];
    let pages = files[0].1.len() / PAGE;
    assert!(pages > 50, "{pages} pages");
    let (mut detected, mut harmless) = (0, 0);
    for page in 0..pages {
        match read_flipped(&files, 0, somewhere(page, page * PAGE, PAGE), &key) {
            Err(_) => detected += 1,
            Ok((_, found)) => {
                assert!(found == written, "page {page} reads otherwise than it was written");
                harmless += 1;
            }
        }
    }
    println!("{pages} pages: {detected} detected, {harmless} harmless");
    assert!(detected > pages / 2);
    let witness = read_flipped(&files, 1, 5, &key).unwrap();
    assert!(!witness.0 && witness.1 == written, "a bad witness is none");
}

#[test]
fn a_bit_flipped_in_any_frame_of_the_log_is_detected_or_harmless() {
    let bench = Bench::new();
    let (session, path, key) = session(&bench);
    let written = rows(&session.store).unwrap();
    let files = [
        ("vault.db", read(&path)),
        ("vault.db-wal", read(&path.with_extension("db-wal"))),
        ("vault.last", read(&path.with_extension("last"))),
    ];
    let frames = (files[1].1.len() - LOG_HEAD) / (PAGE + FRAME_HEAD);
    assert!(frames > 50, "{frames} frames");
    let (mut detected, mut harmless) = (0, 0);
    let mut flips: Vec<usize> = (0..frames)
        .flat_map(|frame| {
            let start = LOG_HEAD + frame * (PAGE + FRAME_HEAD);
            [
                somewhere(frame, start, FRAME_HEAD),
                somewhere(frame, start + FRAME_HEAD, PAGE),
            ]
        })
        .collect();
    flips.extend(0..LOG_HEAD);
    let tried = flips.len();
    for at in flips {
        match read_flipped(&files, 1, at, &key) {
            Err(_) | Ok((true, _)) => detected += 1,
            Ok((false, found)) => {
                assert!(
                    found == written,
                    "byte {at} of the log lost something and nobody noticed"
                );
                harmless += 1;
            }
        }
    }
    println!("{frames} frames, {tried} flips: {detected} detected, {harmless} harmless");
    assert!(detected > frames / 2);
}

#[test]
fn a_page_whose_seal_is_broken_is_never_handed_out_as_zeros_and_the_next_reading_goes_on() {
    let bench = Bench::new();
    let (session, path, key) = session(&bench);
    session.close();
    let whole = read(&path);
    let picture = vec![3; 20_000];
    let (mut broken, mut at) = (0, 0);
    while at < whole.len() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("vault.db");
        let mut bytes = whole.clone();
        bytes[at + 50] ^= 1;
        fs::write(&copy, bytes).unwrap();
        at += PAGE;
        let Ok(store) = Store::open(&copy, key.clone()) else {
            continue;
        };
        // More often than there are connections: one that met the page is of no use any more.
        for _ in 0..6 {
            match store.read(|read| read.media(&sha256(&picture))) {
                Ok(found) => assert_eq!(found.as_deref(), Some(picture.as_slice())),
                Err(error) => {
                    assert!(matches!(error, StoreError::Damaged), "{error}");
                    broken += 1;
                    let sql = "SELECT 1";
                    let other = store.read(|read| Ok::<i64, StoreError>(read.0.query_row(sql, [], |row| row.get(0))?));
                    assert_eq!(other.unwrap(), 1);
                }
            }
        }
        let written = store.write(|write| write.set_media_here(&sha256(&picture), &picture).map(|_| ()));
        let again = store.write(|write| write.set_text("word", "saved"));
        assert!(written.is_ok() || again.is_ok() || broken > 0);
    }
    assert!(broken >= 6, "the picture has pages of its own");
}
