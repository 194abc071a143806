//! `admin destroy`: a record that must be gone by law, and the certificate that it is.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use casefile::{Document, DocumentKey};
use casework::{DocumentKind, Value};
use clap::Args;
use protocol::DocumentId;
use uuid::Uuid;

use super::certificate_of_destruction as certificate;
use super::confirm::Confirmation;
use crate::channel;
use crate::hub::Hub;
use crate::identity::{sign_certificate, verify_certificate};
use crate::keeping::Keeper;
use crate::rights::key_of;
use crate::storage::{Order, Parcel, Survey, Way};
use crate::sync;

/// Longest of what an order says, in bytes: a device shows the section to its officer.
const WORDS_BYTES_MAX: usize = 200;
/// The fact by which an office calls a case.
const CASE_NUMBER: &str = "case.number";

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
    let survey = hub.storage.survey(subject)?.context("no such record")?;
    let kind = DocumentKey::from_bytes(
        [subject.as_slice(), &[survey.kind]]
            .concat()
            .try_into()
            .unwrap_or([0; 17]),
    );
    let kind = kind.map(|key| key.kind);
    if !matches!(kind, Some(DocumentKind::Case(_) | DocumentKind::Missing)) {
        bail!("neither a case nor a report of a child: nothing else is destroyed by this");
    }
    tell(&survey, out)?;
    if command.dry_run {
        writeln!(out, "nothing was destroyed: --dry-run")?;
        return Ok(());
    }
    let order = Order {
        subject,
        kind: survey.kind,
        ordered_by: words("--ordered-by", command.ordered_by.as_deref())?,
        reference: words("--reference", command.reference.as_deref())?,
        section: words("--section", command.section.as_deref())?,
    };
    confirm(hub, command, input, out)?;
    let now_ms = hub.clock.now_ms();
    let number = hub
        .storage
        .destroy(&order, &retractions(hub, &order, &survey, now_ms), now_ms)?;
    hub.to_deliver.ring();
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
    let words = certificate::words(hub, subject)?.context("no such record was destroyed")?;
    let signed = sign_certificate(&*hub.storage, &words)?;
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

fn words(name: &str, said: Option<&str>) -> Result<String> {
    let said = said.unwrap_or_default().trim();
    super::check_name(name, said, WORDS_BYTES_MAX)?;
    Ok(said.to_owned())
}

/// The number by which the office calls the case is typed once more.
fn confirm(hub: &Hub, command: &DestroyCommand, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<()> {
    let subject = *command.record.as_bytes();
    let number = number_of(hub, subject)?;
    let (what, expected) = match &number {
        Some(number) => ("number of the case", number.clone()),
        None => ("id of the record", command.record.to_string()),
    };
    let confirmation = Confirmation {
        what,
        expected: &expected,
        otherwise: "nothing was destroyed",
    };
    confirmation.ask(command.confirm.as_deref(), input, out)
}

/// The number by which an office calls a case, read out of its documents.
fn number_of(hub: &Hub, subject: [u8; 16]) -> Result<Option<String>> {
    let fact = CASE_NUMBER.parse().context("a fact's name")?;
    let district = hub.storage.subject_district(subject)?.context("no such record")?;
    let pack = hub.pack_of(&district)?;
    let read = |id: DocumentId| -> Option<Document> {
        let state = hub.storage.document(id).ok()??;
        sync::fold(key_of(id)?.kind, &state, &pack).ok()
    };
    // A document that cannot be read any more must not keep the record from being destroyed.
    let documents = hub.storage.subject_documents(subject)?;
    let numbers = documents.into_iter().filter_map(read).filter_map(|document| {
        let number = document.facts().get(&fact).and_then(Value::as_text)?.trim().to_owned();
        (!number.is_empty()).then_some(number)
    });
    Ok(numbers.into_iter().next())
}

/// A channel that is not set up any more is told where somebody fetches: it had been told of the record.
fn retractions(hub: &Hub, order: &Order, survey: &Survey, now_ms: i64) -> Vec<Parcel> {
    let told = survey.channels.iter().filter_map(|code| {
        let config = hub.config.channels.of(code);
        let way = config.map_or(Way::Fetched, crate::config::ChannelConfig::way);
        channel::retraction(code, order, &survey.district, way, now_ms)
    });
    told.collect()
}
