//! Pictures, recordings and papers, when all text is said: small sizes first, up before down, in pieces that a cut costs little of.

use ipc::Topic;
use protocol::{HubUrl, ids::Sha256, limits::MEDIA_PIECE_BYTES_MAX, media};

use super::{
    MediaCall, Transport, TransportError,
    exchange::{ExchangeError, Exchanged},
};
use crate::{
    session::Session,
    space,
    store::{AccessAction, AccessRow, MediaSize, Read, StoreError},
    vault::sha256,
};

/// What is to be done after the pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing.
    Rest,
    /// There is text again, or the key to pictures has run out.
    Sync,
}

const UNAUTHORIZED: u16 = 401;
const NOT_FOUND: u16 = 404;
const UNSUPPORTED_MEDIA_TYPE: u16 = 415;

/// What became of one picture.
enum Carried {
    Done,
    /// Not this time: the hub does not know the document yet that names it, or its bytes are not whole there.
    NotNow,
    /// The hub keeps nothing of this kind.
    NotTaken,
    TokenEnded,
    /// Somebody wrote something meanwhile.
    TextWaits,
}

/// Sends and fetches pictures until none is left that can go now. An author who is shut out only sends.
pub(super) fn exchange(
    session: &Session,
    transport: &dyn Transport,
    hub: &HubUrl,
    Exchanged {
        token,
        sent_upto,
        dismissal,
        ..
    }: &Exchanged,
) -> Result<Next, ExchangeError> {
    let both = [
        ((|read, tried| read.next_unsent_media(tried)) as Pick, send as Carry),
        (|read, tried| read.next_wanted_media(tried), fetch),
    ];
    let ways = if dismissal.is_some() { &both[..1] } else { &both[..] };
    for (next, carry) in ways {
        let mut tried = session.status.not_taken();
        let before = tried.len();
        while let Some((sha, size)) = session.store.read(|read| next(read, &tried))? {
            if session.status.is_stopping() {
                return Err(ExchangeError::Stopped);
            }
            tried.push(sha);
            let name = Sha256(sha);
            let call = MediaCall {
                sha256: &name,
                size: on_wire(size),
                token: &token.0,
            };
            match carry(session, transport, hub, call, *sent_upto)? {
                Carried::Done => session.news.tell([Topic::Sync]),
                Carried::NotNow => {}
                Carried::NotTaken => {
                    session.status.set_not_taken(sha);
                    session.news.tell([Topic::Sync]);
                }
                // With a token that ends at once, asking for another would go on forever.
                Carried::TokenEnded if tried.len() == before + 1 => return Ok(Next::Rest),
                Carried::TokenEnded | Carried::TextWaits => return Ok(Next::Sync),
            }
        }
    }
    // A case that was given to somebody else waited for its pictures, and goes now.
    let goes = !session.store.read(|read| read.documents_handed_in())?.is_empty();
    Ok(if goes { Next::Sync } else { Next::Rest })
}

type Pick = fn(&Read<'_>, &[[u8; 32]]) -> Result<Option<([u8; 32], MediaSize)>, StoreError>;
type Carry = fn(&Session, &dyn Transport, &HubUrl, MediaCall<'_>, i64) -> Result<Carried, ExchangeError>;

fn send(
    session: &Session,
    transport: &dyn Transport,
    hub: &HubUrl,
    call: MediaCall<'_>,
    sent_upto: i64,
) -> Result<Carried, ExchangeError> {
    let sha = call.sha256.as_bytes();
    let Some(bytes) = session.store.read(|read| read.media(sha))? else {
        return Ok(Carried::NotNow);
    };
    let mut at = match transport.begin_upload(hub, call, bytes.len() as u64) {
        Err(TransportError::Status(NOT_FOUND)) => return give_up(session, sha),
        Err(error) => return refused(error),
        Ok(at) => at,
    };
    loop {
        let from = usize::try_from(at)
            .ok()
            .filter(|from| *from <= bytes.len())
            .ok_or(ExchangeError::Garbled)?;
        if from == bytes.len() {
            tell(session, session.store.write(|write| write.set_media_sent(sha))?);
            return Ok(Carried::Done);
        }
        if text_waits(session, sent_upto)? {
            return Ok(Carried::TextWaits);
        }
        let piece = &bytes[from..bytes.len().min(from + MEDIA_PIECE_BYTES_MAX)];
        match transport.upload(hub, call, at, piece) {
            Ok(reached) if reached > at => at = reached,
            Ok(_) => return Err(ExchangeError::Garbled),
            Err(error) => return refused(error),
        }
    }
}

fn fetch(
    session: &Session,
    transport: &dyn Transport,
    hub: &HubUrl,
    call: MediaCall<'_>,
    sent_upto: i64,
) -> Result<Carried, ExchangeError> {
    if text_waits(session, sent_upto)? {
        return Ok(Carried::TextWaits);
    }
    // What room is left is for what is written here.
    if !space::may_fetch(session) {
        return Ok(Carried::NotNow);
    }
    let sha = call.sha256.as_bytes();
    let bytes = match transport.download(hub, call) {
        Err(error) => return refused(error),
        Ok(bytes) => bytes,
    };
    if sha256(&bytes) != *sha {
        return Err(ExchangeError::Garbled);
    }
    tell(session, session.store.write(|write| write.set_media_here(sha, &bytes))?);
    Ok(Carried::Done)
}

/// What is shown of these cases has changed.
fn tell(session: &Session, subjects: Vec<[u8; 16]>) {
    session.tell_all_changed(
        subjects
            .into_iter()
            .map(|subject| casework::CaseId::from_bytes(subject).into()),
    );
}

/// The hub knows no document that names the picture. Where that cannot change any more, it is over, and written down.
fn give_up(session: &Session, sha: &[u8; 32]) -> Result<Carried, ExchangeError> {
    let now_ms = session.now_ms();
    session.store.write(|write| {
        write.give_media_up(sha)?.iter().try_for_each(|subject| {
            write.log_access(&AccessRow {
                at_ms: now_ms,
                action: AccessAction::Destroyed,
                subject: Some(subject),
                detail: "picture not taken",
            })
        })
    })?;
    Ok(Carried::NotNow)
}

/// What a refusal means for the pictures that follow.
fn refused(error: TransportError) -> Result<Carried, ExchangeError> {
    match error {
        TransportError::Status(UNAUTHORIZED) => Ok(Carried::TokenEnded),
        TransportError::Status(UNSUPPORTED_MEDIA_TYPE) => Ok(Carried::NotTaken),
        TransportError::Status(400..=499) => Ok(Carried::NotNow),
        other => Err(other.into()),
    }
}

/// Whether something was written since the last exchange.
fn text_waits(session: &Session, sent_upto: i64) -> Result<bool, StoreError> {
    Ok(!session.store.read(|read| read.outbox(sent_upto, 1))?.is_empty())
}

const fn on_wire(size: MediaSize) -> media::MediaSize {
    match size {
        MediaSize::Thumb => media::MediaSize::Thumb,
        MediaSize::Field => media::MediaSize::Field,
        MediaSize::Full => media::MediaSize::Full,
    }
}
