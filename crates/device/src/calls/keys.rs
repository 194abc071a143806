//! The keys of a vault: another passphrase, another key, and the district's help where the passphrase is lost.

use ipc::{FailureCode, FilePurpose, Progress, RecoveryAsk, Session as SessionView};
use protocol::{
    HubUrl,
    recovery::{RecoveryAnswer, RecoveryRequest},
};

use super::start::{entered, found, view};
use crate::{
    Device, backup,
    failure::{Answer, Failed},
    rotation,
    session::Session,
    sync::TransportError,
    vault::{VaultError, VaultFolder, check_file_passphrase},
    views::today,
};

fn of_vault(device: &Device, error: &VaultError) -> Failed {
    Failed::of_vault(error, device.platform.clock.now_ms())
}

/// Wraps the key under another passphrase.
pub(super) fn change_passphrase(device: &Device, old: &str, new: &str) -> Answer<()> {
    let _one_at_a_time = device.step_to_the_door();
    let vault = device.session()?.vault.clone();
    vault
        .check_strength(new, &device.platform)
        .map_err(|error| of_vault(device, &error))?;
    let unlocked = tried(device, &vault, old)?;
    let rewrapped = vault.rewrap(&unlocked.master, new, &device.platform);
    rewrapped.map_err(|error| of_vault(device, &error))
}

/// Tries a passphrase while the vault is open. Where that was the last try, it is open no longer.
fn tried(device: &Device, vault: &VaultFolder, passphrase: &str) -> Answer<crate::vault::Unlocked> {
    vault.unlock(passphrase, &device.platform).map_err(|error| {
        if matches!(error, VaultError::Erased) {
            device.sign_out();
        }
        of_vault(device, &error)
    })
}

/// Encrypts everything anew. The session is closed meanwhile, and opened again whatever came of it.
pub(super) fn rotate(device: &Device, passphrase: &str) -> Answer<SessionView> {
    let _one_at_a_time = device.step_to_the_door();
    let vault = device.session()?.vault.clone();
    let unlocked = tried(device, &vault, passphrase)?;
    device.pause();
    let occupied = vault.occupy().map_err(|error| of_vault(device, &error))?;
    let news = std::sync::Arc::clone(&device.news);
    let progress = Box::new(move |done| news.tell_opening(Some(Progress { done, total: 100 })));
    let rotated = rotation::rotate(&vault, &unlocked, &device.platform, progress, |_| Ok(()));
    drop(occupied);
    device.news.tell_opening(None);
    let session = entered(device, &vault, passphrase).inspect_err(|_| device.news.tell_session())?;
    rotated?;
    Ok(view(&session))
}

/// Lets the officer choose a file. The name that is proposed says when, and nobody's name.
pub(super) fn choose_file(device: &Device, purpose: FilePurpose) -> Answer<Option<String>> {
    let session = device.session()?;
    let files = &device.platform.files;
    let chosen = match purpose {
        FilePurpose::NewBackup => files.save(&format!("vatsalya-backup-{}.age", today(session.now_ms()))),
        FilePurpose::NewPaper | FilePurpose::NewWorkbook | FilePurpose::NewCsv => {
            let now_ms = session.now_ms();
            // Papers of one day are told apart by the second, and by nothing that is on them.
            let second = now_ms.rem_euclid(86_400_000) / 1_000;
            let (what, ending) = match purpose {
                FilePurpose::NewWorkbook => ("report", "xlsx"),
                FilePurpose::NewCsv => ("report", "csv"),
                _ => ("paper", "pdf"),
            };
            files.save(&format!("vatsalya-{what}-{}-{second:05}.{ending}", today(now_ms)))
        }
        FilePurpose::Backup => files.open(),
    };
    // A name that is no text cannot be shown and typed: it counts as none.
    Ok(chosen.and_then(|path| path.into_os_string().into_string().ok()))
}

/// Writes what no hub has to a file under a passphrase of its own.
pub(super) fn back_up(device: &Device, path: &str, passphrase: &str) -> Answer<ipc::BackedUp> {
    let session = device.session()?;
    check_file_passphrase(passphrase).map_err(|error| of_vault(device, &error))?;
    Ok(backup::make(&session, path, passphrase)?)
}

/// Begins to ask the district, and hands the hub the request where it can be reached.
pub(super) fn ask_recovery(device: &Device, user: &str) -> Answer<RecoveryAsk> {
    let _one_at_a_time = device.step_to_the_door();
    let vault = found(device, user)?;
    let request = vault.ask(&device.platform).map_err(|error| of_vault(device, &error))?;
    let told = hub_of(&vault).and_then(|hub| {
        let asked = device.options.transport.ask_recovery(&hub, request.to_cbor());
        asked.map_err(Failed::from)
    });
    Ok(RecoveryAsk {
        at_hub: Some(told.is_ok()),
        ..ask_view(&request)
    })
}

/// The request that is on its way, as the screen shows it.
pub(super) fn ask_view(request: &RecoveryRequest) -> RecoveryAsk {
    RecoveryAsk {
        code: request.check_code(),
        text: request.to_text(),
        made_ms: request.made_ms,
        at_hub: None,
    }
}

/// Opens a vault with the district's answer, under a new passphrase.
pub(super) fn recover(device: &Device, user: &str, answer: Option<&str>, passphrase: &str) -> Answer<SessionView> {
    let _one_at_a_time = device.step_to_the_door();
    let vault = found(device, user)?;
    vault
        .check_strength(passphrase, &device.platform)
        .map_err(|error| of_vault(device, &error))?;
    let answer = match answer {
        Some(text) if text.chars().count() > ipc::ANSWER_CHARS_MAX => return Err(FailureCode::OtherAnswer.into()),
        Some(text) => RecoveryAnswer::from_text(text).map_err(|_| FailureCode::OtherAnswer)?,
        None => fetched(device, &vault)?,
    };
    let keys = vault.open_answer(&answer).map_err(|error| of_vault(device, &error))?;
    // Whoever is signed in is out before a store is opened: it may be the same one.
    device.sign_out();
    let master = rotation::opening(&vault, keys)?.ok_or(FailureCode::OtherAnswer)?;
    let opened = vault.rewrap(&master, passphrase, &device.platform);
    opened.map_err(|error| of_vault(device, &error))?;
    let session: std::sync::Arc<Session> = entered(device, &vault, passphrase)?;
    vault.forget_asked().map_err(|error| of_vault(device, &error))?;
    Ok(view(&session))
}

fn fetched(device: &Device, vault: &VaultFolder) -> Answer<RecoveryAnswer> {
    let request = vault.asked().map_err(|error| of_vault(device, &error))?;
    let request = request.ok_or(FailureCode::NotAnsweredYet)?;
    let transport = &device.options.transport;
    let answer = match transport.recovery_answer(&hub_of(vault)?, &request.id()) {
        // The hub has not heard of it, or no longer: it is asked once more.
        Err(TransportError::Status(404)) => {
            transport
                .ask_recovery(&hub_of(vault)?, request.to_cbor())
                .map_err(Failed::from)?;
            None
        }
        other => other.map_err(Failed::from)?,
    };
    let answer = answer.ok_or(FailureCode::NotAnsweredYet)?;
    RecoveryAnswer::from_cbor(&answer).map_err(|_| FailureCode::Garbled.into())
}

fn hub_of(vault: &VaultFolder) -> Answer<HubUrl> {
    let holder = vault.sealed_holder().ok_or(FailureCode::NotSealed)?;
    holder.hub.parse().map_err(|_| FailureCode::BadAddress.into())
}
