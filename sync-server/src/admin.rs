//! Administration: what a district's administrator does from a shell, also while the hub runs.

mod access_log;
mod appeals;
mod archive;
mod audit;
mod backup;
mod bulk;
mod certificate;
mod confirm;
mod csv_table;
mod dead_letters;
mod destroy;
mod device;
mod district;
mod enrol;
mod health;
mod inbound;
mod institution;
mod list;
mod matching;
mod packs;
mod packs_check;
mod packs_xlsform;
mod quarantine;
mod rebuild;
mod recovery;
mod roster;
mod staff;
mod user;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Subcommand;
use protocol::{AuthorId, UserId};
use uuid::Uuid;

use crate::hub::Hub;
pub use access_log::AccessLogCommand;
pub use appeals::AppealsCommand;
pub use archive::ArchiveCommand;
pub use audit::AuditCommand;
pub use backup::{BackupCommand, RestoreCommand, restore};
pub use bulk::BulkCommand;
pub use certificate::{CertificateCommand, make_certificate};
pub use dead_letters::{DeadLettersCommand, run as dead_letters};
pub use destroy::{
    CertificateOfDestructionCommand, DestroyCommand, VerifyCertificateCommand, verify as verify_certificate,
};
pub use device::DeviceCommand;
pub use district::DistrictCommand;
pub use enrol::{EnrolCodeCommand, Show};
pub use inbound::InboundCommand;
pub use institution::InstitutionCommand;
pub use matching::{DedupeCommand, MatchCommand, dedupe, match_lists};
pub use packs::PacksCommand;
pub use packs_check::check_packs;
pub use packs_xlsform::{FromXlsformCommand, from_xlsform};
pub use quarantine::QuarantineCommand;
pub use recovery::{RecoveryCommand, recovery_without_hub};
pub use roster::RosterCommand;
pub use staff::StaffCommand;
pub use user::UserCommand;

pub use crate::deeds::enrol::enrol_link;
pub use crate::deeds::users::{add as add_user, set_role};
use crate::deeds::{DeedError, check_name, devices};
use crate::{identity, rights};

/// What an administrator may ask.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Districts.
    #[command(subcommand)]
    District(DistrictCommand),
    /// Users.
    #[command(subcommand)]
    User(UserCommand),
    /// Staff who administer a district, or all of them, over HTTP.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Child care institutions.
    #[command(subcommand)]
    Institution(InstitutionCommand),
    /// Makes a one-time enrolment code for a user and prints the link.
    EnrolCode(EnrolCodeCommand),
    /// Gives a case to a user, or an institution to one who works in it.
    Assign {
        /// The id of the case or institution.
        case: Uuid,
        /// The user's id.
        user: Uuid,
    },
    /// Takes a case or an institution from a user.
    Unassign {
        /// The id of the case or institution.
        case: Uuid,
        /// The user's id.
        user: Uuid,
    },
    /// Gives, takes and hands over cases by a CSV table.
    Bulk(BulkCommand),
    /// Who is on duty when, and which referrals wait for somebody.
    #[command(subcommand)]
    Roster(RosterCommand),
    /// Posts of helplines and portals that were refused, or that began nothing: look, take again, forget.
    #[command(subcommand)]
    Inbound(InboundCommand),
    /// Tablets: when each was last heard, and wiping one.
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Says how the hub is: database, disk, what waits, when the certificate ends. Fails where something needs somebody.
    Health,
    /// Lists the cases of a district, or of all.
    Cases {
        /// The district's code.
        #[arg(long)]
        district: Option<String>,
    },
    /// Lists what waits for a channel.
    Outbox,
    /// Refused uploads: look, judge again, refuse for good.
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
    /// What officers ask about words of theirs that were refused.
    #[command(subcommand)]
    Appeals(AppealsCommand),
    /// What channels did not take, to look at and to send again.
    #[command(subcommand)]
    DeadLetters(DeadLettersCommand),
    /// Shuts a device out: at its next contact it hands in what it had not sent, then destroys keys and files.
    RevokeAuthor {
        /// The author's id.
        author: Uuid,
        /// What it hands in is judged like anybody's; otherwise it is kept in quarantine.
        #[arg(long)]
        hand_in: bool,
    },
    /// Shuts every device of a user out.
    RevokeUser {
        /// The user's id.
        user: Uuid,
        /// As for `revoke-author`.
        #[arg(long)]
        hand_in: bool,
    },
    /// Vaults whose passphrase is lost.
    #[command(subcommand)]
    Recovery(RecoveryCommand),
    /// Lists what was done, and checks that nothing was taken out.
    Audit(AuditCommand),
    /// What devices' access logs say, and whether their chains hold.
    #[command(subcommand)]
    AccessLog(AccessLogCommand),
    /// Folds every document into the tables again, and tells the channels. Says how far it is; whatever ends it, a hub that
    /// runs, or is started, goes on from there.
    Rebuild {
        /// Leaves the folding to the hub that runs.
        #[arg(long)]
        later: bool,
    },
    /// Copies everything into a folder while the hub works: the database as it stands at one moment, and media that lie in a
    /// folder. Says how much and how long. The file of record keys is not in it.
    Backup(BackupCommand),
    /// Puts a backup back where hub.toml says, which must be empty but for record.keys, checks it, and says what there is.
    Restore(RestoreCommand),
    /// The part of a district's log that every tablet has read, in a file.
    #[command(subcommand)]
    Archive(ArchiveCommand),
    /// Gives the logs a new name, after a copy of the database was put back by other means than `restore`, or a standby took
    /// over that may lack the last words: devices then send again what the hub may not have.
    NewEpoch,
    /// Destroys a case or a report of a child, as the law or a court orders: log, snapshots, lists, index, quarantine, media,
    /// what waits for channels, and the record's key; devices that have it forget it and say so. Cannot be undone. A run that
    /// was cut is finished by the hub, or by the same command once more.
    Destroy(DestroyCommand),
    /// Prints the certificate of a destroyed record as things stand now: more devices may have confirmed since.
    DestructionCertificate(CertificateOfDestructionCommand),
    /// Checks a certificate of destruction with a hub's public key. Needs no hub.
    VerifyCertificate(VerifyCertificateCommand),
    /// Prints the hub's public key, with which its certificates are checked.
    PublicKey,
    /// The law and the forms as dated data.
    #[command(subcommand)]
    Packs(PacksCommand),
    /// Makes a key and a certificate for a hub that no authority vouches for. Needs no hub.
    MakeCertificate(CertificateCommand),
    /// Writes what people decided about matches in a state as a `matching.toml`, for somebody to look at, put into a pack and
    /// publish. Nothing reckons with it before that; that it was made stands in the audit.
    TeachMatching {
        /// The state: the letters before the hyphen in the codes of its districts.
        state: String,
        /// Where the weights go.
        #[arg(long, value_name = "FILE.toml")]
        out: PathBuf,
    },
    /// Finds who of a list of missing children may be who in a list of found ones. Needs no hub.
    Match(MatchCommand),
    /// Finds rows of a register that may be the same child. Needs no hub.
    Dedupe(DedupeCommand),
}

/// Longest name of a user, district or institution, in bytes; also the protocol's.
const NAME_BYTES_MAX: usize = protocol::limits::NAME_BYTES_MAX;

/// Does what is asked and prints what came of it.
pub fn run(hub: &Hub, command: AdminCommand, out: &mut dyn Write) -> Result<()> {
    let storage = &*hub.storage;
    let now_ms = hub.clock.now_ms();
    match command {
        AdminCommand::District(command) => district::run(hub, command, out)?,
        AdminCommand::User(command) => user::run(hub, command, out)?,
        AdminCommand::Staff(command) => staff::run(hub, &command, out)?,
        AdminCommand::Institution(command) => institution::run(hub, command, out)?,
        AdminCommand::EnrolCode(command) => enrol::run(hub, &command, out)?,
        AdminCommand::Bulk(command) => bulk::run(hub, &command, out)?,
        AdminCommand::Device(command) => device::run(hub, &command, &mut std::io::stdin().lock(), out)?,
        AdminCommand::Roster(command) => roster::run(hub, &command, out)?,
        AdminCommand::Inbound(command) => inbound::run(hub, &command, &mut std::io::stdin().lock(), out)?,
        AdminCommand::Health => health::run(hub, out)?,
        AdminCommand::Assign { case, user } => {
            rights::assign(hub, *case.as_bytes(), UserId(*user.as_bytes()), now_ms)?;
        }
        AdminCommand::Unassign { case, user } => {
            rights::unassign(hub, *case.as_bytes(), UserId(*user.as_bytes()), now_ms)?;
        }
        AdminCommand::Cases { district } => list::cases(storage, district.as_deref(), out)?,
        AdminCommand::Outbox => list::outbox(storage, out)?,
        AdminCommand::Appeals(command) => appeals::run(hub, &command, out)?,
        AdminCommand::Quarantine(command) => quarantine::run(hub, &command, &mut std::io::stdin().lock(), out)?,
        AdminCommand::DeadLetters(command) => dead_letters::run(hub, &command, out)?,
        AdminCommand::RevokeAuthor { author, hand_in } => {
            devices::shut_out(hub, AuthorId(*author.as_bytes()), hand_in)?;
        }
        AdminCommand::RevokeUser { user, hand_in } => {
            let done = devices::shut_out_user(hub, UserId(*user.as_bytes()), hand_in);
            hinted(done, "`admin user list` shows who there is")?;
        }
        AdminCommand::Recovery(command) => recovery::run(hub, &command, now_ms, out)?,
        AdminCommand::Audit(command) => audit::run(hub, &command, out)?,
        AdminCommand::AccessLog(command) => access_log::run(storage, &command, out)?,
        AdminCommand::Rebuild { later } => rebuild::run(hub, later, out)?,
        AdminCommand::Backup(command) => backup::back_up(hub, &command, out)?,
        AdminCommand::Restore(_) => bail!("there is a hub here: a backup is put back into an empty place only"),
        AdminCommand::Archive(command) => archive::run(hub, &command, out)?,
        AdminCommand::NewEpoch => backup::new_epoch(hub, out)?,
        AdminCommand::Destroy(command) => destroy::run(hub, &command, &mut std::io::stdin().lock(), out)?,
        AdminCommand::DestructionCertificate(command) => destroy::certificate(hub, &command, out)?,
        AdminCommand::VerifyCertificate(command) => verify_certificate(&command, out)?,
        AdminCommand::PublicKey => writeln!(out, "{}", identity::public_key(storage)?)?,
        AdminCommand::Packs(command) => packs::run(storage, command, now_ms, out)?,
        AdminCommand::MakeCertificate(command) => make_certificate(&command, out)?,
        AdminCommand::Match(command) => match_lists(&command, &mut std::io::stderr().lock())?,
        AdminCommand::Dedupe(command) => dedupe(&command, &mut std::io::stderr().lock())?,
        AdminCommand::TeachMatching { state, out: path } => matching::teach(hub, &state, &path, out)?,
    }
    Ok(())
}

/// What was done, or why not; where something is not there, with where to look for what is.
fn hinted<T>(done: Result<T, DeedError>, hint: &str) -> Result<T> {
    match done {
        Err(error @ DeedError::NotThere(_)) => bail!("{error}: {hint}"),
        done => Ok(done?),
    }
}
