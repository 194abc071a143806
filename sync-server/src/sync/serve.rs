//! The way down: what the author may read past their cursor, with marks.

use protocol::limits::MARK_EVERY_BYTES;
use protocol::message::down::{
    Change, Close, Done, Grant, Mark, Receipt, ReceiptState, Received, Revoke, StateMark, Token,
};
use protocol::message::{DownMessage, down};
use protocol::pack::PackRef;
use protocol::parcel::{pack_for, parts};
use protocol::{Cursor, DocumentId, EncodeError, PROTOCOL_VERSION};
use sha2::{Digest, Sha256};

use super::cursor;
use super::detail;
use super::fold::{FoldError, packed_for, snapshot};
use super::gather::{Gather, Logged};
use super::index;
use super::proposals;
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
    hub: &'a Hub,
    session: &'a Session,
    sink: &'a mut dyn Sink,
    /// Whether the access log that came is another than the one that is here.
    access_differs: bool,
    since_mark_bytes: usize,
    sent_bytes: usize,
    gather: Gather,
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
        let district = &self.session.author.user.district;
        let mut window = cursor::decode(
            &self.session.open.cursor,
            self.hub.storage.epoch(),
            district,
            self.last_number()?,
        );
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
        self.flush()?;
        // Behind everything the log says; what is left of it comes first the next time.
        let index_more = !more && index::serve(self.hub, self.session, self.sink)?;
        if !more && !index_more {
            proposals::serve(self.hub, self.session, self.sink)?;
            detail::serve(self.hub, self.session, self.sink)?;
        }
        let packs = packs::named_in_close(&*self.hub.storage, &self.session.author.user.district)?;
        let access_upto = self.hub.storage.access_upto(self.session.author.id)?;
        let cursor = self.cursor(window);
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
                    window.after = number;
                    self.gather(entry, window)?;
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

    /// Adds an entry to what is gathered; where that has grown to a mark, all of it goes, and the mark behind it.
    fn gather(&mut self, entry: Entry, upto: Window) -> Result<(), ServeError> {
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
            body => {
                let about = match &body {
                    EntryBody::Change { document, .. }
                    | EntryBody::Grant { document, .. }
                    | EntryBody::Revoke { document, .. } => Some(*document),
                    EntryBody::Author(_) | EntryBody::Receipt(_) => None,
                };
                let number = entry.number;
                let messages = self.messages(Entry { number, body })?;
                let mut bytes = 0;
                for message in &messages {
                    bytes += message.to_frame()?.as_bytes().len();
                }
                self.gather.messages(about, messages, bytes);
            }
        }
        if self.gather.bytes() < MARK_EVERY_BYTES {
            return Ok(());
        }
        self.flush()?;
        let mark = Mark {
            cursor: self.cursor(upto),
        };
        Ok(self.sink.send(DownMessage::from(mark).to_frame()?.into_bytes())?)
    }

    /// Sends what is gathered.
    fn flush(&mut self) -> Result<(), ServeError> {
        for message in self.gather.take() {
            let frame = message.to_frame()?.into_bytes();
            self.sent_bytes += frame.len();
            self.sink.send(frame)?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: Entry, before: Window) -> Result<(), ServeError> {
        let mut frames = Vec::new();
        for message in self.messages(entry)? {
            frames.extend_from_slice(message.to_frame()?.as_bytes());
        }
        if self.since_mark_bytes > 0 && self.since_mark_bytes + frames.len() > MARK_EVERY_BYTES {
            let mark = Mark {
                cursor: self.cursor(before),
            };
            self.sink.send(DownMessage::from(mark).to_frame()?.into_bytes())?;
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
        })
    }

    /// The document's snapshot, when its changes were received, and what channels have said about it so far.
    fn grant(&self, document: DocumentId, writable: bool) -> Result<Vec<DownMessage>, ServeError> {
        let Some(key) = key_of(document) else {
            return Ok(Vec::new());
        };
        let (saved, upto) = snapshot(&*self.hub.storage, &self.session.pack, document, key.kind)?;
        let packed = packed_for(self.version(), &saved)?;
        let grants = parts(&packed).map(|part| {
            let (number, parts, bytes) = (part.part, part.parts, part.bytes.to_vec());
            Grant {
                document,
                upto,
                part: number,
                parts,
                bytes,
                writable,
            }
            .into()
        });
        let receipts = self.hub.storage.latest_receipts(document)?;
        let mut received = Vec::new();
        if self.session.open.reads(Received::KIND) {
            for run in self.hub.storage.received(document, upto)? {
                received.extend(Received::of(document, run.author, run.first, &run.times_ms));
            }
        }
        Ok(grants
            .chain(received.into_iter().map(DownMessage::from))
            .chain(receipts.into_iter().map(|receipt| message_of(receipt).into()))
            .collect())
    }

    fn cursor(&self, window: Window) -> Cursor {
        cursor::encode(self.hub.storage.epoch(), &self.session.author.user.district, window)
    }

    fn last_number(&self) -> Result<u64, StorageError> {
        Ok(self.district()?.last_number)
    }

    fn district(&self) -> Result<District, StorageError> {
        let district = self.hub.storage.district(&self.session.author.user.district)?;
        district.ok_or(StorageError::NoSuch("district"))
    }
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
