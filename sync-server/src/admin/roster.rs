//! `admin roster`: who is on duty when, and which referrals wait for somebody.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use casework::Pack;
use casework::duty::{Days, Hours, Shift};
use clap::{Args, Subcommand};
use protocol::UserId;
use uuid::Uuid;

use super::csv_table;
use crate::deeds::csv_table::read;
use crate::deeds::moment;
use crate::deeds::table::shown;
use crate::duty::goes;
use crate::hub::Hub;
use crate::storage::{RosterRow, User};

/// Most duties of one user: a line for each day of a month that is unlike any other, and some.
const OF_A_USER_MAX: usize = 64;
/// Most duties of a district.
const OF_A_DISTRICT_MAX: usize = 4_000;
/// Most languages of one duty.
const LANGUAGES_MAX: usize = 16;
/// The vocabulary with the codes of languages.
const LANGUAGE: &str = "language";

/// What may be asked about duty.
#[derive(Debug, Subcommand)]
pub enum RosterCommand {
    /// Lists a district's roster: user, days, hours, languages, place, whether they are on duty now, name. Hours are those of
    /// India.
    Show {
        /// The district's code.
        #[arg(long)]
        district: String,
    },
    /// Puts a duty of a user into the roster, in the place of all that stood there of them.
    Set(SetCommand),
    /// Takes a user out of the roster. What they were asked already they are still waited for.
    Clear {
        /// The user's id.
        user: Uuid,
    },
    /// Makes a district's roster just what a CSV table says. Nothing is done where a row is wrong; each is named by its line.
    Import(ImportCommand),
    /// Lists the referrals that nobody has taken up: case, who was asked last, when, why, until when they are waited for.
    Waiting,
}

/// A duty of one user.
#[derive(Debug, Args)]
pub struct SetCommand {
    /// The user's id.
    user: Uuid,
    /// Days of the week, `mon-fri` or `mon wed sat`; or dates, `2026-12-01` or `2026-12-01..2026-12-05`.
    #[arg(long)]
    days: String,
    /// From when, 00:00 to 23:59.
    #[arg(long)]
    from: String,
    /// To when, 00:00 to 24:00. A duty that ends earlier than it begins goes on past midnight.
    #[arg(long)]
    to: String,
    /// Codes of the languages that the user speaks, `hi kn`.
    #[arg(long, default_value = "")]
    languages: String,
    /// Where the user sets out from, in degrees north and east: `12.97,77.59`.
    #[arg(long, default_value = "")]
    place: String,
    /// Keeps what stands there of the user.
    #[arg(long)]
    add: bool,
}

/// A roster as a table.
#[derive(Debug, Args)]
pub struct ImportCommand {
    /// A CSV file with the columns `user`, `days`, `from`, `to`, `languages` and `place`, written as for `roster set`; a user may
    /// stand in several rows.
    table: PathBuf,
    /// The district's code.
    #[arg(long)]
    district: String,
    /// Says what would be done, and does nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(hub: &Hub, command: &RosterCommand, out: &mut dyn Write) -> Result<()> {
    match command {
        RosterCommand::Show { district } => show(hub, district, out),
        RosterCommand::Set(command) => set(hub, command, out),
        RosterCommand::Clear { user } => {
            let user = found(hub, *user)?;
            let now_ms = hub.clock.now_ms();
            Ok(hub.storage.set_roster(&user.district, Some(user.id), &[], now_ms)?)
        }
        RosterCommand::Import(command) => import(hub, command, out),
        RosterCommand::Waiting => waiting(hub, out),
    }
}

fn found(hub: &Hub, user: Uuid) -> Result<User> {
    let user = hub.storage.user(UserId(*user.as_bytes()))?;
    user.context("no such user: `admin user list` shows who there is")
}

fn show(hub: &Hub, district: &str, out: &mut dyn Write) -> Result<()> {
    known_district(hub, district)?;
    let names: BTreeMap<UserId, User> = hub
        .storage
        .users(district)?
        .into_iter()
        .map(|user| (user.id, user))
        .collect();
    let now_ms = hub.clock.now_ms();
    for row in hub.storage.roster(district)? {
        let now = if row.shift.covers(now_ms) { "on duty" } else { "" };
        let name = names.get(&row.user).map_or("", |user| user.name.as_str());
        writeln!(out, "{}\t{now}\t{}", written(&row), shown(name))?;
    }
    Ok(())
}

/// A duty as it is written, in the order of the table's columns.
fn written(row: &RosterRow) -> String {
    let Shift {
        days,
        hours,
        languages,
        place,
    } = &row.shift;
    let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
    let place = place.map_or_else(String::new, |place| place.to_string());
    format!(
        "{}\t{days}\t{hours}\t{}\t{place}",
        Uuid::from_bytes(row.user.0),
        languages.join(" ")
    )
}

fn known_district(hub: &Hub, district: &str) -> Result<()> {
    let known = hub.storage.district(district)?;
    known.context("no such district: `admin district list` shows them")?;
    Ok(())
}

fn set(hub: &Hub, command: &SetCommand, out: &mut dyn Write) -> Result<()> {
    let user = found(hub, command.user)?;
    let cells = [
        &command.user.to_string(),
        &command.days,
        &command.from,
        &command.to,
        &command.languages,
        &command.place,
    ];
    let pack = hub.pack_of(&user.district)?;
    let row = looked_at(&pack, std::slice::from_ref(&user), &cells.map(Clone::clone))?;
    writeln!(out, "{}", written(&row))?;
    let standing = hub.storage.roster(&user.district)?;
    let (mut own, others): (Vec<_>, Vec<_>) = standing.into_iter().partition(|standing| standing.user == user.id);
    if !command.add {
        own.clear();
    }
    own.push(row);
    within_limits(&own, others.len())?;
    let now_ms = hub.clock.now_ms();
    Ok(hub.storage.set_roster(&user.district, Some(user.id), &own, now_ms)?)
}

fn within_limits(own: &[RosterRow], others: usize) -> Result<()> {
    if own.len() > OF_A_USER_MAX {
        bail!("a user has at most {OF_A_USER_MAX} duties");
    }
    if own.len() + others > OF_A_DISTRICT_MAX {
        bail!("a district has at most {OF_A_DISTRICT_MAX} duties");
    }
    Ok(())
}

fn import(hub: &Hub, command: &ImportCommand, out: &mut dyn Write) -> Result<()> {
    known_district(hub, &command.district)?;
    let pack = hub.pack_of(&command.district)?;
    let users = hub.storage.users(&command.district)?;
    let names = ["user", "days", "from", "to", "languages", "place"];
    let (mut good, mut bad): (Vec<RosterRow>, usize) = (Vec::new(), 0);
    let table = csv_table::open(&command.table)?;
    let rows = read(table, names).with_context(|| csv_table::cannot_read(&command.table))?;
    for (line, row) in rows {
        let looked = row
            .map_err(Into::into)
            .and_then(|cells| looked_at(&pack, &users, &cells));
        match looked.and_then(|row| fits(&good, row)) {
            Ok(row) => {
                writeln!(out, "line {line}\t{}", written(&row))?;
                good.push(row);
            }
            Err(error) => {
                bad += 1;
                writeln!(out, "line {line}\tBAD\t{error:#}")?;
            }
        }
    }
    let before = hub.storage.roster(&command.district)?.len();
    writeln!(
        out,
        "{} duties are good, {bad} are not; {before} stand there now",
        good.len()
    )?;
    if command.dry_run {
        writeln!(out, "nothing was done: --dry-run")?;
        return Ok(());
    }
    if bad > 0 {
        bail!(
            "nothing was done: mend the rows marked BAD, or take them out; `--dry-run` looks at the table without doing anything"
        );
    }
    let now_ms = hub.clock.now_ms();
    hub.storage.set_roster(&command.district, None, &good, now_ms)?;
    writeln!(out, "done")?;
    Ok(())
}

/// Whether a row goes with those before it.
fn fits(before: &[RosterRow], row: RosterRow) -> Result<RosterRow> {
    if before.contains(&row) {
        bail!("the same stands in a row before");
    }
    let mut own: Vec<RosterRow> = before.iter().filter(|one| one.user == row.user).cloned().collect();
    own.push(row.clone());
    within_limits(&own, before.len() + 1 - own.len())?;
    Ok(row)
}

/// What a row says, where it can be so.
fn looked_at(pack: &Pack, users: &[User], [user, days, from, to, languages, place]: &[String; 6]) -> Result<RosterRow> {
    let id: Uuid = user.parse().ok().context("`user` is no id")?;
    let user = users.iter().find(|user| user.id.0 == *id.as_bytes());
    let user = user.context("`user` is nobody's id in this district")?;
    if !goes(pack, user) {
        bail!(
            "`user` has the role {}, which writes nothing in a case: they could not take a referral up",
            user.role
        );
    }
    let languages: BTreeSet<String> = languages
        .split([' ', ',', ';'])
        .filter(|code| !code.is_empty())
        .map(str::to_owned)
        .collect();
    if languages.len() > LANGUAGES_MAX {
        bail!("a duty has at most {LANGUAGES_MAX} languages");
    }
    let known = |code: &str| {
        let vocabulary = pack.vocabulary(LANGUAGE);
        vocabulary.is_some_and(|vocabulary| vocabulary.terms.iter().any(|term| term.code == code))
    };
    if let Some(strange) = languages.iter().find(|code| !known(code)) {
        bail!("`{}` is no code of a language, such as hi, kn or ta", shown(strange));
    }
    Ok(RosterRow {
        user: user.id,
        shift: Shift {
            days: days.parse::<Days>()?,
            hours: Hours::read(from, to)?,
            languages,
            place: if place.is_empty() { None } else { Some(place.parse()?) },
        },
    })
}

fn waiting(hub: &Hub, out: &mut dyn Write) -> Result<()> {
    for asking in hub.storage.waiting_askings(None)? {
        let until = asking.until_ms.map_or_else(
            || "nobody is left to be asked".to_owned(),
            |until_ms| format!("until {}", moment(until_ms)),
        );
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{until}",
            Uuid::from_bytes(asking.subject),
            Uuid::from_bytes(asking.user.0),
            moment(asking.at_ms),
            asking.why.code(),
        )?;
    }
    let unanswered = hub.storage.unanswered()?;
    writeln!(
        out,
        "{} not taken up, {} of them with nobody left to be asked or nobody found",
        unanswered.all, unanswered.at_their_end
    )?;
    Ok(())
}
