//! One sync request, from its first frame to its close.

use protocol::limits::{CHANGE_BYTES_MAX, UPLOADS_MAX};
use protocol::message::DownMessage;
use protocol::message::down::{Outcome, Reject, Verdict, Welcome};
use protocol::message::up::Upload;
use protocol::parcel::{Collector, ParcelError};
use protocol::signing::ChainError;
use protocol::{DocumentId, Frame, Refusal, UpMessage};

use super::serve::{ServeError, Serving, Sink};
use super::upload::{Uploads, refuse};
use crate::hub::Hub;
use crate::identity::{Session, accept_opening};
use crate::storage::StorageError;

/// What a request has come to.
enum State {
    /// Nothing has arrived.
    Unopened,
    /// The opening was taken.
    Open(Box<Opened>),
    /// Something was refused: nothing more is read.
    Refused(Refusal),
}

struct Opened {
    session: Session,
    collector: Collector<(u64, DocumentId)>,
    /// The upload whose remaining parts are passed over: it is refused already, and holds up no other.
    refused: Option<(u64, DocumentId)>,
    uploads: Uploads,
    verdicts: Vec<Verdict>,
    ended: bool,
}

/// The hub's side of one request. Frames go in as they arrive, each complete upload is committed at once; when the body
/// has ended, the answer is written.
pub struct SyncSession<'h> {
    hub: &'h Hub,
    state: State,
}

impl<'h> SyncSession<'h> {
    /// A request of which nothing has arrived.
    pub fn new(hub: &'h Hub) -> Self {
        Self { hub, state: State::Unopened }
    }

    /// Takes the next frame.
    pub fn frame(&mut self, frame: &Frame) {
        let next = match &mut self.state {
            State::Refused(_) => return,
            State::Unopened => accept_opening(self.hub, frame).map(|opening| {
                opening.map(|session| {
                    Some(State::Open(Box::new(Opened::new(session))))
                })
            }),
            State::Open(opened) => opened.frame(self.hub, frame).map(|taken| taken.map(|()| None)),
        };
        match next {
            Ok(Ok(None)) => {}
            Ok(Ok(Some(state))) => self.state = state,
            Ok(Err(refusal)) => self.refuse(refusal),
            Err(error) => {
                tracing::error!(%error, "a frame could not be taken");
                self.refuse(Refusal::Unavailable);
            }
        }
    }

    /// Refuses the rest of the request, for what the bytes themselves are.
    pub fn refuse(&mut self, refusal: Refusal) {
        if !matches!(self.state, State::Refused(_)) {
            self.state = State::Refused(refusal);
        }
    }

    /// Why the request is refused as a whole, once it is. A body that was cut before its `End` is malformed, and what
    /// came before the cut has been kept.
    pub fn refusal(&self) -> Option<Refusal> {
        match &self.state {
            State::Refused(refusal) => Some(*refusal),
            State::Unopened => Some(Refusal::Malformed),
            State::Open(opened) => (!opened.ended).then_some(Refusal::Malformed),
        }
    }

    /// Writes the answer to a body that has ended.
    pub fn answer(self, sink: &mut dyn Sink) {
        let result = match (self.refusal(), self.state) {
            (None, State::Open(opened)) => opened.answer(self.hub, sink),
            (refusal, _) => {
                let code = refusal.unwrap_or(Refusal::Malformed);
                let reject = Reject { code, hub_time_ms: self.hub.clock.now_ms() };
                send(sink, &reject.into())
            }
        };
        match result {
            Ok(()) | Err(ServeError::Closed(_)) => {}
            Err(error) => tracing::error!(%error, "an answer ended before its end"),
        }
    }
}

impl Opened {
    fn new(session: Session) -> Self {
        Self {
            session,
            collector: Collector::new(CHANGE_BYTES_MAX),
            refused: None,
            uploads: Uploads::default(),
            verdicts: Vec::new(),
            ended: false,
        }
    }

    fn frame(&mut self, hub: &Hub, frame: &Frame) -> Result<Result<(), Refusal>, StorageError> {
        if self.ended {
            return Ok(Err(Refusal::Malformed));
        }
        let message = match self.session.chain.verify(frame) {
            Ok(message) => message,
            Err(ChainError::BadSignature) => return Ok(Err(Refusal::BadSignature)),
            Err(ChainError::Message(_)) => return Ok(Err(Refusal::Malformed)),
        };
        if self.collector.is_open() && !matches!(message, UpMessage::Upload(_)) {
            return Ok(Err(Refusal::Malformed));
        }
        match message {
            UpMessage::Open(_) => return Ok(Err(Refusal::Malformed)),
            UpMessage::Upload(_) if self.verdicts.len() >= UPLOADS_MAX => return Ok(Err(Refusal::TooLarge)),
            UpMessage::Upload(upload) => self.upload(hub, &upload),
            UpMessage::Confirm(confirm) => {
                let author = &self.session.author;
                let now_ms = hub.clock.now_ms();
                hub.storage.confirm_destroyed(author.user.id, author.id, confirm.document, now_ms)?;
            }
            UpMessage::End(_) => self.ended = true,
        }
        Ok(Ok(()))
    }

    fn upload(&mut self, hub: &Hub, upload: &Upload) {
        let key = (upload.n, upload.document);
        if self.refused == Some(key) && upload.part > 0 {
            return;
        }
        let author = &self.session.author;
        let refusal = match self.collector.add(key, upload.part()) {
            Ok(None) => return,
            Ok(Some(bytes)) => {
                let outcome = self.uploads.take(hub, author, upload.document, &bytes);
                if matches!(outcome, Outcome::Accepted { .. }) {
                    hub.changed.ring();
                }
                self.verdicts.push(Verdict { n: upload.n, outcome });
                return;
            }
            Err(ParcelError::TooLarge) => Refusal::TooLarge,
            Err(ParcelError::OutOfOrder | ParcelError::Malformed) => Refusal::Malformed,
        };
        self.refused = Some(key);
        let outcome = refuse(hub, author, upload.document, &upload.bytes, refusal);
        self.verdicts.push(Verdict { n: upload.n, outcome });
    }

    fn answer(self, hub: &Hub, sink: &mut dyn Sink) -> Result<(), ServeError> {
        let welcome = Welcome {
            hub_time_ms: hub.clock.now_ms(),
            epoch: hub.storage.epoch(),
            district: self.session.author.user.district.clone(),
        };
        send(sink, &welcome.into())?;
        for verdict in self.verdicts {
            send(sink, &verdict.into())?;
        }
        Serving::new(hub, &self.session, sink).run()
    }
}

fn send(sink: &mut dyn Sink, message: &DownMessage) -> Result<(), ServeError> {
    Ok(sink.send(message.to_frame()?.into_bytes())?)
}
