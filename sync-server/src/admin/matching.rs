//! `admin match` and `admin dedupe`: lists of data people in, likely pairs with their reasons out. Needs no hub.

mod output;
mod register;
mod work;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use casework::matching::decisions::Decision;
use casework::matching::{Catalogue, Gathering, Knowledge, Relation};
use clap::Args;

use register::Register;

use crate::hub::Hub;
use crate::packs::state_of;

/// What is asked of `admin match`.
#[derive(Debug, Args)]
pub struct MatchCommand {
    /// The children who are missing: a CSV file whose header names its columns.
    #[arg(long, value_name = "FILE.csv")]
    missing: PathBuf,
    /// The children who were found, seen or live in institutions.
    #[arg(long, value_name = "FILE.csv")]
    found: PathBuf,
    /// Where the likely pairs go: the ten best for each missing child.
    #[arg(long, value_name = "FILE.csv")]
    out: PathBuf,
    #[command(flatten)]
    weights: WeightsOptions,
}

/// What is asked of `admin dedupe`.
#[derive(Debug, Args)]
pub struct DedupeCommand {
    /// The register.
    #[arg(long = "in", value_name = "FILE.csv")]
    register: PathBuf,
    /// Where the pairs go that may be one child.
    #[arg(long, value_name = "FILE.csv")]
    out: PathBuf,
    #[command(flatten)]
    weights: WeightsOptions,
}

/// Where the weights come from, and where they go.
#[derive(Debug, Args)]
struct WeightsOptions {
    /// Reckons with the `matching.toml` in this file, and learns nothing from the lists.
    #[arg(long, value_name = "FILE.toml")]
    weights: Option<PathBuf>,
    /// Writes what was learned from the lists as a `matching.toml`, for somebody to look at and put into a pack. Nothing
    /// reckons with it before that.
    #[arg(long, value_name = "FILE.toml", conflicts_with = "weights")]
    save_weights: Option<PathBuf>,
}

/// Matches two lists.
pub fn match_lists(command: &MatchCommand, said: &mut dyn Write) -> Result<()> {
    let knowledge = knowledge(&command.weights)?;
    let missing = Register::read(&command.missing, said)?;
    let found = Register::read(&command.found, said)?;
    let mut gathering = Gathering::new(&knowledge)?;
    for list in [&missing, &found] {
        list.tell_unread(|report| gathering.unread(report), said)?;
    }
    for report in missing.reports() {
        gathering.seek(&report);
    }
    for report in found.reports() {
        gathering.store(&report);
    }
    let catalogue = ready(gathering, Relation::MissingAndFound, &command.weights, &knowledge, said)?;
    write(&command.out, |out| {
        output::matches(&catalogue, &missing, &found, out, said)
    })
}

/// Looks for duplicates in one list.
pub fn dedupe(command: &DedupeCommand, said: &mut dyn Write) -> Result<()> {
    let knowledge = knowledge(&command.weights)?;
    let register = Register::read(&command.register, said)?;
    let mut gathering = Gathering::new(&knowledge)?;
    register.tell_unread(|report| gathering.unread(report), said)?;
    for report in register.reports() {
        gathering.store(&report);
    }
    let catalogue = ready(gathering, Relation::Duplicates, &command.weights, &knowledge, said)?;
    write(&command.out, |out| output::duplicates(&catalogue, &register, out, said))
}

fn ready(
    gathering: Gathering,
    relation: Relation,
    options: &WeightsOptions,
    knowledge: &Knowledge,
    said: &mut dyn Write,
) -> Result<Catalogue> {
    writeln!(said, "laying the index …")?;
    let mut catalogue = gathering.finish(relation);
    if options.weights.is_none() {
        writeln!(said, "learning the weights …")?;
        catalogue.learn();
    }
    if let Some(path) = &options.save_weights {
        let taught = MatchingFile {
            matching: catalogue.weights().into_knowledge(knowledge),
        };
        let text = toml::to_string(&taught).context("the weights cannot be written as TOML")?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(catalogue)
}

/// Writes what people decided in a state as weights, and that it was done.
pub(super) fn teach(hub: &Hub, state: &str, path: &Path, said: &mut dyn Write) -> Result<()> {
    let state = state.to_lowercase();
    let districts = hub.storage.districts()?;
    let district = districts.iter().find(|district| state_of(&district.code) == state);
    let Some(district) = district else {
        bail!("no district of {state} is at this hub")
    };
    let pack = hub.pack_of(&district.code)?;
    let Some(knowledge) = pack.matching() else {
        bail!("the pack of {state} knows nothing of matching")
    };
    let decided = hub.storage.decisions(&state, Decision::Same.code())?;
    let taught = MatchingFile {
        matching: knowledge.taught(decided.iter().map(|one| one.agreed.as_str())),
    };
    taught.matching.check()?;
    let text = toml::to_string(&taught).context("the weights cannot be written as TOML")?;
    write(path, |out| Ok(out.write_all(text.as_bytes())?))?;
    hub.storage.note_taught(&state, decided.len(), hub.clock.now_ms())?;
    writeln!(said, "{} decisions taught {}", decided.len(), path.display())?;
    Ok(())
}

/// The file `matching.toml`.
#[derive(serde::Serialize, serde::Deserialize)]
struct MatchingFile {
    matching: Knowledge,
}

fn knowledge(options: &WeightsOptions) -> Result<Knowledge> {
    let Some(path) = &options.weights else {
        return casework::Pack::national()
            .matching()
            .cloned()
            .context("the pack that ships knows nothing of matching");
    };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: MatchingFile =
        toml::from_str(&text).with_context(|| format!("{} is no matching.toml", path.display()))?;
    file.matching
        .check()
        .with_context(|| format!("{} cannot be reckoned with", path.display()))?;
    Ok(file.matching)
}

/// Writes beside the file first, so that what stands at the end is whole.
fn write(path: &Path, with: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let Some(name) = path.file_name() else {
        bail!("{} is no file", path.display())
    };
    let mut part = name.to_owned();
    part.push(".part");
    let part = path.with_file_name(part);
    let at = || format!("cannot write {}", part.display());
    let mut out = BufWriter::new(File::create(&part).with_context(at)?);
    with(&mut out)?;
    out.flush().with_context(at)?;
    drop(out);
    std::fs::rename(&part, path).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests;
