//! The body of an exchange: what this device has to say, signed and chained.

use std::collections::HashMap;

use casefile::{DocumentKey, Naming, Run, add_to_many};
use casework::DocumentKind;
use protocol::{
    Appeal, AuthorId, AuthorKey, Cursor, DocumentId, IndexCursor, Nonce, PROTOCOL_VERSION, PROTOCOL_VERSION_MIN,
    SigningChain, UpMessage,
    access_log::AccessRow,
    limits::{AGAIN_MAX, APP_VERSION_BYTES_MAX, APPEALS_MAX, ASKS_MAX},
    message::{
        self, Named,
        down::{Received, STATE_MARK_BYTES, StateMark},
        up::{Access, Again, BatchWriter, Confirm, End, Open, Rows, Upload},
    },
};

use super::exchange::ExchangeError;
use crate::{
    session::Session,
    store::{OutboxRow, StoreError},
};

/// Changes that go up in one request, however small.
const BATCH_CHANGES_MAX: usize = 1024;

/// Rows of the access log that go up in one request: about 16 kB, behind what officers wrote.
const BATCH_ACCESS_ROWS_MAX: usize = 160;

/// Name of the mark that says what the hub need not say again.
pub(super) const STATE: &str = "hub_state";
/// Name of the mark that says which version the hub speaks.
pub(super) const SPEAKS: &str = "hub_speaks";

/// What goes up.
pub(super) struct Outbound {
    pub(super) body: Vec<u8>,
    /// The version it is said in.
    pub(super) version: u16,
    /// Where it asks to go on.
    pub(super) cursor: Cursor,
    /// Outbox numbers of the changes in it, growing.
    pub(super) sent: Vec<i64>,
    /// Whether as much went up as may in one request.
    pub(super) full: bool,
    /// Documents whose destruction it confirms.
    pub(super) confirmed: Vec<[u8; 17]>,
    /// Whether there are more rows of the access log than went in, which the hub would take.
    pub(super) access_left: bool,
    /// What the opening was made unique with.
    pub(super) nonce: Nonce,
}

/// Whether a request is the last of an author who was shut out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parting {
    /// It is not, as far as the device knows.
    No,
    /// Keys and files are destroyed after its answer.
    Last,
}

/// Name of the mark that says how far the log was read.
pub(crate) const CURSOR: &str = "cursor";
/// Name of the mark of what the hub proposes.
pub(crate) const PROPOSALS: &str = "proposals";
/// Name of the mark that says how far the index of missing children was read.
pub(crate) const INDEX: &str = "index_cursor";

/// Everything of the store that goes into a body.
struct Waiting {
    cursor: Cursor,
    version: u16,
    state: Option<StateMark>,
    index: IndexCursor,
    proposals: StateMark,
    /// Records that the user asked for and that the hub has not answered.
    asks: Vec<u8>,
    /// What the user asked the district about refused words and nobody has decided.
    appeals: Vec<u8>,
    outbox: Vec<OutboxRow>,
    confirmed: Vec<[u8; 17]>,
    damaged: Vec<[u8; 17]>,
    /// Up to which row the hub has the access log, where it has said so, and the rows behind it.
    access_upto: Option<u64>,
    access: Option<Vec<AccessRow>>,
    /// The hash of the row before them, where it is here.
    access_before: Option<[u8; 32]>,
}

impl Waiting {
    fn read(session: &Session, after: i64) -> Result<Self, StoreError> {
        session.store.read(|read| {
            let on_hub = read.access_log_on_hub()?;
            let access = match on_hub {
                Some(upto) => Some(read.access_rows_after(upto, BATCH_ACCESS_ROWS_MAX)?),
                None => None,
            };
            let speaks = read.number(SPEAKS)?.and_then(|version| u16::try_from(version).ok());
            let version = speaks.unwrap_or(PROTOCOL_VERSION_MIN);
            // Empty where a pack could not be had, which is to be named again.
            let state = read.blob(STATE)?.and_then(|mark| mark.try_into().ok()).map(StateMark);
            Ok(Self {
                cursor: Cursor::from_bytes(&read.blob(CURSOR)?.unwrap_or_default()).unwrap_or_default(),
                version: version.clamp(PROTOCOL_VERSION_MIN, PROTOCOL_VERSION),
                state,
                index: IndexCursor::from_bytes(&read.blob(INDEX)?.unwrap_or_default()).unwrap_or_default(),
                proposals: StateMark(read.bytes::<STATE_MARK_BYTES>(PROPOSALS)?.unwrap_or_default()),
                asks: read.unanswered(ASKS_MAX)?.concat(),
                appeals: read
                    .undecided(APPEALS_MAX)?
                    .into_iter()
                    .flat_map(Appeal::to_bytes)
                    .collect(),
                outbox: read.outbox(after, BATCH_CHANGES_MAX)?,
                confirmed: read.destroyed()?,
                damaged: read.damaged()?,
                access_upto: on_hub.and_then(|upto| u64::try_from(upto).ok()),
                access,
                access_before: match on_hub {
                    Some(0) => Some([0; 32]),
                    Some(upto) => {
                        let before = read.access_rows_after(upto - 1, 1)?;
                        let named = |row: &&AccessRow| i64::try_from(row.n) == Ok(upto);
                        before.first().filter(named).map(|row| row.hash)
                    }
                    None => None,
                },
            })
        })
    }
}

impl Outbound {
    /// Reads the outbox behind `after` into a signed body.
    pub(super) fn build(session: &Session, after: i64, parting: Parting) -> Result<Self, ExchangeError> {
        let nonce = Nonce(session.platform.random());
        let waiting = Waiting::read(session, after)?;
        let small = waiting.version >= 2;
        // A hub that has not said how far it has the log yet says so at the end of this exchange.
        let access_left = waiting
            .access
            .as_ref()
            .is_none_or(|rows| rows.len() >= BATCH_ACCESS_ROWS_MAX);
        // Once in a round: a hub that has none will not have one in a moment.
        let again = waiting.damaged.into_iter().take(if after == 0 { AGAIN_MAX } else { 0 });
        let mut rest: Vec<UpMessage> = Vec::new();
        rest.extend(waiting.confirmed.iter().map(|id| {
            let document = DocumentId(*id);
            UpMessage::Confirm(Confirm { document })
        }));
        rest.extend(again.map(|id| {
            let document = DocumentId(id);
            UpMessage::Again(Again { document })
        }));
        let destroys = (parting == Parting::Last).then_some(true);
        let mut access = waiting.access.unwrap_or_default();
        let mut said = Vec::new();
        let mut app_version = session.platform.app_version.clone();
        app_version.truncate(app_version.floor_char_boundary(APP_VERSION_BYTES_MAX));
        let sent_at_ms = session.now_ms() + session.status.clock_offset_ms();
        said.push(UpMessage::Open(Open {
            version: waiting.version,
            author: AuthorId(session.author.to_bytes()),
            sent_at_ms,
            nonce,
            cursor: waiting.cursor.clone(),
            app_version,
            reads: (!small).then(|| vec![Received::KIND]),
            // A tablet that waits for the hub is to hear its terms anew, whatever they were.
            state: waiting.state.filter(|_| small && !session.hub_first()),
            access_upto: waiting.access_upto.filter(|_| small),
            // A role that reads no reports has no use for the index, and is told to forget one that it has.
            index: Some(waiting.index)
                .filter(|index| small && (session.may_read(DocumentKind::Missing) || !index.is_start())),
            proposals: small.then_some(waiting.proposals),
            asks: Some(waiting.asks).filter(|asks| small && !asks.is_empty()),
            pieces: small.then_some(true),
            appeals: Some(waiting.appeals).filter(|appeals| small && !appeals.is_empty()),
            judged: small.then_some(true),
            shares: small.then_some(true),
        }));
        let portion_bytes = session.status.portion_bytes();
        let (mut sent, mut bytes) = (Vec::new(), 0);
        let mut uploads = Uploads::new(session, sent_at_ms, waiting.version);
        let waits = waiting.outbox.len();
        for row in waiting.outbox {
            bytes += row.bytes.len();
            sent.push(row.n);
            said.extend(uploads.add(&row)?);
            if bytes >= portion_bytes {
                break;
            }
        }
        said.extend(uploads.finish());
        said.extend(rest);
        if small {
            said.extend(short_rows(&mut access, waiting.access_before, sent_at_ms, &said));
        }
        said.extend(Access::of_rows(access).into_iter().map(UpMessage::Access));
        // The last frame of version 2 says that it is; an end by itself is for what only an end says.
        if !small || destroys.is_some() {
            said.push(UpMessage::End(End { destroys }));
        }
        Ok(Self {
            body: signed(&session.key, &said, small)?,
            version: waiting.version,
            cursor: waiting.cursor,
            full: bytes >= portion_bytes || waits == BATCH_CHANGES_MAX,
            sent,
            confirmed: waiting.confirmed,
            access_left,
            nonce,
        })
    }
}

/// Rows of the access log in short, as far as they follow from one another; they are taken off `rows`.
fn short_rows(rows: &mut Vec<AccessRow>, before: Option<[u8; 32]>, base_ms: i64, said: &[UpMessage]) -> Vec<UpMessage> {
    let mut naming = message::Naming::default();
    for message in said {
        if let UpMessage::Batch(batch) = message {
            for group in &batch.groups {
                if let Named::Anew(document) = group.document {
                    naming.name(document.subject());
                }
            }
        }
    }
    let mut messages = Vec::new();
    let Some(mut before) = before else { return messages };
    while let Some((message, count)) = Rows::of(rows, before, base_ms, &mut naming) {
        before = message.last;
        rows.drain(..count);
        messages.push(UpMessage::Rows(message));
    }
    messages
}

/// The messages as frames, each bound to the one before.
fn signed(key: &AuthorKey, said: &[UpMessage], last_says_so: bool) -> Result<Vec<u8>, ExchangeError> {
    let mut chain = SigningChain::new(key);
    let mut body = Vec::new();
    for (at, message) in said.iter().enumerate() {
        let frame = if last_says_so && at + 1 == said.len() {
            chain.sign_last(message)
        } else {
            chain.sign(message)
        };
        body.extend_from_slice(frame.map_err(|_| ExchangeError::TooLarge)?.as_bytes());
    }
    Ok(body)
}

/// Changes on their way into messages: short and several to a frame for a hub that reads them so.
struct Uploads {
    author: casework::AuthorId,
    sent_at_ms: i64,
    version: u16,
    whole: bool,
    runs: HashMap<DocumentId, Run>,
    batch: BatchWriter,
}

impl Uploads {
    fn new(session: &Session, sent_at_ms: i64, version: u16) -> Self {
        Self {
            author: session.author,
            sent_at_ms,
            version,
            whole: session.status.sends_whole(),
            runs: HashMap::new(),
            batch: BatchWriter::default(),
        }
    }

    fn add(&mut self, row: &OutboxRow) -> Result<Vec<UpMessage>, StoreError> {
        let n = u64::try_from(row.n).map_err(|_| StoreError::Row("own_change"))?;
        let document = DocumentId(row.document);
        if self.version >= 2
            && let Some(short) = self.short(document, &row.bytes)
        {
            let mut one = Vec::new();
            add_to_many(&mut one, &short);
            if BatchWriter::takes(one.len()) {
                return Ok(self
                    .batch
                    .add(n, document, &one)
                    .map(UpMessage::Batch)
                    .into_iter()
                    .collect());
            }
        }
        // It goes by itself, and what follows in short does not stand on it.
        self.runs.remove(&document);
        let before = self.finish();
        let parts = Upload::of_change(self.version, n, document, &row.bytes);
        Ok(before
            .into_iter()
            .chain(parts.into_iter().map(UpMessage::Upload))
            .collect())
    }

    /// The change in short; `None` for bytes that are no change, which the hub shall look at as they are.
    fn short(&mut self, document: DocumentId, change: &[u8]) -> Option<Vec<u8>> {
        let sent_at_ms = self.sent_at_ms;
        let run = self
            .runs
            .entry(document)
            .or_insert_with(|| Run::new(sent_at_ms, DocumentKey::from_bytes(document.0).map(|key| key.kind)));
        if self.whole {
            run.whole(change).ok()
        } else {
            run.shorten(self.author, change, Naming::Beginning).ok()
        }
    }

    fn finish(&mut self) -> Vec<UpMessage> {
        self.batch.finish().into_iter().map(UpMessage::Batch).collect()
    }
}

#[cfg(test)]
mod tests {
    use protocol::{FrameDecoder, UpMessage};

    use super::*;
    use crate::testing::{self, Bench};

    /// How a body opens.
    fn opening(session: &Session) -> Open {
        let outbound = Outbound::build(session, 0, Parting::No).unwrap();
        let frame = FrameDecoder::new()
            .feed(&mut outbound.body.as_slice())
            .unwrap()
            .unwrap();
        match UpMessage::unverified(&frame).unwrap() {
            UpMessage::Open(open) => open,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_mark_that_was_left_empty_because_a_pack_could_not_be_had_is_not_said_and_stops_nothing() {
        let bench = Bench::new();
        let (vault, key) = testing::enrolled(&bench);
        let session = testing::session(&bench, &vault, &key);
        let mark = |bytes: &[u8]| {
            session
                .store
                .write(|write| {
                    write.set_number(SPEAKS, Some(2))?;
                    write.set_blob(STATE, bytes)
                })
                .unwrap();
        };
        mark(&[7; STATE_MARK_BYTES]);
        assert_eq!(opening(&session).state, Some(StateMark([7; STATE_MARK_BYTES])));
        mark(&[]);
        assert_eq!(opening(&session).state, None, "the hub names the pack again");
    }

    #[test]
    fn what_was_asked_for_is_asked_again_until_it_is_answered() {
        let bench = Bench::new();
        let (vault, key) = testing::enrolled(&bench);
        let session = testing::session(&bench, &vault, &key);
        let set = |answer: Option<&[u8]>| {
            session
                .store
                .write(|write| {
                    write.set_number(SPEAKS, Some(2))?;
                    match answer {
                        None => write.ask_for(&[9; 16], 1),
                        Some(answer) => write.answered(&[9; 16], answer, 2),
                    }
                })
                .unwrap();
        };
        assert_eq!(opening(&session).asks, None);
        set(None);
        assert_eq!(opening(&session).asked().collect::<Vec<_>>(), [[9; 16]]);
        set(Some(b"answered"));
        assert_eq!(opening(&session).asks, None);
    }
}
