//! A device without a screen, a vault or a store.

use std::collections::{BTreeMap, BTreeSet};

use casefile::{Action, Document, Edit, Naming, Run, add_to_many, next_of_many};
use casework::matching::Entry;
use casework::{Compartment, DocumentKind, Pack, Value};
use protocol::enrol::{EnrolReply, EnrolRequest};
use protocol::limits::{CHANGE_BYTES_MAX, SNAPSHOT_BYTES_MAX};
use protocol::message::Names;
use protocol::message::down::{
    Close, Detail, Outcome, Piece, Proposals, Receipt, Received, StateMark, Verdict, Welcome,
};
use protocol::message::up::{Again, BatchWriter, Confirm, End, Open, Upload};
use protocol::parcel::{Collector, unpack};
use protocol::{
    AuthorId, AuthorKey, Cursor, DocumentId, DownMessage, EnrolLink, Epoch, FrameReader, IndexCursor, Nonce,
    PROTOCOL_VERSION, ReadError, Refusal, SigningChain, UpMessage,
};

use super::{document, new_case, now_ms, random, set};

/// Everything one answer said.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) welcome: Option<Welcome>,
    pub(crate) verdicts: BTreeMap<u64, Outcome>,
    pub(crate) granted: Vec<DocumentId>,
    pub(crate) changed: Vec<(u64, DocumentId, bool)>,
    pub(crate) revoked: Vec<DocumentId>,
    pub(crate) authors: Vec<String>,
    /// Own changes that were refused for good.
    pub(crate) judged: Vec<(DocumentId, [u8; 32])>,
    pub(crate) receipts: Vec<Receipt>,
    /// When the hub got what went up, by its number here.
    pub(crate) received_ms: BTreeMap<u64, Option<i64>>,
    /// When it had got what came folded in grants.
    pub(crate) received: Vec<Received>,
    pub(crate) marks: usize,
    /// The end, of whichever version, as version 1 says it.
    pub(crate) close: Option<Close>,
    pub(crate) state: Option<StateMark>,
    pub(crate) reject: Option<Refusal>,
    pub(crate) bytes: usize,
    /// Messages of the index, their bytes, whether they began anew, and whether there are more.
    pub(crate) proposals: usize,
    pub(crate) index: usize,
    pub(crate) index_bytes: usize,
    pub(crate) anew: bool,
    pub(crate) index_more: bool,
    /// Which pieces of which documents came.
    pub(crate) pieces: Vec<(DocumentId, u32)>,
    /// What the list shows of cases to come, and how many documents had come before.
    pub(crate) cards: Vec<([u8; 16], Vec<u8>)>,
    pub(crate) granted_before_cards: usize,
}

/// What an entry writes into a document.
enum Written {
    Snapshot(Vec<u8>),
    Change(Vec<u8>),
    Piece(Piece),
}

pub(crate) struct TestDevice {
    pub(crate) url: String,
    pub(crate) author: AuthorId,
    pub(crate) key: AuthorKey,
    pub(crate) cursor: Cursor,
    pub(crate) documents: BTreeMap<DocumentId, Document>,
    pub(crate) outbox: Vec<(u64, DocumentId, Vec<u8>)>,
    pub(crate) confirms: Vec<DocumentId>,
    /// Documents whose copy here is damaged.
    pub(crate) again: Vec<DocumentId>,
    pub(crate) client: reqwest::blocking::Client,
    /// The version it speaks: the newest, unless a test says otherwise.
    pub(crate) version: u16,
    /// Every receipt that has come: a quick portal answers within the request that brought the change.
    pub(crate) receipts: Vec<Receipt>,
    /// How far it has the index of missing children, where it wants it.
    pub(crate) index: Option<IndexCursor>,
    /// What the hub proposes, where it reads that.
    pub(crate) proposals: Option<Proposals>,
    /// Records it asks for, and what was answered.
    pub(crate) asks: Vec<[u8; 16]>,
    pub(crate) details: Vec<Detail>,
    pub(crate) appeals: Vec<protocol::Appeal>,
    pub(crate) appealed: Vec<protocol::message::down::Appealed>,
    /// Whether it reads pieces and cards, and the pieces of a document that is still on its way.
    pub(crate) pieces: bool,
    /// Whether it reads parcels that documents share, too.
    pub(crate) shares: bool,
    pub(crate) piece: Vec<Piece>,
    /// The open reports of it, by their ids.
    pub(crate) reports: BTreeMap<[u8; 16], Entry>,
    /// The life of the hub's log that it was told of last.
    epoch: Option<Epoch>,
    /// Numbers of changes that go up whole.
    whole: BTreeSet<u64>,
    next: u64,
}

impl TestDevice {
    pub(crate) fn unenrolled(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            author: AuthorId(random()),
            key: AuthorKey::from_seed(&random()),
            cursor: Cursor::start(),
            documents: BTreeMap::new(),
            outbox: Vec::new(),
            confirms: Vec::new(),
            again: Vec::new(),
            client: reqwest::blocking::Client::new(),
            version: PROTOCOL_VERSION,
            receipts: Vec::new(),
            index: None,
            proposals: None,
            asks: Vec::new(),
            details: Vec::new(),
            appeals: Vec::new(),
            appealed: Vec::new(),
            pieces: false,
            shares: false,
            piece: Vec::new(),
            reports: BTreeMap::new(),
            epoch: None,
            whole: BTreeSet::new(),
            next: 1,
        }
    }

    pub(crate) fn enrol(&self, link: &EnrolLink) -> EnrolReply {
        let request = EnrolRequest::signed(&link.code, self.author, &self.key, "tablet");
        self.post_enrol(request.to_cbor())
    }

    pub(crate) fn post_enrol(&self, body: Vec<u8>) -> EnrolReply {
        let response = self
            .client
            .post(format!("{}/v1/enrol", self.url))
            .body(body)
            .send()
            .unwrap();
        EnrolReply::from_cbor(&response.bytes().unwrap()).unwrap()
    }

    /// Edits a document and puts the change into the outbox.
    pub(crate) fn edit(&mut self, id: DocumentId, edits: &[Edit]) -> u64 {
        let kind = DocumentKind::from_byte(id.0[16]).unwrap();
        let document = self.documents.entry(id).or_insert_with(|| Document::new(kind));
        let author = casework::AuthorId::from_bytes(self.author.0);
        let change = document.edit(author, now_ms(), &Action::EDIT, edits).unwrap().unwrap();
        self.put(id, change.bytes)
    }

    /// Puts any bytes into the outbox.
    pub(crate) fn put(&mut self, id: DocumentId, bytes: Vec<u8>) -> u64 {
        let n = self.next;
        self.next += 1;
        self.outbox.push((n, id, bytes));
        n
    }

    pub(crate) fn open_case(&mut self) -> [u8; 16] {
        let case = new_case();
        self.edit(
            document(case, Compartment::Core),
            &[set("case.kind", "cncp"), set("case.stage", "intake")],
        );
        case
    }

    pub(crate) fn open(&self) -> Open {
        Open {
            version: self.version,
            author: self.author,
            sent_at_ms: now_ms(),
            nonce: Nonce(random()),
            cursor: self.cursor.clone(),
            app_version: "test".into(),
            reads: (self.version < 2).then(|| vec![Received::KIND]),
            state: None,
            access_upto: None,
            index: self.index.clone(),
            proposals: self.proposals.as_ref().map(|known| known.mark),
            asks: (!self.asks.is_empty()).then(|| self.asks.concat()),
            pieces: self.pieces.then_some(true),
            shares: self.shares.then_some(true),
            appeals: (!self.appeals.is_empty()).then(|| self.appeals.iter().flat_map(|one| one.to_bytes()).collect()),
            judged: (self.version >= 2).then_some(true),
        }
    }

    /// The outbox as this version says it.
    fn uploads(&self, sent_at_ms: i64) -> Vec<UpMessage> {
        let mut messages = Vec::new();
        let mut writer = BatchWriter::default();
        let mut runs = BTreeMap::new();
        for (n, id, bytes) in &self.outbox {
            let kind = DocumentKind::from_byte(id.0[16]);
            let run = runs.entry(*id).or_insert_with(|| Run::new(sent_at_ms, kind));
            let author = casework::AuthorId::from_bytes(self.author.0);
            let short = run
                .shorten(author, bytes, Naming::Beginning)
                .ok()
                .filter(|_| self.version >= 2 && !self.whole.contains(n));
            let mut one = Vec::new();
            add_to_many(&mut one, short.as_deref().unwrap_or_default());
            if short.is_some() && BatchWriter::takes(one.len()) {
                messages.extend(writer.add(*n, *id, &one).map(UpMessage::from));
                continue;
            }
            runs.remove(id);
            messages.extend(writer.finish().into_iter().map(UpMessage::from));
            messages.extend(
                Upload::of_change(self.version, *n, *id, bytes)
                    .into_iter()
                    .map(UpMessage::from),
            );
        }
        messages.extend(writer.finish().into_iter().map(UpMessage::from));
        messages
    }

    pub(crate) fn body(&self, open: Open) -> Vec<u8> {
        let mut chain = SigningChain::new(&self.key);
        let sent_at_ms = open.sent_at_ms;
        let mut messages: Vec<UpMessage> = vec![open.into()];
        messages.extend(self.uploads(sent_at_ms));
        messages.extend(
            self.confirms
                .iter()
                .map(|document| Confirm { document: *document }.into()),
        );
        messages.extend(self.again.iter().map(|document| Again { document: *document }.into()));
        messages.push(End::default().into());
        messages
            .iter()
            .flat_map(|message| chain.sign(message).unwrap().into_bytes())
            .collect()
    }

    pub(crate) fn post(&self, body: Vec<u8>) -> Vec<u8> {
        let response = self
            .client
            .post(format!("{}/v1/sync", self.url))
            .body(body)
            .send()
            .unwrap();
        response.bytes().unwrap().to_vec()
    }

    /// One whole request: what is in the outbox goes up, and leaves it with a verdict that takes it.
    pub(crate) fn sync(&mut self) -> Answer {
        let bytes = self.post(self.body(self.open()));
        let answer = self.take(&bytes);
        assert!(answer.close.is_some(), "{answer:?}");
        self.confirms.clear();
        self.again.clear();
        answer
    }

    /// Applies an answer, or as much of it as arrived.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Answer {
        let mut reader = FrameReader::new(bytes);
        let mut answer = Answer {
            bytes: bytes.len(),
            ..Answer::default()
        };
        let mut grants = Collector::new(SNAPSHOT_BYTES_MAX);
        let mut changes = Collector::new(CHANGE_BYTES_MAX);
        let mut unmarked = Vec::new();
        let mut names = (Names::default(), Names::default());
        let mut runs = BTreeMap::new();
        loop {
            let frame = match reader.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) | Err(ReadError::Frame(_)) => break,
                Err(error) => panic!("{error}"),
            };
            match DownMessage::from_frame(&frame).unwrap() {
                DownMessage::Welcome(welcome) => {
                    self.heed_epoch(welcome.epoch);
                    answer.welcome = Some(welcome);
                }
                DownMessage::Verdict(verdict) => self.heed(verdict, &mut answer),
                DownMessage::Verdicts(verdicts) => {
                    for verdict in verdicts.each().unwrap() {
                        self.heed(verdict, &mut answer);
                    }
                }
                DownMessage::Changes(several) => {
                    let document = names.0.meant(several.document).unwrap();
                    let many = unpack(&several.bytes, CHANGE_BYTES_MAX).unwrap();
                    let mut many = many.as_slice();
                    let run = runs.entry(document).or_insert_with(|| Run::new(0, None));
                    run.count_from(several.written[0].after_ms);
                    let mut number = 0;
                    for written in several.written {
                        number += written.step;
                        let author = casework::AuthorId::from_bytes(names.1.meant(written.author).unwrap().0);
                        let short = next_of_many(&mut many).unwrap().unwrap();
                        let (bytes, _) = run.lengthen(author, short, |_| None).unwrap();
                        answer.changed.push((number, document, written.late == Some(true)));
                        unmarked.push((document, Written::Change(bytes)));
                    }
                    assert!(many.is_empty());
                }
                DownMessage::Grant(grant) => {
                    runs.remove(&grant.document);
                    if let Some(snapshot) = grants.add(grant.document, grant.part()).unwrap() {
                        answer.granted.push(grant.document);
                        unmarked.push((grant.document, Written::Snapshot(snapshot)));
                    }
                }
                DownMessage::Piece(piece) => {
                    runs.remove(&piece.document);
                    answer.pieces.push((piece.document, piece.part));
                    match &piece.shares {
                        Some(shares) => answer.granted.extend(shares.iter().map(|share| share.document)),
                        None if piece.part + 1 == piece.parts => answer.granted.push(piece.document),
                        None => {}
                    }
                    unmarked.push((piece.document, Written::Piece(piece)));
                }
                DownMessage::Cards(cards) => {
                    answer.cards.extend(cards.cards().unwrap());
                    answer.granted_before_cards = answer.granted.len();
                }
                DownMessage::Change(change) => {
                    runs.remove(&change.document);
                    if let Some(bytes) = changes.add(change.number, change.part()).unwrap() {
                        answer.changed.push((change.number, change.document, change.late));
                        unmarked.push((change.document, Written::Change(bytes)));
                    }
                }
                DownMessage::Revoke(revoke) => {
                    runs.remove(&revoke.document);
                    answer.revoked.push(revoke.document);
                }
                DownMessage::Judged(judged) => answer.judged.push((judged.document, judged.hash.0)),
                DownMessage::Author(author) => answer.authors.push(author.name),
                DownMessage::Receipt(receipt) => {
                    self.receipts.push(receipt.clone());
                    answer.receipts.push(receipt);
                }
                DownMessage::Received(received) => answer.received.push(received),
                DownMessage::Proposals(proposals) => {
                    assert!(proposals.is_within_limits());
                    answer.proposals += 1;
                    self.proposals = Some(proposals);
                }
                DownMessage::Detail(detail) => {
                    assert!(detail.is_within_limits());
                    self.asks.retain(|asked| *asked != detail.record);
                    self.details.push(detail);
                }
                DownMessage::Appealed(appealed) => {
                    assert!(appealed.is_within_limits());
                    self.appealed.push(appealed);
                }
                DownMessage::Index(index) => {
                    answer.index += 1;
                    answer.index_bytes += frame.as_bytes().len();
                    answer.anew |= index.anew == Some(true);
                    if index.anew == Some(true) {
                        self.reports.clear();
                    }
                    for bytes in index.entries().unwrap() {
                        assert!(bytes.len() <= Entry::BYTES_MAX);
                        let entry = Entry::from_bytes(&bytes).unwrap();
                        self.reports.insert(entry.id, entry);
                    }
                    for id in index.gone().unwrap() {
                        self.reports.remove(&id);
                    }
                    self.index = Some(index.cursor);
                }
                DownMessage::Mark(mark) => {
                    answer.marks += 1;
                    self.apply(std::mem::take(&mut unmarked));
                    self.cursor = mark.cursor;
                }
                DownMessage::Close(close) => {
                    self.apply(std::mem::take(&mut unmarked));
                    self.cursor = close.cursor.clone();
                    answer.close = Some(close);
                }
                DownMessage::Done(done) => {
                    self.apply(std::mem::take(&mut unmarked));
                    let token = done.token();
                    self.cursor = done.cursor.unwrap_or_else(|| self.cursor.clone());
                    answer.state = done.state;
                    answer.index_more = done.index_more == Some(true);
                    answer.close = Some(Close {
                        cursor: self.cursor.clone(),
                        token,
                        token_ends_ms: now_ms() + i64::from(done.token_s) * 1000,
                        more: done.more == Some(true),
                        packs: done.packs,
                        terms: done.terms,
                        dismissal: done.dismissal,
                        access_upto: done.access_upto,
                        access_differs: done.access_differs,
                        speaks: None,
                    });
                }
                DownMessage::Reject(reject) => answer.reject = Some(reject.code),
            }
        }
        answer
    }

    /// A hub that began a new life may lack what it had: what was written here goes up once more.
    fn heed_epoch(&mut self, epoch: Epoch) {
        if self.epoch.replace(epoch).is_none_or(|known| known == epoch) {
            return;
        }
        let own = casework::AuthorId::from_bytes(self.author.0);
        let mut again = Vec::new();
        for (id, document) in &self.documents {
            let changes = document.changes().into_iter().filter(|(head, _)| head.author == own);
            again.extend(changes.map(|(_, bytes)| (*id, bytes)));
        }
        for (id, bytes) in again {
            if !self
                .outbox
                .iter()
                .any(|(_, waiting, known)| (*waiting, known) == (id, &bytes))
            {
                self.put(id, bytes);
            }
        }
    }

    fn heed(&mut self, verdict: Verdict, answer: &mut Answer) {
        if matches!(verdict.outcome, Outcome::Accepted { .. } | Outcome::Duplicate { .. }) {
            self.outbox.retain(|(n, ..)| *n != verdict.n);
        }
        if let Outcome::Refused {
            code: Refusal::SendWhole,
        } = verdict.outcome
        {
            self.whole.insert(verdict.n);
        }
        answer.received_ms.insert(verdict.n, verdict.received_ms);
        answer.verdicts.insert(verdict.n, verdict.outcome);
    }

    fn apply(&mut self, entries: Vec<(DocumentId, Written)>) {
        for (id, entry) in entries {
            match entry {
                Written::Piece(piece) => {
                    for (id, snapshot) in self.piece(piece) {
                        self.merge(id, &snapshot);
                    }
                }
                Written::Snapshot(snapshot) => self.merge(id, &snapshot),
                Written::Change(change) => {
                    let kind = DocumentKind::from_byte(id.0[16]).unwrap();
                    let document = self.documents.entry(id).or_insert_with(|| Document::new(kind));
                    document.apply(&[change], Pack::national()).unwrap();
                }
            }
        }
    }

    fn merge(&mut self, id: DocumentId, snapshot: &[u8]) {
        let kind = DocumentKind::from_byte(id.0[16]).unwrap();
        let document = self.documents.entry(id).or_insert_with(|| Document::new(kind));
        if !snapshot.is_empty() {
            document.merge(&Document::load(kind, snapshot).unwrap()).unwrap();
        }
    }

    /// Puts a piece to the others; with the last the documents are here.
    fn piece(&mut self, piece: Piece) -> Vec<(DocumentId, Vec<u8>)> {
        let of = |one: &Piece| (one.document, one.upto, one.digest);
        if self.piece.first().is_some_and(|first| of(first) != of(&piece)) {
            self.piece.clear();
        }
        let is_last = piece.part + 1 == piece.parts;
        assert_eq!(
            piece.part as usize,
            self.piece.len(),
            "a piece is missing or came twice"
        );
        let (document, shares) = (piece.document, piece.shares.clone());
        self.piece.push(piece);
        if !is_last {
            return Vec::new();
        }
        let packed: Vec<u8> = self.piece.drain(..).flat_map(|piece| piece.bytes).collect();
        let plain = unpack(&packed, SNAPSHOT_BYTES_MAX).unwrap();
        let Some(shares) = shares else {
            return vec![(document, plain)];
        };
        let out = Piece::shared_out(&shares, &plain).unwrap();
        shares
            .iter()
            .map(|share| share.document)
            .zip(out.into_iter().map(<[u8]>::to_vec))
            .collect()
    }

    pub(crate) fn fact(&self, id: DocumentId, fact: &str) -> Option<Value> {
        self.documents
            .get(&id)?
            .value(&casefile::Register::Fact(fact.parse().unwrap()))
    }
}
