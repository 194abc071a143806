//! Asking the district that has a record for what it says, or whom to ask there. The request goes with the next exchange; until
//! the hub has answered nothing is claimed.

use casework::{DocumentKind, FactId, Role, Subject, Value};
use ipc::{Answered, Asked, AskedFact, FailureCode, Outcome};
use protocol::message::down::Detail;

use super::{entry_of, may_compare};
use crate::{
    failure::Answer,
    session::Session,
    store::{AccessAction, Read, StoreError},
    views,
};

/// Asks for a record of another district that was proposed here.
pub(in crate::calls) fn ask(session: &Session, other: Subject) -> Answer<()> {
    if !session.may_read(DocumentKind::Missing) || !may_compare(session) {
        session.log(AccessAction::Refused, DocumentKind::Missing.code())?;
        return Err(FailureCode::NotPermitted.into());
    }
    let id = other.to_bytes();
    let is_known = session.store.read(|read| {
        Ok::<_, StoreError>(entry_of(read, &id)?.is_some() || read.elsewhere()?.iter().any(|row| row.other == id))
    })?;
    if !is_known || matches!(other, Subject::Institution(_)) {
        return Err(FailureCode::NoSuchItem.into());
    }
    let now_ms = session.now_ms();
    session.store.write(|write| write.ask_for(&id, now_ms))?;
    session.log_look(AccessAction::Searched, other, "asked the district")?;
    session.news.tell([ipc::Topic::Matches]);
    Ok(())
}

/// What was asked of a record, and what came of it.
pub(super) fn asked(session: &Session, read: &Read<'_>, record: &[u8; 16]) -> Result<Option<Asked>, StoreError> {
    let Some(row) = read.asked(record)? else {
        return Ok(None);
    };
    let answer = row.answer.and_then(|(bytes, at_ms)| {
        let detail: Detail = minicbor::decode(&bytes).ok()?;
        Some(answered(session, &detail, at_ms))
    });
    Ok(Some(Asked {
        at_ms: row.at_ms,
        answer,
    }))
}

fn answered(session: &Session, detail: &Detail, at_ms: i64) -> Answered {
    let role = |code: &str| {
        let known = session.pack.rights().of(&Role::from_code(code));
        known.map(|role| role.label.clone()).unwrap_or_default()
    };
    let facts = detail.facts.iter().filter_map(|told| {
        let fact: FactId = told.fact.parse().ok()?;
        let known = session.pack.fact(&fact)?;
        let value: Value = serde_json::from_str(&told.value).ok()?;
        Some(AskedFact {
            label: known.label.clone(),
            words: views::words(session.pack, known.vocabulary.as_deref(), Some(&value)),
            value,
        })
    });
    Answered {
        at_ms,
        outcome: match detail.outcome {
            Detail::TOLD => Outcome::Told,
            Detail::PEOPLE => Outcome::People,
            Detail::NOT_PERMITTED => Outcome::NotPermitted,
            _ => Outcome::NotThere,
        },
        district: detail.district.clone().unwrap_or_default(),
        people: detail
            .people
            .iter()
            .map(|one| (one.name.clone(), role(&one.role)))
            .collect(),
        facts: facts.collect(),
    }
}
