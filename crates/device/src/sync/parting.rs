//! An author who is shut out: what was not sent is handed in, then keys and files are destroyed.
//!
//! Nothing of this is done on anybody's word but the hub's, signed ([`protocol::dismissal`]). What the hub does not let
//! in it keeps in quarantine; only when it holds everything that was written here is anything destroyed.

use ipc::Farewell;
use protocol::{
    AuthorId, HubUrl, Nonce, PublicKey, Refusal,
    dismissal::{Dismissal, SignedDismissal},
    message::down::Token,
};

use super::{
    Transport,
    exchange::{ExchangeError, Exchanged, exchange},
    outbound::{Outbound, Parting},
};
use crate::{
    farewell,
    packs::PACK_KEY,
    session::Session,
    store::{Read, StoreError, Verdict},
};

/// How long pictures that the hub lets in, but that do not arrive, hold up the end.
const PICTURES_WAIT_MS: i64 = 7 * 86_400_000;

/// The hub's word that the author is shut out, checked.
#[derive(Debug, Clone)]
pub(super) struct Dismissed {
    dismissal: Dismissal,
    code: String,
}

impl Dismissed {
    /// A dismissal that this hub signed for this author in answer to this request; any other is none.
    pub(super) fn check(session: &Session, signed: &SignedDismissal, nonce: Nonce) -> Option<Self> {
        let key: Option<[u8; 32]> = session.store.read(|read| read.bytes(PACK_KEY)).ok()?;
        let author = AuthorId(session.author.to_bytes());
        let dismissal = signed.open(PublicKey(key?), author, nonce)?.clone();
        Some(Self {
            dismissal,
            code: signed.code(),
        })
    }

    /// Whether what is handed in is judged like anybody's.
    pub(super) const fn may_hand_in(&self) -> bool {
        self.dismissal.hand_in
    }
}

/// What follows from a request that was refused: where the hub has shut the author out and says so, what it kept of
/// this request is marked, and the conversation goes on until it has everything.
pub(super) fn rejected(
    session: &Session,
    outbound: &Outbound,
    error: ExchangeError,
) -> Result<Exchanged, ExchangeError> {
    let ExchangeError::Rejected {
        code: Refusal::NotEnrolled,
        dismissal: Some(signed),
        ..
    } = &error
    else {
        return Err(error);
    };
    let Some(dismissed) = Dismissed::check(session, signed, outbound.nonce) else {
        return Err(error);
    };
    let kept = usize::try_from(dismissed.dismissal.kept).unwrap_or(usize::MAX);
    let code = Refusal::NotEnrolled.code();
    session.store.write(|write| {
        for n in outbound.sent.iter().take(kept) {
            write.set_verdict(*n, Verdict::Refused { code })?;
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(Exchanged {
        token: Token(String::new()),
        sent_upto: outbound.sent.last().copied().unwrap_or(i64::MAX),
        more: false,
        packs: Vec::new(),
        access_left: false,
        // The rest may be lost only on a hub that did not understand it in short: what that stands on lies in quarantine.
        send_whole: outbound.sent.get(kept).copied(),
        dismissal: Some(dismissed),
        state: None,
        index_more: false,
    })
}

/// The end, once the hub has everything: it is told, the farewell is written down, and keys and files are destroyed.
/// While something still waits here, nothing happens, and the next round tries again.
pub(super) fn farewell(
    session: &Session,
    transport: &dyn Transport,
    hub: &HubUrl,
    dismissed: Dismissed,
) -> Result<(), ExchangeError> {
    let read = |read: &Read<'_>| Ok::<_, StoreError>((read.waiting()?, read.count_media()?.0, read.count_ways()?));
    let (waiting, pictures, (on_hub, kept_aside)) = session.store.read(read)?;
    let Dismissal {
        dismissed_ms, told_ms, ..
    } = dismissed.dismissal;
    let pictures_may_come = dismissed.may_hand_in() && told_ms.saturating_sub(dismissed_ms) < PICTURES_WAIT_MS;
    if waiting.changes > 0 || (pictures > 0 && pictures_may_come) {
        return Ok(());
    }
    // The hub has everything and has said so. Whether it also hears that this vault is gone is its own matter.
    let last = exchange(session, transport, hub, i64::MAX, Parting::Last);
    let code = match last {
        Ok(Exchanged {
            dismissal: Some(last), ..
        }) => last.code,
        _ => dismissed.code,
    };
    let farewell = Farewell {
        id: session.vault.id(),
        name: session.enrolment.user_name.clone(),
        hub: session.enrolment.hub_name.clone(),
        dismissed_ms,
        destroyed_ms: session.now_ms(),
        on_hub,
        kept_aside,
        pictures_lost: pictures,
        code,
    };
    // What was being written when the hub's word came is in the store when this returns; the next round hands it in.
    session.end();
    if session.store.read(|read| read.waiting())?.changes > 0 {
        return Err(ExchangeError::Stopped);
    }
    let written = farewell::write(&session.vault.data_dir(), &farewell);
    written.map_err(|_| StoreError::DiskFull)?;
    session.close();
    // The key is erased first; whatever then cannot be removed opens nothing any more.
    let _ = session.vault.destroy(&session.platform);
    session.news.tell_session();
    Err(ExchangeError::Farewell)
}
