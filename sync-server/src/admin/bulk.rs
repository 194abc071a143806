//! `admin bulk`: cases given, taken and handed over by a table, looked at as a whole before anything of it is done.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use protocol::UserId;
use uuid::Uuid;

use super::csv_table;
use crate::hub::Hub;
use crate::rights;
use crate::storage::{StorageError, User};

/// Which table, and whether it is only looked at.
#[derive(Debug, Args)]
pub struct BulkCommand {
    /// A CSV file with the columns `case`, `from` and `to`: ids. Without `from` the case is given to `to`, without `to` it is
    /// taken from `from`, with both it is handed over: given first and taken then, so that it is with somebody all the time.
    table: PathBuf,
    /// Says what would be done, and does nothing.
    #[arg(long)]
    dry_run: bool,
}

/// What a row says is to be done.
#[derive(Debug, PartialEq, Eq)]
struct Move {
    case: [u8; 16],
    from: Option<User>,
    to: Option<User>,
}

pub(super) fn run(hub: &Hub, command: &BulkCommand, out: &mut dyn Write) -> Result<()> {
    let (mut good, mut bad) = (Vec::new(), 0);
    let mut seen = BTreeSet::new();
    for (line, row) in csv_table::read(&command.table, ["case", "from", "to"])? {
        match row.and_then(|row| looked_at(hub, row, &mut seen)) {
            Ok(one) => {
                writeln!(out, "line {line}\t{}\t{}", Uuid::from_bytes(one.case), words(&one))?;
                good.push((line, one));
            }
            Err(error) => {
                bad += 1;
                writeln!(out, "line {line}\tBAD\t{error:#}")?;
            }
        }
    }
    writeln!(out, "{} rows can be done, {bad} cannot", good.len())?;
    if command.dry_run {
        writeln!(out, "nothing was done: --dry-run")?;
        return Ok(());
    }
    if bad > 0 {
        bail!(
            "nothing was done: mend the rows marked BAD, or take them out; `--dry-run` looks at the table without doing anything"
        );
    }
    for (line, one) in &good {
        let done = carry_out(hub, one);
        done.with_context(|| format!("the rows before line {line} are done, it and those behind it are not"))?;
    }
    writeln!(out, "done")?;
    Ok(())
}

fn looked_at(hub: &Hub, [case, from, to]: [String; 3], seen: &mut BTreeSet<[String; 3]>) -> Result<Move> {
    let id = |what: &str, text: &str| {
        text.parse::<Uuid>()
            .ok()
            .with_context(|| format!("the {what} is no id"))
    };
    let case_id = id("case", &case)?.into_bytes();
    let district = hub
        .storage
        .subject_district(case_id)?
        .context("there is no such case or institution")?;
    let find = |what: &str, text: &str| -> Result<Option<User>> {
        if text.is_empty() {
            return Ok(None);
        }
        let user = hub.storage.user(UserId(*id(what, text)?.as_bytes()))?;
        let user = user.with_context(|| format!("`{what}` is nobody's id"))?;
        if user.district == district {
            Ok(Some(user))
        } else {
            bail!("`{what}` works in {}, and the case is of {district}", user.district)
        }
    };
    let (from_user, to_user) = (find("from", &from)?, find("to", &to)?);
    let given = hub.storage.assigned(case_id)?;
    let has = |user: &User| given.iter().any(|one| one.user.id == user.id);
    match (&from_user, &to_user) {
        (None, None) => bail!("neither `from` nor `to` is said"),
        (Some(from), Some(to)) if from.id == to.id => bail!("`from` and `to` are the same"),
        (Some(from), _) if !has(from) => bail!("it is not given to `from`"),
        (None, Some(to)) if has(to) => bail!("it is given to `to` already"),
        _ => {}
    }
    if let Some(to) = &to_user {
        reads_it(hub, case_id, to)?;
    }
    if !seen.insert([case, from, to]) {
        bail!("the same stands in a row before");
    }
    Ok(Move {
        case: case_id,
        from: from_user,
        to: to_user,
    })
}

/// To be given what one's role reads nothing of is a mistake in the table.
fn reads_it(hub: &Hub, case: [u8; 16], to: &User) -> Result<()> {
    let documents = hub.storage.subject_documents(case)?;
    let pack = hub.pack_of(&to.district)?;
    if rights::readable(&pack, to, &documents, rights::Given::Yes).is_empty() {
        bail!("`to` has the role {}, which reads nothing of it", to.role);
    }
    Ok(())
}

fn words(one: &Move) -> String {
    let user = |user: &User| format!("{} ({})", Uuid::from_bytes(user.id.0), user.role);
    match (&one.from, &one.to) {
        (None, Some(to)) => format!("given to {}", user(to)),
        (Some(from), None) => format!("taken from {}", user(from)),
        (Some(from), Some(to)) => format!("handed over from {} to {}", user(from), user(to)),
        (None, None) => String::new(),
    }
}

fn carry_out(hub: &Hub, one: &Move) -> Result<(), StorageError> {
    let now_ms = hub.clock.now_ms();
    if let Some(to) = &one.to {
        rights::assign(hub, one.case, to.id, now_ms)?;
    }
    if let Some(from) = &one.from {
        rights::unassign(hub, one.case, from.id, now_ms)?;
    }
    Ok(())
}
