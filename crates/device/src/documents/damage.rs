//! One document that cannot be read is set aside; the rest of its case, and every other, goes on.
//!
//! What the officer wrote in it and the hub does not have stands in the outbox, not only in the document. So a whole
//! copy from the hub and the outbox together are everything there was.

use std::sync::Arc;

use casefile::{Document, DocumentKey};
use casework::Compartment;

use super::{DocumentError, Documents, Granted, Incoming, Open, project};
use crate::store::{Read, Store, StoreError, Write};

impl Documents {
    /// Learns which documents were found damaged before.
    pub(crate) fn know_damaged(&mut self, read: &Read<'_>) -> Result<(), StoreError> {
        self.damaged = read.damaged()?.into_iter().collect();
        Ok(())
    }

    /// The compartments of a case that are here and cannot be read.
    pub(crate) fn damaged_of(&self, case: casework::CaseId) -> Vec<Compartment> {
        let is_damaged = |it: &Compartment| self.damaged.contains(&DocumentKey::case(case, *it).to_bytes());
        Compartment::ALL.into_iter().filter(is_damaged).collect()
    }

    /// Whether a document is here and cannot be read.
    pub(crate) fn is_damaged(&self, key: DocumentKey) -> bool {
        self.damaged.contains(&key.to_bytes())
    }

    /// Writes down what was found damaged, and makes whole what can be made whole from the outbox alone. Returns the
    /// documents that were found since.
    pub(crate) fn note_damage(&mut self, store: &Store, found_ms: i64) -> Result<Vec<[u8; 17]>, DocumentError> {
        if !std::mem::take(&mut self.found_damage) {
            return Ok(Vec::new());
        }
        let found: Vec<[u8; 17]> = self.damaged.iter().copied().collect();
        let noted = self.write(store, |documents, write| {
            for id in &found {
                write.note_damaged(id, found_ms)?;
                documents.restore_alone(write, id)?;
            }
            Ok(found)
        });
        self.found_damage = noted.is_err();
        noted
    }

    /// Has the hub asked for a document of which something that came is not here.
    pub(crate) fn ask_again(&mut self, write: &Write<'_>, id: [u8; 17], now_ms: i64) -> Result<(), StoreError> {
        self.open.remove(&id);
        self.damaged.insert(id);
        write.note_damaged(&id, now_ms)
    }

    /// Remembers that a document cannot be read.
    pub(super) fn set_aside(&mut self, id: [u8; 17]) -> DocumentError {
        self.open.remove(&id);
        self.damaged.insert(id);
        self.found_damage = true;
        DocumentError::Damaged
    }

    /// A document of which no hub has anything is made anew from what was written here.
    pub(super) fn restore_alone(&mut self, write: &Write<'_>, id: &[u8; 17]) -> Result<(), DocumentError> {
        let Some(key) = DocumentKey::from_bytes(*id) else {
            return Ok(());
        };
        if write.is_at_hub(id)? {
            return Ok(());
        }
        let granted = Granted {
            upto: 0,
            writable: true,
            snapshot: Vec::new(),
        };
        self.restore(write, key, &granted).map(|_| ())
    }

    /// Puts a whole copy in the place of a damaged one, with everything on it that was written here and not sent, and
    /// what came since. Returns whether the copy could be read.
    pub(super) fn restore(
        &mut self,
        write: &Write<'_>,
        key: DocumentKey,
        granted: &Granted,
    ) -> Result<bool, DocumentError> {
        let (pack, clockwork) = (self.pack, Arc::clone(&self.clockwork));
        let id = key.to_bytes();
        let mut document = Document::new(key.kind);
        if !granted.snapshot.is_empty() {
            let copy = Document::load(key.kind, &granted.snapshot);
            if !copy.is_ok_and(|copy| document.merge(&copy).is_ok()) {
                return Ok(false);
            }
        }
        for (n, bytes) in write.unsent_of(&id)? {
            if document.apply(std::slice::from_ref(&bytes), pack).is_err() {
                // It stays in the outbox; here it waits for what it stands on.
                let own = Incoming {
                    number: -n,
                    received_ms: 0,
                    bytes,
                };
                write.set_aside(&id, &own, "own")?;
            }
        }
        self.touched.push(id);
        self.damaged.remove(&id);
        write.forget_damaged(&id)?;
        let row = write.put_snapshot(&id, &document.save())?;
        write.set_granted(row, granted.writable, granted.upto)?;
        project::project(write, row, key, &document, &clockwork)?;
        project::touch(write, key, document.last_written_ms().unwrap_or(0))?;
        self.open.insert(
            id,
            Open {
                document,
                writable: granted.writable,
                leaving: false,
                row,
                increments: 0,
                used: self.uses,
            },
        );
        // What came for it while it could not be read.
        self.apply(write, key, Vec::new())?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use casefile::{Action, Edit};
    use casework::{CaseId, FactId, Value};

    use super::*;
    use crate::{
        failure::{Answer, Failed},
        session::Session,
        store::{Verdict, tests::spoil_document},
        testing::{Bench, enrolled, session},
    };

    const CASE: CaseId = CaseId::from_bytes([9; 16]);

    fn key(compartment: Compartment) -> DocumentKey {
        DocumentKey::case(CASE, compartment)
    }

    fn set(session: &Session, compartment: Compartment, fact: &str, value: &str) -> Answer<bool> {
        let edit = Edit::SetFact {
            fact: fact.parse().unwrap(),
            value: value.into(),
        };
        session.write_documents(|documents, write| {
            let writer = session.writer();
            Ok::<_, Failed>(documents.edit(write, writer, key(compartment), &Action::EDIT, &[edit])?)
        })
    }

    fn fact(session: &Session, compartment: Compartment, fact: &str) -> Option<Value> {
        let fact: FactId = fact.parse().unwrap();
        let mut documents = session.documents();
        let found = session.store.read(|read| {
            documents
                .get(read, key(compartment))
                .map(|open| open.unwrap().document.facts())
        });
        found.ok()?.get(&fact).cloned()
    }

    /// The hub has everything that was written so far.
    fn hand_in(session: &Session) {
        let outbox = session.store.read(|read| read.outbox(0, 100)).unwrap();
        let numbered = session.store.write(|write| {
            outbox.iter().try_for_each(|row| {
                let number = row.n;
                write
                    .set_verdict(
                        row.n,
                        Verdict::Numbered {
                            number,
                            late: false,
                            received_ms: None,
                        },
                    )
                    .map(|_| ())
            })
        });
        numbered.unwrap();
    }

    #[test]
    fn a_bad_document_is_set_aside_and_the_hubs_copy_brings_it_back_with_what_was_not_sent() {
        let bench = Bench::new();
        let (vault, database_key) = enrolled(&bench);
        let session = session(&bench, &vault, &database_key);
        set(&session, Compartment::Identity, "child.name", "Meena Kumari").unwrap();
        set(&session, Compartment::Core, "case.number", "CWC/7").unwrap();
        let snapshot = {
            let mut documents = session.documents();
            let saved = session.store.read(|read| {
                documents
                    .get(read, key(Compartment::Identity))
                    .map(|open| open.unwrap().document.save())
            });
            saved.unwrap()
        };
        hand_in(&session);
        set(&session, Compartment::Identity, "parents.father_name", "Ramesh").unwrap();
        session.documents().forget_all();
        spoil_document(&session.store, &key(Compartment::Identity).to_bytes());

        assert_eq!(fact(&session, Compartment::Identity, "child.name"), None);
        session.note_damage();
        assert_eq!(session.documents().damaged_of(CASE), [Compartment::Identity]);
        let refused = set(&session, Compartment::Identity, "child.name", "Somebody else").unwrap_err();
        assert_eq!(refused.0, ipc::FailureCode::DamagedDocument);
        assert!(
            set(&session, Compartment::Core, "case.number", "CWC/8").unwrap(),
            "the rest goes on"
        );
        assert_eq!(session.store.read(|read| read.damaged()).unwrap().len(), 1);

        let granted = Granted {
            upto: 2,
            writable: true,
            snapshot,
        };
        let restored: Answer<()> = session
            .write_documents(|documents, write| Ok(documents.grant(write, key(Compartment::Identity), &granted)?));
        restored.unwrap();
        assert_eq!(session.documents().damaged_of(CASE), []);
        for again in 0..2 {
            let (name, father) = ("Meena Kumari".into(), "Ramesh".into());
            assert_eq!(
                fact(&session, Compartment::Identity, "child.name"),
                Some(name),
                "{again}"
            );
            assert_eq!(
                fact(&session, Compartment::Identity, "parents.father_name"),
                Some(father)
            );
            session.documents().forget_all();
        }
        assert!(set(&session, Compartment::Identity, "child.name", "Meena Devi").unwrap());
        assert_eq!(session.store.read(|read| read.waiting()).unwrap().changes, 3);
    }

    #[test]
    fn a_bad_document_that_no_hub_ever_saw_is_made_anew_from_the_outbox() {
        let bench = Bench::new();
        let (vault, database_key) = enrolled(&bench);
        let session = session(&bench, &vault, &database_key);
        for name in ["Meena", "Meena Kumari"] {
            set(&session, Compartment::Identity, "child.name", name).unwrap();
        }
        session.documents().forget_all();
        spoil_document(&session.store, &key(Compartment::Identity).to_bytes());
        assert_eq!(fact(&session, Compartment::Identity, "child.name"), None);
        session.note_damage();
        assert_eq!(
            fact(&session, Compartment::Identity, "child.name"),
            Some("Meena Kumari".into())
        );
        assert_eq!(session.documents().damaged_of(CASE), []);
    }

    #[test]
    fn what_others_write_in_a_bad_document_waits_for_the_whole_copy() {
        let bench = Bench::new();
        let (vault, database_key) = enrolled(&bench);
        let session = session(&bench, &vault, &database_key);
        set(&session, Compartment::Identity, "child.name", "Meena").unwrap();
        hand_in(&session);
        let mut copy = Document::load(key(Compartment::Identity).kind, &{
            let mut documents = session.documents();
            let saved = session.store.read(|read| {
                documents
                    .get(read, key(Compartment::Identity))
                    .map(|open| open.unwrap().document.save())
            });
            saved.unwrap()
        })
        .unwrap();
        let granted = Granted {
            upto: 1,
            writable: true,
            snapshot: copy.save(),
        };
        let edit = Edit::SetFact {
            fact: "child.name".parse().unwrap(),
            value: "Meena Kumari".into(),
        };
        let other = casework::AuthorId::from_bytes([8; 16]);
        let change = copy
            .edit(other, session.now_ms(), &Action::EDIT, &[edit])
            .unwrap()
            .unwrap();
        session.documents().forget_all();
        spoil_document(&session.store, &key(Compartment::Identity).to_bytes());
        let came = Incoming {
            number: 2,
            received_ms: session.now_ms(),
            bytes: change.bytes,
        };
        let applied: Answer<()> = session
            .write_documents(|documents, write| Ok(documents.apply(write, key(Compartment::Identity), vec![came])?));
        applied.unwrap();
        session.note_damage();
        assert_eq!(session.store.read(|read| read.count_set_aside()).unwrap(), 1);
        let restored: Answer<()> = session
            .write_documents(|documents, write| Ok(documents.grant(write, key(Compartment::Identity), &granted)?));
        restored.unwrap();
        assert_eq!(
            fact(&session, Compartment::Identity, "child.name"),
            Some("Meena Kumari".into())
        );
        assert_eq!(session.store.read(|read| read.count_set_aside()).unwrap(), 0);
    }
}
