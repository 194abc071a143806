//! One sync request, from its first frame to its close.

use std::collections::BTreeSet;

use protocol::access_log::AccessRow;
use protocol::ids::SubjectId;
use protocol::limits::{ACCESS_ROWS_MAX, AGAIN_MAX, CHANGE_BYTES_MAX, UPLOADS_MAX};
use protocol::message::DownMessage;
use protocol::message::Names;
use protocol::message::down::{Outcome, Reject, Verdicts, Welcome};
use protocol::message::up::{Batch, Upload};
use protocol::parcel::{Collector, ParcelError};
use protocol::signing::ChainError;
use protocol::{AuthorId, DocumentId, Frame, Refusal, UpMessage};

use super::batch::{Batches, Unread};
use super::cursor::stands_here;
use super::serve::{ServeError, Serving, Sink};
use super::upload::{Came, Uploads, refuse};
use crate::hub::Hub;
use crate::identity::{Session, accept_opening, dismissal};
use crate::storage::StorageError;

/// The hub's side of one request that has been opened. Frames go in as they arrive, each frame's uploads are committed
/// with it; when the body has ended, the answer is written.
pub struct SyncSession {
    session: Session,
    collector: Collector<(u64, DocumentId)>,
    /// The upload whose remaining parts are passed over: it is refused already, and holds up no other.
    passed_over: Option<(u64, DocumentId)>,
    batches: Batches,
    /// What batches and rows were about.
    subjects: Names<SubjectId>,
    uploads: Uploads,
    /// Documents whose copy on the device is damaged.
    again: BTreeSet<DocumentId>,
    /// Rows of the access log that came.
    access_rows: usize,
    /// Whether they are others than those that are here.
    access_differs: bool,
    ended: bool,
    refused: Option<Refusal>,
}

impl SyncSession {
    /// A request with its first frame.
    pub fn open(hub: &Hub, first: &Frame) -> Result<Self, Refusal> {
        match accept_opening(hub, first) {
            Ok(Ok(opening)) if first.is_last() && opening.open.version < 2 => Err(Refusal::Malformed),
            Ok(opening) => opening.map(|opening| Self {
                ended: first.is_last(),
                ..Self::new(opening)
            }),
            Err(error) => {
                tracing::error!(%error, "an opening could not be taken");
                Err(Refusal::Unavailable)
            }
        }
    }

    fn new(session: Session) -> Self {
        Self {
            uploads: Uploads::new(session.pack.clone()),
            batches: Batches::new(session.open.sent_at_ms),
            subjects: Names::default(),
            session,
            ended: false,
            collector: Collector::new(CHANGE_BYTES_MAX),
            passed_over: None,
            again: BTreeSet::new(),
            access_rows: 0,
            access_differs: false,
            refused: None,
        }
    }

    /// The version that the device speaks.
    pub const fn version(&self) -> u16 {
        self.session.open.version
    }

    /// Whose request it is.
    pub fn author(&self) -> AuthorId {
        self.session.author.id
    }

    /// Takes the next frame. After a refusal nothing more is read.
    pub fn frame(&mut self, hub: &Hub, frame: &Frame) {
        if self.refused.is_some() {
            return;
        }
        let taken = self.try_frame(hub, frame);
        // What came with the frame stands, even if the request then dies.
        self.uploads.commit(hub, &self.session.author);
        match taken {
            Ok(Ok(())) => {}
            Ok(Err(refusal)) => self.refuse(refusal),
            Err(error) => {
                tracing::error!(%error, "a frame could not be taken");
                self.refuse(Refusal::Unavailable);
            }
        }
    }

    /// Refuses the rest of the request, for what the bytes themselves are.
    pub fn refuse(&mut self, refusal: Refusal) {
        self.refused.get_or_insert(refusal);
    }

    /// Why the request is refused as a whole, once its body has ended. A body that was cut before its `End` is
    /// malformed, and what came before the cut has been kept.
    pub fn refusal(&self) -> Option<Refusal> {
        let shut_out = self.session.author.is_shut_out().then_some(Refusal::NotEnrolled);
        self.refused
            .or(shut_out)
            .or((!self.ended).then_some(Refusal::Malformed))
    }

    /// Writes the answer to a body that has ended.
    pub fn answer(self, hub: &Hub, sink: &mut dyn Sink) {
        for verdict in self.uploads.verdicts() {
            hub.metrics.upload(match verdict.outcome {
                Outcome::Accepted { .. } => "accepted",
                Outcome::Duplicate { .. } => "duplicate",
                Outcome::Refused { code } => code.word(),
            });
        }
        let result = match self.refusal() {
            None => self.try_answer(hub, sink),
            Some(code) => self.reject(hub, code, sink),
        };
        match result {
            Ok(()) | Err(ServeError::Closed(_)) => {}
            Err(error) => tracing::error!(%error, "an answer ended before its end"),
        }
    }

    fn try_frame(&mut self, hub: &Hub, frame: &Frame) -> Result<Result<(), Refusal>, StorageError> {
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
        if frame.is_last() && self.version() < 2 {
            return Ok(Err(Refusal::Malformed));
        }
        self.ended = frame.is_last();
        match message {
            UpMessage::Open(_) => return Ok(Err(Refusal::Malformed)),
            UpMessage::Upload(_) if self.uploads.count() >= UPLOADS_MAX => return Ok(Err(Refusal::TooLarge)),
            UpMessage::Upload(upload) => self.upload(hub, &upload),
            UpMessage::Batch(_) if self.session.open.version < 2 => return Ok(Err(Refusal::Malformed)),
            UpMessage::Batch(batch) => return Ok(self.batch(hub, batch)),
            UpMessage::Confirm(_) if self.session.author.is_shut_out() => {}
            UpMessage::Confirm(confirm) => {
                let author = &self.session.author;
                let now_ms = hub.clock.now_ms();
                hub.storage
                    .confirm_destroyed(author.user.id, author.id, confirm.document, now_ms)?;
            }
            UpMessage::Again(_) if self.again.len() >= AGAIN_MAX => return Ok(Err(Refusal::TooLarge)),
            UpMessage::Again(again) => _ = self.again.insert(again.document),
            UpMessage::Access(access) => {
                return match access.check() {
                    Ok(()) => self.access(hub, &access.rows),
                    Err(_) => Ok(Err(Refusal::Malformed)),
                };
            }
            UpMessage::Rows(_) if self.version() < 2 => return Ok(Err(Refusal::Malformed)),
            UpMessage::Rows(rows) => {
                return match rows.rows(self.session.open.sent_at_ms, &mut self.subjects) {
                    Ok(rows) => self.access(hub, &rows),
                    Err(_) => Ok(Err(Refusal::Malformed)),
                };
            }
            UpMessage::End(end) => {
                self.ended = true;
                if end.destroys == Some(true) && self.session.author.revoked_ms.is_some() {
                    hub.storage
                        .confirm_device_destroyed(self.session.author.id, hub.clock.now_ms())?;
                }
            }
        }
        Ok(Ok(()))
    }

    /// Rows of the access log, kept at once and whoever sends them: also from somebody who has been shut out.
    fn access(&mut self, hub: &Hub, rows: &[AccessRow]) -> Result<Result<(), Refusal>, StorageError> {
        self.access_rows += rows.len();
        if self.access_rows > ACCESS_ROWS_MAX {
            return Ok(Err(Refusal::TooLarge));
        }
        let author = &self.session.author;
        let held = hub
            .storage
            .append_access(author.user.id, author.id, rows, hub.clock.now_ms())?;
        self.access_differs |= !held;
        Ok(Ok(()))
    }

    fn upload(&mut self, hub: &Hub, upload: &Upload) {
        let key = (upload.n, upload.document);
        if self.passed_over == Some(key) && upload.part > 0 {
            return;
        }
        let refusal = match self.collector.add(key, upload.part()) {
            Ok(None) => return,
            // What somebody brings who has been shut out is kept for a person to look at.
            Ok(Some(bytes)) => {
                // The next short form of this document does not stand on this one.
                self.batches.forget(upload.document);
                return self.whole(hub, upload.n, upload.document, &bytes, hub.clock.now_ms());
            }
            Err(ParcelError::TooLarge) => Refusal::TooLarge,
            Err(ParcelError::OutOfOrder | ParcelError::Malformed) => Refusal::Malformed,
        };
        self.passed_over = Some(key);
        let outcome = refuse(hub, &self.session.author, upload.document, &upload.bytes, refusal);
        self.uploads.say(upload.n, outcome);
    }

    /// Each change of a batch as if it had come alone.
    fn batch(&mut self, hub: &Hub, batch: Batch) -> Result<(), Refusal> {
        // What came in one frame came at one time.
        let now_ms = hub.clock.now_ms();
        for group in batch.groups {
            if self.uploads.count() + group.steps.len() > UPLOADS_MAX {
                return Err(Refusal::TooLarge);
            }
            let author = self.session.author.id;
            let read = self.batches.read(hub, author, group).map_err(|_| Refusal::Malformed)?;
            self.subjects.hear(read.document.subject());
            for (n, change) in read.changes {
                match change {
                    Ok(bytes) => self.whole(hub, n, read.document, &bytes, now_ms),
                    Err(Unread::SendWhole) => {
                        let code = Refusal::SendWhole;
                        self.uploads.say(n, Outcome::Refused { code });
                    }
                    Err(Unread::Bad(code, bytes)) => {
                        let outcome = refuse(hub, &self.session.author, read.document, &bytes, code);
                        self.uploads.say(n, outcome);
                    }
                }
            }
        }
        Ok(())
    }

    /// A change that has come whole.
    fn whole(&mut self, hub: &Hub, n: u64, document: DocumentId, bytes: &[u8], now_ms: i64) {
        let author = &self.session.author;
        // What somebody brings who has been shut out is kept for a person to look at.
        if author.is_shut_out() {
            let outcome = refuse(hub, author, document, bytes, Refusal::NotEnrolled);
            return self.uploads.say(n, outcome);
        }
        let came = Came {
            document,
            bytes,
            now_ms,
        };
        self.uploads.take(hub, author, n, came);
    }

    /// The refusal; to an author who is shut out, with the hub's word for it and for what it keeps.
    fn reject(&self, hub: &Hub, code: Refusal, sink: &mut dyn Sink) -> Result<(), ServeError> {
        let kept = self
            .uploads
            .verdicts()
            .iter()
            .take_while(|verdict| is_held(&verdict.outcome));
        let dismissal = if code == Refusal::NotEnrolled && self.ended {
            dismissal(hub, &self.session, kept.count() as u64)?
        } else {
            None
        };
        let reject = Reject {
            code,
            hub_time_ms: hub.clock.now_ms(),
            dismissal,
        };
        send(sink, &reject.into())
    }

    fn try_answer(self, hub: &Hub, sink: &mut dyn Sink) -> Result<(), ServeError> {
        let welcome = Welcome {
            hub_time_ms: hub.clock.now_ms(),
            epoch: hub.storage.epoch(),
            district: self.session.author.user.district.clone(),
        };
        let small = self.session.open.version >= 2;
        // Who stands in this life of the log already need not be told of it.
        if !small || !stands_here(hub, &self.session) {
            send(sink, &welcome.into())?;
        }
        let verdicts = self.uploads.into_verdicts();
        let verdicts = if small {
            Verdicts::of(verdicts)
        } else {
            verdicts.into_iter().map(DownMessage::from).collect()
        };
        for verdict in verdicts {
            send(sink, &verdict)?;
        }
        let mut serving = Serving::new(hub, &self.session, sink, self.access_differs);
        // Whoever is shut out and hands in what is left gets nothing back.
        let again = self.again.iter().filter(|_| self.session.author.revoked_ms.is_none());
        for document in again {
            serving.again(*document)?;
        }
        serving.run()
    }
}

fn send(sink: &mut dyn Sink, message: &DownMessage) -> Result<(), ServeError> {
    Ok(sink.send(message.to_frame()?.into_bytes())?)
}

/// Whether the hub has what was uploaded, in its log or in quarantine.
const fn is_held(outcome: &Outcome) -> bool {
    !matches!(
        outcome,
        Outcome::Refused {
            code: Refusal::SendWhole | Refusal::Unavailable
        }
    )
}
