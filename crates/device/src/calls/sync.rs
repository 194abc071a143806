//! How things stand with the hub.

use casework::CaseId;
use ipc::{FailureCode, ReceiptRow, RefusedItem, SyncView};
use protocol::Refusal;

use crate::{
    failure::{Answer, Failed},
    session::Session,
    sync::REACHED,
    views::delivery,
};

pub(super) fn status(session: &Session) -> Answer<SyncView> {
    let net = session.status.net();
    session.store.read(|read| {
        let waiting = read.waiting()?;
        let (pictures_waiting, pictures_to_fetch) = read.count_media()?;
        let mut refused = Vec::new();
        for way in read.refused_ways(ipc::PAGE_ROWS_MAX)? {
            refused.push(RefusedItem {
                item: way.n,
                case: CaseId::from_bytes(way.subject),
                initials: read.initials(&way.subject)?,
                code: Refusal::from_code(way.refused.unwrap_or_default()).word().to_owned(),
                at_ms: way.made_ms,
            });
        }
        let mut receipts = Vec::new();
        for way in read.latest_ways(ipc::PAGE_ROWS_MAX)? {
            receipts.push(ReceiptRow {
                case: CaseId::from_bytes(way.subject),
                initials: read.initials(&way.subject)?,
                delivery: delivery(&way, &Session::receipt_of(read, &way.subject)?),
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
            refused,
            receipts,
            store_bytes: read.store_bytes()?,
            cases: read.count_cases()?,
            now_ms: session.now_ms(),
        })
    })
}

pub(super) fn send_again(session: &Session, item: i64) -> Answer<()> {
    if !session.store.write(|write| write.send_again(item))? {
        return Err(FailureCode::NoSuchItem.into());
    }
    session.news.tell([ipc::Topic::Sync, ipc::Topic::Cases]);
    Ok(())
}
