//! The body of an exchange: what this device has to say, signed and chained.

use protocol::{
    AuthorId, Cursor, DocumentId, Nonce, PROTOCOL_VERSION, SigningChain, UpMessage,
    limits::{AGAIN_MAX, APP_VERSION_BYTES_MAX},
    message::{
        down::Received,
        up::{Access, Again, Confirm, End, Open, Upload},
    },
};

use super::exchange::ExchangeError;
use crate::{session::Session, store::StoreError};

/// Changes that go up in one request: what is not acknowledged before a cut is sent again, so a request is kept small
/// enough for a bad link. The next follows at once.
const BATCH_BYTES_MAX: usize = 64 * 1024;
const BATCH_CHANGES_MAX: usize = 256;

/// Rows of the access log that go up in one request: about 16 kB, behind what officers wrote.
const BATCH_ACCESS_ROWS_MAX: usize = 160;

/// What goes up.
pub(super) struct Outbound {
    pub(super) body: Vec<u8>,
    /// Outbox numbers of the changes in it, growing.
    pub(super) sent: Vec<i64>,
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

impl Outbound {
    /// Reads the outbox behind `after` into a signed body.
    pub(super) fn build(session: &Session, after: i64, parting: Parting) -> Result<Self, ExchangeError> {
        let nonce = Nonce(session.platform.random());
        let (cursor, outbox, confirmed, damaged, access) = session.store.read(|read| {
            let cursor = read.blob(CURSOR)?.unwrap_or_default();
            let outbox = read.outbox(after, BATCH_CHANGES_MAX)?;
            let access = match read.access_log_on_hub()? {
                Some(upto) => Some(read.access_rows_after(upto, BATCH_ACCESS_ROWS_MAX)?),
                None => None,
            };
            Ok::<_, StoreError>((cursor, outbox, read.destroyed()?, read.damaged()?, access))
        })?;
        let mut chain = SigningChain::new(&session.key);
        let mut body = Vec::new();
        let mut say = |message: UpMessage| {
            let frame = chain.sign(&message).map_err(|_| ExchangeError::TooLarge)?;
            body.extend_from_slice(frame.as_bytes());
            Ok::<_, ExchangeError>(body.len())
        };
        let mut app_version = session.platform.app_version.clone();
        app_version.truncate(app_version.floor_char_boundary(APP_VERSION_BYTES_MAX));
        say(UpMessage::Open(Open {
            version: PROTOCOL_VERSION,
            author: AuthorId(session.author.to_bytes()),
            sent_at_ms: session.now_ms() + session.status.clock_offset_ms(),
            nonce,
            cursor: Cursor::from_bytes(&cursor).unwrap_or_default(),
            app_version,
            reads: Some(vec![Received::KIND]),
        }))?;
        let mut sent = Vec::new();
        for row in outbox {
            let n = u64::try_from(row.n).map_err(|_| StoreError::Row("own_change"))?;
            let mut bytes = 0;
            for upload in Upload::of_change(n, DocumentId(row.document), &row.bytes) {
                bytes = say(UpMessage::Upload(upload))?;
            }
            sent.push(row.n);
            if bytes >= BATCH_BYTES_MAX {
                break;
            }
        }
        for document in &confirmed {
            say(UpMessage::Confirm(Confirm {
                document: DocumentId(*document),
            }))?;
        }
        // Once in a round: a hub that has none will not have one in a moment.
        for document in damaged.into_iter().take(if after == 0 { AGAIN_MAX } else { 0 }) {
            say(UpMessage::Again(Again {
                document: DocumentId(document),
            }))?;
        }
        // A hub that has not said how far it has the log yet says so at the end of this exchange.
        let access_left = access.as_ref().is_none_or(|rows| rows.len() >= BATCH_ACCESS_ROWS_MAX);
        for message in Access::of_rows(access.unwrap_or_default()) {
            say(UpMessage::Access(message))?;
        }
        let destroys = (parting == Parting::Last).then_some(true);
        say(UpMessage::End(End { destroys }))?;
        Ok(Self {
            body,
            sent,
            confirmed,
            access_left,
            nonce,
        })
    }
}
