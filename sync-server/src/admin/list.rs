//! Lists for a shell: one row a line, tabs between.

use std::io::Write;

use anyhow::Result;
use uuid::Uuid;

use crate::channel::CHANNELS;
use crate::deeds::moment;
use crate::deeds::table::shown;
use crate::storage::Storage;

pub(super) fn districts(storage: &dyn Storage, out: &mut dyn Write) -> Result<()> {
    for district in storage.districts()? {
        writeln!(
            out,
            "{}\t{}\t{} entries\t{} days without the hub\t{}",
            district.code,
            shown(&district.name),
            district.last_number,
            district.lease_days,
            district.recovery.as_deref().unwrap_or("no recovery key"),
        )?;
    }
    Ok(())
}

pub(super) fn users(storage: &dyn Storage, district: &str, out: &mut dyn Write) -> Result<()> {
    for user in storage.users(district)? {
        writeln!(
            out,
            "{}\t{}\t{}",
            Uuid::from_bytes(user.id.0),
            user.role,
            shown(&user.name)
        )?;
        for author in storage.authors(user.id)? {
            let state = match (author.destroyed_ms, author.revoked_ms) {
                (Some(_), _) => "destroyed",
                (None, Some(_)) => "revoked",
                (None, None) => "enrolled",
            };
            writeln!(
                out,
                "\t{}\t{state}\t{}",
                Uuid::from_bytes(author.id.0),
                shown(&author.device)
            )?;
        }
    }
    Ok(())
}

pub(super) fn institutions(storage: &dyn Storage, district: &str, out: &mut dyn Write) -> Result<()> {
    for institution in storage.institutions(district)? {
        let id = Uuid::from_bytes(institution.id);
        writeln!(
            out,
            "{id}\t{}\t{}\t{}",
            institution.kind,
            institution.capacity,
            shown(&institution.name)
        )?;
    }
    Ok(())
}

/// Case, kind, stage, urgency, opening, and the users it is given to. No name: that is not for a shell's history.
pub(super) fn cases(storage: &dyn Storage, district: Option<&str>, out: &mut dyn Write) -> Result<()> {
    for known in storage.districts()? {
        if district.is_some_and(|wanted| wanted != known.code) {
            continue;
        }
        for case in storage.cases(&known.code)? {
            let given: Vec<_> = storage
                .assigned(case.subject)?
                .into_iter()
                .map(|one| shown(&one.user.name).into_owned())
                .collect();
            writeln!(
                out,
                "{}\t{}\t{}\t{}\t{}\t{}\t{}",
                Uuid::from_bytes(case.subject),
                known.code,
                shown(&case.kind),
                shown(&case.stage),
                shown(&case.urgency),
                case.opened_at_ms.map_or_else(String::new, moment),
                given.join(", "),
            )?;
        }
    }
    Ok(())
}

pub(super) fn outbox(storage: &dyn Storage, out: &mut dyn Write) -> Result<()> {
    const SHOWN_MAX: u32 = 1_000;
    for channel in CHANNELS {
        writeln!(
            out,
            "{} waiting for {}",
            storage.waiting_deliveries(channel.code)?,
            channel.code
        )?;
        for delivery in storage.due_deliveries(channel.code, i64::MAX, SHOWN_MAX)? {
            writeln!(
                out,
                "{}\t{}\t{} tries\t{}",
                Uuid::from_bytes(delivery.parcel.subject),
                moment(delivery.next_ms),
                delivery.attempts,
                shown(&delivery.trouble.unwrap_or_default()),
            )?;
        }
    }
    Ok(())
}
