//! `admin destroy`: a record that must be gone by law, and the certificate that it is.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use uuid::Uuid;

use super::confirm::Confirmation;
use crate::deeds::destroy::{self, Ordered};
use crate::hub::Hub;
use crate::identity::verify_certificate;
use crate::keeping::Keeper;
use crate::storage::Survey;

/// Which record, by whose order.
#[derive(Debug, Args)]
pub struct DestroyCommand {
    /// The id of the case or report.
    record: Uuid,
    /// Whose order it is: name and office.
    #[arg(long, value_name = "WHO", required_unless_present = "dry_run")]
    ordered_by: Option<String>,
    /// What the order is filed under.
    #[arg(long, value_name = "NUMBER", required_unless_present = "dry_run")]
    reference: Option<String>,
    /// The section of the law, e.g. "JJ Act 2015, s.24(2)".
    #[arg(long, value_name = "SECTION", required_unless_present = "dry_run")]
    section: Option<String>,
    /// Says what there is and what would go, and destroys nothing.
    #[arg(long)]
    dry_run: bool,
    /// The number of the case, or the record's id where it has no number, typed once more; without it, it is asked for.
    #[arg(long, value_name = "NUMBER")]
    confirm: Option<String>,
    /// Where the certificate goes.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
}

/// Which certificate.
#[derive(Debug, Args)]
pub struct CertificateOfDestructionCommand {
    /// The id of the destroyed record.
    record: Uuid,
    /// Where it goes; without it, it is printed.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What to check, and whose it is to be.
#[derive(Debug, Args)]
pub struct VerifyCertificateCommand {
    /// The certificate.
    file: PathBuf,
    /// The hub's public key, as `admin public-key` prints it: 64 hexadecimal digits.
    #[arg(long, value_name = "KEY")]
    key: String,
}

/// Destroys a record, finishes what is left of it at this hub, and writes the certificate.
pub(super) fn run(hub: &Hub, command: &DestroyCommand, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<()> {
    let subject = *command.record.as_bytes();
    if let Some(known) = hub.storage.destruction(subject)? {
        // An earlier run was cut, or the certificate is wanted once more.
        writeln!(out, "destroyed before, certificate {}", known.number)?;
        return finish(hub, subject, command.certificate.as_deref(), out);
    }
    let survey = destroy::look(hub, subject)?;
    tell(&survey, out)?;
    if command.dry_run {
        writeln!(out, "nothing was destroyed: --dry-run")?;
        return Ok(());
    }
    let ordered = Ordered {
        by: command.ordered_by.as_deref().unwrap_or_default(),
        reference: command.reference.as_deref().unwrap_or_default(),
        section: command.section.as_deref().unwrap_or_default(),
    };
    let order = destroy::order(subject, &survey, ordered)?;
    let known = destroy::known(hub, subject)?;
    let confirmation = Confirmation {
        what: known.what(),
        expected: known.expected(),
        otherwise: "nothing was destroyed",
    };
    confirmation.ask(command.confirm.as_deref(), input, out)?;
    let number = destroy::destroy(hub, &order, &survey)?;
    writeln!(out, "destroyed, certificate {number}")?;
    finish(hub, subject, command.certificate.as_deref(), out)
}

/// What is left of it at this hub goes. Whatever ends this, a hub that runs or is started goes on from there.
fn finish(hub: &Hub, subject: [u8; 16], file: Option<&Path>, out: &mut dyn Write) -> Result<()> {
    if let Err(error) = Keeper::new(hub).and_then(|mut keeper| keeper.finish(hub)) {
        writeln!(
            out,
            "not gone everywhere yet ({error}): the hub that runs goes on, or this command once more"
        )?;
    }
    print_certificate(hub, subject, file, out)
}

/// Prints the certificate as things stand now.
pub(super) fn certificate(hub: &Hub, command: &CertificateOfDestructionCommand, out: &mut dyn Write) -> Result<()> {
    print_certificate(hub, *command.record.as_bytes(), command.out.as_deref(), out)
}

fn print_certificate(hub: &Hub, subject: [u8; 16], file: Option<&Path>, out: &mut dyn Write) -> Result<()> {
    let signed = destroy::certificate(hub, subject)?;
    match file {
        None => out.write_all(signed.as_bytes())?,
        Some(file) => {
            std::fs::write(file, signed).with_context(|| format!("cannot write {}", file.display()))?;
            writeln!(out, "certificate in {}", file.display())?;
        }
    }
    Ok(())
}

/// Checks a certificate; needs no hub.
pub fn verify(command: &VerifyCertificateCommand, out: &mut dyn Write) -> Result<()> {
    let text =
        std::fs::read_to_string(&command.file).with_context(|| format!("cannot read {}", command.file.display()))?;
    let words = verify_certificate(&text, &command.key)?;
    writeln!(out, "{words}\nthe signature holds")?;
    Ok(())
}

fn tell(survey: &Survey, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "district {}", survey.district)?;
    for (what, count) in survey.counts.named() {
        writeln!(out, "{count:>8} {what}")?;
    }
    for channel in &survey.channels {
        writeln!(out, "told to {channel}: it will be told to forget")?;
    }
    Ok(())
}
