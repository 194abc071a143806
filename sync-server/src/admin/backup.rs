//! `admin backup` and `admin restore`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use crate::backup::{self, Copied};
use crate::config::Config;
use crate::deeds::backups::{self, State};
use crate::hub::Hub;

/// Where a backup goes.
#[derive(Debug, Args)]
pub struct BackupCommand {
    /// A folder that is not there yet; without it, one in the folder that hub.toml names under [backups].
    folder: Option<PathBuf>,
    /// Makes none, and lists those that lie in the folder that hub.toml names.
    #[arg(long, conflicts_with = "folder")]
    list: bool,
}

/// Where a backup comes from.
#[derive(Debug, Args)]
pub struct RestoreCommand {
    /// The folder that `backup` wrote.
    folder: PathBuf,
}

pub(super) fn back_up(hub: &Hub, command: &BackupCommand, out: &mut dyn Write) -> Result<()> {
    if command.list {
        return list(hub, out);
    }
    let folder = match &command.folder {
        Some(folder) => folder.clone(),
        None => backups::next(hub)?.1,
    };
    let made = backup::back_up(hub, &folder).context("no backup was made")?;
    let bytes = made.about.database_bytes;
    writeln!(out, "database  {} in {}", size(bytes), time(made.database_ms))?;
    tell_media(made.media, Some(made.media_ms), out)?;
    for (name, count) in made.about.contents.named() {
        writeln!(out, "{count:>10} {name}")?;
    }
    let keys = hub.keys.path().display();
    writeln!(out, "whole in {}", folder.display())?;
    writeln!(
        out,
        "{keys} is not in it, and nothing in it is read without: keep its latest copy apart, and no other"
    )?;
    Ok(())
}

fn list(hub: &Hub, out: &mut dyn Write) -> Result<()> {
    for one in backups::list(hub)? {
        match one.state {
            State::Whole(about) => writeln!(
                out,
                "{}\twhole\t{}\t{} rows of the audit",
                one.name,
                size(about.database_bytes),
                about.contents.audit
            )?,
            State::Begun | State::Cut => writeln!(out, "{}\tnot whole", one.name)?,
        }
    }
    Ok(())
}

/// Puts a backup back where the configuration says. There must be no hub there yet.
pub fn restore(config: Config, command: &RestoreCommand, out: &mut dyn Write) -> Result<()> {
    let restored = backup::restore(config, &command.folder).context("the backup was not put back")?;
    let about = &restored.about;
    writeln!(
        out,
        "put back what stood on {} in {}",
        about.made,
        time(restored.took_ms)
    )?;
    tell_media(restored.media, None, out)?;
    for (name, count) in about.contents.named() {
        writeln!(out, "{count:>10} {name}")?;
    }
    match restored.destroyed_again {
        0 => {}
        count => writeln!(out, "{count} records that were destroyed since are destroyed again")?,
    }
    match restored.media_missing {
        0 => {}
        count => writeln!(
            out,
            "{count} media are not in the backup; their rows say whole, and nobody can see them"
        )?,
    }
    writeln!(
        out,
        "The logs have a new epoch: at their next contact devices send again what they wrote since. What was done here since is \
         to be done again: users, assignments, revoked devices, published packs. Devices that were enrolled since are unknown \
         to this hub: they keep what they have."
    )?;
    Ok(())
}

/// Gives the logs a new epoch.
pub(super) fn new_epoch(hub: &Hub, out: &mut dyn Write) -> Result<()> {
    hub.storage.new_epoch(hub.clock.now_ms())?;
    writeln!(
        out,
        "the logs have a new epoch. Start every hub at this database anew: each heeds it from then on, and devices read \
         everything once more and send what the hub may lack"
    )?;
    Ok(())
}

fn tell_media(copied: Option<Copied>, took_ms: Option<i64>, out: &mut dyn Write) -> Result<()> {
    match copied {
        Some(Copied { files, bytes }) => {
            let took = took_ms.map_or_else(String::new, |ms| format!(" in {}", time(ms)));
            writeln!(out, "media     {files}, {}{took}", size(bytes))?;
        }
        None => writeln!(out, "media     in a bucket: whoever keeps that keeps its copies")?,
    }
    Ok(())
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

fn time(ms: i64) -> String {
    format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
}
