//! What is between a device and the hub: it carries a request in the way that was decided for it.

use std::{
    io::{self, Cursor, Read},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use casefile::DocumentKey;
use casework::{CaseId, Compartment};
use device::{MediaCall, Transport, TransportError};
use protocol::{DocumentId, DownMessage, FrameReader, HubUrl, ids::Sha256, message::Names};

use super::hub::SimHub;

/// What becomes of the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is answered.
    Well,
    /// Nothing of it arrives.
    Lost,
    /// So many thousandths of it arrive, and nothing comes back.
    RequestCut(u32),
    /// All of it arrives, and so many thousandths of the answer come back.
    AnswerCut(u32),
    /// It arrives twice, and the first answer comes back.
    Doubled,
    /// It arrives when somebody else's have arrived meanwhile, and nothing comes back.
    Late,
    /// The hub dies after so many frames of it, and is started again.
    HubDies(usize),
}

/// The network of one world.
pub(super) struct Wire {
    pub(super) hub: Arc<SimHub>,
    state: Mutex<State>,
}

struct State {
    fate: Fate,
    late: Vec<Vec<u8>>,
    /// Documents of which anything was in the last answer.
    told: Vec<DocumentId>,
    fault: Option<String>,
}

impl Wire {
    pub(super) fn to(hub: Arc<SimHub>) -> Self {
        let state = State {
            fate: Fate::Well,
            late: Vec::new(),
            told: Vec::new(),
            fault: None,
        };
        Self {
            hub,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides what becomes of the next request. Those after it are answered.
    pub(super) fn decide(&self, fate: Fate) {
        self.state().fate = fate;
    }

    /// Documents of which anything was told since this was asked last.
    pub(super) fn take_told(&self) -> Vec<DocumentId> {
        std::mem::take(&mut self.state().told)
    }

    /// What went wrong in the hub itself.
    pub(super) fn take_fault(&self) -> Option<String> {
        self.state().fault.take()
    }

    /// One of the requests that were late arrives.
    pub(super) fn deliver_late(&self, which: usize) {
        let mut state = self.state();
        if state.late.is_empty() {
            return;
        }
        let which = which % state.late.len();
        let body = state.late.swap_remove(which);
        drop(state);
        self.serve(&body, None);
    }

    fn serve(&self, body: &[u8], dies_after: Option<usize>) -> Option<Vec<u8>> {
        match self.hub.serve(body, dies_after) {
            Ok(served) => served.answer,
            Err(error) => {
                self.state().fault = Some(format!("{error:#}"));
                None
            }
        }
    }
}

/// So many thousandths of what there is.
fn part(bytes: &[u8], thousandths: u32) -> &[u8] {
    let length = bytes.len() * thousandths as usize / 1000;
    &bytes[..length]
}

/// An answer that breaks off.
struct Cut(Cursor<Vec<u8>>);

impl Read for Cut {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 if !buffer.is_empty() => Err(io::ErrorKind::ConnectionReset.into()),
            read => Ok(read),
        }
    }
}

/// Every document that an answer tells anything of.
fn told(answer: &[u8]) -> Vec<DocumentId> {
    let mut reader = FrameReader::new(answer);
    let mut names: Names<DocumentId> = Names::default();
    let mut told = Vec::new();
    while let Ok(Some(frame)) = reader.next_frame() {
        match DownMessage::from_frame(&frame) {
            Ok(DownMessage::Grant(grant)) => told.push(grant.document),
            Ok(DownMessage::Piece(piece)) => told.push(piece.document),
            // A card tells of a case what its core says.
            Ok(DownMessage::Cards(cards)) => told.extend(cards.cards().unwrap_or_default().iter().map(|(case, _)| {
                let case = CaseId::from_bytes(*case);
                DocumentId(DocumentKey::case(case, Compartment::Core).to_bytes())
            })),
            Ok(DownMessage::Change(change)) => told.push(change.document),
            Ok(DownMessage::Changes(several)) => told.extend(names.meant(several.document).ok()),
            _ => {}
        }
    }
    told
}

impl Transport for Wire {
    fn enrol(&self, _: &HubUrl, body: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.hub.enrol(&body).map_err(|_| TransportError::Garbled)
    }

    fn sync(&self, _: &HubUrl, body: Vec<u8>) -> Result<Box<dyn Read>, TransportError> {
        let fate = std::mem::replace(&mut self.state().fate, Fate::Well);
        let answer = match fate {
            Fate::Lost => None,
            Fate::Well | Fate::AnswerCut(_) => self.serve(&body, None),
            Fate::RequestCut(thousandths) => {
                self.serve(part(&body, thousandths), None);
                None
            }
            Fate::Doubled => {
                let first = self.serve(&body, None);
                self.serve(&body, None);
                first
            }
            Fate::Late => {
                self.state().late.push(body);
                None
            }
            Fate::HubDies(frames) => self.serve(&body, Some(frames)),
        };
        let answer = answer.ok_or(TransportError::Unreachable)?;
        self.state().told.extend(told(&answer));
        Ok(match fate {
            Fate::AnswerCut(thousandths) => Box::new(Cut(Cursor::new(part(&answer, thousandths).to_vec()))),
            _ => Box::new(Cursor::new(answer)),
        })
    }

    fn begin_upload(&self, _: &HubUrl, _: MediaCall<'_>, _: u64) -> Result<u64, TransportError> {
        Err(TransportError::Unreachable)
    }

    fn upload(&self, _: &HubUrl, _: MediaCall<'_>, _: u64, _: &[u8]) -> Result<u64, TransportError> {
        Err(TransportError::Unreachable)
    }

    fn download(&self, _: &HubUrl, _: MediaCall<'_>) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::Unreachable)
    }

    fn pack(&self, _: &HubUrl, _: &Sha256, _: &str) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::Unreachable)
    }
}
