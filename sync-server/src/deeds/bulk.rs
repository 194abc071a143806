//! Cases given, taken and handed over, one or a table of them, looked at as a whole before anything of it is done.

use std::collections::BTreeSet;
use std::io::Read;

use protocol::UserId;
use uuid::Uuid;

use super::{DeedError, csv_table};
use crate::hub::Hub;
use crate::rights;
use crate::storage::{StorageError, User};

/// What a row says is to be done.
#[derive(Debug, PartialEq, Eq)]
pub struct Move {
    case: [u8; 16],
    from: Option<User>,
    to: Option<User>,
}

/// A row that was looked at.
#[derive(Debug)]
pub struct Row {
    /// The line it stands in.
    pub line: u64,
    /// What it says is to be done, or why that cannot be.
    pub looked_at: Result<Move, DeedError>,
}

/// What somebody asks for: ids as they were written. Without `from` the case is given to `to`, without `to` it is taken from
/// `from`, with both it is handed over: given first and taken then, so that it is with somebody all the time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The case or institution.
    pub case: String,
    /// Who has it.
    pub from: String,
    /// Who is to have it.
    pub to: String,
}

/// Looks at every row of a CSV table with the columns `case`, `from` and `to`; of a district's only, or of all.
pub fn look_over(hub: &Hub, table: impl Read, district: Option<&str>) -> Result<Vec<Row>, DeedError> {
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for (line, cells) in csv_table::read(table, ["case", "from", "to"])? {
        let looked_at = cells.and_then(|[case, from, to]| {
            let asked = Asked { case, from, to };
            let one = look(hub, &asked, district)?;
            if seen.insert(asked) {
                Ok(one)
            } else {
                Err(DeedError::not_so("the same stands in a row before"))
            }
        });
        rows.push(match looked_at {
            Err(error @ DeedError::Storage(_)) => return Err(error),
            looked_at => Row { line, looked_at },
        });
    }
    Ok(rows)
}

/// Looks at one, of a district only or of any. Somebody or something of another district is not there.
pub fn look(hub: &Hub, asked: &Asked, only: Option<&str>) -> Result<Move, DeedError> {
    let case = id(&asked.case).ok_or(DeedError::not_so("the case is no id"))?;
    let district = hub.storage.subject_district(case)?;
    let district = district
        .filter(|district| only.is_none_or(|only| only == district))
        .ok_or(DeedError::NotThere("there is no such case or institution"))?;
    let from = person(hub, "from", &asked.from, &district, only)?;
    let to = person(hub, "to", &asked.to, &district, only)?;
    let given = hub.storage.assigned(case)?;
    let has = |user: &User| given.iter().any(|one| one.user.id == user.id);
    match (&from, &to) {
        (None, None) => return Err(DeedError::not_so("neither `from` nor `to` is said")),
        (Some(from), Some(to)) if from.id == to.id => {
            return Err(DeedError::not_so("`from` and `to` are the same"));
        }
        (Some(from), _) if !has(from) => return Err(DeedError::not_so("it is not given to `from`")),
        (None, Some(to)) if has(to) => return Err(DeedError::not_so("it is given to `to` already")),
        _ => {}
    }
    if let Some(to) = &to {
        reads_it(hub, case, to)?;
    }
    Ok(Move { case, from, to })
}

fn person(
    hub: &Hub,
    what: &'static str,
    text: &str,
    district: &str,
    only: Option<&str>,
) -> Result<Option<User>, DeedError> {
    if text.is_empty() {
        return Ok(None);
    }
    let id = id(text).ok_or_else(|| DeedError::NotSo(format!("the {what} is no id").into()))?;
    let user = hub.storage.user(UserId(id))?;
    let user = user.filter(|user| only.is_none_or(|only| only == user.district));
    let user = user.ok_or(match what {
        "from" => DeedError::NotThere("`from` is nobody's id"),
        _ => DeedError::NotThere("`to` is nobody's id"),
    })?;
    if user.district == district {
        return Ok(Some(user));
    }
    let words = format!("`{what}` works in {}, and the case is of {district}", user.district);
    Err(DeedError::NotSo(words.into()))
}

/// To be given what one's role reads nothing of is a mistake.
fn reads_it(hub: &Hub, case: [u8; 16], to: &User) -> Result<(), DeedError> {
    let documents = hub.storage.subject_documents(case)?;
    let pack = hub.pack_of(&to.district)?;
    if rights::readable(&pack, to, &documents, rights::Given::Yes).is_empty() {
        let words = format!("`to` has the role {}, which reads nothing of it", to.role);
        return Err(DeedError::NotSo(words.into()));
    }
    Ok(())
}

fn id(text: &str) -> Option<[u8; 16]> {
    Some(text.parse::<Uuid>().ok()?.into_bytes())
}

impl Move {
    /// The case or institution.
    pub fn case(&self) -> Uuid {
        Uuid::from_bytes(self.case)
    }

    /// What is to be done, in words.
    pub fn words(&self) -> String {
        let user = |user: &User| format!("{} ({})", Uuid::from_bytes(user.id.0), user.role);
        match (&self.from, &self.to) {
            (None, Some(to)) => format!("given to {}", user(to)),
            (Some(from), None) => format!("taken from {}", user(from)),
            (Some(from), Some(to)) => format!("handed over from {} to {}", user(from), user(to)),
            (None, None) => String::new(),
        }
    }

    /// Does it.
    pub fn carry_out(&self, hub: &Hub) -> Result<(), StorageError> {
        let now_ms = hub.clock.now_ms();
        if let Some(to) = &self.to {
            rights::assign(hub, self.case, to.id, now_ms)?;
        }
        if let Some(from) = &self.from {
            rights::unassign(hub, self.case, from.id, now_ms)?;
        }
        Ok(())
    }
}
