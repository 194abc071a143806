//! `admin staff`: who administers over HTTP.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::check_name;
use super::enrol::Show;
use crate::deeds::moment;
use crate::deeds::table::shown;
use crate::hub::Hub;
use crate::identity::{StaffAccess, VALUE_BYTES_MAX, new_staff_keys};
use crate::storage::{LetIn, Link, StaffId, StaffMember, StorageError};

/// Longest name that somebody signs in with, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// What may be asked about staff.
#[derive(Debug, Subcommand)]
pub enum StaffCommand {
    /// Lets somebody administer over HTTP. Prints their passphrase, and the link from which an app makes one-time codes: once, and
    /// never again. Give them to nobody else.
    Add {
        /// What they sign in as.
        name: String,
        /// What they administer.
        #[command(flatten)]
        reach: Reach,
        /// How the link is shown.
        #[command(flatten)]
        show: Show,
    },
    /// Gives somebody a new passphrase and a new link, as after a telephone was lost. Where they are signed in, they are so no
    /// more; who was shut out is let in again.
    Renew {
        /// What they sign in as.
        name: String,
        /// How the link is shown.
        #[command(flatten)]
        show: Show,
    },
    /// Lets somebody sign in elsewhere, too: by the provider that hub.toml names under [sign_in]. An earlier link of theirs goes.
    Link {
        /// What they sign in as here.
        name: String,
        /// By whom the provider knows them: what it says as the claim that hub.toml names, which is `sub` unless it says otherwise.
        /// Whoever runs the provider sees it there. It is never an address of mail, which somebody else may have one day.
        value: String,
        /// From then on nothing else lets them in: no passphrase does.
        #[arg(long)]
        only: bool,
    },
    /// Takes that away, and ends what they are signed in with so. Their passphrase and codes let them in again.
    Unlink {
        /// What they sign in as here.
        name: String,
    },
    /// Shuts somebody out, and signs them out everywhere.
    ShutOut {
        /// What they sign in as.
        name: String,
    },
    /// Lists them: name, district, when they signed in last, by whom a provider knows them.
    List,
}

/// What somebody administers.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Reach {
    /// The code of the district that they administer.
    #[arg(long)]
    district: Option<String>,
    /// They administer all districts of this hub, and its packs.
    #[arg(long)]
    all: bool,
}

pub(super) fn run(hub: &Hub, command: &StaffCommand, out: &mut dyn Write) -> Result<()> {
    let now_ms = hub.clock.now_ms();
    match command {
        StaffCommand::Add { name, reach, show } => {
            check_name("name", name, NAME_BYTES_MAX)?;
            show.check()?;
            let access = new_staff_keys(&hub.config.name, name);
            let member = StaffMember {
                id: StaffId(*Uuid::new_v4().as_bytes()),
                name: name.clone(),
                district: reach.district.clone(),
                shut_out_ms: None,
                signed_in_ms: None,
            };
            hub.storage.add_staff(&member, &access.keys, now_ms)?;
            hand_over(&access, show, out)
        }
        StaffCommand::Renew { name, show } => {
            show.check()?;
            let member = named(hub, name)?;
            let access = new_staff_keys(&hub.config.name, name);
            hub.storage.renew_staff(member.id, &access.keys, now_ms)?;
            hand_over(&access, show, out)?;
            if links(hub)?
                .get(&member.id)
                .is_some_and(|(_, ways)| *ways == LetIn::Elsewhere)
            {
                writeln!(
                    out,
                    "they are let in by their provider alone: these open nothing before `admin staff unlink`"
                )?;
            }
            Ok(())
        }
        StaffCommand::Link { name, value, only } => link(hub, name, value, *only),
        StaffCommand::Unlink { name } => match hub.storage.unlink_staff(named(hub, name)?.id, now_ms) {
            Err(StorageError::NoSuch(_)) => bail!("they are linked with nobody: `admin staff list` shows who is"),
            done => Ok(done?),
        },
        StaffCommand::ShutOut { name } => Ok(hub.storage.shut_out_staff(named(hub, name)?.id, now_ms)?),
        StaffCommand::List => list(hub, out),
    }
}

fn link(hub: &Hub, name: &str, value: &str, only: bool) -> Result<()> {
    let Some(provider) = &hub.config.sign_in else {
        bail!("hub.toml names no provider: say under [sign_in] which one is asked");
    };
    check_name("name at the provider", value, VALUE_BYTES_MAX)?;
    let link = Link {
        issuer: provider.issuer.clone(),
        claim: provider.claim.clone(),
        value: value.to_owned(),
    };
    let ways = if only { LetIn::Elsewhere } else { LetIn::Either };
    let id = named(hub, name)?.id;
    match hub.storage.link_staff(id, &link, ways, hub.clock.now_ms()) {
        Err(StorageError::Exists(_)) => bail!("somebody else is linked with that: `admin staff list` shows who"),
        done => Ok(done?),
    }
}

fn links(hub: &Hub) -> Result<BTreeMap<StaffId, (Link, LetIn)>> {
    let links = hub.storage.staff_links().context("cannot list")?;
    Ok(links.into_iter().map(|(id, link, ways)| (id, (link, ways))).collect())
}

fn hand_over(access: &StaffAccess, show: &Show, out: &mut dyn Write) -> Result<()> {
    show.write(&access.code_url)?;
    writeln!(out, "passphrase  {}", access.passphrase.as_str())?;
    writeln!(out, "codes       {}", access.code_url.as_str())?;
    show.draw(&access.code_url, out)
}

fn named(hub: &Hub, name: &str) -> Result<StaffMember> {
    let mut staff = hub.storage.staff()?;
    staff.retain(|member| member.name == name);
    match staff.pop() {
        Some(member) => Ok(member),
        None => bail!("nobody signs in under this name: `admin staff list` shows who there is"),
    }
}

fn list(hub: &Hub, out: &mut dyn Write) -> Result<()> {
    let links = links(hub)?;
    for member in hub.storage.staff().context("cannot list")? {
        let state = match (member.shut_out_ms, member.signed_in_ms) {
            (Some(at_ms), _) => format!("shut out {}", moment(at_ms)),
            (None, Some(at_ms)) => format!("signed in {}", moment(at_ms)),
            (None, None) => "never signed in".to_owned(),
        };
        writeln!(
            out,
            "{}\t{}\t{state}{}",
            shown(&member.name),
            member.district.as_deref().unwrap_or("all districts"),
            links.get(&member.id).map_or_else(String::new, linked)
        )?;
    }
    Ok(())
}

fn linked((link, ways): &(Link, LetIn)) -> String {
    let alone = match ways {
        LetIn::Either => "also",
        LetIn::Elsewhere => "only",
    };
    let (claim, value, issuer) = (shown(&link.claim), shown(&link.value), shown(&link.issuer));
    format!("\t{alone} as {claim} {value} of {issuer}")
}
