//! A bit that turns in any page, pages that are gone, and the power that goes while the file is made whole.

use std::collections::{BTreeMap, BTreeSet};

use casefile::{Action, ChangeHash, DocumentKey, Edit};
use casework::{AuthorId, CaseId, Compartment, EntryId};

use super::*;
use crate::{
    documents::{Granted, Incoming},
    failure::{Answer, Failed},
    session::{Session, mend_file},
    store::{AccessAction, MediaSize, Verdict},
    testing::{self, Bench},
    vault::{MasterKey, PAGE_BYTES, VaultFolder, sha256},
};

const CASES: u8 = 24;
const OTHER: AuthorId = AuthorId::from_bytes([8; 16]);

/// A vault that was worked in for a while, and what stands in it.
struct Grown {
    vault: VaultFolder,
    key: DatabaseKey,
    /// Each document whole, and its heads.
    documents: BTreeMap<[u8; 17], (Vec<u8>, Vec<ChangeHash>)>,
    unsent: BTreeSet<ChangeHash>,
    /// Documents of which no hub has anything, and in which nobody else wrote.
    ours: BTreeSet<[u8; 17]>,
    /// Pictures that no hub has.
    pictures: Vec<[u8; 32]>,
    log_rows: i64,
}

fn case(n: u8) -> CaseId {
    CaseId::from_bytes([n + 1; 16])
}

fn set(fact: &str, value: &str) -> Edit {
    Edit::SetFact {
        fact: fact.parse().unwrap(),
        value: value.into(),
    }
}

fn note(n: u8, text: &str) -> Edit {
    Edit::AddEntry {
        entry: EntryId::from_bytes([n; 16]),
        kind: "note".into(),
        text: text.into(),
    }
}

fn edit(session: &Session, key: DocumentKey, edits: &[Edit]) {
    let edited: Answer<bool> = session.write_documents(|documents, write| {
        Ok::<_, Failed>(documents.edit(write, session.writer(), key, &Action::EDIT, edits)?)
    });
    assert!(edited.unwrap());
    session.log(AccessAction::Wrote, "fact").unwrap();
}

/// What another officer wrote in a document, as the hub brings it.
fn from_another(session: &Session, key: DocumentKey, number: i64, edits: &[Edit]) {
    let taken: Answer<()> = session.write_documents(|documents, write| {
        let mut theirs = documents.get(write, key).unwrap().unwrap().document.clone();
        let change = theirs
            .edit(OTHER, session.now_ms(), &Action::EDIT, edits)
            .unwrap()
            .unwrap();
        write.set_received(
            &key.to_bytes()[..16].try_into().unwrap(),
            &change.hash,
            session.now_ms(),
        )?;
        let incoming = Incoming {
            number,
            received_ms: session.now_ms(),
            bytes: change.bytes,
        };
        Ok(documents.apply(write, key, vec![incoming])?)
    });
    taken.unwrap();
}

fn hand_in(session: &Session, upto: usize) {
    let outbox = session.store.read(|read| read.outbox(0, upto)).unwrap();
    let numbered = session.store.write(|write| {
        outbox.iter().try_for_each(|row| {
            let verdict = Verdict::Numbered {
                number: row.n,
                late: false,
                received_ms: None,
            };
            write.set_verdict(row.n, verdict).map(|_| ())
        })
    });
    numbered.unwrap();
}

/// Works in a new vault. The session is still open.
fn worked_in(bench: &Bench) -> (Session, Grown) {
    let (vault, key) = testing::enrolled(bench);
    let session = testing::session(bench, &vault, &key);
    let long = "She was found at the bus stand and says that her aunt sent her. ".repeat(8);
    for n in 0..CASES {
        let core = DocumentKey::case(case(n), Compartment::Core);
        edit(
            &session,
            core,
            &[set("case.number", &format!("CWC/{n}")), note(n, &long)],
        );
        let identity = DocumentKey::case(case(n), Compartment::Identity);
        edit(&session, identity, &[set("child.name", &format!("Invented {n}"))]);
    }
    // A document larger than a page.
    for n in 0..20 {
        edit(
            &session,
            DocumentKey::case(case(0), Compartment::Core),
            &[note(100 + n, &long)],
        );
    }
    hand_in(&session, usize::from(CASES));
    let mut pictures = Vec::new();
    for n in 0..CASES {
        let core = DocumentKey::case(case(n), Compartment::Core);
        if n % 3 == 0 {
            from_another(&session, core, 1_000 + i64::from(n), &[note(200, "Seen at school.")]);
        }
        if n % 2 == 0 {
            edit(&session, core, &[note(50 + n, &long)]);
        }
        if n % 6 == 0 {
            let picture = vec![n; 14_000];
            let sha = sha256(&picture);
            let subject = case(n).to_bytes();
            let added = session
                .store
                .write(|write| write.add_media(&sha, MediaSize::Field, &subject, &picture));
            added.unwrap();
            pictures.push(sha);
        }
    }
    let grown = Grown {
        documents: documents(&session),
        unsent: outbox(&session),
        ours: ours(&session),
        log_rows: session.store.read(|read| read.last_access_row()).unwrap(),
        pictures,
        vault,
        key,
    };
    assert!(grown.unsent.len() > 20 && grown.ours.len() > 12);
    (session, grown)
}

fn ours(session: &Session) -> BTreeSet<[u8; 17]> {
    let ids = session.store.read(|read| read.all_documents()).unwrap();
    let is_ours = |id: &[u8; 17]| {
        let mut open = session.documents();
        let changes = session.store.read(|read| {
            let open = open.get(read, DocumentKey::from_bytes(*id).unwrap());
            open.map(|open| open.unwrap().document.changes().len())
        });
        session.store.read(|read| read.unsent_of(id)).unwrap().len() == changes.unwrap()
    };
    ids.into_iter().filter(is_ours).collect()
}

fn outbox(session: &Session) -> BTreeSet<ChangeHash> {
    let waiting = session.store.read(|read| read.outbox(0, 1_000)).unwrap();
    waiting
        .iter()
        .map(|row| casefile::ChangeHead::parse(&row.bytes).unwrap().hash)
        .collect()
}

fn documents(session: &Session) -> BTreeMap<[u8; 17], (Vec<u8>, Vec<ChangeHash>)> {
    let mut open = session.documents();
    let damaged = session.store.read(|read| read.damaged()).unwrap();
    let ids = session.store.read(|read| read.all_documents()).unwrap();
    let mut all = BTreeMap::new();
    for id in ids.into_iter().filter(|id| !damaged.contains(id)) {
        let key = DocumentKey::from_bytes(id).unwrap();
        let read = session.store.read(|read| {
            open.get(read, key).map(|open| {
                let document = &open.unwrap().document;
                (document.save(), document.heads())
            })
        });
        all.insert(id, read.unwrap());
    }
    all
}

/// The folder of the vault, copied to another bench.
fn copied(grown: &Grown, bench: &Bench) -> VaultFolder {
    let from = grown.vault.database().parent().unwrap().to_owned();
    let to = bench.dir().join("users").join(grown.vault.id());
    fs::create_dir_all(&to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    VaultFolder::all(bench.dir()).unwrap().remove(0)
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1 << (at % 8);
    fs::write(path, bytes).unwrap();
}

/// Opens a damaged vault as the app does, and makes it whole where the doctor would offer that.
fn mended(bench: &Bench, vault: &VaultFolder, key: &DatabaseKey) -> Session {
    let session = testing::session(bench, vault, key);
    let parts = session.store.read(|read| read.count_bad_parts());
    if parts.is_ok_and(|parts| parts == 0) {
        return session;
    }
    session.end();
    session.close();
    mend_file(vault, &MasterKey::of_database(key), &bench.platform, &session.news).unwrap();
    testing::session(bench, vault, key)
}

/// What was lost of a vault.
#[derive(Debug, PartialEq, Eq)]
struct Lost {
    documents: usize,
    edits: usize,
    pictures: usize,
}

/// Looks at everything: what is there is as it was written, and what is not there is told.
fn look(session: &Session, grown: &Grown) -> Lost {
    assert_eq!(session.store.read(|read| read.count_bad_parts()).unwrap(), 0);
    let told = session.store.read(|read| read.mended()).unwrap();
    let damaged: BTreeSet<[u8; 17]> = session.store.read(|read| read.damaged()).unwrap().into_iter().collect();
    let here = documents(session);
    let lost: BTreeSet<ChangeHash> = grown.unsent.difference(&outbox(session)).copied().collect();
    for (id, (was, heads)) in &grown.documents {
        match here.get(id) {
            Some((_, found)) if found == heads => {}
            // Written here alone, and both places of an edit are gone: it is made anew of what is left. The edits that nobody
            // has any more are counted below. What stands on one of them waits in the outbox, and the hub will say that
            // something before it is missing. Nothing else is missing.
            Some((is, _)) => assert!(
                grown.ours.contains(id) && is_accounted_for(session, &(&changes(*id, was) - &changes(*id, is)), &lost),
                "a document is not as it was, and nobody says so"
            ),
            None => assert!(damaged.contains(id), "a document is gone, and nobody says so"),
        }
    }
    let edits = lost.len();
    // Where several pages are gone, both places of an edit may be.
    assert!(
        edits > 0 || damaged.is_disjoint(&grown.ours),
        "what was only ever written here can be made anew from the outbox"
    );
    let has = |sha: &&[u8; 32]| session.store.read(|read| read.media(sha)).unwrap().is_some();
    let pictures = grown.pictures.len() - grown.pictures.iter().filter(has).count();
    let unsent = session.store.read(|read| read.count_media()).unwrap().0;
    assert_eq!(usize::try_from(unsent).unwrap(), grown.pictures.len() - pictures);
    if let Some(told) = told {
        assert!(told.edits.is_none_or(|told| usize::try_from(told).unwrap() == edits));
        assert!(
            told.pictures
                .is_none_or(|told| usize::try_from(told).unwrap() == pictures)
        );
        assert_eq!(usize::try_from(told.documents).unwrap(), damaged.len());
    } else {
        assert_eq!(
            (edits, pictures, damaged.len()),
            (0, 0, 0),
            "something is lost, and nobody says so"
        );
    }
    Lost {
        documents: damaged.len(),
        edits,
        pictures,
    }
}

/// Whether each change that a document lacks is lost and told, or waits in the outbox and stands on one that is.
fn is_accounted_for(session: &Session, missing: &BTreeSet<ChangeHash>, lost: &BTreeSet<ChangeHash>) -> bool {
    let waiting = outbox(session);
    missing.is_subset(lost)
        || (!missing.is_disjoint(lost) && missing.difference(lost).all(|hash| waiting.contains(hash)))
}

fn changes(id: [u8; 17], saved: &[u8]) -> BTreeSet<ChangeHash> {
    let document = casefile::Document::load(DocumentKey::from_bytes(id).unwrap().kind, saved).unwrap();
    document.changes().into_iter().map(|(head, _)| head.hash).collect()
}

/// The hub sends again what is damaged: then everything is there.
fn refetch(session: &Session, grown: &Grown) {
    for id in session.store.read(|read| read.damaged()).unwrap() {
        let granted = Granted {
            upto: 2_000,
            writable: true,
            snapshot: grown.documents[&id].0.clone(),
        };
        let key = DocumentKey::from_bytes(id).unwrap();
        let restored: Answer<()> =
            session.write_documents(|documents, write| Ok(documents.grant(write, key, &granted)?));
        restored.unwrap();
    }
    let here = documents(session);
    let lost: BTreeSet<ChangeHash> = grown.unsent.difference(&outbox(session)).copied().collect();
    for (id, (was, heads)) in &grown.documents {
        let (is, found) = &here[id];
        let missing = || &changes(*id, was) - &changes(*id, is);
        assert!(found == heads || (grown.ours.contains(id) && is_accounted_for(session, &missing(), &lost)));
    }
}

#[test]
fn a_bit_flipped_in_any_page_costs_no_unsent_word_and_what_it_costs_is_told() {
    let bench = Bench::new();
    let (session, grown) = worked_in(&bench);
    session.close();
    let pages = fs::read(grown.vault.database()).unwrap().len() / PAGE_BYTES;
    assert!(pages > 100, "{pages} pages");
    let (mut documents, mut pictures, mut logs) = (0, 0, 0);
    for page in 0..pages {
        let bench = Bench::new();
        let vault = copied(&grown, &bench);
        flip(&vault.database(), page * PAGE_BYTES + page * 2_654_435 % PAGE_BYTES);
        let session = mended(&bench, &vault, &grown.key);
        let lost = look(&session, &grown);
        assert_eq!(lost.edits, 0, "page {}", page + 1);
        assert!(
            lost.documents <= 30 && lost.pictures <= 1,
            "page {}: {lost:?}",
            page + 1
        );
        documents += lost.documents;
        pictures += lost.pictures;
        let log = session.store.read(|read| read.check_access_log()).unwrap();
        let kept = usize::try_from(log.rows).unwrap();
        if let Some(broken) = log.broken_at {
            assert!(broken <= grown.log_rows && kept < usize::try_from(grown.log_rows).unwrap() + 8);
            logs += 1;
        }
        refetch(&session, &grown);
        session.close();
    }
    println!("{pages} pages: {documents} documents came again, {pictures} pictures lost, {logs} logs with a hole");
}

#[test]
fn cut_after_any_step_the_file_is_made_whole_all_the_same() {
    let bench = Bench::new();
    let (session, grown) = worked_in(&bench);
    session.store.empty_log().unwrap();
    // What was written last stands in the log alone.
    session.log(AccessAction::Opened, "").unwrap();
    let log = grown.vault.database().with_extension("db-wal");
    assert!(fs::metadata(log).unwrap().len() > 0);
    for stop in [Step::Built, Step::Proven, Step::Cleared, Step::InPlace] {
        for damaged in [40, 70] {
            let bench = Bench::new();
            let vault = copied(&grown, &bench);
            flip(&vault.database(), damaged * PAGE_BYTES + 9);
            let stopped = mend_in_steps(
                &vault.database(),
                &grown.key,
                testing::NOW_MS,
                &mut |_| {},
                &mut |step| {
                    if step == stop { Err(StoreError::Closed) } else { Ok(()) }
                },
            );
            assert!(matches!(stopped, Err(StoreError::Closed)), "{stop:?}");
            let session = mended(&bench, &vault, &grown.key);
            assert_eq!(look(&session, &grown).edits, 0, "{stop:?}");
            let rows = session.store.read(|read| read.check_access_log()).unwrap().rows;
            assert!(
                i64::try_from(rows).unwrap() > grown.log_rows,
                "{stop:?}: a row of the log is gone"
            );
            refetch(&session, &grown);
            session.close();
            for ending in [".mending", ".mended", "-wal"] {
                let beside = rotate::beside_of(&vault.database(), ending);
                assert!(!beside.exists(), "{stop:?} left {ending}");
            }
        }
    }
}

/// The pages on which an unsent edit stands whole, counted from 0: in the outbox, and in its document.
fn places(session: &Session, grown: &Grown) -> BTreeMap<ChangeHash, BTreeSet<usize>> {
    let waiting = session.store.read(|read| read.outbox(0, 1_000)).unwrap();
    session.store.empty_log().unwrap();
    let mut pages = Pages::open(&grown.vault.database(), &grown.key, None).unwrap();
    let mut places: BTreeMap<ChangeHash, BTreeSet<usize>> = BTreeMap::new();
    for number in 1..=pages.count() {
        let page = pages.page(number).unwrap();
        for row in &waiting {
            if page.windows(row.bytes.len()).any(|there| there == row.bytes) {
                let hash = casefile::ChangeHead::parse(&row.bytes).unwrap().hash;
                places.entry(hash).or_default().insert(number as usize - 1);
            }
        }
    }
    places
}

#[test]
fn many_pages_may_be_lost_and_nothing_reads_otherwise_than_it_was_written() {
    let bench = Bench::new();
    let (session, grown) = worked_in(&bench);
    let places = places(&session, &grown);
    assert_eq!(places.len(), grown.unsent.len(), "every edit stands whole on some page");
    session.close();
    let whole = fs::read(grown.vault.database()).unwrap();
    let pages = whole.len() / PAGE_BYTES;
    let (mut opened, mut lost_edits) = (0, 0);
    for seed in 0..16_usize {
        let bench = Bench::new();
        let vault = copied(&grown, &bench);
        let mut bytes = whole.clone();
        let from = seed * 37 % pages * PAGE_BYTES;
        let to = (from + (1 + seed % 6) * PAGE_BYTES).min(bytes.len());
        let gone = match seed % 3 {
            0 => {
                bytes[from..to].fill(0);
                from / PAGE_BYTES..to / PAGE_BYTES
            }
            1 => {
                bytes[from + 100..to].fill(0xE5);
                from / PAGE_BYTES..to / PAGE_BYTES
            }
            _ => {
                bytes.truncate(bytes.len() - to.saturating_sub(from));
                bytes.len() / PAGE_BYTES..pages
            }
        };
        fs::write(vault.database(), bytes).unwrap();
        let Ok(Some(session)) = Session::open(
            &vault,
            MasterKey::of_database(&grown.key),
            &bench.platform,
            &std::sync::Arc::default(),
        ) else {
            continue;
        };
        session.end();
        session.close();
        let session = mended(&bench, &vault, &grown.key);
        let lost = look(&session, &grown).edits;
        let there = outbox(&session);
        for (hash, on) in &places {
            let is_gone = |page: &usize| gone.contains(page);
            assert!(
                there.contains(hash) || on.iter().all(is_gone),
                "an edit is lost that stands on {on:?}, of which {gone:?} are gone"
            );
        }
        lost_edits += lost;
        refetch(&session, &grown);
        opened += 1;
        session.close();
    }
    println!("{opened} of 16 opened, {lost_edits} edits lost");
    assert!(opened >= 14, "only {opened} of 16 opened");
}

#[test]
fn the_beginning_of_the_file_is_known_beside_it_and_another_key_opens_nothing() {
    let bench = Bench::new();
    let (session, grown) = worked_in(&bench);
    session.close();
    for at in [3, 200, 4_090] {
        let bench = Bench::new();
        let vault = copied(&grown, &bench);
        flip(&vault.database(), at);
        assert!(rotate::opens(&vault.database(), &grown.key).unwrap(), "byte {at}");
        let other = MasterKey::random(&bench.platform).database_key();
        assert!(!rotate::opens(&vault.database(), &other).unwrap());
        let mended_by_other = mend(&vault.database(), &other, testing::NOW_MS, &mut |_| {});
        assert!(matches!(mended_by_other, Err(StoreError::WrongKey)));
        let session = testing::session(&bench, &vault, &grown.key);
        let nothing = Lost {
            documents: 0,
            edits: 0,
            pictures: 0,
        };
        assert_eq!(look(&session, &grown), nothing, "byte {at}");
        session.close();
    }
}

#[test]
fn a_file_of_a_newer_app_is_not_made_whole_by_an_older_one() {
    let bench = Bench::new();
    let (session, grown) = worked_in(&bench);
    session.close();
    let newer = connect(&grown.vault.database(), &grown.key).unwrap();
    newer.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(newer);
    flip(&grown.vault.database(), 60 * PAGE_BYTES);
    let mended = mend(&grown.vault.database(), &grown.key, testing::NOW_MS, &mut |_| {});
    assert!(matches!(mended, Err(StoreError::NewerSchema(99))));
}

#[test]
fn every_table_that_cannot_be_made_anew_is_saved_with_every_column() {
    const MADE_ANEW: [&str; 19] = [
        "case_card",
        "case_slice",
        "case_clock",
        "case_link",
        "institution_card",
        // Made of documents, or told by the hub once more.
        "report",
        "own_report",
        "told",
        "match_decision",
        "proposal",
        "report_proposal",
        "match_due",
        "own_due",
        "asked",
        "elsewhere",
        "picture_of",
        // What names a picture is known again with the picture and the documents.
        "media_of",
        "picture_look",
        // A document of which pieces are missing is asked for again.
        "piece",
    ];
    let bench = Bench::new();
    let store = crate::store::tests::open(&bench);
    let found: Vec<(String, Vec<String>)> = store
        .read(|read| {
            let sql = "SELECT t.name, group_concat(c.name, ',') FROM pragma_table_list t, pragma_table_info(t.name) c
                 WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite%' GROUP BY t.name";
            let mut statement = read.0.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                let columns: String = row.get(1)?;
                Ok((row.get(0)?, columns.split(',').map(str::to_owned).collect()))
            })?;
            Ok::<_, StoreError>(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    for (name, columns) in found
        .into_iter()
        .filter(|(name, _)| !MADE_ANEW.contains(&name.as_str()))
    {
        let table = tables::TABLES.iter().find(|table| table.name == name);
        let table = table.unwrap_or_else(|| panic!("the table {name} is neither saved nor made anew"));
        let mut saved: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let mut columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        saved.sort_unstable();
        columns.sort_unstable();
        assert_eq!(saved, columns, "{name}");
    }
}
