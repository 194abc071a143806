//! A record of another district that a user asks for by its id: told as far as their role reads such records, or who may be
//! asked about it.

use casefile::DocumentKey;
use casework::matching::told::ASKED;
use casework::{DocumentKind, Record, Role};
use protocol::DocumentId;
use protocol::limits::{
    DETAIL_FACT_BYTES_MAX, DETAIL_FACTS_BYTES_MAX, DETAIL_FACTS_MAX, DETAIL_PEOPLE_MAX, NAME_BYTES_MAX,
};
use protocol::message::DownMessage;
use protocol::message::down::{Detail, Person, Told};

use super::fold::fold;
use super::serve::{ServeError, Sink};
use crate::hub::Hub;
use crate::identity::Session;
use crate::packs::state_of;
use crate::storage::{ReportRow, ReportSort, StorageError};

/// Proposals of a district among which one is looked for.
const LOOKED_AT: u32 = 400;
/// Whose office it is to answer another district, the first of them first.
const ANSWERS: [Role; 3] = [Role::PoNic, Role::Dcpo, Role::PoIc];

/// Answers everything the device asked for.
pub(super) fn serve(hub: &Hub, session: &Session, sink: &mut dyn Sink) -> Result<(), ServeError> {
    if session.open.version < 2 {
        return Ok(());
    }
    for record in session.open.asked() {
        let detail = answer(hub, session, record)?;
        let (author, outcome) = (&session.author, detail.outcome);
        hub.storage
            .note_asked(author.user.id, author.id, record, outcome, hub.clock.now_ms())?;
        sink.send(DownMessage::from(detail).to_frame()?.into_bytes())?;
    }
    Ok(())
}

fn answer(hub: &Hub, session: &Session, record: [u8; 16]) -> Result<Detail, ServeError> {
    let user = &session.author.user;
    let role = Role::from_code(&user.role);
    if !session.pack.rights().may_read(&role, DocumentKind::Missing) {
        return Ok(nothing(record, Detail::NOT_PERMITTED));
    }
    let known = hub.storage.report(record)?;
    let open = known.filter(|row| row.entry.is_some() && row.state == state_of(&user.district));
    let Some(row) = open else {
        return Ok(nothing(record, Detail::NOT_THERE));
    };
    let facts = match row.sort {
        ReportSort::Shared => facts(hub, record)?,
        // Whoever only guesses an id does not hear whether there is such a case.
        ReportSort::Case if !is_proposed(hub, &user.district, record)? => {
            return Ok(nothing(record, Detail::NOT_THERE));
        }
        ReportSort::Case => Vec::new(),
    };
    Ok(Detail {
        outcome: match row.sort {
            ReportSort::Shared => Detail::TOLD,
            ReportSort::Case => Detail::PEOPLE,
        },
        district: Some(name_of(hub, &row)?),
        people: people(hub, &row)?,
        facts,
        ..nothing(record, 0)
    })
}

const fn nothing(record: [u8; 16], outcome: u8) -> Detail {
    Detail {
        record,
        outcome,
        district: None,
        people: Vec::new(),
        facts: Vec::new(),
    }
}

fn is_proposed(hub: &Hub, district: &str, record: [u8; 16]) -> Result<bool, StorageError> {
    let proposed = hub.storage.proposed_to(district, LOOKED_AT)?;
    Ok(proposed.iter().any(|one| one.other == record))
}

fn name_of(hub: &Hub, row: &ReportRow) -> Result<String, StorageError> {
    let district = hub.storage.district(&row.district)?;
    let name = district.map_or_else(|| row.district.clone(), |district| district.name);
    Ok(cut(&name, NAME_BYTES_MAX).to_owned())
}

/// Who may be asked in the district that has it: whoever has a device there.
fn people(hub: &Hub, row: &ReportRow) -> Result<Vec<Person>, StorageError> {
    let users = hub.storage.users(&row.district)?;
    let mut people = Vec::new();
    for role in ANSWERS {
        for user in users.iter().filter(|user| user.role == role.code()) {
            let authors = hub.storage.authors(user.id)?;
            if people.len() < DETAIL_PEOPLE_MAX && authors.iter().any(|author| !author.is_shut_out()) {
                people.push(Person {
                    name: cut(&user.name, NAME_BYTES_MAX).to_owned(),
                    role: user.role.clone(),
                });
            }
        }
    }
    Ok(people)
}

/// What an open report says of what helps to find the child, the most useful first where all of it is too much.
fn facts(hub: &Hub, subject: [u8; 16]) -> Result<Vec<Told>, ServeError> {
    let kind = DocumentKind::Missing;
    let id = DocumentId(DocumentKey { subject, kind }.to_bytes());
    let Some(state) = hub.storage.document(id)? else {
        return Ok(Vec::new());
    };
    let district = hub.storage.subject_district(subject)?.unwrap_or_default();
    let document = fold(kind, &state, &*hub.pack_of(&district)?)?;
    let mut record = Record::default();
    document.add_to(&mut record);
    let mut facts = Vec::new();
    let mut left = DETAIL_FACTS_BYTES_MAX;
    for fact in ASKED {
        let Some(value) = record.fact(fact).and_then(|value| serde_json::to_string(value).ok()) else {
            continue;
        };
        let bytes = fact.len() + value.len();
        if bytes <= DETAIL_FACT_BYTES_MAX && bytes <= left && facts.len() < DETAIL_FACTS_MAX {
            left -= bytes;
            facts.push(Told {
                fact: fact.to_owned(),
                value,
            });
        }
    }
    Ok(facts)
}

fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}
