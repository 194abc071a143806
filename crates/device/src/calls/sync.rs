//! How things stand with the hub.

use casefile::DocumentKey;
use casework::{CaseId, Subject};
use ipc::{DestroyedItem, FailureCode, ReceiptRow, SyncView};

use super::refused;
use crate::{
    failure::{Answer, Failed},
    session::Session,
    space,
    store::DestroyedRecord,
    sync::REACHED,
    views::delivery,
};

pub(super) fn status(session: &Session) -> Answer<SyncView> {
    let net = session.status.net();
    let space = space::look(session)?;
    // Before the hub was reached, nothing of a case is told.
    let rows = if session.hub_first() { 0 } else { ipc::PAGE_ROWS_MAX };
    session.store.read(|read| {
        let waiting = read.waiting()?;
        let (pictures_waiting, pictures_to_fetch) = read.count_media()?;
        let mut receipts = Vec::new();
        for way in read.latest_ways(rows)? {
            receipts.push(ReceiptRow {
                subject: about(&way.document),
                initials: read.called(about(&way.document))?,
                delivery: delivery(&way, &Session::receipt_of(read, &about(&way.document).to_bytes())?),
                at_ms: way.made_ms,
                action: way.action,
            });
        }
        Ok::<_, Failed>(SyncView {
            net,
            reached_at_ms: read.number(REACHED)?,
            waiting: waiting.changes,
            waiting_bytes: waiting.bytes,
            pictures_waiting,
            pictures_to_fetch,
            refused: refused::items(read, rows)?,
            destroyed: read
                .destroyed_records(session.now_ms())?
                .into_iter()
                .map(shown)
                .collect(),
            receipts,
            store_bytes: read.store_bytes()?,
            space: space.clone(),
            cases: read.count_cases()?,
            now_ms: session.now_ms(),
        })
    })
}

fn shown(record: DestroyedRecord) -> DestroyedItem {
    DestroyedItem {
        number: record.number,
        section: record.section,
        at_ms: record.at_ms,
    }
}

/// What an own change is about. What is written here is about a case or an institution.
pub(super) fn about(document: &[u8; 17]) -> Subject {
    let key = DocumentKey::from_bytes(*document);
    key.and_then(DocumentKey::about).unwrap_or_else(|| {
        let [subject @ .., _kind] = *document;
        Subject::Case(CaseId::from_bytes(subject))
    })
}

pub(super) fn send_again(session: &Session, item: i64) -> Answer<()> {
    if !session.store.write(|write| write.send_again(item))? {
        return Err(FailureCode::NoSuchItem.into());
    }
    session
        .news
        .tell([ipc::Topic::Sync, ipc::Topic::Cases, ipc::Topic::Institutions]);
    Ok(())
}
