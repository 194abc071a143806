//! Users: added, called otherwise, given another role, moved to another district.

use std::collections::BTreeSet;

use casework::{Pack, Role};
use protocol::UserId;
use uuid::Uuid;

use super::{DeedError, check_name, devices};
use crate::duty;
use crate::hub::Hub;
use crate::rights;
use crate::storage::{Deed, User};

/// Longest name of a user, in bytes; also the protocol's.
const NAME_BYTES_MAX: usize = protocol::limits::NAME_BYTES_MAX;

/// Adds a user, with what their role sees of the district from the start.
pub fn add(hub: &Hub, user: &User) -> Result<(), DeedError> {
    check_name("name", &user.name, NAME_BYTES_MAX)?;
    if hub.storage.district(&user.district)?.is_none() {
        return Err(DeedError::NotThere("no such district"));
    }
    let pack = hub.pack_of(&user.district)?;
    known_role(&pack, &user.role)?;
    let readable = rights::readable_from_the_start(&*hub.storage, &pack, user)?;
    Ok(hub.storage.add_user(user, &readable, hub.clock.now_ms())?)
}

/// Calls a user by another name.
pub fn rename(hub: &Hub, user: UserId, name: &str) -> Result<(), DeedError> {
    check_name("name", name, NAME_BYTES_MAX)?;
    found(hub, user)?;
    Ok(hub.storage.rename_user(user, name, hub.clock.now_ms())?)
}

/// Gives a user another role, with what it sees of the district and of what is given to them. A referral that waits for them, and
/// that nobody with this role takes up, is given to the next.
pub fn set_role(hub: &Hub, user: UserId, role: &str) -> Result<(), DeedError> {
    let user = User {
        role: role.to_owned(),
        ..found(hub, user)?
    };
    let pack = hub.pack_of(&user.district)?;
    known_role(&pack, role)?;
    let readable = rights::readable_with_role(&*hub.storage, &pack, &user)?;
    hub.storage.set_role(user.id, role, &readable, hub.clock.now_ms())?;
    if !duty::goes(&pack, &user) {
        pass_on(hub, user.id)?;
    }
    Ok(())
}

/// Moves a user to another district: they are somebody new there, with the same name and role, and their tablets of the old one hand in
/// what they had not sent and are wiped. Who still has cases keeps them until somebody hands them over. Says who they are there.
pub fn move_to(hub: &Hub, user: UserId, district: &str) -> Result<UserId, DeedError> {
    let old = found(hub, user)?;
    if old.district == district {
        return Err(DeedError::not_so("they are in this district already"));
    }
    if hub.storage.district(district)?.is_none() {
        return Err(DeedError::NotThere("no such district"));
    }
    if !hub.storage.assignments(user)?.is_empty() {
        return Err(DeedError::not_so(
            "cases or institutions are given to them: hand those over first (`admin bulk`, or /v1/admin/assignments), so that no child is \
             left with nobody",
        ));
    }
    let new = User {
        id: UserId(*Uuid::new_v4().as_bytes()),
        district: district.to_owned(),
        ..old.clone()
    };
    known_role(&*hub.pack_of(district)?, &new.role)?;
    // What may be done twice comes first: where this is cut, it is said once more.
    let now_ms = hub.clock.now_ms();
    hub.storage.set_roster(&old.district, Some(user), &[], now_ms)?;
    devices::shut_out_user(hub, user, true)?;
    pass_on(hub, user)?;
    add(hub, &new)?;
    let [from, to] = [old.id, new.id].map(|id| Uuid::from_bytes(id.0));
    hub.storage.note(Deed::MoveUser, &format!("{from} {to}"), now_ms)?;
    Ok(new.id)
}

/// What waits for somebody who does not take it up any more is given to the next.
fn pass_on(hub: &Hub, user: UserId) -> Result<(), DeedError> {
    let now_ms = hub.clock.now_ms();
    for asking in hub.storage.waiting_askings(Some(user))? {
        hub.storage.put_off_referral(asking.subject, asking.step, now_ms)?;
    }
    hub.to_ask.ring();
    Ok(())
}

/// The user with this id.
pub fn found(hub: &Hub, user: UserId) -> Result<User, DeedError> {
    hub.storage.user(user)?.ok_or(DeedError::NotThere("no such user"))
}

fn known_role(pack: &Pack, role: &str) -> Result<(), DeedError> {
    if pack.rights().of(&Role::from_code(role)).is_some() {
        return Ok(());
    }
    let known: BTreeSet<&str> = pack.rights().iter().map(|rights| rights.role.code()).collect();
    let known: Vec<&str> = known.into_iter().collect();
    Err(DeedError::NotSo(
        format!("no such role; there are {}", known.join(", ")).into(),
    ))
}
