//! `admin user`.

use std::io::Write;

use anyhow::Result;
use clap::Subcommand;
use protocol::UserId;
use uuid::Uuid;

use super::{hinted, list};
use crate::deeds::users;
use crate::hub::Hub;
use crate::storage::User;

/// Where to look for what there is.
const HINT: &str = "`admin user list` shows who there is";

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
    /// Calls a user by another name. Their own tablets show it once they are enrolled anew.
    Rename {
        /// The user's id.
        user: Uuid,
        /// Their new name.
        name: String,
    },
    /// Moves a user to another district and prints who they are there: somebody new, with the same name and role, to be enrolled
    /// there. Their tablets of the old district hand in what they had not sent, and are wiped. Cases must have been handed over.
    Move {
        /// The user's id.
        user: Uuid,
        /// The code of the district they go to.
        district: String,
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
            hinted(users::add(hub, &user), "`admin district list` shows which there are")?;
            writeln!(out, "{}", Uuid::from_bytes(user.id.0))?;
        }
        UserCommand::Rename { user, name } => hinted(users::rename(hub, UserId(*user.as_bytes()), &name), HINT)?,
        UserCommand::SetRole { user, role } => hinted(users::set_role(hub, UserId(*user.as_bytes()), &role), HINT)?,
        UserCommand::Move { user, district } => {
            let new = hinted(users::move_to(hub, UserId(*user.as_bytes()), &district), HINT)?;
            writeln!(out, "{}", Uuid::from_bytes(new.0))?;
        }
        UserCommand::List { district } => list::users(&*hub.storage, &district, out)?,
    }
    Ok(())
}
