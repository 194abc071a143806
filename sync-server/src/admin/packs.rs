//! Packs: publish, list, go back, a form out of a workbook.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use casework::{PackBundle, pack_limits};
use clap::Subcommand;

use crate::storage::Storage;
use crate::{deeds, packs};

/// What may be asked about packs.
#[derive(Debug, Subcommand)]
pub enum PacksCommand {
    /// Reads a pack's folder, checks it and puts it in force for its scope: `national`, or the state it is for.
    Publish {
        /// The folder with `pack.toml`.
        folder: PathBuf,
        /// Only says whether it would be published.
        #[arg(long)]
        dry_run: bool,
    },
    /// Looks over a pack's folder, or a folder of packs, and lists what is wrong; exits with 1 where one must not go out.
    Check {
        /// The folder with `pack.toml`, or with `national` and `states`.
        folder: PathBuf,
    },
    /// Reads a workbook of the XLSForm convention into the folder of a pack, and lists what the form does not say as the workbook does.
    FromXlsform(super::FromXlsformCommand),
    /// Lists what was published; the first of each scope is in force.
    List,
    /// Puts an earlier number of a scope in force again, under a new number.
    RollBack {
        /// `national`, or the code of a state.
        scope: String,
        /// The number to go back to.
        number: u64,
    },
}

pub(super) fn run(storage: &dyn Storage, command: PacksCommand, now_ms: i64, out: &mut dyn Write) -> Result<()> {
    match command {
        PacksCommand::Publish { folder, dry_run } => {
            let bundle = read_folder(&folder)?;
            if dry_run {
                packs::check(storage, &bundle)?;
                writeln!(out, "{} {} can be published", bundle.id, bundle.version)?;
                return Ok(());
            }
            let row = packs::publish(storage, &bundle, now_ms)?;
            writeln!(out, "{} {} {}", row.scope, row.number, row.version)?;
        }
        PacksCommand::Check { folder } => super::check_packs(&folder, out)?,
        PacksCommand::FromXlsform(command) => super::from_xlsform(&command, out)?,
        PacksCommand::List => {
            for row in storage.packs()? {
                writeln!(
                    out,
                    "{}\t{}\t{}\t{}",
                    row.scope, row.number, row.version, row.published_ms
                )?;
            }
        }
        PacksCommand::RollBack { scope, number } => {
            let row = packs::roll_back(storage, &scope, number, now_ms)?;
            writeln!(out, "{} {} {}", row.scope, row.number, row.version)?;
        }
    }
    Ok(())
}

/// The `.toml` files of a folder and the folders in it, by path below it, as one pack.
pub(super) fn read_folder(folder: &Path) -> Result<PackBundle> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = std::fs::read_dir(&next).with_context(|| format!("cannot read {}", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            if files.len() >= pack_limits::FILES_MAX {
                bail!("{} has more than {} files", folder.display(), pack_limits::FILES_MAX);
            }
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let below = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
            files.insert(below, text);
        }
    }
    deeds::packs::bundle(files).with_context(|| format!("in {}", folder.display()))
}
