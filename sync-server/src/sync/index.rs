//! The state's index of missing children, as far as a device does not have it.

use casework::{DocumentKind, Role};
use protocol::limits::{INDEX_ANSWER_BYTES_MAX, INDEX_ENTRIES_MAX, INDEX_GONE_MAX, PART_BYTES_MAX};
use protocol::message::DownMessage;
use protocol::message::down::Index;
use protocol::{Epoch, IndexCursor};
use sha2::{Digest, Sha256};

use super::serve::{ServeError, Sink};
use crate::hub::Hub;
use crate::identity::Session;
use crate::packs::state_of;
use crate::storage::{NumberedReport, ReportSort};

/// Reports read from storage at a time.
const REPORTS_AT_ONCE: u32 = 256;
/// The bytes of a cursor that say of which hub and state it is.
const MARK_BYTES: usize = 8;

/// Sends what is new of the index to a device that asks for it. Says whether there is more.
pub(super) fn serve(hub: &Hub, session: &Session, sink: &mut dyn Sink) -> Result<bool, ServeError> {
    let open = &session.open;
    let Some(asked) = open.index.as_ref().filter(|_| open.version >= 2) else {
        return Ok(false);
    };
    let user = &session.author.user;
    let role = Role::from_code(&user.role);
    if !session.pack.rights().may_read(&role, DocumentKind::Missing) {
        // Whoever may no longer read reports is told once to forget them.
        if !asked.is_start() {
            send(sink, IndexCursor::default(), Some(true), &[], &[])?;
        }
        return Ok(false);
    }
    let state = state_of(&user.district);
    let last = hub.storage.last_report(&state)?;
    let known = decode(asked, hub.storage.epoch(), &state).filter(|number| *number <= last);
    let mut anew = (known.is_none() && !asked.is_start()).then_some(true);
    let mut after = known.unwrap_or(0);
    let from_the_start = known.is_none();
    let mut sent = 0;
    loop {
        let rows = hub
            .storage
            .reports(&state, ReportSort::Shared, after, REPORTS_AT_ONCE)?;
        let at_end = rows.len() < REPORTS_AT_ONCE as usize;
        let mut rows = rows.as_slice();
        while !rows.is_empty() {
            let (took, bytes) = one(hub, &state, rows, from_the_start, anew.take(), sink)?;
            after = rows[took - 1].number;
            rows = &rows[took..];
            sent += bytes;
            if sent >= INDEX_ANSWER_BYTES_MAX - PART_BYTES_MAX {
                return Ok(!(rows.is_empty() && at_end));
            }
        }
        if at_end {
            break;
        }
    }
    // Of a state without a report, too, the device keeps that it has all there is.
    if anew.is_some() || (sent == 0 && from_the_start) {
        send(sink, encode(hub.storage.epoch(), &state, after), anew, &[], &[])?;
    }
    Ok(false)
}

/// Sends one message of as many reports as fit; says how many rows went into it, and its bytes.
fn one(
    hub: &Hub,
    state: &str,
    rows: &[NumberedReport],
    from_the_start: bool,
    anew: Option<bool>,
    sink: &mut dyn Sink,
) -> Result<(usize, usize), ServeError> {
    let mut take = rows.len().min(INDEX_ENTRIES_MAX).min(INDEX_GONE_MAX);
    loop {
        let rows = &rows[..take];
        let entries: Vec<Vec<u8>> = rows.iter().filter_map(|report| report.row.entry.clone()).collect();
        // A device that begins has nothing that it could forget.
        let is_gone = |report: &&NumberedReport| report.row.entry.is_none() && !from_the_start;
        let gone: Vec<u8> = rows
            .iter()
            .filter(is_gone)
            .flat_map(|report| report.row.subject)
            .collect();
        let packed = (!entries.is_empty()).then(|| Index::pack(&entries));
        let too_large = match &packed {
            Some(None) => true,
            Some(Some(packed)) => packed.len() + gone.len() > PART_BYTES_MAX,
            None => gone.len() > PART_BYTES_MAX,
        };
        if too_large && take > 1 {
            take = (take * 3 / 4).max(1);
            continue;
        }
        let cursor = encode(hub.storage.epoch(), state, rows[take - 1].number);
        let bytes = send(
            sink,
            cursor,
            anew,
            packed.flatten().as_deref().unwrap_or_default(),
            &gone,
        )?;
        return Ok((take, bytes));
    }
}

fn send(
    sink: &mut dyn Sink,
    cursor: IndexCursor,
    anew: Option<bool>,
    entries: &[u8],
    gone: &[u8],
) -> Result<usize, ServeError> {
    let some = |bytes: &[u8]| (!bytes.is_empty()).then(|| bytes.to_vec());
    let message = Index {
        cursor,
        anew,
        entries: some(entries),
        gone: some(gone),
    };
    let frame = DownMessage::from(message).to_frame()?.into_bytes();
    let bytes = frame.len();
    sink.send(frame)?;
    Ok(bytes)
}

/// The cursor behind a number of this life of the hub's log, in this state.
fn encode(epoch: Epoch, state: &str, number: u64) -> IndexCursor {
    let bytes = [mark(epoch, state).as_slice(), &number.to_le_bytes()].concat();
    IndexCursor::from_bytes(&bytes).expect("a mark and a number are few bytes")
}

/// The number; `None` where the cursor is of another hub, of another state, or none.
fn decode(cursor: &IndexCursor, epoch: Epoch, state: &str) -> Option<u64> {
    let number = cursor.as_bytes().strip_prefix(mark(epoch, state).as_slice())?;
    number.try_into().ok().map(u64::from_le_bytes)
}

fn mark(epoch: Epoch, state: &str) -> [u8; MARK_BYTES] {
    let hash = Sha256::new_with_prefix(b"vatsalya-index-v1")
        .chain_update(epoch.0)
        .chain_update(state)
        .finalize();
    *hash.first_chunk().expect("a hash is longer than a mark")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_of_one_hub_and_one_state() {
        let cursor = encode(Epoch([7; 16]), "br", 42);
        assert_eq!(decode(&cursor, Epoch([7; 16]), "br"), Some(42));
        assert_eq!(decode(&cursor, Epoch([8; 16]), "br"), None);
        assert_eq!(decode(&cursor, Epoch([7; 16]), "tn"), None);
        assert_eq!(decode(&IndexCursor::default(), Epoch([7; 16]), "br"), None);
        let cut = IndexCursor::from_bytes(&cursor.as_bytes()[..12]).unwrap();
        assert_eq!(decode(&cut, Epoch([7; 16]), "br"), None);
    }

    #[test]
    fn what_the_wire_takes_is_what_an_entry_has() {
        assert_eq!(
            protocol::limits::INDEX_ENTRY_BYTES_MAX,
            casework::matching::Entry::BYTES_MAX
        );
    }
}
