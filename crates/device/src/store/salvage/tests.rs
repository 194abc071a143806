//! A bit that turns in any page, pages that are gone, and the power that goes while the file is made whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use casefile::{Action, ChangeHash, DocumentKey, Edit};
use casework::{AuthorId, CaseId, Compartment, EntryId};

use crate::{
    documents::{Granted, Incoming},
    failure::{Answer, Failed},
    session::{Session, mend_file},
    store::{AccessAction, MediaSize, Verdict},
    testing::{self, Bench},
    vault::{DatabaseKey, MasterKey, PAGE_BYTES, VaultFolder, sha256},
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
        let change = theirs.edit(OTHER, session.now_ms(), &Action::EDIT, edits).unwrap().unwrap();
        write.set_received(&key.to_bytes()[..16].try_into().unwrap(), &change.hash, session.now_ms())?;
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
        edit(&session, core, &[set("case.number", &format!("CWC/{n}")), note(n, &long)]);
        let identity = DocumentKey::case(case(n), Compartment::Identity);
        edit(&session, identity, &[set("child.name", &format!("Invented {n}"))]);
    }
    // A document larger than a page.
    for n in 0..20 {
        edit(&session, DocumentKey::case(case(0), Compartment::Core), &[note(100 + n, &long)]);
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
            let added = session.store.write(|write| write.add_media(&sha, MediaSize::Field, &subject, &picture));
            added.unwrap();
            pictures.push(sha);
        }
    }
    let grown = Grown {
        documents: documents(&session),
        unsent: outbox(&session),
        log_rows: session.store.read(|read| read.last_access_row()).unwrap(),
        pictures,
        vault,
        key,
    };
    assert!(grown.unsent.len() > 20);
    (session, grown)
}

fn outbox(session: &Session) -> BTreeSet<ChangeHash> {
    let waiting = session.store.read(|read| read.outbox(0, 1_000)).unwrap();
    waiting.iter().map(|row| casefile::ChangeHead::parse(&row.bytes).unwrap().hash).collect()
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
    for (id, (_, heads)) in &grown.documents {
        match here.get(id) {
            Some((_, found)) => assert_eq!(found, heads, "a document is not as it was, and nobody says so"),
            None => assert!(damaged.contains(id), "a document is gone, and nobody says so"),
        }
    }
    let edits = grown.unsent.difference(&outbox(session)).count();
    let has = |sha: &&[u8; 32]| session.store.read(|read| read.media(sha)).unwrap().is_some();
    let pictures = grown.pictures.len() - grown.pictures.iter().filter(has).count();
    let unsent = session.store.read(|read| read.count_media()).unwrap().0;
    assert_eq!(usize::try_from(unsent).unwrap(), grown.pictures.len() - pictures);
    if let Some(told) = told {
        assert!(told.edits.is_none_or(|told| usize::try_from(told).unwrap() == edits));
        assert!(told.pictures.is_none_or(|told| usize::try_from(told).unwrap() == pictures));
        assert_eq!(usize::try_from(told.documents).unwrap(), damaged.len());
    } else {
        assert_eq!((edits, pictures, damaged.len()), (0, 0, 0), "something is lost, and nobody says so");
    }
    Lost {
        documents: damaged.len(),
        edits,
        pictures,
    }
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
        let restored: Answer<()> = session.write_documents(|documents, write| Ok(documents.grant(write, key, &granted)?));
        restored.unwrap();
    }
    let here = documents(session);
    for (id, (_, heads)) in &grown.documents {
        assert_eq!(&here[id].1, heads);
    }
}


#[test]
fn a_bit_flipped_in_any_page_costs_no_unsent_word_and_what_it_costs_is_told() {
    let bench = Bench::new();
    let (session, grown) = worked_in(&bench);
    session.close();
    let pages = fs::metadata(grown.vault.database()).unwrap().len() as usize / PAGE_BYTES;
    assert!(pages > 100, "{pages} pages");
    let (mut documents, mut pictures, mut logs) = (0, 0, 0);
    for page in 0..pages {
        let bench = Bench::new();
        let vault = copied(&grown, &bench);
        flip(&vault.database(), page * PAGE_BYTES + page * 2_654_435 % PAGE_BYTES);
        let session = mended(&bench, &vault, &grown.key);
        let lost = look(&session, &grown);
        assert_eq!(lost.edits, 0, "page {}", page + 1);
        assert!(lost.documents <= 1 && lost.pictures <= 1, "page {}: {lost:?}", page + 1);
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
