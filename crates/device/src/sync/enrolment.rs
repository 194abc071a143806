//! Becoming an author at a hub.
//!
//! The vault is made before the hub is asked, with author and key inside: an answer that is lost on the way is asked
//! for again with the same key, and the hub gives the same answer. A vault whose code was refused holds nothing and is
//! discarded.

use std::{path::Path, sync::Arc};

use ipc::FailureCode;
use protocol::{
    AuthorId, AuthorKey, EnrolCode, HubUrl, Refusal,
    enrol::{EnrolReply, EnrolRequest, Enrolled, person_mark},
    ids::Sha256,
    limits::PERSONS_MAX,
};

use super::{Transport, outbound::SPEAKS};
use crate::{
    Platform,
    failure::{Answer, Failed},
    lease,
    news::News,
    packs::PACK_KEY,
    session::{AUTHOR, SEED, Session},
    store::{AuthorRow, Enrolment, Store, StoreError},
    vault::{MasterKey, VaultFolder, sha256},
};

/// Name of the mark that says for which code a vault was made, while no hub has answered.
const PENDING: &str = "pending_code";

/// A vault on its way to an author.
struct Candidate {
    folder: VaultFolder,
    master: MasterKey,
    author: AuthorId,
    key: AuthorKey,
}

/// Makes a vault and an author at the hub, and opens the session.
pub(crate) fn enrol(
    data_dir: &Path,
    platform: &Platform,
    transport: &dyn Transport,
    news: &Arc<News>,
    (hub, code, passphrase): (&HubUrl, &EnrolCode, &str),
) -> Answer<Session> {
    let mark = sha256(format!("{hub} {}", code.plain()).as_bytes());
    let candidate = candidate(data_dir, platform, passphrase, &mark)?;
    let mut device_name = platform.device_name.clone();
    device_name.truncate(device_name.floor_char_boundary(protocol::limits::NAME_BYTES_MAX));
    let mut request = EnrolRequest::signed(code, candidate.author, &candidate.key, &device_name);
    let persons = persons(data_dir, platform);
    request.persons = (!persons.is_empty()).then_some(persons);
    // Nothing heard: the hub may have taken the code, so the vault stays for the next try with it.
    let answer = transport.enrol(hub, request.to_cbor()).map_err(Failed::from)?;
    let reply = EnrolReply::from_cbor(&answer).map_err(|_| FailureCode::Garbled)?;
    match reply {
        // A hub of before persons were named takes the code all the same.
        EnrolReply::Enrolled(enrolled) if is_here(data_dir, platform, &enrolled) => {
            discard(&candidate.folder, platform)?;
            Err(FailureCode::AlreadyEnrolled.into())
        }
        EnrolReply::Enrolled(enrolled) => finish(candidate, hub, &enrolled, platform, news),
        EnrolReply::Refused(code) => {
            discard(&candidate.folder, platform)?;
            Err(refusal(code).into())
        }
    }
}

fn discard(folder: &VaultFolder, platform: &Platform) -> Answer<()> {
    Ok(folder.destroy(platform).map_err(|_| FailureCode::Storage)?)
}

/// The persons with a vault here that a passphrase still opens. One whose key was erased may be enrolled anew beside the
/// old vault, which stays until the district opens it.
fn persons(data_dir: &Path, platform: &Platform) -> Vec<Sha256> {
    let vaults = VaultFolder::all(data_dir).unwrap_or_default();
    let states = vaults
        .iter()
        .filter_map(|vault| vault.state(platform.clock.now_ms()).ok());
    let marks = states
        .filter(|state| !state.erased && !state.label.is_empty())
        .filter_map(|state| state.person.as_deref().and_then(Sha256::from_slice));
    marks.take(PERSONS_MAX).collect()
}

fn is_here(data_dir: &Path, platform: &Platform, enrolled: &Enrolled) -> bool {
    persons(data_dir, platform).contains(&person_mark(enrolled.user))
}

/// The vault of an earlier try with the same code and passphrase, or a new one. Vaults of other tries are discarded:
/// nothing was ever written in them.
fn candidate(data_dir: &Path, platform: &Platform, passphrase: &str, mark: &[u8; 32]) -> Answer<Candidate> {
    let now_ms = platform.clock.now_ms();
    for folder in VaultFolder::all(data_dir).map_err(|_| FailureCode::Storage)? {
        // A damaged key file is somebody's vault all the same; only one without a label is nobody's yet.
        if !matches!(folder.state(now_ms), Ok(state) if state.label.is_empty()) {
            continue;
        }
        if let Ok(unlocked) = folder.unlock(passphrase, platform)
            && let Some(found) = reopened(&folder, unlocked.master, mark)?
        {
            return Ok(found);
        }
        discard(&folder, platform)?;
    }
    let (folder, master) =
        VaultFolder::create(data_dir, passphrase, "", platform).map_err(|error| Failed::of_vault(&error, now_ms))?;
    let author = platform.random::<16>();
    let seed = zeroize::Zeroizing::new(platform.random::<32>());
    let store = Store::open(&folder.database(), master.database_key())?;
    store.write(|write| {
        write.set_blob(AUTHOR, &author)?;
        write.set_blob(SEED, seed.as_ref())?;
        write.set_blob(PENDING, mark)
    })?;
    Ok(Candidate {
        folder,
        master,
        author: AuthorId(author),
        key: AuthorKey::from_seed(&seed),
    })
}

fn reopened(folder: &VaultFolder, master: MasterKey, mark: &[u8; 32]) -> Answer<Option<Candidate>> {
    let store = Store::open(&folder.database(), master.database_key())?;
    let (author, seed, pending) = store.read(|read| {
        Ok::<_, StoreError>((
            read.bytes::<16>(AUTHOR)?,
            read.bytes::<32>(SEED)?,
            read.bytes::<32>(PENDING)?,
        ))
    })?;
    let seed = seed.map(zeroize::Zeroizing::new);
    Ok(match (author, seed) {
        (Some(author), Some(seed)) if pending == Some(*mark) => Some(Candidate {
            folder: folder.clone(),
            master,
            author: AuthorId(author),
            key: AuthorKey::from_seed(&seed),
        }),
        _ => None,
    })
}

/// Stores who the officer is, then opens the session. The label comes last: with it the vault is on the unlock screen.
fn finish(
    candidate: Candidate,
    hub: &HubUrl,
    enrolled: &Enrolled,
    platform: &Platform,
    news: &Arc<News>,
) -> Answer<Session> {
    let enrolment = Enrolment {
        hub_url: hub.as_str().to_owned(),
        hub_name: enrolled.hub_name.clone(),
        user: enrolled.user.0,
        user_name: enrolled.user_name.clone(),
        role: enrolled.role.clone(),
        district: enrolled.district.clone(),
        district_name: enrolled.district_name.clone(),
    };
    let store = Store::open(&candidate.folder.database(), candidate.master.database_key())?;
    store.write(|write| {
        write.set_author(&AuthorRow {
            author: candidate.author.0,
            user: enrolled.user.0,
            name: enrolled.user_name.clone(),
            role: enrolled.role.clone(),
            device: platform.device_name.clone(),
        })?;
        if let Some(key) = &enrolled.pack_key {
            write.set_blob(PACK_KEY, key)?;
        }
        write.set_number(SPEAKS, enrolled.speaks.map(i64::from))?;
        write.set_enrolment(&enrolment)
    })?;
    drop(store);
    let label = if enrolled.user_name.is_empty() {
        "?"
    } else {
        &enrolled.user_name
    };
    candidate
        .folder
        .set_label(label)
        .map_err(|error| Failed::of_vault(&error, platform.clock.now_ms()))?;
    let session = Session::open(&candidate.folder, candidate.master, platform, news)?;
    let session = session.ok_or(FailureCode::Fault)?;
    if let Some(terms) = &enrolled.terms {
        lease::take(&session, terms)?;
    }
    Ok(session)
}

const fn refusal(code: Refusal) -> FailureCode {
    match code {
        Refusal::WrongCode => FailureCode::WrongCode,
        Refusal::UsedCode => FailureCode::UsedCode,
        Refusal::AlreadyHere => FailureCode::AlreadyEnrolled,
        Refusal::ExpiredCode => FailureCode::ExpiredCode,
        Refusal::TooManyTries => FailureCode::TooManyTries,
        Refusal::Unavailable => FailureCode::Unreachable,
        _ => FailureCode::Garbled,
    }
}
