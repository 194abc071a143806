//! What is between a device and the hub: it carries a request in the way that was decided for it.

use std::{
    io::{self, Cursor, Read},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use casefile::DocumentKey;
use casework::{CaseId, Compartment};
use device::{MediaCall, Transport, TransportError};
use protocol::{
    DocumentId, DownMessage, FrameReader, HubUrl, PROTOCOL_VERSION_MIN, Refusal, UpMessage, ids::Sha256, message::Names,
};
use sync_server::clock::Clock as _;

use super::{
    arrivals::Arrivals,
    hub::{Dies, SimHub, refusal},
    media,
    moments::Moments,
};

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
    /// The hub dies while it takes it, and is started again.
    HubDies(Dies),
    /// The device dies when it has read so many pieces of the answer.
    DeviceDies(usize),
}

/// The bytes of an answer that a device reads at once: each reading is a moment at which it can die.
const READ_AT_ONCE: usize = 200;

/// The network of one world.
pub(super) struct Wire {
    pub(super) hub: Arc<SimHub>,
    /// When the device that speaks dies.
    pub(super) moments: Arc<Moments>,
    state: Mutex<State>,
}

struct State {
    fate: Fate,
    late: Vec<Vec<u8>>,
    /// Documents of which anything was in the last answer.
    told: Vec<DocumentId>,
    arrivals: Arrivals,
    /// The last request that was answered to its end.
    last: Vec<u8>,
    /// The hub is one of the version before: it knows no other.
    old: bool,
    /// Of so many calls for media one fails; none where it is zero.
    media_fails: u32,
    media_calls: u32,
    fault: Option<String>,
}

impl Wire {
    pub(super) fn to(hub: Arc<SimHub>) -> Self {
        let state = State {
            fate: Fate::Well,
            late: Vec::new(),
            told: Vec::new(),
            arrivals: Arrivals::default(),
            last: Vec::new(),
            old: false,
            media_fails: 0,
            media_calls: 0,
            fault: None,
        };
        Self {
            hub,
            moments: Arc::default(),
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

    /// The hub is exchanged for one of the version before, or that for one of today.
    pub(super) fn exchange_hub(&self) {
        let mut state = self.state();
        state.old = !state.old;
    }

    /// The hub is of today, and every call for media is answered.
    pub(super) fn heal(&self) {
        let mut state = self.state();
        state.old = false;
        state.media_fails = 0;
    }

    /// Of so many calls for media one fails from now on.
    pub(super) fn fail_media(&self, of: u32) {
        self.state().media_fails = of;
    }

    /// The device that heard the last answer died before it had kept all of it.
    pub(super) fn device_died(&self) {
        let mut state = self.state();
        let last = std::mem::take(&mut state.last);
        state.arrivals.forgot(&last);
    }

    /// Changes that devices sent more often than they may.
    pub(super) fn sent_too_often(&self) -> usize {
        self.state().arrivals.too_often()
    }

    /// Nothing comes from a device that has died, whatever it believes itself.
    fn living(&self) -> Result<(), TransportError> {
        if self.moments.is_dead() {
            return Err(TransportError::Unreachable);
        }
        Ok(())
    }

    /// Whether this call for media fails, and if so whether the hub hears of it.
    fn fails(&self) -> Option<bool> {
        let mut state = self.state();
        state.media_calls += 1;
        let fails = state.media_fails > 0 && state.media_calls.is_multiple_of(state.media_fails);
        fails.then_some(state.media_calls.is_multiple_of(2))
    }

    /// A call for anything but sync.
    fn carry<T>(&self, call: impl Fn() -> Result<T, TransportError>) -> Result<T, TransportError> {
        self.living()?;
        match self.fails() {
            None => call(),
            Some(heard) => {
                if heard {
                    // The hub did it, and the answer is lost.
                    let _ = call();
                }
                Err(TransportError::Unreachable)
            }
        }
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
        self.state().arrivals.came(&body, None);
    }

    fn serve(&self, body: &[u8], dies: Option<Dies>) -> Option<Vec<u8>> {
        let old = self.state().old;
        if old && version_of(body) > PROTOCOL_VERSION_MIN {
            let refused = refusal(Refusal::UnsupportedVersion, self.hub.clock.now_ms());
            return Some(refused.into_bytes());
        }
        match self.hub.serve(body, dies) {
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

/// The version that a request speaks.
fn version_of(body: &[u8]) -> u16 {
    match FrameReader::new(body).next_frame() {
        Ok(Some(first)) => match UpMessage::unverified(&first) {
            Ok(UpMessage::Open(open)) => open.version,
            _ => PROTOCOL_VERSION_MIN,
        },
        _ => PROTOCOL_VERSION_MIN,
    }
}

/// An answer that is read piece by piece, by a device that may die meanwhile.
struct Watched(Cursor<Vec<u8>>, Arc<Moments>);

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1.pass();
        let room = buffer.len().min(READ_AT_ONCE);
        self.0.read(&mut buffer[..room])
    }
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
        self.living()?;
        let fate = std::mem::replace(&mut self.state().fate, Fate::Well);
        let answer = match fate {
            Fate::Lost => None,
            Fate::Well | Fate::AnswerCut(_) | Fate::DeviceDies(_) => self.serve(&body, None),
            Fate::RequestCut(thousandths) => {
                let part = part(&body, thousandths);
                self.serve(part, None);
                self.state().arrivals.came(part, None);
                None
            }
            Fate::Doubled => {
                let first = self.serve(&body, None);
                self.serve(&body, None);
                self.state().arrivals.came(&body, None);
                first
            }
            Fate::Late => {
                self.state().late.push(body.clone());
                None
            }
            Fate::HubDies(dies) => self.serve(&body, Some(dies)),
        };
        let mut state = self.state();
        if !matches!(fate, Fate::Lost | Fate::Late | Fate::RequestCut(_)) {
            let heard = answer.as_deref().filter(|_| !matches!(fate, Fate::AnswerCut(_)));
            state.arrivals.came(&body, heard);
        }
        let answer = answer.ok_or(TransportError::Unreachable)?;
        state.told.extend(told(&answer));
        state.last = body;
        Ok(match fate {
            Fate::AnswerCut(thousandths) => Box::new(Cut(Cursor::new(part(&answer, thousandths).to_vec()))),
            _ => Box::new(Watched(Cursor::new(answer), self.moments.clone())),
        })
    }

    fn begin_upload(&self, _: &HubUrl, call: MediaCall<'_>, length: u64) -> Result<u64, TransportError> {
        self.carry(|| media::begin(&self.hub, call, length))
    }

    fn upload(&self, _: &HubUrl, call: MediaCall<'_>, offset: u64, piece: &[u8]) -> Result<u64, TransportError> {
        self.carry(|| media::add(&self.hub, call, offset, piece))
    }

    fn download(&self, _: &HubUrl, call: MediaCall<'_>) -> Result<Vec<u8>, TransportError> {
        self.carry(|| media::fetch(&self.hub, call))
    }

    fn pack(&self, _: &HubUrl, sha256: &Sha256, token: &str) -> Result<Vec<u8>, TransportError> {
        self.carry(|| media::pack(&self.hub, sha256, token))
    }
}
