//! A hub in memory: it speaks the protocol and nothing else, checks every signature, and fails as it is told.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::{self, Read},
    sync::{Mutex, MutexGuard},
};

use casefile::{ChangeHead, Document, DocumentKey};
use casework::{CaseId, Compartment, Pack, Role};
use device::{MediaCall, Transport, TransportError};
use protocol::{
    AuthorId, Cursor, DocumentId, DownMessage, EnrolCode, Epoch, FrameReader, HubUrl, PublicKey, Refusal, UpMessage,
    UserId, VerifyingChain,
    access_log::AccessRow,
    dismissal::{Dismissal, SignedDismissal},
    enrol::{EnrolReply, EnrolRequest, Enrolled, person_mark},
    ids::Sha256,
    limits::CHANGE_BYTES_MAX,
    message::down::{self, Outcome, ReceiptState},
    message::up::Open,
    pack::{PackKey, PackRef},
    parcel::{Collector, pack, parts},
    recovery::RecoveryRequest,
    terms::{SignedTerms, Terms},
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
        let mut state = self.state();
        let upto = state.log.len() as u64;
        let document = DocumentId(DocumentKey::case(case, Compartment::Core).to_bytes());
        state.log.push(Entry::Receipt {
            document,
            upto,
            state: ReceiptState::Accepted {
                reference: reference.to_owned(),
            },
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

impl State {
    fn user(&self, name: &str) -> User {
        self.codes.values().find(|user| user.name == name).unwrap().clone()
    }

    fn fold(&self, wanted: DocumentId, upto: usize) -> Document {
        let mut folded = Document::new(DocumentKey::from_bytes(wanted.0).unwrap().kind);
        for entry in &self.log[..upto] {
            if let Entry::Change { document, bytes, .. } = entry
                && *document == wanted
            {
                folded.apply(std::slice::from_ref(bytes), Pack::national()).unwrap();
            }
        }
        folded
    }

    /// When the entry with this number was received, as a verdict says it.
    fn received_ms(&self, outcome: &Outcome) -> Option<i64> {
        let (Outcome::Accepted { number, .. } | Outcome::Duplicate { number }) = outcome else {
            return None;
        };
        match &self.log[usize::try_from(*number).unwrap() - 1] {
            Entry::Change { received_ms, .. } if !self.faults.old => Some(*received_ms),
            _ => None,
        }
    }

    /// The times of what a grant at this place of the log folds.
    fn received(&self, wanted: DocumentId, upto: usize) -> Vec<down::Received> {
        let mut by_author: BTreeMap<AuthorId, Vec<i64>> = BTreeMap::new();
        for entry in &self.log[..upto] {
            if let Entry::Change {
                document,
                author,
                received_ms,
                ..
            } = entry
                && *document == wanted
            {
                by_author.entry(*author).or_default().push(*received_ms);
            }
        }
        by_author
            .iter()
            .flat_map(|(author, times)| down::Received::of(wanted, *author, 1, times))
            .collect()
    }

    fn take_change(&mut self, author: AuthorId, document: DocumentId, bytes: Vec<u8>, received_ms: i64) -> Outcome {
        if let Some(code) = self.faults.refuse {
            return Outcome::Refused { code };
        }
        let head = ChangeHead::parse(&bytes).unwrap();
        assert_eq!(head.author.to_bytes(), author.0);
        let known = self.log.iter().position(|entry| {
            matches!(entry, Entry::Change { bytes: known, .. } if ChangeHead::parse(known).unwrap().hash == head.hash)
        });
        if let Some(at) = known {
            return Outcome::Duplicate { number: at as u64 + 1 };
        }
        let mut folded = self.fold(document, self.log.len());
        if folded.apply(std::slice::from_ref(&bytes), Pack::national()).is_err() {
            return Outcome::Refused {
                code: Refusal::MissingDependencies,
            };
        }
        let user = self.authors[&author].1.clone();
        let is_new = !self.log.iter().any(|entry| match entry {
            Entry::Change { document: known, .. } | Entry::Grant { document: known, .. } => {
                known.0[..16] == document.0[..16]
            }
            _ => false,
        });
        if is_new {
            for compartment in Compartment::ALL {
                let mut id = document.0;
                id[16] = casework::DocumentKind::Case(compartment).to_byte();
                self.granted.insert((user.id, DocumentId(id)));
                self.log.push(Entry::Grant {
                    user: user.id,
                    document: DocumentId(id),
                });
            }
        }
        let late = !self.granted.contains(&(user.id, document));
        self.log.push(Entry::Change {
            document,
            author,
            bytes,
            late,
            received_ms,
        });
        Outcome::Accepted {
            number: self.log.len() as u64,
            late,
        }
    }

    fn answer(&mut self, body: &[u8]) -> Vec<DownMessage> {
        let mut frames = FrameReader::new(body);
        let first = frames.next_frame().unwrap().unwrap();
        let Ok(UpMessage::Open(open)) = UpMessage::unverified(&first) else {
            panic!("a request begins with Open")
        };
        let hub_time_ms = self.faults.clock_ms.unwrap_or(open.sent_at_ms);
        let reject = |code| {
            let dismissal = None;
            vec![
                down::Reject {
                    code,
                    hub_time_ms,
                    dismissal,
                }
                .into(),
            ]
        };
        let Some((key, user)) = self.authors.get(&open.author).cloned() else {
            return reject(Refusal::NotEnrolled);
        };
        let mut chain = VerifyingChain::new(key);
        chain.verify(&first).unwrap();
        if (open.sent_at_ms - hub_time_ms).abs() > protocol::limits::CLOCK_SKEW_MS_MAX {
            return reject(Refusal::ClockWrong);
        }
        let mut epoch = [7; 16];
        epoch[0] = self.epoch;
        let mut said: Vec<DownMessage> = vec![
            down::Welcome {
                hub_time_ms,
                epoch: Epoch(epoch),
                district: "D1".into(),
            }
            .into(),
        ];
        let mut collector = Collector::new(CHANGE_BYTES_MAX);
        let mut uploads = 0;
        loop {
            let frame = frames.next_frame().unwrap().expect("a request ends with End");
            match chain.verify(&frame).unwrap() {
                UpMessage::Open(_) => panic!("one Open"),
                UpMessage::Upload(upload) => {
                    self.uploads += 1;
                    let Some(bytes) = collector.add((upload.n, upload.document), upload.part()).unwrap() else {
                        continue;
                    };
                    uploads += 1;
                    if self.shut_out == Some(false) {
                        continue;
                    }
                    let outcome = self.take_change(open.author, upload.document, bytes, hub_time_ms);
                    let received_ms = self.received_ms(&outcome);
                    let verdict = down::Verdict::new(upload.n, outcome);
                    said.push(down::Verdict { received_ms, ..verdict }.into());
                }
                UpMessage::Access(access) => {
                    access.check().unwrap();
                    let rows = self.access.entry(open.author).or_default();
                    self.access_frames += 1;
                    for row in access.rows {
                        // After an answer that was lost, rows come again; else each comes once.
                        if row.n <= rows.len() as u64 {
                            self.access_again += 1;
                            continue;
                        }
                        assert_eq!(row.n, rows.len() as u64 + 1, "no row is left out");
                        rows.push(row);
                    }
                }
                UpMessage::Confirm(confirm) => self.confirmed.push(confirm.document),
                UpMessage::Again(again) if self.granted.contains(&(user.id, again.document)) => {
                    let upto = self.log.len();
                    said.extend(self.grant(again.document, upto, upto as u64));
                }
                UpMessage::Again(_) => {}
                UpMessage::End(end) => {
                    self.destroyed += usize::from(end.destroys == Some(true));
                    break;
                }
            }
        }
        let times = open.reads(down::Received::KIND) && !self.faults.old;
        self.tell((open.author, user.id), &open.cursor, epoch[0], times, &mut said);
        self.amend(&open, hub_time_ms, said, uploads)
    }

    fn grant(&self, document: DocumentId, entries: usize, upto: u64) -> Vec<DownMessage> {
        let packed = pack(&self.fold(document, entries).save());
        let grant = |part: protocol::parcel::Part<'_>| {
            down::Grant {
                document,
                upto,
                part: part.part,
                parts: part.parts,
                bytes: part.bytes.to_vec(),
                writable: true,
            }
            .into()
        };
        parts(&packed).map(grant).collect()
    }

    fn tell(
        &self,
        (reader, user): (AuthorId, UserId),
        cursor: &Cursor,
        epoch: u8,
        times: bool,
        said: &mut Vec<DownMessage>,
    ) {
        // A cursor of this hub is its epoch and a place in the log.
        let from = match cursor.as_bytes() {
            [known, at @ ..] if *known == epoch => u64::from_le_bytes(at.try_into().unwrap()),
            _ => 0,
        };
        for (author, (_, user)) in &self.authors {
            said.push(
                down::Author {
                    author: *author,
                    user: user.id,
                    name: user.name.clone(),
                    role: user.role.code().into(),
                    device: "tablet".into(),
                }
                .into(),
            );
        }
        // What was written before a grant that is read now comes folded in it.
        let folded = |at: usize, document: &DocumentId| {
            let mut later = self.log.iter().skip(at.max(usize::try_from(from).unwrap()));
            later.any(|entry| matches!(entry, Entry::Grant { user: to, document: of } if *to == user && of == document))
        };
        for (at, entry) in self.log.iter().enumerate().skip(usize::try_from(from).unwrap()) {
            let number = at as u64 + 1;
            match entry {
                Entry::Change {
                    document,
                    author,
                    bytes,
                    late,
                    received_ms,
                } => {
                    if *author != reader && self.granted.contains(&(user, *document)) && !folded(at, document) {
                        let packed = pack(bytes);
                        for part in parts(&packed) {
                            said.push(
                                down::Change {
                                    number,
                                    document: *document,
                                    author: *author,
                                    received_ms: *received_ms,
                                    late: *late,
                                    part: part.part,
                                    parts: part.parts,
                                    bytes: part.bytes.to_vec(),
                                }
                                .into(),
                            );
                        }
                    }
                }
                Entry::Grant { user: to, document } => {
                    if *to == user && self.granted.contains(&(user, *document)) {
                        said.extend(self.grant(*document, at, number));
                        if times {
                            said.extend(self.received(*document, at).into_iter().map(DownMessage::from));
                        }
                    }
                }
                Entry::Revoke { user: from, document } => {
                    if *from == user && !self.granted.contains(&(user, *document)) {
                        said.push(down::Revoke { document: *document }.into());
                    }
                }
                Entry::Receipt { document, upto, state } => {
                    if self.granted.contains(&(user, *document)) {
                        let channel = "vatsalya".to_owned();
                        let (document, upto, state) = (*document, *upto, state.clone());
                        said.push(
                            down::Receipt {
                                document,
                                channel,
                                upto,
                                at_ms: 5,
                                state,
                            }
                            .into(),
                        );
                    }
                }
            }
            said.push(
                down::Mark {
                    cursor: cursor_at(epoch, number),
                }
                .into(),
            );
        }
        said.push(
            down::Close {
                cursor: cursor_at(epoch, self.log.len() as u64),
                token: down::Token("token".into()),
                token_ends_ms: i64::MAX,
                more: false,
                access_upto: (!self.takes_no_access_log).then(|| self.access.get(&reader).map_or(0, Vec::len) as u64),
                access_differs: None,
                terms: None,
                dismissal: None,
                packs: (!self.packs.is_empty()).then(|| self.packs.iter().map(|(named, _)| named.clone()).collect()),
            }
            .into(),
        );
    }
}

fn cursor_at(epoch: u8, number: u64) -> Cursor {
    let bytes: Vec<u8> = std::iter::once(epoch).chain(number.to_le_bytes()).collect();
    Cursor::from_bytes(&bytes).unwrap()
}

/// Bytes, and then a link that is gone.
struct Cut(io::Cursor<Vec<u8>>);

impl Read for Cut {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::ErrorKind::ConnectionReset.into()),
            count => Ok(count),
        }
    }
}

impl Transport for Hub {
    fn enrol(&self, _: &HubUrl, body: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let mut state = self.state();
        let faults = state.faults.clone();
        if faults.offline {
            return Err(TransportError::Unreachable);
        }
        if let Some(answer) = faults.answer {
            return Ok(answer);
        }
        let request = EnrolRequest::from_cbor(&body).unwrap();
        let code = request.check().unwrap();
        let reply = match (state.codes.get(code.plain()).cloned(), state.used.get(code.plain())) {
            (None, _) => EnrolReply::Refused(Refusal::WrongCode),
            (Some(user), None) if request.persons.iter().flatten().any(|one| *one == person_mark(user.id)) => {
                EnrolReply::Refused(Refusal::AlreadyHere)
            }
            (Some(_), Some(author)) if *author != request.author => EnrolReply::Refused(Refusal::UsedCode),
            (Some(user), _) => {
                state.used.insert(code.plain().to_owned(), request.author);
                state
                    .authors
                    .insert(request.author, (PublicKey(request.public_key), user.clone()));
                EnrolReply::Enrolled(Enrolled {
                    user: user.id,
                    user_name: user.name,
                    role: user.role.code().into(),
                    district: "D1".into(),
                    district_name: "Invented".into(),
                    hub_name: "A hub in memory".into(),
                    epoch: Epoch([7; 16]),
                    hub_time_ms: 0,
                    pack_key: Some(pack_key().public().0),
                    terms: state.terms_for(request.author, ENROLLED_MS),
                })
            }
        };
        if faults.lose_answers {
            Err(TransportError::Unreachable)
        } else {
            Ok(reply.to_cbor())
        }
    }

    fn sync(&self, _: &HubUrl, body: Vec<u8>) -> Result<Box<dyn Read>, TransportError> {
        let mut state = self.state();
        let faults = state.faults.clone();
        if faults.offline {
            return Err(TransportError::Unreachable);
        }
        state.exchanges += 1;
        let answer = state.answer(&body);
        if faults.lose_answers {
            return Err(TransportError::Unreachable);
        }
        if let Some(bytes) = faults.answer {
            return Ok(Box::new(io::Cursor::new(bytes)));
        }
        let bytes: Vec<u8> = answer
            .iter()
            .flat_map(|message| message.to_frame().unwrap().into_bytes())
            .collect();
        Ok(match faults.cut_after {
            Some(at) if at < bytes.len() => Box::new(Cut(io::Cursor::new(bytes[..at].to_vec()))),
            _ => Box::new(io::Cursor::new(bytes)),
        })
    }

    fn begin_upload(&self, _: &HubUrl, media: MediaCall<'_>, _: u64) -> Result<u64, TransportError> {
        let mut state = self.state();
        Ok(state.media.entry(*media.sha256.as_bytes()).or_default().len() as u64)
    }

    fn upload(&self, _: &HubUrl, media: MediaCall<'_>, at: u64, piece: &[u8]) -> Result<u64, TransportError> {
        let mut state = self.state();
        let bytes = state.media.get_mut(media.sha256.as_bytes()).unwrap();
        if bytes.len() as u64 != at {
            return Err(TransportError::Status(409));
        }
        bytes.extend_from_slice(piece);
        Ok(bytes.len() as u64)
    }

    fn download(&self, _: &HubUrl, media: MediaCall<'_>) -> Result<Vec<u8>, TransportError> {
        if media.token != "token" {
            return Err(TransportError::Status(401));
        }
        self.state()
            .media
            .get(media.sha256.as_bytes())
            .cloned()
            .ok_or(TransportError::Status(404))
    }

    fn pack(&self, _: &HubUrl, sha256: &Sha256, token: &str) -> Result<Vec<u8>, TransportError> {
        if token != "token" {
            return Err(TransportError::Status(401));
        }
        let mut state = self.state();
        state.pack_fetches += 1;
        let found = state.packs.iter().find(|(named, _)| named.sha256 == *sha256);
        found.map(|(_, bytes)| bytes.clone()).ok_or(TransportError::Status(404))
    }

    fn ask_recovery(&self, _: &HubUrl, body: Vec<u8>) -> Result<(), TransportError> {
        let mut state = self.state();
        if state.faults.offline {
            return Err(TransportError::Unreachable);
        }
        let request = RecoveryRequest::from_cbor(&body).unwrap();
        state.recoveries.entry(request.id()).or_insert((request, None));
        Ok(())
    }

    fn recovery_answer(&self, _: &HubUrl, request: &Sha256) -> Result<Option<Vec<u8>>, TransportError> {
        let state = self.state();
        if state.faults.offline {
            return Err(TransportError::Unreachable);
        }
        let asked = state.recoveries.get(request).ok_or(TransportError::Status(404))?;
        Ok(asked.1.clone())
    }
}

/// When a tablet enrols, by the hub's clock: the bench's clock stands there at first.
const ENROLLED_MS: i64 = crate::bench::NOW_MS;

impl State {
    fn terms_for(&self, author: AuthorId, now_ms: i64) -> Option<SignedTerms> {
        let (lease_ms, recovery) = self.terms.clone()?;
        let terms = Terms {
            issued_ms: now_ms,
            ends_ms: now_ms + lease_ms,
            recovery,
        };
        Some(SignedTerms::sign(&pack_key(), author, terms))
    }

    /// What an answer says besides: terms, or that everybody is shut out.
    fn amend(&mut self, open: &Open, hub_time_ms: i64, said: Vec<DownMessage>, uploads: usize) -> Vec<DownMessage> {
        let Some(hand_in) = self.shut_out else {
            let terms = self.terms_for(open.author, hub_time_ms);
            let amended = said.into_iter().map(|message| match message {
                DownMessage::Close(close) => down::Close {
                    terms: terms.clone(),
                    ..close
                }
                .into(),
                other => other,
            });
            return amended.collect();
        };
        let dismissal = Dismissal {
            dismissed_ms: hub_time_ms,
            told_ms: hub_time_ms,
            kept: uploads as u64,
            hand_in,
        };
        let key = self.dismissed_by.clone().unwrap_or_else(pack_key);
        let dismissal = Some(SignedDismissal::sign(&key, open.author, open.nonce, dismissal));
        if hand_in {
            let amended = said.into_iter().map(|message| match message {
                DownMessage::Close(close) => down::Close {
                    dismissal: dismissal.clone(),
                    ..close
                }
                .into(),
                other => other,
            });
            return amended.collect();
        }
        self.kept_aside += uploads;
        vec![
            down::Reject {
                code: Refusal::NotEnrolled,
                hub_time_ms,
                dismissal,
            }
            .into(),
        ]
    }
}

/// The key by which this hub signs packs.
pub(crate) fn pack_key() -> PackKey {
    PackKey::from_seed(&[0x70; 32])
}
