//! Opening a vault together with its officer: the district's recovery key is a file that is brought, and never the hub's.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use protocol::recovery::{RecoveryRequest, check_code};
use uuid::Uuid;

use crate::deeds::moment;
use crate::deeds::recoveries::{self, digits};
use crate::deeds::table::shown;
use crate::hub::Hub;
use crate::identity;
use crate::storage::{Author, Recovery};

/// What may be asked about recoveries.
#[derive(Debug, Subcommand)]
pub enum RecoveryCommand {
    /// Makes a recovery key: writes the identity to a file and prints the recipient for `district set-recovery`.
    Identity {
        /// The file, which must not exist. It is to be kept away from the hub.
        file: PathBuf,
    },
    /// Lists the devices that ask, each with its check code.
    List,
    /// Answers the device that shows this check code. Ask the officer for it: do not read it off the list.
    Open {
        /// The file with the district's identity.
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
        /// The eight digits on the tablet.
        code: String,
    },
    /// Takes the request with this check code away unanswered.
    Refuse {
        /// The eight digits.
        code: String,
    },
    /// Answers a request that was carried here as text, without any hub, and prints the answer to carry back.
    Answer {
        /// The file with the district's identity.
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
        /// The eight digits on the tablet.
        #[arg(long)]
        code: String,
        /// The file with the request.
        request: PathBuf,
    },
}

/// Does what needs no hub; gives back what does.
pub fn recovery_without_hub(command: &RecoveryCommand, out: &mut dyn Write) -> Result<bool> {
    match command {
        RecoveryCommand::Identity { file } => make_identity(file, out)?,
        RecoveryCommand::Answer {
            identity,
            code,
            request,
        } => {
            let text = read_small(request)?;
            let request = RecoveryRequest::from_text(&text).context("the file holds no request")?;
            if digits(&request.check_code()) != digits(code) {
                bail!("this is another request than the one whose check code the officer reads out");
            }
            let answered = identity::answer_recovery(&read_small(identity)?, &request)?;
            writeln!(out, "# opens the vault of {}", answered.name)?;
            writeln!(out, "{}", answered.answer.to_text())?;
        }
        RecoveryCommand::List | RecoveryCommand::Open { .. } | RecoveryCommand::Refuse { .. } => return Ok(false),
    }
    Ok(true)
}

pub(super) fn run(hub: &Hub, command: &RecoveryCommand, now_ms: i64, out: &mut dyn Write) -> Result<()> {
    if recovery_without_hub(command, out)? {
        return Ok(());
    }
    match command {
        RecoveryCommand::List => {
            for (recovery, author) in recoveries::list(hub, None)? {
                list_one(&recovery, &author, out)?;
            }
        }
        RecoveryCommand::Open { identity, code } => {
            let recovery = recoveries::by_code(hub, code)?;
            let request = RecoveryRequest::from_cbor(&recovery.request).context("the request cannot be read")?;
            let answered = identity::answer_recovery(&read_small(identity)?, &request)?;
            hub.storage
                .answer_recovery(recovery.id, &answered.answer.to_cbor(), now_ms)?;
            writeln!(out, "the tablet of {} can fetch its key", answered.name)?;
        }
        RecoveryCommand::Refuse { code } => recoveries::refuse(hub, &recoveries::by_code(hub, code)?)?,
        RecoveryCommand::Identity { .. } | RecoveryCommand::Answer { .. } => {}
    }
    Ok(())
}

fn list_one(recovery: &Recovery, author: &Author, out: &mut dyn Write) -> Result<()> {
    writeln!(
        out,
        "{}\t{}\t{}\t{}\t{}",
        check_code(&recovery.id),
        moment(recovery.at_ms),
        Uuid::from_bytes(recovery.author.0),
        shown(&author.user.name),
        shown(&author.device),
    )?;
    Ok(())
}

fn make_identity(file: &Path, out: &mut dyn Write) -> Result<()> {
    let (text, recipient) = identity::make_recovery_identity();
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut made = options
        .open(file)
        .with_context(|| format!("cannot make {}", file.display()))?;
    made.write_all(text.as_bytes())?;
    made.sync_all()?;
    writeln!(out, "{recipient}")?;
    Ok(())
}

/// A file of a few kilobytes, as text.
fn read_small(file: &Path) -> Result<String> {
    const BYTES_MAX: u64 = 64 * 1024;
    let about = fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?;
    if about.len() > BYTES_MAX {
        bail!("{} is too large", file.display());
    }
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}
