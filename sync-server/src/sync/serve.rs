//! The way down: what the author may read past their cursor, with marks.

use protocol::ids::Sha256 as Hash;
use protocol::limits::MARK_EVERY_BYTES;
use protocol::message::down::{
    Change, Close, Done, Grant, Judged, Mark, Receipt, ReceiptState, Received, Revoke, StateMark, Token,
};
use protocol::message::{DownMessage, down};
use protocol::pack::PackRef;
use protocol::parcel::{pack_for, parts};
use protocol::{Cursor, DocumentId, EncodeError, PROTOCOL_VERSION, Refusal};
use sha2::{Digest, Sha256};

use super::appeals;
use super::cursor::{self, PieceAt, Place};
use super::detail;
use super::fold::{FoldError, packed_for, snapshot};
use super::gather::{Gather, Logged};
use super::index;
use super::proposals;
use super::reading::FirstRead;
use crate::hub::Hub;
use crate::identity::{self, Session};
use crate::packs;
use crate::rights::key_of;
use crate::storage::{self, Access, District, Entry, EntryBody, StorageError, Window};

/// Entries read from storage at a time.
const ENTRIES_AT_ONCE: u32 = 64;
/// How often within its time a lease is renewed.
const RENEWALS: i64 = 14;
const DAY_MS: i64 = 86_400_000;
/// How often the log may grow under a reading before the device is asked to come again.
const WINDOWS_MAX: u32 = 4;
/// Bytes of one answer after which the device is asked to come again.
const DOWN_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The reader has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the reader has gone")]
pub struct SinkClosed;

/// Takes the answer's bytes.
pub trait Sink {
    /// Takes some more; blocks while the reader is slow.
    fn send(&mut self, bytes: Vec<u8>) -> Result<(), SinkClosed>;
}

/// Why an answer ended before its end. The device sees a cut and comes again.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServeError {
    #[error(transparent)]
    Closed(#[from] SinkClosed),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Fold(#[from] FoldError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// Writes entries and marks.
pub(super) struct Serving<'a> {
    pub(super) hub: &'a Hub,
    pub(super) session: &'a Session,
    sink: &'a mut dyn Sink,
    /// Whether the access log that came is another than the one that is here.
    access_differs: bool,
    since_mark_bytes: usize,
    sent_bytes: usize,
    gather: Gather,
    /// How much of the document that is told first the device has.
    pub(super) resumed: Option<PieceAt>,
}

impl<'a> Serving<'a> {
    pub(super) fn new(hub: &'a Hub, session: &'a Session, sink: &'a mut dyn Sink, access_differs: bool) -> Self {
        Self {
            hub,
            session,
            sink,
            access_differs,
            since_mark_bytes: 0,
            sent_bytes: 0,
            gather: Gather::default(),
            resumed: None,
        }
    }

    /// The version that the device opened with.
    const fn version(&self) -> u16 {
        self.session.open.version
    }

    /// The document once more, as it stands, where the user may read it now: the device's copy is damaged. To anybody
    /// else it is not said whether there is such a document.
    pub(super) fn again(&mut self, document: DocumentId) -> Result<(), ServeError> {
        let author = &self.session.author;
        let writable = match self.hub.storage.access(author.user.id, author.id, document)? {
            Access::Write => true,
            Access::Read => false,
            Access::Formerly { .. } | Access::NoLonger | Access::Destroyed | Access::Never => return Ok(()),
        };
        for message in self.grant(document, writable)? {
            let frame = message.to_frame()?.into_bytes();
            self.since_mark_bytes += frame.len();
            self.sent_bytes += frame.len();
            self.sink.send(frame)?;
        }
        Ok(())
    }

    /// Everything past the cursor, and the close.
    pub(super) fn run(mut self) -> Result<(), ServeError> {
        if self.session.author.revoked_ms.is_some() {
            return self.run_for_shut_out();
        }
        let district = self.district()?;
        let last = district.last_number;
        let place = cursor::decode(&self.session.open.cursor, self.hub.storage.epoch(), &district);
        self.askings_first(place)?;
        self.resumed = place.piece;
        let (place, more) = match self.first_reading(place, last)? {
            FirstRead::Broken(place) => (place, true),
            FirstRead::Through(window) => self.readings(window)?,
        };
        self.flush()?;
        // Behind everything the log says; what is left of it comes first the next time.
        let index_more = !more && index::serve(self.hub, self.session, self.sink)?;
        if !more && !index_more {
            proposals::serve(self.hub, self.session, self.sink)?;
            detail::serve(self.hub, self.session, self.sink)?;
            appeals::serve(self.hub, self.session, self.sink)?;
        }
        let packs = packs::named_in_close(&*self.hub.storage, &self.session.author.user.district)?;
        let access_upto = self.hub.storage.access_upto(self.session.author.id)?;
        let cursor = self.cursor(place);
        if self.version() >= 2 {
            let open = &self.session.open;
            let state = self.state(packs.as_deref().unwrap_or_default())?;
            let known = open.state == Some(state);
            let done = Done {
                cursor: (open.cursor != cursor).then_some(cursor),
                more: more.then_some(true),
                access_upto: (open.access_upto != Some(access_upto)).then_some(access_upto),
                access_differs: self.access_differs.then_some(true),
                index_more: index_more.then_some(true),
                ..self.done()
            };
            let done = if known {
                done
            } else {
                Done {
                    state: Some(state),
                    packs,
                    terms: Some(identity::terms(self.hub, &self.session.author)?),
                    ..done
                }
            };
            return Ok(self.sink.send(DownMessage::from(done).to_frame()?.into_bytes())?);
        }
        let close = Close {
            cursor,
            more,
            access_upto: Some(access_upto),
            access_differs: self.access_differs.then_some(true),
            packs,
            terms: Some(identity::terms(self.hub, &self.session.author)?),
            ..self.close()
        };
        Ok(self.sink.send(DownMessage::from(close).to_frame()?.into_bytes())?)
    }

    /// Readings in the order of the log, until nothing is left or the answer is long; where it stopped, and whether there
    /// is more.
    fn readings(&mut self, mut window: Window) -> Result<(Place, bool), ServeError> {
        let mut more = false;
        for _ in 0..WINDOWS_MAX {
            window = self.window(window)?;
            let last = self.last_number()?;
            more = window.after < last;
            if !more || self.sent_bytes > DOWN_BYTES_MAX {
                break;
            }
            // The next reading begins where this one ended: what was granted before it is served change by change.
            if window.after == window.head {
                window = Window {
                    after: window.head,
                    from: window.head,
                    head: last,
                };
            }
        }
        Ok((window.into(), more))
    }

    /// The mark of what the end of an answer says and need not say twice. The terms are as good as new for a fourteenth of
    /// their time: a day of the usual fortnight.
    fn state(&self, packs: &[PackRef]) -> Result<StateMark, StorageError> {
        let district = self.district()?;
        let renew_ms = (i64::from(district.lease_days) * DAY_MS / RENEWALS).max(1);
        let mut hash = Sha256::new_with_prefix(b"vatsalya-state-v2");
        hash.update(self.session.author.id.0);
        for pack in packs {
            hash.update((pack.scope.len() as u64).to_be_bytes());
            hash.update(&pack.scope);
            hash.update(pack.number.to_be_bytes());
            hash.update(pack.sha256.0);
        }
        hash.update(district.lease_days.to_be_bytes());
        hash.update(district.recovery.as_deref().unwrap_or_default());
        hash.update((self.hub.clock.now_ms() / renew_ms).to_be_bytes());
        let hash = hash.finalize();
        Ok(StateMark(*hash.first_chunk().expect("a hash is longer than a mark")))
    }

    const fn done(&self) -> Done {
        Done {
            cursor: None,
            token: self.session.token,
            token_s: identity::TOKEN_S,
            more: None,
            state: None,
            packs: None,
            terms: None,
            access_upto: None,
            access_differs: None,
            dismissal: None,
            index_more: None,
        }
    }

    fn close(&self) -> Close {
        Close {
            cursor: self.session.open.cursor.clone(),
            token: Token::of(self.session.token),
            token_ends_ms: self.session.token_ends_ms,
            more: false,
            packs: None,
            terms: None,
            dismissal: None,
            access_upto: None,
            access_differs: None,
            speaks: Some(PROTOCOL_VERSION),
        }
    }

    /// The close alone: an author who is shut out and may still hand in hears nothing new.
    fn run_for_shut_out(self) -> Result<(), ServeError> {
        let dismissal = identity::dismissal(self.hub, self.session, 0)?;
        let close: DownMessage = if self.version() >= 2 {
            Done {
                dismissal,
                ..self.done()
            }
            .into()
        } else {
            Close {
                dismissal,
                ..self.close()
            }
            .into()
        };
        Ok(self.sink.send(close.to_frame()?.into_bytes())?)
    }

    /// Entries until the window's end.
    fn window(&mut self, mut window: Window) -> Result<Window, ServeError> {
        let author = &self.session.author;
        loop {
            if self.sent_bytes > DOWN_BYTES_MAX {
                return Ok(window);
            }
            let entries = self.hub.storage.entries(
                &author.user.district,
                author.user.id,
                author.id,
                window,
                ENTRIES_AT_ONCE,
            )?;
            let last_of_window = entries.len() < ENTRIES_AT_ONCE as usize;
            for entry in entries {
                let number = entry.number;
                if self.version() >= 2 {
                    let before = window;
                    window.after = number;
                    self.gather(entry, before.into(), window.into())?;
                } else {
                    self.entry(entry, window)?;
                    window.after = number;
                }
            }
            if last_of_window {
                window.after = window.head;
                return Ok(window);
            }
        }
    }

    /// Adds an entry to what is gathered; where that has grown to a mark, all of it goes, and the mark behind it. `before`
    /// and `after` are the places on both sides of the entry.
    pub(super) fn gather(&mut self, entry: Entry, before: Place, after: Place) -> Result<(), ServeError> {
        // Only what is told first may go on where another answer was cut.
        let resumed = self.resumed.take();
        match entry.body {
            EntryBody::Change {
                document,
                author,
                received_ms,
                late,
                bytes,
            } if Gather::takes(&bytes) => {
                let number = entry.number;
                let change = Logged {
                    number,
                    author,
                    received_ms,
                    late,
                    bytes,
                };
                self.gather.change(document, change);
            }
            EntryBody::Grant { document, writable } if self.reads_pieces() => {
                self.grant_in_pieces(document, writable, (before, after), resumed)?;
            }
            body => {
                let about = match &body {
                    EntryBody::Change { document, .. }
                    | EntryBody::Grant { document, .. }
                    | EntryBody::Revoke { document, .. }
                    | EntryBody::Judged { document, .. } => Some(*document),
                    EntryBody::Author(_) | EntryBody::Receipt(_) => None,
                };
                let number = entry.number;
                let messages = self.messages(Entry { number, body })?;
                self.gather_messages(about, messages)?;
            }
        }
        self.mark_where_grown(after)
    }

    /// Adds messages about a document, or about none, to what is gathered.
    pub(super) fn gather_messages(
        &mut self,
        about: Option<DocumentId>,
        messages: Vec<DownMessage>,
    ) -> Result<(), ServeError> {
        let mut bytes = 0;
        for message in &messages {
            bytes += message.to_frame()?.as_bytes().len();
        }
        self.gather.messages(about, messages, bytes);
        Ok(())
    }

    /// Where what is gathered has grown to a mark, all of it goes, and the mark behind it.
    pub(super) fn mark_where_grown(&mut self, place: Place) -> Result<(), ServeError> {
        if self.gather.bytes() < MARK_EVERY_BYTES {
            return Ok(());
        }
        self.flush()?;
        self.mark(place)
    }

    /// The device may keep everything before this.
    pub(super) fn mark(&mut self, place: Place) -> Result<(), ServeError> {
        let cursor = self.cursor(place);
        Ok(self
            .sink
            .send(DownMessage::from(Mark { cursor }).to_frame()?.into_bytes())?)
    }

    /// Sends one message at once.
    pub(super) fn send(&mut self, message: impl Into<DownMessage>) -> Result<(), ServeError> {
        let frame = message.into().to_frame()?.into_bytes();
        self.sent_bytes += frame.len();
        Ok(self.sink.send(frame)?)
    }

    /// Sends what is gathered.
    pub(super) fn flush(&mut self) -> Result<(), ServeError> {
        for message in self.gather.take() {
            self.send(message)?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: Entry, before: Window) -> Result<(), ServeError> {
        let mut frames = Vec::new();
        for message in self.messages(entry)? {
            frames.extend_from_slice(message.to_frame()?.as_bytes());
        }
        if self.since_mark_bytes > 0 && self.since_mark_bytes + frames.len() > MARK_EVERY_BYTES {
            self.mark(before.into())?;
            self.since_mark_bytes = 0;
        }
        self.since_mark_bytes += frames.len();
        self.sent_bytes += frames.len();
        Ok(self.sink.send(frames)?)
    }

    fn messages(&self, entry: Entry) -> Result<Vec<DownMessage>, ServeError> {
        let number = entry.number;
        Ok(match entry.body {
            EntryBody::Change {
                document,
                author,
                received_ms,
                late,
                bytes,
            } => {
                let packed = pack_for(self.version(), &bytes);
                let change = |part: protocol::parcel::Part<'_>| Change {
                    number,
                    document,
                    author,
                    received_ms,
                    late,
                    part: part.part,
                    parts: part.parts,
                    bytes: part.bytes.to_vec(),
                };
                parts(&packed).map(|part| change(part).into()).collect()
            }
            EntryBody::Grant { document, writable } => self.grant(document, writable)?,
            EntryBody::Revoke { document, destroyed } => vec![Revoke { document, destroyed }.into()],
            EntryBody::Author(author) => vec![
                down::Author {
                    author: author.id,
                    user: author.user.id,
                    name: author.user.name,
                    role: author.user.role,
                    device: author.device,
                }
                .into(),
            ],
            EntryBody::Receipt(receipt) => vec![message_of(receipt).into()],
            EntryBody::Judged { .. } if self.session.open.judged != Some(true) => Vec::new(),
            EntryBody::Judged { document, hash } => vec![
                Judged {
                    document,
                    hash: Hash(hash),
                    code: Refusal::ForGood.code(),
                }
                .into(),
            ],
        })
    }

    /// The document's snapshot, and what is told behind it.
    fn grant(&self, document: DocumentId, writable: bool) -> Result<Vec<DownMessage>, ServeError> {
        let Some((packed, upto)) = self.packed(document)? else {
            return Ok(Vec::new());
        };
        let mut messages = grants(document, writable, upto, &packed);
        messages.extend(self.behind_grant(document, upto)?);
        Ok(messages)
    }

    /// A document as this device reads it, and the number of the last change in it; `None` for a kind that this hub does
    /// not know.
    pub(super) fn packed(&self, document: DocumentId) -> Result<Option<(Vec<u8>, u64)>, ServeError> {
        let Some(key) = key_of(document) else {
            return Ok(None);
        };
        let (saved, upto) = snapshot(&*self.hub.storage, &self.session.pack, document, key.kind)?;
        Ok(Some((packed_for(self.version(), &saved)?.into_owned(), upto)))
    }

    /// What is told behind a document: when its changes were received, and what channels have said about it so far.
    pub(super) fn behind_grant(&self, document: DocumentId, upto: u64) -> Result<Vec<DownMessage>, ServeError> {
        let receipts = self.hub.storage.latest_receipts(document)?;
        let mut received = Vec::new();
        if self.session.open.reads(Received::KIND) {
            for run in self.hub.storage.received(document, upto)? {
                received.extend(Received::of(document, run.author, run.first, &run.times_ms));
            }
        }
        Ok(received
            .into_iter()
            .map(DownMessage::from)
            .chain(receipts.into_iter().map(|receipt| message_of(receipt).into()))
            .collect())
    }

    fn cursor(&self, place: Place) -> Cursor {
        cursor::encode(self.hub.storage.epoch(), &self.session.author.user.district, place)
    }

    /// Whether the device reads pieces and cards.
    pub(super) fn reads_pieces(&self) -> bool {
        self.version() >= 2 && self.session.open.pieces == Some(true)
    }

    /// Whether it reads pieces of several documents.
    pub(super) fn reads_shares(&self) -> bool {
        self.reads_pieces() && self.session.open.shares == Some(true)
    }

    /// Whether the answer is so long that the device is asked to come again.
    pub(super) const fn is_long(&self) -> bool {
        self.sent_bytes > DOWN_BYTES_MAX
    }

    fn last_number(&self) -> Result<u64, StorageError> {
        Ok(self.district()?.last_number)
    }

    fn district(&self) -> Result<District, StorageError> {
        let district = self.hub.storage.district(&self.session.author.user.district)?;
        district.ok_or(StorageError::NoSuch("district"))
    }
}

/// A document in parts that follow one another.
pub(super) fn grants(document: DocumentId, writable: bool, upto: u64, packed: &[u8]) -> Vec<DownMessage> {
    let grant = |part: protocol::parcel::Part<'_>| Grant {
        document,
        upto,
        part: part.part,
        parts: part.parts,
        bytes: part.bytes.to_vec(),
        writable,
    };
    parts(packed).map(|part| grant(part).into()).collect()
}

fn message_of(receipt: storage::Receipt) -> Receipt {
    let state = if receipt.accepted {
        ReceiptState::Accepted {
            reference: receipt.words,
        }
    } else {
        ReceiptState::Rejected { reason: receipt.words }
    };
    Receipt {
        document: receipt.document,
        channel: receipt.channel,
        upto: receipt.upto,
        at_ms: receipt.at_ms,
        state,
    }
}
