//! A hub without sockets and workers, with a clock that the test turns: it folds and delivers when it is told to.

use std::collections::BTreeMap;
use std::sync::Arc;

use casefile::{Action, ChangeHead, Document, Edit};
use casework::{Compartment, DocumentKind, Value};
use protocol::{AuthorId, DocumentId, UserId};
use sync_server::channel::Deliverer;
use sync_server::clock::{Clock, StandingClock};
use sync_server::project::fold_waiting;
use sync_server::storage::{Committed, NewChange, NewSubject, Readable, User, Writing};
use sync_server::{Config, Hub, admin};

use crate::receiver::{Receiver, SECRET};
use crate::support::{DISTRICT, document, new_case, set};

pub(crate) const HOUR_MS: i64 = 3_600_000;

/// A clock that the test keeps hold of.
#[derive(Debug, Clone)]
pub(crate) struct Shared(pub(crate) Arc<StandingClock>);

impl Clock for Shared {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }
}

pub(crate) struct Office {
    pub(crate) hub: Arc<Hub>,
    pub(crate) clock: Arc<StandingClock>,
    _dir: tempfile::TempDir,
    user: UserId,
    author: casework::AuthorId,
    documents: BTreeMap<DocumentId, Document>,
    deliverers: BTreeMap<&'static str, Deliverer>,
}

/// The settings of a channel that a receiver is told by.
pub(crate) fn sent_to(channel: &str, receiver: &Receiver) -> String {
    format!(
        "[channels.{channel}]\nurl = '{}'\nsecret = '{SECRET}'\n",
        receiver.url()
    )
}

impl Office {
    /// With these settings, at this time.
    pub(crate) fn new(more: &str, now_ms: i64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hub.toml");
        std::fs::write(&path, format!("listen = '127.0.0.1:0'\ndata_dir = 'data'\n{more}")).unwrap();
        let clock = Arc::new(StandingClock::at(now_ms));
        let hub = Hub::open_with(Config::read(&path).unwrap(), Box::new(Shared(clock.clone()))).unwrap();
        hub.storage.add_district(DISTRICT, "Bengaluru Urban", 0).unwrap();
        let user = UserId(crate::support::random());
        let row = User {
            id: user,
            district: DISTRICT.into(),
            name: "An officer".into(),
            role: "dcpo".into(),
        };
        admin::add_user(&hub, &row).unwrap();
        Self {
            hub,
            clock,
            _dir: dir,
            user,
            author: casework::AuthorId::from_bytes(crate::support::random()),
            documents: BTreeMap::new(),
            deliverers: BTreeMap::new(),
        }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Writes into a document as if it had come by sync, and says the number in the log.
    pub(crate) fn write(&mut self, id: DocumentId, edits: &[Edit]) -> u64 {
        let kind = DocumentKind::from_byte(id.0[16]).unwrap();
        let subject: [u8; 16] = id.0[..16].try_into().unwrap();
        let known = self.hub.storage.subject_documents(subject).unwrap();
        let begun = self.documents.entry(id).or_insert_with(|| Document::new(kind));
        let change = begun.edit(self.author, self.clock.now_ms(), &Action::EDIT, edits);
        let change = change.unwrap().unwrap();
        let head = ChangeHead::parse(&change.bytes).unwrap();
        let documents = match kind {
            DocumentKind::Case(_) => Compartment::ALL.map(|one| document(subject, one)).to_vec(),
            _ => vec![id],
        };
        let readable = documents.iter().map(|id| {
            let document = *id;
            let readable = Readable {
                document,
                writable: true,
            };
            (self.user, readable)
        });
        let writing = if known.is_empty() {
            Writing::Begins(NewSubject {
                readable: readable.collect(),
                documents,
                assigned: Some(self.user),
            })
        } else {
            Writing::Granted
        };
        let committed = self.hub.storage.commit_change(&NewChange {
            document: id,
            district: DISTRICT,
            user: self.user,
            author: AuthorId(self.author.to_bytes()),
            seq: head.seq,
            hash: head.hash,
            bytes: &change.bytes,
            writing,
            media: Vec::new(),
            now_ms: self.clock.now_ms(),
        });
        match committed.unwrap() {
            Committed::New { number, .. } => number,
            Committed::Duplicate { .. } => panic!("written twice"),
        }
    }

    /// A case that was opened now.
    pub(crate) fn case(&mut self) -> [u8; 16] {
        let case = new_case();
        self.core(case, &[("case.kind", "cncp".into()), ("case.stage", "intake".into())]);
        case
    }

    /// Writes facts into the core of a case.
    pub(crate) fn core(&mut self, case: [u8; 16], facts: &[(&str, Value)]) -> u64 {
        let edits: Vec<Edit> = facts.iter().map(|(fact, value)| set(fact, value.clone())).collect();
        self.write(document(case, Compartment::Core), &edits)
    }

    /// Folds whatever waits.
    pub(crate) fn fold(&self) {
        while fold_waiting(&self.hub).unwrap() > 0 {}
    }

    /// Folds, then tries what is due for a channel until nothing is; says how many tries that were.
    pub(crate) fn deliver(&mut self, channel: &'static str) -> usize {
        self.fold();
        let mut tries = 0;
        loop {
            let deliverer = self.deliverers.entry(channel).or_insert_with(|| {
                let config = self.hub.config.channels.of(channel).unwrap().clone();
                Deliverer::new(channel, config, self.hub.config.limits)
                    .unwrap()
                    .unwrap()
            });
            match deliverer.deliver_due(&self.hub).unwrap() {
                0 => return tries,
                more => tries += more,
            }
        }
    }

    /// What was answered about a document by a channel.
    pub(crate) fn answered(&self, id: DocumentId, channel: &str) -> Option<(bool, String, u64)> {
        let receipts = self.hub.storage.latest_receipts(id).unwrap().into_iter();
        receipts
            .filter(|receipt| receipt.channel == channel)
            .map(|receipt| (receipt.accepted, receipt.words, receipt.upto))
            .next()
    }

    pub(crate) fn waiting(&self, channel: &str) -> u64 {
        self.hub.storage.waiting_deliveries(channel).unwrap()
    }
}
