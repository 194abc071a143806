//! Looking over packs before they go out. Needs no hub and no database.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use casework::Pack;
use casework::lint::{self, Severity};

use super::packs::read_folder;

/// Looks over the pack in `folder`, or over every pack below it (`national` and `states/…`), and writes what it finds.
/// Fails where a pack must not go out.
pub fn check_packs(folder: &Path, out: &mut dyn Write) -> Result<()> {
    let mut errors = 0;
    if folder.join("pack.toml").is_file() {
        let bundle = read_folder(folder)?;
        let below = (bundle.id != "national").then(|| national_of(folder)).transpose()?;
        errors += check(folder, below.as_ref(), out)?.0;
    } else {
        let (found, national) = check(&folder.join("national"), None, out)?;
        errors += found;
        let national = national.context("the national pack cannot be read")?;
        for state in states(&folder.join("states"))? {
            errors += check(&state, Some(&national), out)?.0;
        }
    }
    if errors > 0 {
        bail!("{errors} errors");
    }
    Ok(())
}

fn check(folder: &Path, base: Option<&Pack>, out: &mut dyn Write) -> Result<(usize, Option<Pack>)> {
    let bundle = read_folder(folder)?;
    let (findings, pack) = lint::check(&bundle.files, base);
    for finding in &findings {
        writeln!(out, "{}/{finding}", folder.display())?;
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    writeln!(
        out,
        "{} {}: {} files, {errors} errors, {warnings} warnings",
        bundle.id,
        bundle.version,
        bundle.files.len()
    )?;
    Ok((errors, pack))
}

/// The national pack beside a state's folder, else the one that ships.
pub(super) fn national_of(state: &Path) -> Result<Pack> {
    let beside = state.ancestors().map(|above| above.join("national"));
    let Some(folder) = beside.into_iter().find(|folder| folder.join("pack.toml").is_file()) else {
        return Ok(Pack::national().clone());
    };
    let bundle = read_folder(&folder)?;
    Pack::parse(&bundle.files, None).with_context(|| format!("in {}", folder.display()))
}

fn states(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut states: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    states.retain(|state| state.join("pack.toml").is_file());
    states.sort();
    Ok(states)
}
