//! A hub in memory: it speaks the protocol and nothing else, checks every signature, and fails as it is told.

mod answer;
mod transport;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Mutex, MutexGuard},
};

use casefile::{Document, DocumentKey};
use casework::{CaseId, Compartment, Pack, Role};
use protocol::{
    AuthorId, DocumentId, EnrolCode, PublicKey, Refusal, UserId,
    access_log::AccessRow,
    ids::Sha256,
    message::down::ReceiptState,
    pack::{PackKey, PackRef},
    recovery::RecoveryRequest,
};

#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) role: Role,
}

enum Entry {
    Change {
        document: DocumentId,
        author: AuthorId,
        bytes: Vec<u8>,
        late: bool,
        received_ms: i64,
    },
    Grant {
        user: UserId,
        document: DocumentId,
    },
    Revoke {
        user: UserId,
        document: DocumentId,
    },
    Receipt {
        channel: &'static str,
        document: DocumentId,
        upto: u64,
        state: ReceiptState,
    },
}

/// How the next exchanges fail.
#[derive(Default, Clone)]
pub(crate) struct Faults {
    /// Nothing is reached.
    pub(crate) offline: bool,
    /// The request arrives and the answer is lost.
    pub(crate) lose_answers: bool,
    /// The answer ends after so many bytes.
    pub(crate) cut_after: Option<usize>,
    /// These bytes stand for the whole answer.
    pub(crate) answer: Option<Vec<u8>>,
    /// Every upload gets this verdict.
    pub(crate) refuse: Option<Refusal>,
    /// Clocks further from this than the protocol allows are refused.
    pub(crate) clock_ms: Option<i64>,
    /// It is an older hub, which says only of others' changes when it got them.
    pub(crate) old: bool,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) faults: Faults,
    codes: HashMap<String, User>,
    used: HashMap<String, AuthorId>,
    authors: BTreeMap<AuthorId, (PublicKey, User)>,
    log: Vec<Entry>,
    granted: BTreeSet<(UserId, DocumentId)>,
    pub(crate) confirmed: Vec<DocumentId>,
    /// The access log of each author, as it came.
    pub(crate) access: BTreeMap<AuthorId, Vec<AccessRow>>,
    pub(crate) access_frames: usize,
    /// Rows that came although the hub had them.
    pub(crate) access_again: usize,
    /// A hub of before access logs.
    pub(crate) takes_no_access_log: bool,
    pub(crate) media: HashMap<[u8; 32], Vec<u8>>,
    pub(crate) exchanges: usize,
    pub(crate) uploads: usize,
    pub(crate) epoch: u8,
    /// Published packs, as they travel, with how they are named.
    pub(crate) packs: Vec<(PackRef, Vec<u8>)>,
    pub(crate) pack_fetches: usize,
    /// For how long a vault opens without the hub, and to whom it is sealed; `None`: no terms are given.
    pub(crate) terms: Option<(i64, Option<String>)>,
    /// Everybody is shut out; whether they may hand in.
    pub(crate) shut_out: Option<bool>,
    /// Signed by whom a dismissal is.
    pub(crate) dismissed_by: Option<PackKey>,
    /// It does not understand what comes next from whoever is shut out, until that comes again.
    pub(crate) understands_nothing_once: bool,
    /// Uploads kept in quarantine.
    pub(crate) kept_aside: usize,
    /// How many devices said that they destroy everything.
    pub(crate) destroyed: usize,
    pub(crate) recoveries: HashMap<Sha256, (RecoveryRequest, Option<Vec<u8>>)>,
}

/// The hub. Its documents are what its log says.
#[derive(Default)]
pub(crate) struct Hub(Mutex<State>);

impl Hub {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn code_for(&self, name: &str, role: Role) -> String {
        let mut state = self.state();
        let n = u8::try_from(state.codes.len() + 1).unwrap();
        let code = EnrolCode::from_random(u64::from(n) * 7919);
        let user = User {
            id: UserId([n; 16]),
            name: name.to_owned(),
            role,
        };
        state.codes.insert(code.plain().to_owned(), user);
        code.to_string()
    }

    /// Another code for somebody the hub knows.
    pub(crate) fn code_again(&self, name: &str) -> String {
        let mut state = self.state();
        let user = state.codes.values().find(|user| user.name == name).unwrap().clone();
        let code = EnrolCode::from_random(state.codes.len() as u64 * 7919 + 1);
        state.codes.insert(code.plain().to_owned(), user);
        code.to_string()
    }

    /// Gives every compartment of a case that the user's role reads to that user.
    pub(crate) fn assign(&self, name: &str, case: CaseId) {
        let mut state = self.state();
        let user = state.user(name);
        let rights = Pack::national().rights();
        for compartment in Compartment::ALL
            .into_iter()
            .filter(|it| rights.may_read(&user.role, *it))
        {
            let document = DocumentId(DocumentKey::case(case, compartment).to_bytes());
            if state.granted.insert((user.id, document)) {
                state.log.push(Entry::Grant {
                    user: user.id,
                    document,
                });
            }
        }
    }

    pub(crate) fn unassign(&self, name: &str, case: CaseId) {
        let mut state = self.state();
        let user = state.user(name).id;
        let taken: Vec<_> = state
            .granted
            .iter()
            .filter(|(holder, document)| *holder == user && document.0[..16] == case.to_bytes())
            .copied()
            .collect();
        for (user, document) in taken {
            state.granted.remove(&(user, document));
            state.log.push(Entry::Revoke { user, document });
        }
    }

    /// The portal has accepted everything so far.
    pub(crate) fn accept(&self, case: CaseId, reference: &str) {
        let reference = reference.to_owned();
        self.answer("vatsalya", case, ReceiptState::Accepted { reference });
    }

    /// What a channel says of everything so far.
    pub(crate) fn answer(&self, channel: &'static str, case: CaseId, said: ReceiptState) {
        let mut state = self.state();
        let upto = state.log.len() as u64;
        state.log.push(Entry::Receipt {
            channel,
            document: DocumentId(DocumentKey::case(case, Compartment::Core).to_bytes()),
            upto,
            state: said,
        });
    }

    /// The document as the log makes it.
    pub(crate) fn document(&self, case: CaseId, compartment: Compartment) -> Document {
        let key = DocumentKey::case(case, compartment);
        let state = self.state();
        state.fold(DocumentId(key.to_bytes()), state.log.len())
    }

    /// A newer app than these tablets' has written this.
    pub(crate) fn write_as(&self, name: &str, case: CaseId, compartment: Compartment, edits: &[casefile::Edit]) {
        let mut document = self.document(case, compartment);
        let mut state = self.state();
        let author = *state.authors.iter().find(|(_, (_, user))| user.name == name).unwrap().0;
        // Another device of the same person: its own numbers.
        let other = casework::AuthorId::from_bytes(author.0.map(|byte| byte ^ 0x55));
        let change = document.edit(other, 1_795_415_400_000, &casefile::Action::EDIT, edits);
        state.log.push(Entry::Change {
            document: DocumentId(DocumentKey::case(case, compartment).to_bytes()),
            author: AuthorId(other.to_bytes()),
            bytes: change.unwrap().unwrap().bytes,
            late: false,
            received_ms: 1_795_415_400_000,
        });
    }

    /// The changes in the log that were handed in late.
    pub(crate) fn late_changes(&self) -> usize {
        self.state()
            .log
            .iter()
            .filter(|entry| matches!(entry, Entry::Change { late: true, .. }))
            .count()
    }

    /// A restore from a backup taken when the log had so many entries.
    pub(crate) fn restore(&self, entries: usize) {
        let mut state = self.state();
        state.log.truncate(entries);
        state.epoch += 1;
    }

    pub(crate) fn log_length(&self) -> usize {
        self.state().log.len()
    }
}

/// The key by which this hub signs packs.
pub(crate) fn pack_key() -> PackKey {
    PackKey::from_seed(&[0x70; 32])
}
