//! A district's own form, out of a workbook and into the folder of a pack. Needs no hub and no database.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use casework::{Compartment, Role};
use clap::{Args, ValueEnum};
use xlsform::{Options, Tongue, Weight, workbook_limits};

use super::packs::read_folder;
use super::packs_check::national_of;

/// A workbook, and what to make of it.
#[derive(Debug, Args)]
pub struct FromXlsformCommand {
    /// The workbook, in the format .xlsx.
    workbook: PathBuf,
    /// The folder of the pack that the form is added to, with its `pack.toml`.
    #[arg(long)]
    out: PathBuf,
    /// The district's own beginning of every name, e.g. `br_gay`.
    #[arg(long)]
    prefix: String,
    /// First day on which the form is in force, e.g. `2027-01-01`.
    #[arg(long)]
    from: jiff::civil::Date,
    /// The compartment of every answer for which the workbook says nothing else.
    #[arg(long, default_value = "care", value_parser = compartment)]
    compartment: Compartment,
    /// A role that fills the form, by its code; may be given again. Without one, whoever may write the answers.
    #[arg(long)]
    filled_by: Vec<String>,
    /// What is accepted: the code of a finding, or code and place (`not_kept@survey!F12`); may be given again.
    #[arg(long)]
    accept: Vec<String>,
    /// The language of what is found.
    #[arg(long, value_enum, default_value = "english")]
    language: Language,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    English,
    Hindi,
}

fn compartment(code: &str) -> Result<Compartment, String> {
    let known = Compartment::ALL.into_iter().find(|known| known.code() == code);
    known.ok_or_else(|| format!("one of {}", Compartment::ALL.map(Compartment::code).join(", ")))
}

/// Lists what was found, and writes the files where nothing stands in the way. Fails otherwise.
pub fn from_xlsform(command: &FromXlsformCommand, out: &mut dyn Write) -> Result<()> {
    let prefix = command.prefix.as_bytes();
    let is_word = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_';
    if !prefix.first().is_some_and(u8::is_ascii_lowercase) || !prefix.iter().all(is_word) {
        bail!("a prefix begins with a small letter, and has small letters, digits and `_`");
    }
    let mut filled_by = BTreeSet::new();
    for code in &command.filled_by {
        match Role::from_code(code) {
            Role::Unknown(code) => bail!("`{code}` is no role"),
            role => filled_by.insert(role),
        };
    }
    let options = Options {
        prefix: command.prefix.clone(),
        compartment: command.compartment,
        filled_by,
        in_force_from: command.from,
        accepted: command.accept.iter().cloned().collect(),
        beside: read_folder(&command.out)?.files,
    };
    let import = xlsform::import(&read(&command.workbook)?, &options, &national_of(&command.out)?)?;
    let tongue = match command.language {
        Language::English => Tongue::English,
        Language::Hindi => Tongue::Hindi,
    };
    for finding in &import.findings {
        writeln!(out, "{}", finding.line(tongue))?;
    }
    let Some(files) = &import.files else {
        let (stops, changes): (Vec<_>, Vec<_>) = import
            .in_the_way(&options)
            .partition(|finding| finding.what.weight() == Weight::Stops);
        bail!(
            "nothing was written: {} to put right in the workbook, {} to put right or accept with --accept",
            stops.len(),
            changes.len()
        );
    };
    for (path, text) in files {
        let path = command.out.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(())
}

/// No more of a file than a workbook may have, and one byte that tells.
fn read(path: &Path) -> Result<Vec<u8>> {
    let cannot = || format!("cannot read {}", path.display());
    let file = std::fs::File::open(path).with_context(cannot)?;
    let mut bytes = Vec::new();
    let most = u64::try_from(workbook_limits::FILE_BYTES_MAX).unwrap_or(u64::MAX);
    file.take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .with_context(cannot)?;
    Ok(bytes)
}
