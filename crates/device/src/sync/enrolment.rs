//! Becoming an author at a hub.
//!
//! The vault is made before the hub is asked, with author and key inside: an answer that is lost on the way is asked
//! for again with the same key, and the hub gives the same answer. A vault whose code was refused holds nothing and is
//! discarded.

use std::{path::Path, sync::Arc};

use ipc::FailureCode;
use protocol::{
    AuthorId, AuthorKey, EnrolCode, HubUrl, Refusal,
    enrol::{EnrolReply, EnrolRequest, Enrolled},
};

use super::Transport;
use crate::{
    Platform,
    failure::{Answer, Failed},
    news::News,
    packs::PACK_KEY,
    session::{AUTHOR, SEED, Session},
    store::{AuthorRow, Enrolment, Store, StoreError},
    vault::{DatabaseKey, VaultFolder, sha256},
};

/// Name of the mark that says for which code a vault was made, while no hub has answered.
const PENDING: &str = "pending_code";

/// A vault on its way to an author.
struct Candidate {
    folder: VaultFolder,
    database_key: DatabaseKey,
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
    let request = EnrolRequest::signed(code, candidate.author, &candidate.key, &device_name);
    // Nothing heard: the hub may have taken the code, so the vault stays for the next try with it.
    let answer = transport.enrol(hub, request.to_cbor()).map_err(Failed::from)?;
    let reply = EnrolReply::from_cbor(&answer).map_err(|_| FailureCode::Garbled)?;
    match reply {
        EnrolReply::Enrolled(enrolled) => finish(candidate, hub, &enrolled, platform, news),
        EnrolReply::Refused(code) => {
            candidate.folder.discard().map_err(|_| FailureCode::Storage)?;
            Err(refusal(code).into())
        }
    }
}

/// The vault of an earlier try with the same code and passphrase, or a new one. Vaults of other tries are discarded:
/// nothing was ever written in them.
fn candidate(data_dir: &Path, platform: &Platform, passphrase: &str, mark: &[u8; 32]) -> Answer<Candidate> {
    let now_ms = platform.clock.now_ms();
    for folder in VaultFolder::all(data_dir).map_err(|_| FailureCode::Storage)? {
        // A damaged key file is somebody's vault all the same; only one without a label is nobody's yet.
        if !matches!(folder.label(), Ok(label) if label.is_empty()) {
            continue;
        }
        if let Ok(database_key) = folder.unlock(passphrase, platform)
            && let Some(found) = reopened(&folder, database_key, mark)?
        {
            return Ok(found);
        }
        folder.discard().map_err(|_| FailureCode::Storage)?;
    }
    let (folder, database_key) =
        VaultFolder::create(data_dir, passphrase, "", platform).map_err(|error| Failed::of_vault(&error, now_ms))?;
    let author = platform.random::<16>();
    let seed = zeroize::Zeroizing::new(platform.random::<32>());
    let store = Store::open(&folder.database(), database_key.clone())?;
    store.write(|write| {
        write.set_blob(AUTHOR, &author)?;
        write.set_blob(SEED, seed.as_ref())?;
        write.set_blob(PENDING, mark)
    })?;
    Ok(Candidate {
        folder,
        database_key,
        author: AuthorId(author),
        key: AuthorKey::from_seed(&seed),
    })
}

fn reopened(folder: &VaultFolder, database_key: DatabaseKey, mark: &[u8; 32]) -> Answer<Option<Candidate>> {
    let store = Store::open(&folder.database(), database_key.clone())?;
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
            database_key,
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
    let store = Store::open(&candidate.folder.database(), candidate.database_key.clone())?;
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
    let session = Session::open(&candidate.folder, candidate.database_key, platform, news)?;
    session.ok_or_else(|| FailureCode::Fault.into())
}

const fn refusal(code: Refusal) -> FailureCode {
    match code {
        Refusal::WrongCode => FailureCode::WrongCode,
        Refusal::UsedCode => FailureCode::UsedCode,
        Refusal::ExpiredCode => FailureCode::ExpiredCode,
        Refusal::TooManyTries => FailureCode::TooManyTries,
        Refusal::Unavailable => FailureCode::Unreachable,
        _ => FailureCode::Garbled,
    }
}
