//! What the officer can do about words that the hub refused.

use std::collections::BTreeSet;

use casefile::DocumentKey;
use casework::EntryId;
use ipc::{Appeal, AppealState, FailureCode, Offer, Plea, RefusedItem, Topic};
use protocol::{self, DocumentId, Refusal, message::down::Appealed};

use super::sync::about;
use crate::{
    documents::{DocumentError, Split},
    failure::{Answer, Failed},
    session::Session,
    store::{AccessAction, AccessRow, AppealRow, ChangeWay, Read, StoreError},
};

/// What helps, the likeliest first.
const fn offers(code: Refusal) -> &'static [Offer] {
    use Offer::{AskAccess, HandOver, SendAgain};
    match code {
        Refusal::NotPermitted | Refusal::UnknownDocument | Refusal::Revoked => &[AskAccess, HandOver, SendAgain],
        Refusal::TooLarge => &[Offer::Split, HandOver, SendAgain],
        // Of a record that is gone nothing can be handed over, and what a person refused for good is decided.
        Refusal::Destroyed | Refusal::ForGood => &[],
        Refusal::NotEnrolled | Refusal::UnsupportedVersion => &[SendAgain],
        _ => &[SendAgain, HandOver],
    }
}

/// The same for a change whose record has left this tablet: only the hub has its words.
fn offers_of(way: &ChangeWay) -> Vec<Offer> {
    let code = Refusal::from_code(way.refused.unwrap_or_default());
    let mut offers = offers(code).to_vec();
    if way.is_gone {
        offers.retain(|offer| matches!(offer, Offer::AskAccess | Offer::HandOver));
        offers.push(Offer::PutAway);
    }
    offers
}

/// The refused changes, newest first, each with what helps. Of several of one document the first that was refused has it:
/// the others stand on it.
pub(super) fn items(read: &Read<'_>, rows: u32) -> Result<Vec<RefusedItem>, StoreError> {
    let ways = read.refused_ways(rows)?;
    let mut items = Vec::with_capacity(ways.len());
    let mut seen = BTreeSet::new();
    for way in ways.iter().rev() {
        let comes_first = seen.insert(way.document);
        items.push(item(read, way, comes_first)?);
    }
    items.reverse();
    Ok(items)
}

fn item(read: &Read<'_>, way: &ChangeWay, comes_first: bool) -> Result<RefusedItem, StoreError> {
    let code = Refusal::from_code(way.refused.unwrap_or_default());
    let subject = about(&way.document);
    let appeal = if comes_first {
        read.appeal_of(&way.document)?
    } else {
        None
    };
    let mut offers = if comes_first { offers_of(way) } else { Vec::new() };
    // What lies with the district already is not asked for once more before it has answered.
    let open = appeal
        .as_ref()
        .filter(|row| row.state != Appealed::DECLINED && row.state != Appealed::GRANTED);
    if let Some(open) = open {
        let asked = offer_of(open.appeal.plea);
        offers.retain(|offer| *offer != asked);
    }
    Ok(RefusedItem {
        item: way.n,
        subject,
        initials: read.called(subject)?,
        code: code.word().to_owned(),
        at_ms: way.made_ms,
        is_gone: way.is_gone,
        offers,
        appeal: appeal.map(shown),
    })
}

const fn offer_of(plea: protocol::Plea) -> Offer {
    match plea {
        protocol::Plea::Access => Offer::AskAccess,
        protocol::Plea::HandOver => Offer::HandOver,
    }
}

fn shown(row: AppealRow) -> Appeal {
    Appeal {
        plea: match row.appeal.plea {
            protocol::Plea::Access => Plea::Access,
            protocol::Plea::HandOver => Plea::HandOver,
        },
        asked_at_ms: i64::from(row.appeal.asked_s) * 1_000,
        state: match row.state {
            Appealed::GRANTED => AppealState::Granted,
            Appealed::DECLINED => AppealState::Declined,
            Appealed::FULL => AppealState::Full,
            AppealRow::ASKED => AppealState::Asked,
            // What a newer hub calls otherwise lies there, too.
            _ => AppealState::Noted,
        },
        at_ms: row.at_ms,
        words: row.words,
    }
}

/// The document of a refused change that this is offered for.
fn document_of(session: &Session, n: i64, offer: Offer) -> Answer<[u8; 17]> {
    let way = session.store.read(|read| read.refused_way(n))?;
    let way = way.ok_or(FailureCode::NoSuchItem)?;
    if !offers_of(&way).contains(&offer) {
        return Err(FailureCode::NoSuchItem.into());
    }
    Ok(way.document)
}

const fn wrote<'a>(subject: &'a [u8; 16], at_ms: i64, detail: &'a str) -> AccessRow<'a> {
    AccessRow {
        at_ms,
        action: AccessAction::Wrote,
        subject: Some(subject),
        detail,
    }
}

/// Asks the district with the next sync.
pub(super) fn appeal(session: &Session, n: i64, plea: Plea) -> Answer<()> {
    let plea = match plea {
        Plea::Access => protocol::Plea::Access,
        Plea::HandOver => protocol::Plea::HandOver,
    };
    let document = document_of(session, n, offer_of(plea))?;
    let asked = protocol::Appeal {
        document: DocumentId(document),
        plea,
        asked_s: u32::try_from(session.now_ms() / 1_000).unwrap_or(u32::MAX),
    };
    let now_ms = session.now_ms();
    session.store.write(|write| {
        write.ask_district(asked)?;
        write.log_access(&wrote(&about(&document).to_bytes(), now_ms, plea.word()))
    })?;
    session.news.tell([Topic::Sync]);
    Ok(())
}

/// Takes what was refused of a record that has left this tablet off the list.
pub(super) fn put_away(session: &Session, n: i64) -> Answer<()> {
    let document = document_of(session, n, Offer::PutAway)?;
    session.store.write(|write| {
        write.forget_gone(&document)?;
        write.forget_appeals(&document)?;
        write.log_access(&wrote(&about(&document).to_bytes(), session.now_ms(), "put away"))
    })?;
    session.news.tell([Topic::Sync]);
    Ok(())
}

/// Writes what was too large once more in smaller changes.
pub(super) fn split(session: &Session, n: i64) -> Answer<()> {
    let document = document_of(session, n, Offer::Split)?;
    let key = DocumentKey::from_bytes(document).ok_or(FailureCode::NoSuchItem)?;
    let new_id = || EntryId::from_bytes(session.platform.uuid_v7().into_bytes());
    session.write_documents(
        |documents, write| match documents.split(write, session.author, key, new_id) {
            Ok(Split::Into(_)) => {
                let subject = about(&document).to_bytes();
                Ok(write.log_access(&wrote(&subject, session.now_ms(), "split"))?)
            }
            Ok(Split::NoSmaller) => Err(Failed::from(FailureCode::NoSmaller)),
            Err(DocumentError::Leaving) => Err(FailureCode::NoSuchItem.into()),
            Err(error) => Err(error.into()),
        },
    )?;
    session.tell_changed(about(&document));
    Ok(())
}
