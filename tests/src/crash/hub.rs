//! A hub on paper: what it took in stands in a file beside the tablet, on another machine as it were, so that a session
//! which is killed finds it as it was. It checks no signatures and knows one officer, and a colleague who writes when the
//! script says so.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use casefile::{Action, ChangeHead, Document, DocumentKey, Edit};
use casework::{CaseId, Compartment, Pack, Role};
use device::{MediaCall, Transport, TransportError};
use protocol::{
    AuthorId, Cursor, DocumentId, DownMessage, Epoch, FrameReader, HubUrl, Refusal, UpMessage, UserId,
    enrol::{EnrolReply, EnrolRequest, Enrolled, person_mark},
    ids::Sha256,
    limits::CHANGE_BYTES_MAX,
    message::down::{self, Outcome},
    parcel::{Collector, pack, parts},
};
use serde::{Deserialize, Serialize};

use super::{calls::Marks, hour::Mark};

/// The colleague who writes from elsewhere.
const COLLEAGUE: [u8; 16] = [0xC0; 16];
const OFFICER: UserId = UserId([1; 16]);
/// Whoever is enrolled where the first officer is already.
const SECOND_OFFICER: UserId = UserId([2; 16]);
/// Comes after the first by name.
pub const SECOND_NAME: &str = "Zoya Khan";
const EPOCH: u8 = 7;

/// A line of the paper.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Entry {
    Change {
        document: Vec<u8>,
        author: [u8; 16],
        bytes: Vec<u8>,
    },
    Grant(Vec<u8>),
    Revoke(Vec<u8>),
    Picture {
        sha: [u8; 32],
        bytes: Vec<u8>,
    },
}

/// The hub.
pub struct PaperHub {
    path: PathBuf,
    marks: Marks,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    log: Vec<Entry>,
    pictures: BTreeMap<[u8; 32], Vec<u8>>,
    /// Bytes of an upload that has not come to its end: not on the paper.
    begun: BTreeMap<[u8; 32], (u64, Vec<u8>)>,
}

impl PaperHub {
    /// The hub whose paper this is; a new one where there is none.
    pub fn open(path: &Path, marks: Marks) -> anyhow::Result<Self> {
        let mut state = State::default();
        if path.exists() {
            for line in fs::read_to_string(path)?.lines() {
                state.take(serde_json::from_str(line)?);
            }
        }
        Ok(Self {
            path: path.to_owned(),
            marks,
            state: Mutex::new(state),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, state: &mut State, entry: Entry) {
        let line = serde_json::to_string(&entry).expect("a line is plain data") + "\n";
        let mut paper = File::options()
            .create(true)
            .append(true)
            .open(&self.path)
            .expect("the paper can be written");
        paper.write_all(line.as_bytes()).expect("the paper can be written");
        state.take(entry);
        let bytes = paper.metadata().map_or(0, |paper| paper.len());
        // What stands on the paper by now: a tablet must never forget what another machine has of it.
        let _ = self.marks.leave(&Mark::Paper { bytes });
    }

    /// The colleague writes a note in a case.
    pub fn colleague_writes(&self, case: CaseId, text: &str) {
        let key = DocumentKey::case(case, Compartment::Core);
        let mut state = self.state();
        let mut document = state.fold(key);
        let entry = Edit::AddEntry {
            entry: casework::EntryId::from_bytes(sha16(text)),
            kind: "note".into(),
            text: text.into(),
        };
        let author = casework::AuthorId::from_bytes(COLLEAGUE);
        let change = document.edit(author, 1_795_000_000_000, &Action::NOTE, &[entry]);
        let bytes = change.expect("a note can be written").expect("a note is new").bytes;
        let document = key.to_bytes().to_vec();
        let author = COLLEAGUE;
        self.note(
            &mut state,
            Entry::Change {
                document,
                author,
                bytes,
            },
        );
    }

    /// Gives the officer every compartment of a case, or takes it back.
    pub fn assign(&self, case: CaseId, given: bool) {
        let mut state = self.state();
        for compartment in Compartment::ALL {
            let document = DocumentKey::case(case, compartment).to_bytes().to_vec();
            let entry = if given {
                Entry::Grant(document)
            } else {
                Entry::Revoke(document)
            };
            self.note(&mut state, entry);
        }
    }

    /// The document as the paper has it.
    pub fn document(&self, case: CaseId, compartment: Compartment) -> Document {
        self.state().fold(DocumentKey::case(case, compartment))
    }

    /// The changes that stand on the paper twice; there must be none.
    pub fn doubled(&self) -> usize {
        let state = self.state();
        let mut seen = BTreeSet::new();
        let changes = state.log.iter().filter_map(|entry| match entry {
            Entry::Change { document, bytes, .. } => Some((document, bytes)),
            _ => None,
        });
        changes.filter(|change| !seen.insert(*change)).count()
    }

    /// The pictures that arrived whole.
    pub fn pictures(&self) -> usize {
        self.state().pictures.len()
    }

    fn answer(&self, body: &[u8]) -> Vec<DownMessage> {
        let mut state = self.state();
        let mut frames = FrameReader::new(body);
        let mut open = None;
        let mut collector = Collector::new(CHANGE_BYTES_MAX);
        let mut said = Vec::new();
        while let Ok(Some(frame)) = frames.next_frame() {
            match UpMessage::unverified(&frame).expect("a device sends what the protocol knows") {
                UpMessage::Open(it) => {
                    let welcome = down::Welcome {
                        hub_time_ms: it.sent_at_ms,
                        epoch: Epoch([EPOCH; 16]),
                        district: "D1".into(),
                    };
                    said.push(welcome.into());
                    open = Some(it);
                }
                UpMessage::Upload(upload) => {
                    let whole = collector.add((upload.n, upload.document), upload.part());
                    let Some(bytes) = whole.expect("a device sends whole changes") else {
                        continue;
                    };
                    let author = open.as_ref().expect("a request begins with its opening").author;
                    let outcome = self.take_change(&mut state, author, upload.document, bytes);
                    said.push(down::Verdict::new(upload.n, outcome).into());
                }
                UpMessage::Confirm(_) | UpMessage::Again(_) | UpMessage::Access(_) => {}
                UpMessage::Batch(_) | UpMessage::Rows(_) => unreachable!("nobody said that this hub speaks version 2"),
                UpMessage::End(_) => break,
            }
        }
        let open = open.expect("a request begins with its opening");
        state.tell(open.author, &open.cursor, &mut said);
        said
    }

    fn take_change(&self, state: &mut State, author: AuthorId, document: DocumentId, bytes: Vec<u8>) -> Outcome {
        let head = ChangeHead::parse(&bytes).expect("a device sends changes");
        if let Some(number) = state.number_of(&document, &head.hash) {
            return Outcome::Duplicate { number };
        }
        let key = DocumentKey::from_bytes(document.0).expect("a device writes documents it knows");
        let mut folded = state.fold(key);
        if folded.apply(std::slice::from_ref(&bytes), Pack::national()).is_err() {
            return Outcome::Refused {
                code: Refusal::MissingDependencies,
            };
        }
        let (document, author) = (document.0.to_vec(), author.0);
        self.note(
            state,
            Entry::Change {
                document,
                author,
                bytes,
            },
        );
        Outcome::Accepted {
            number: state.log.len() as u64,
            late: false,
        }
    }
}

impl State {
    fn take(&mut self, entry: Entry) {
        if let Entry::Picture { sha, bytes } = &entry {
            self.pictures.insert(*sha, bytes.clone());
        }
        self.log.push(entry);
    }

    fn fold(&self, key: DocumentKey) -> Document {
        let mut folded = Document::new(key.kind);
        let id = key.to_bytes();
        for entry in &self.log {
            if let Entry::Change { document, bytes, .. } = entry
                && document[..] == id
            {
                folded
                    .apply(std::slice::from_ref(bytes), Pack::national())
                    .expect("what the paper has was applied before");
            }
        }
        folded
    }

    fn number_of(&self, wanted: &DocumentId, hash: &[u8; 32]) -> Option<u64> {
        let at = self.log.iter().position(|entry| match entry {
            Entry::Change { document, bytes, .. } => {
                document[..] == wanted.0 && ChangeHead::parse(bytes).is_ok_and(|head| head.hash == *hash)
            }
            _ => false,
        });
        at.map(|at| at as u64 + 1)
    }

    fn tell(&self, reader: AuthorId, cursor: &Cursor, said: &mut Vec<DownMessage>) {
        let from = match cursor.as_bytes() {
            [EPOCH, at @ ..] => at.try_into().map_or(0, u64::from_le_bytes),
            _ => 0,
        };
        for (number, entry) in (1..).zip(&self.log).skip(usize::try_from(from).unwrap_or(0)) {
            match entry {
                Entry::Change {
                    document,
                    author,
                    bytes,
                } if *author != reader.0 => {
                    let packed = pack(bytes);
                    said.extend(parts(&packed).map(|part| {
                        DownMessage::from(down::Change {
                            number,
                            document: id(document),
                            author: AuthorId(*author),
                            received_ms: 1_795_000_000_000,
                            late: false,
                            part: part.part,
                            parts: part.parts,
                            bytes: part.bytes.to_vec(),
                        })
                    }));
                }
                Entry::Grant(document) => {
                    let key = DocumentKey::from_bytes(id(document).0).expect("a document of a case");
                    let packed = pack(&self.fold(key).save());
                    said.extend(parts(&packed).map(|part| {
                        DownMessage::from(down::Grant {
                            document: id(document),
                            upto: number,
                            part: part.part,
                            parts: part.parts,
                            bytes: part.bytes.to_vec(),
                            writable: true,
                        })
                    }));
                }
                Entry::Revoke(document) => said.push(
                    down::Revoke {
                        document: id(document),
                        destroyed: None,
                    }
                    .into(),
                ),
                Entry::Change { .. } | Entry::Picture { .. } => {}
            }
            said.push(down::Mark { cursor: at(number) }.into());
        }
        let close = down::Close {
            cursor: at(self.log.len() as u64),
            token: down::Token("token".into()),
            token_ends_ms: i64::MAX,
            more: false,
            packs: None,
            access_upto: None,
            access_differs: None,
            terms: None,
            dismissal: None,
            speaks: None,
        };
        said.push(close.into());
    }
}

fn id(bytes: &[u8]) -> DocumentId {
    DocumentId(bytes.try_into().expect("an id has 17 bytes"))
}

fn at(number: u64) -> Cursor {
    let bytes: Vec<u8> = std::iter::once(EPOCH).chain(number.to_le_bytes()).collect();
    Cursor::from_bytes(&bytes).expect("nine bytes are a cursor")
}

fn sha16(text: &str) -> [u8; 16] {
    use sha2::{Digest as _, Sha256};
    *Sha256::digest(text).first_chunk().expect("a hash is longer")
}

impl Transport for PaperHub {
    fn enrol(&self, _: &HubUrl, body: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let request = EnrolRequest::from_cbor(&body).map_err(|_| TransportError::Garbled)?;
        let first_is_here = request.persons.iter().flatten().any(|one| *one == person_mark(OFFICER));
        let (user, name) = if first_is_here {
            (SECOND_OFFICER, SECOND_NAME)
        } else {
            (OFFICER, "Asha Toppo")
        };
        let enrolled = Enrolled {
            user,
            user_name: name.into(),
            role: Role::PoNic.code().into(),
            district: "D1".into(),
            district_name: "Garhpur".into(),
            hub_name: "A hub on paper".into(),
            epoch: Epoch([EPOCH; 16]),
            hub_time_ms: 0,
            pack_key: None,
            terms: None,
            speaks: None,
        };
        Ok(EnrolReply::Enrolled(enrolled).to_cbor())
    }

    fn sync(&self, _: &HubUrl, body: Vec<u8>) -> Result<Box<dyn Read>, TransportError> {
        let mut bytes = Vec::new();
        for message in self.answer(&body) {
            let frame = message.to_frame().map_err(|_| TransportError::Garbled)?;
            bytes.extend(frame.into_bytes());
        }
        Ok(Box::new(io::Cursor::new(bytes)))
    }

    fn begin_upload(&self, _: &HubUrl, media: MediaCall<'_>, length: u64) -> Result<u64, TransportError> {
        let mut state = self.state();
        let sha = *media.sha256.as_bytes();
        if state.pictures.contains_key(&sha) {
            return Ok(length);
        }
        let begun = state.begun.entry(sha).or_insert((length, Vec::new()));
        Ok(begun.1.len() as u64)
    }

    fn upload(&self, _: &HubUrl, media: MediaCall<'_>, at: u64, piece: &[u8]) -> Result<u64, TransportError> {
        let mut state = self.state();
        let sha = *media.sha256.as_bytes();
        let begun = state.begun.get_mut(&sha).ok_or(TransportError::Status(404))?;
        if begun.1.len() as u64 != at {
            return Err(TransportError::Status(409));
        }
        begun.1.extend_from_slice(piece);
        let reached = begun.1.len() as u64;
        if reached == begun.0 {
            let bytes = std::mem::take(&mut begun.1);
            state.begun.remove(&sha);
            self.note(&mut state, Entry::Picture { sha, bytes });
        }
        Ok(reached)
    }

    fn download(&self, _: &HubUrl, media: MediaCall<'_>) -> Result<Vec<u8>, TransportError> {
        let state = self.state();
        let found = state.pictures.get(media.sha256.as_bytes());
        found.cloned().ok_or(TransportError::Status(404))
    }

    fn pack(&self, _: &HubUrl, _: &Sha256, _: &str) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::Status(404))
    }
}
