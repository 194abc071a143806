//! A round: exchanges until nothing is left to say, then pictures; and what the screen may be told about it.

use ipc::{NetState, Topic};
use protocol::{HubUrl, PROTOCOL_VERSION_MIN, Refusal};

use super::{
    Transport,
    ear::Post,
    exchange::{ExchangeError, Exchanged, exchange},
    inbound::note_version,
    outbound::{CURSOR, Parting, STATE},
    packs, parting, pictures,
};
use crate::{
    documents::DocumentError,
    lease, matching,
    session::Session,
    space,
    store::{Read, StoreError},
};

/// A hub that always has more is broken; the next round goes on from the stored mark anyway.
const EXCHANGES_MAX: usize = 10_000;

/// Talks to the hub until everything is said. Says how it went, and stores since when.
pub(crate) fn round(session: &Session, transport: &dyn Transport) -> NetState {
    let _one_at_a_time = session.status.begin_round();
    // What was written since is compared with what is here, whether or not there is a network.
    let _ = matching::work(session).and_then(|()| matching::warm(session));
    let before = session.status.net();
    session.status.set_net(NetState::Syncing);
    session.news.tell([Topic::Sync]);
    let result = talk(session, transport);
    session.note_damage();
    // What cannot be looked at now is looked at after the next round.
    let _ = space::look(session);
    let net = match result {
        Ok(()) => reached_state(session),
        Err(ExchangeError::Stopped | ExchangeError::Farewell) => before,
        Err(error) => state_of(session, &error),
    };
    session.status.set_net(net.clone());
    session.news.tell([Topic::Sync]);
    net
}

fn talk(session: &Session, transport: &dyn Transport) -> Result<(), ExchangeError> {
    let hub: HubUrl = session.enrolment.hub_url.parse().map_err(|_| ExchangeError::Garbled)?;
    let mut after = 0;
    let mut corrected = false;
    let mut older = false;
    session.status.set_sends_whole(false);
    for _ in 0..EXCHANGES_MAX {
        let exchanged = match exchange(session, transport, &hub, after, Parting::No) {
            Err(ExchangeError::Rejected {
                code: Refusal::ClockWrong,
                hub_time_ms,
                ..
            }) if !corrected => {
                // A tablet whose clock is wrong must still hand in its words: sign by the hub's clock, once.
                corrected = true;
                session.status.set_clock_offset_ms(hub_time_ms - session.now_ms());
                continue;
            }
            Err(ExchangeError::Rejected {
                code: Refusal::UnsupportedVersion,
                ..
            }) if !older => {
                // The hub is older than it was, or than this app took it for.
                older = true;
                note_version(session, PROTOCOL_VERSION_MIN)?;
                continue;
            }
            other => other?,
        };
        reached(session)?;
        let shut_out = exchanged.dismissal.as_ref();
        if shut_out.is_some() {
            // Nothing more is shown or written while what waits is handed in.
            lease::shut_out(session)?;
        }
        after = exchanged.sent_upto;
        if let Some(first) = exchanged.send_whole.filter(|_| !session.status.sends_whole()) {
            // What the hub could not put together again goes once more, in a form that needs no knowledge.
            session.status.set_sends_whole(true);
            after = first - 1;
            continue;
        }
        if more_to_say(session, &exchanged)? {
            continue;
        }
        if shut_out.is_none() {
            packs::fetch(session, transport, &hub, &exchanged.token.0, &exchanged.packs)?;
            followed(session, &exchanged)?;
        }
        if exchanged.index_more {
            // Who is looked for comes before what somebody looks like.
            continue;
        }
        // What cannot be compared now is compared when somebody looks.
        let _ = matching::work(session);
        // Text first: pictures stop as soon as somebody writes something.
        if shut_out.is_none_or(parting::Dismissed::may_hand_in)
            && pictures::exchange(session, transport, &hub, &exchanged)? == pictures::Next::Sync
        {
            continue;
        }
        if let Some(dismissed) = exchanged.dismissal {
            return parting::farewell(session, transport, &hub, dismissed);
        }
        return wait_for_word(session, hub, exchanged.token.0);
    }
    Ok(())
}

/// Everything was said: from here on whatever the hub has to tell at once is news.
fn wait_for_word(session: &Session, hub: HubUrl, token: String) -> Result<(), ExchangeError> {
    let cursor = session.store.read(|read| read.blob(CURSOR))?.unwrap_or_default();
    session.status.ear.wait_with(Post { hub, cursor, token });
    Ok(())
}

fn more_to_say(session: &Session, exchanged: &Exchanged) -> Result<bool, StoreError> {
    let left = session.store.read(|read| {
        // Whoever is shut out confirms nothing: all of it goes.
        let confirms = exchanged.dismissal.is_none() && !read.destroyed()?.is_empty();
        Ok::<_, StoreError>(confirms || !read.outbox(exchanged.sent_upto, 1)?.is_empty())
    })?;
    Ok(exchanged.more || exchanged.access_left || left)
}

/// What the hub said at the end has been followed, and it need not say it again; but a pack that could not be had is to
/// be named again.
fn followed(session: &Session, exchanged: &Exchanged) -> Result<(), StoreError> {
    let Some(state) = exchanged.state else { return Ok(()) };
    session.store.write(|write| {
        let lacking = packs::lacks(write, &session.enrolment.district, &exchanged.packs)?;
        write.set_blob(STATE, if lacking { &[] } else { &state.0 })
    })
}

/// The hub answered to the end.
fn reached(session: &Session) -> Result<(), StoreError> {
    let now_ms = session.now_ms();
    session.store.write(|write| {
        write.set_number(super::status::REACHED, Some(now_ms))?;
        write.set_number(super::status::OFFLINE_SINCE, None)
    })
}

/// Everything was said. Whether all of it could be taken in is another matter.
fn reached_state(session: &Session) -> NetState {
    let trouble = |code: &str, since_ms| NetState::Trouble {
        code: code.to_owned(),
        since_ms,
    };
    let read = |read: &Read<'_>| Ok::<_, StoreError>((read.count_set_aside()?, read.number(packs::UNUSABLE)?));
    match session.store.read(read) {
        Ok((0, None)) => NetState::Reached,
        Ok((0, Some(since_ms))) => trouble("pack_unusable", since_ms),
        Ok(_) => trouble("set_aside", session.now_ms()),
        Err(error) => state_of(session, &error.into()),
    }
}

fn state_of(session: &Session, error: &ExchangeError) -> NetState {
    let since_ms = offline_since(session);
    let trouble = |code: &str| NetState::Trouble {
        code: code.to_owned(),
        since_ms,
    };
    match error {
        ExchangeError::Unreachable | ExchangeError::Stopped | ExchangeError::Farewell => NetState::Offline { since_ms },
        ExchangeError::Garbled => trouble("garbled"),
        ExchangeError::TooLarge => trouble("too_large"),
        ExchangeError::Status(_) => trouble("hub_error"),
        ExchangeError::Rejected { code, .. } => trouble(code.word()),
        ExchangeError::Document(DocumentError::Store(StoreError::DiskFull)) => trouble("disk_full"),
        ExchangeError::Document(_) => trouble("storage"),
    }
}

/// Since when the hub has not been reached: kept over a restart, begun now if it was reached last time.
fn offline_since(session: &Session) -> i64 {
    let now_ms = session.now_ms();
    let known = session
        .store
        .read(|read| read.number(super::status::OFFLINE_SINCE))
        .ok()
        .flatten();
    known.unwrap_or_else(|| {
        // A full disk must not hide that the hub is away; then the moment lives in memory only.
        let _ = session
            .store
            .write(|write| write.set_number(super::status::OFFLINE_SINCE, Some(now_ms)));
        now_ms
    })
}
