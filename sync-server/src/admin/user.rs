//! `admin user`.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::{Context, Result, bail};
use casework::{Pack, Role};
use clap::Subcommand;
use protocol::UserId;
use uuid::Uuid;

use super::{NAME_BYTES_MAX, check_name, list};
use crate::hub::Hub;
use crate::rights;
use crate::storage::User;

/// What may be asked about users.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Adds a user and prints their id.
    Add {
        /// The code of their district.
        #[arg(long)]
        district: String,
        /// Their name.
        #[arg(long)]
        name: String,
        /// Their role's code, e.g. dcpo, po_nic or counsellor; a wrong one is answered with all there are.
        #[arg(long)]
        role: String,
        /// Their id, if it is to be a certain one.
        #[arg(long)]
        id: Option<Uuid>,
    },
    /// Gives a user another role. What they may read and write follows at once; their own tablets show the new role once they
    /// are enrolled anew.
    SetRole {
        /// The user's id.
        user: Uuid,
        /// The role's code; a wrong one is answered with all there are.
        role: String,
    },
    /// Lists the users of a district with their devices.
    List {
        /// The district's code.
        #[arg(long)]
        district: String,
    },
}

pub(super) fn run(hub: &Hub, command: UserCommand, out: &mut dyn Write) -> Result<()> {
    match command {
        UserCommand::Add {
            district,
            name,
            role,
            id,
        } => {
            let user = User {
                id: UserId(*id.unwrap_or_else(Uuid::new_v4).as_bytes()),
                district,
                name,
                role,
            };
            add_user(hub, &user)?;
            writeln!(out, "{}", Uuid::from_bytes(user.id.0))?;
        }
        UserCommand::SetRole { user, role } => set_role(hub, UserId(*user.as_bytes()), &role)?,
        UserCommand::List { district } => list::users(&*hub.storage, &district, out)?,
    }
    Ok(())
}

/// Adds a user, with what their role sees of the district from the start.
pub fn add_user(hub: &Hub, user: &User) -> Result<()> {
    check_name("name", &user.name, NAME_BYTES_MAX)?;
    let pack = hub.pack_of(&user.district)?;
    known_role(&pack, &user.role)?;
    let readable = rights::readable_from_the_start(&*hub.storage, &pack, user)?;
    hub.storage.add_user(user, &readable, hub.clock.now_ms())?;
    Ok(())
}

/// Gives a user another role, with what it sees of the district and of what is given to them.
pub fn set_role(hub: &Hub, user: UserId, role: &str) -> Result<()> {
    let user = hub
        .storage
        .user(user)?
        .context("no such user: `admin user list` shows who there is")?;
    let user = User {
        role: role.to_owned(),
        ..user
    };
    let pack = hub.pack_of(&user.district)?;
    known_role(&pack, role)?;
    let readable = rights::readable_with_role(&*hub.storage, &pack, &user)?;
    hub.storage.set_role(user.id, role, &readable, hub.clock.now_ms())?;
    Ok(())
}

fn known_role(pack: &Pack, role: &str) -> Result<()> {
    if pack.rights().of(&Role::from_code(role)).is_some() {
        return Ok(());
    }
    let known: BTreeSet<&str> = pack.rights().iter().map(|rights| rights.role.code()).collect();
    let known: Vec<&str> = known.into_iter().collect();
    bail!("no such role: {role}; there are {}", known.join(", "))
}
