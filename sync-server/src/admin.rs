//! Administration: what a district's administrator does from a shell, also while the hub runs.

mod access_log;
mod certificate;
mod certificate_of_destruction;
mod dead_letters;
mod destroy;
mod list;
mod matching;
mod packs;
mod packs_check;
mod rebuild;
mod recovery;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use casework::Role;
use clap::Subcommand;
use protocol::{AuthorId, EnrolLink, HubUrl, UserId};
use qrcode::QrCode;
use qrcode::render::svg;
use uuid::Uuid;

use crate::config::known_by;
use crate::hub::Hub;
use crate::storage::{Institution, User};
pub use access_log::AccessLogCommand;
pub use certificate::{CertificateCommand, make_certificate};
pub use dead_letters::{DeadLettersCommand, run as dead_letters};
pub use destroy::{
    CertificateOfDestructionCommand, DestroyCommand, VerifyCertificateCommand, verify as verify_certificate,
};
pub use matching::{DedupeCommand, MatchCommand, dedupe, match_lists};
pub use packs::PacksCommand;
pub use packs_check::check_packs;
pub use recovery::{RecoveryCommand, recovery_without_hub};

use crate::{identity, institutions, rights};

/// What an administrator may ask.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Districts.
    #[command(subcommand)]
    District(DistrictCommand),
    /// Users.
    #[command(subcommand)]
    User(UserCommand),
    /// Child care institutions.
    #[command(subcommand)]
    Institution(InstitutionCommand),
    /// Makes a one-time enrolment code for a user and prints the link.
    EnrolCode {
        /// The user's id.
        user: Uuid,
        /// Where devices reach the hub, if not at the configured address.
        #[arg(long)]
        hub: Option<HubUrl>,
        /// Also writes the link as a QR picture.
        #[arg(long, value_name = "FILE.svg")]
        qr: Option<PathBuf>,
    },
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
    /// Lists the cases of a district, or of all.
    Cases {
        /// The district's code.
        #[arg(long)]
        district: Option<String>,
    },
    /// Lists what waits for a channel.
    Outbox,
    /// Refused uploads.
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
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
    Audit {
        /// How many rows, from the end.
        #[arg(long, default_value_t = 50)]
        last: u32,
    },
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

/// What may be asked about districts.
#[derive(Debug, Subcommand)]
pub enum DistrictCommand {
    /// Adds a district.
    Add {
        /// Its code, e.g. KA-BLR.
        code: String,
        /// Its name.
        name: String,
    },
    /// Sets for how many days a vault of the district opens without the hub: 1 to 90, 14 at first.
    SetLease {
        /// Its code.
        code: String,
        /// The days.
        #[arg(value_parser = clap::value_parser!(u32).range(1..=90))]
        days: u32,
    },
    /// Sets the recovery key of the district: an age recipient, whose identity an officer keeps offline. Devices seal
    /// their keys to it at their next contact.
    SetRecovery {
        /// Its code.
        code: String,
        /// The recipient, `age1…`; without one, new devices seal to nobody.
        recipient: Option<String>,
    },
    /// Lists districts.
    List,
}

/// What may be asked about users.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Adds a user and prints their id.
    Add {
        /// The code of their district.
        #[arg(long)]
        district: String,
        /// Their name.
        #[arg(long)]
        name: String,
        /// Their role: dcpo, po_nic, po_ic, lpo, counsellor, social_worker, cwc, superintendent.
        #[arg(long)]
        role: String,
        /// Their id, if it is to be a certain one.
        #[arg(long)]
        id: Option<Uuid>,
    },
    /// Lists the users of a district with their devices.
    List {
        /// The district's code.
        #[arg(long)]
        district: String,
    },
}

/// What may be asked about institutions.
#[derive(Debug, Subcommand)]
pub enum InstitutionCommand {
    /// Adds an institution and prints its id.
    Add {
        /// The code of its district.
        #[arg(long)]
        district: String,
        /// Its name.
        #[arg(long)]
        name: String,
        /// What kind of place it is, e.g. childrens_home.
        #[arg(long)]
        kind: String,
        /// How many children it is registered for.
        #[arg(long)]
        capacity: u32,
        /// Its id, if it is to be a certain one.
        #[arg(long)]
        id: Option<Uuid>,
    },
    /// Lists the institutions of a district.
    List {
        /// The district's code.
        #[arg(long)]
        district: String,
    },
}

/// What may be asked about refused uploads.
#[derive(Debug, Subcommand)]
pub enum QuarantineCommand {
    /// Lists them, newest first.
    List {
        /// How many.
        #[arg(long, default_value_t = 100)]
        last: u32,
    },
}

/// Longest name of a user, district or institution, in bytes; also the protocol's.
const NAME_BYTES_MAX: usize = protocol::limits::NAME_BYTES_MAX;
const DISTRICT_CODE_BYTES_MAX: usize = 40;

/// Does what is asked and prints what came of it.
pub fn run(hub: &Hub, command: AdminCommand, out: &mut dyn Write) -> Result<()> {
    let storage = &*hub.storage;
    let now_ms = hub.clock.now_ms();
    match command {
        AdminCommand::District(DistrictCommand::Add { code, name }) => {
            check_name("code", &code, DISTRICT_CODE_BYTES_MAX)?;
            check_name("name", &name, NAME_BYTES_MAX)?;
            storage.add_district(&code, &name, now_ms)?;
        }
        AdminCommand::District(DistrictCommand::SetLease { code, days }) => {
            storage.set_lease_days(&code, days, now_ms)?;
        }
        AdminCommand::District(DistrictCommand::SetRecovery { code, recipient }) => {
            let recipient = recipient.map(|text| identity::check_recipient(&text)).transpose()?;
            storage.set_recovery(&code, recipient.as_deref(), now_ms)?;
        }
        AdminCommand::District(DistrictCommand::List) => list::districts(storage, out)?,
        AdminCommand::User(UserCommand::Add {
            district,
            name,
            role,
            id,
        }) => {
            let user = User {
                id: UserId(*id.unwrap_or_else(Uuid::new_v4).as_bytes()),
                district,
                name,
                role,
            };
            add_user(hub, &user)?;
            writeln!(out, "{}", Uuid::from_bytes(user.id.0))?;
        }
        AdminCommand::User(UserCommand::List { district }) => list::users(storage, &district, out)?,
        AdminCommand::Institution(InstitutionCommand::Add {
            district,
            name,
            kind,
            capacity,
            id,
        }) => {
            check_name("name", &name, NAME_BYTES_MAX)?;
            let known = hub
                .pack_of(&district)?
                .vocabulary("place_kind")
                .is_some_and(|kinds| kinds.term(&kind).is_some());
            if !known {
                bail!("no such kind of place: {kind}");
            }
            let id = id.unwrap_or_else(Uuid::new_v4);
            let institution = Institution {
                id: *id.as_bytes(),
                district,
                name,
                kind,
                capacity,
            };
            institutions::add(hub, &institution, now_ms)?;
            writeln!(out, "{id}")?;
        }
        AdminCommand::Institution(InstitutionCommand::List { district }) => {
            list::institutions(storage, &district, out)?;
        }
        AdminCommand::EnrolCode { user, hub: url, qr } => {
            let link = enrol_link(hub, UserId(*user.as_bytes()), url)?;
            if let Some(path) = qr {
                let picture = qr_picture(&link)?;
                std::fs::write(&path, picture).with_context(|| format!("cannot write {}", path.display()))?;
            }
            writeln!(out, "{link}")?;
        }
        AdminCommand::Assign { case, user } => {
            rights::assign(hub, *case.as_bytes(), UserId(*user.as_bytes()), now_ms)?;
        }
        AdminCommand::Unassign { case, user } => {
            rights::unassign(hub, *case.as_bytes(), UserId(*user.as_bytes()), now_ms)?;
        }
        AdminCommand::Cases { district } => list::cases(storage, district.as_deref(), out)?,
        AdminCommand::Outbox => list::outbox(storage, out)?,
        AdminCommand::Quarantine(QuarantineCommand::List { last }) => list::quarantine(storage, last, out)?,
        AdminCommand::DeadLetters(command) => dead_letters::run(hub, &command, out)?,
        AdminCommand::RevokeAuthor { author, hand_in } => {
            storage.dismiss_author(AuthorId(*author.as_bytes()), hand_in, now_ms)?;
        }
        AdminCommand::RevokeUser { user, hand_in } => {
            let user = UserId(*user.as_bytes());
            storage.user(user)?.context("no such user")?;
            for author in storage.authors(user)? {
                storage.dismiss_author(author.id, hand_in, now_ms)?;
            }
        }
        AdminCommand::Recovery(command) => recovery::run(hub, command, now_ms, out)?,
        AdminCommand::Audit { last } => list::audit(storage, last, out)?,
        AdminCommand::AccessLog(command) => access_log::run(storage, &command, out)?,
        AdminCommand::Rebuild { later } => rebuild::run(hub, later, out)?,
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

/// Adds a user, with what their role sees of the district from the start.
pub fn add_user(hub: &Hub, user: &User) -> Result<()> {
    check_name("name", &user.name, NAME_BYTES_MAX)?;
    let pack = hub.pack_of(&user.district)?;
    if pack.rights().of(&Role::from_code(&user.role)).is_none() {
        bail!("no such role: {}", user.role);
    }
    let readable = rights::readable_from_the_start(&*hub.storage, &pack, user)?;
    hub.storage.add_user(user, &readable, hub.clock.now_ms())?;
    Ok(())
}

/// A new enrolment link for a user.
pub fn enrol_link(hub: &Hub, user: UserId, url: Option<HubUrl>) -> Result<EnrolLink> {
    let at = match (url, hub.config.pin()?) {
        (Some(url), Some(pin)) => known_by(&url, pin),
        (Some(url), None) => url,
        (None, _) => hub.config.hub_url()?,
    };
    let code = identity::make_enrol_code(&*hub.storage, user, hub.clock.now_ms())?;
    Ok(EnrolLink { hub: at, code })
}

/// The link as a picture to point a tablet at.
pub fn qr_picture(link: &EnrolLink) -> Result<String> {
    const SIDE_PIXELS_MIN: u32 = 320;
    let code = QrCode::new(link.to_string()).context("the link does not fit a QR picture")?;
    Ok(code
        .render::<svg::Color<'_>>()
        .min_dimensions(SIDE_PIXELS_MIN, SIDE_PIXELS_MIN)
        .build())
}

fn check_name(what: &str, name: &str, bytes_max: usize) -> Result<()> {
    if name.trim().is_empty() || name.len() > bytes_max || name.chars().any(char::is_control) {
        bail!("the {what} must have 1 to {bytes_max} bytes and no control characters");
    }
    Ok(())
}
