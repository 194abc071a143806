//! What the hub in memory says to an exchange.

use std::collections::BTreeMap;

use casefile::{ChangeHead, Document, DocumentKey};
use casework::{Compartment, Pack};
use protocol::{
    AuthorId, Cursor, DocumentId, DownMessage, Epoch, FrameReader, Refusal, UpMessage, UserId, VerifyingChain,
    dismissal::{Dismissal, SignedDismissal},
    limits::CHANGE_BYTES_MAX,
    message::down::{self, Outcome},
    message::up::Open,
    parcel::{Collector, pack, parts},
    terms::{SignedTerms, Terms},
};

use super::{Entry, State, User, pack_key};

impl State {
    pub(super) fn user(&self, name: &str) -> User {
        self.codes.values().find(|user| user.name == name).unwrap().clone()
    }

    pub(super) fn fold(&self, wanted: DocumentId, upto: usize) -> Document {
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

    pub(super) fn answer(&mut self, body: &[u8]) -> Vec<DownMessage> {
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
                UpMessage::Batch(_) | UpMessage::Rows(_) => unreachable!("nobody said that this hub speaks version 2"),
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
                        said.push(
                            down::Revoke {
                                document: *document,
                                destroyed: None,
                            }
                            .into(),
                        );
                    }
                }
                Entry::Receipt {
                    channel,
                    document,
                    upto,
                    state,
                } => {
                    if self.granted.contains(&(user, *document)) {
                        let channel = (*channel).to_owned();
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
                speaks: None,
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

impl State {
    pub(super) fn terms_for(&self, author: AuthorId, now_ms: i64) -> Option<SignedTerms> {
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
        let kept = if std::mem::take(&mut self.understands_nothing_once) {
            0
        } else {
            uploads
        };
        let dismissal = Dismissal {
            dismissed_ms: hub_time_ms,
            told_ms: hub_time_ms,
            kept: kept as u64,
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
        self.kept_aside += kept;
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
