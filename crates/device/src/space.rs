//! Room on the disk: a quota, a warning before it is full, a reserve for the last save, and what is cleared away.
//!
//! What an officer writes is never refused for the quota; it keeps pictures of others from being fetched. When the disk
//! is full nevertheless, the reserve, a file that holds nothing, is given up, and what was just refused is saved in its
//! place. It is made again once there is room. Only what the hub has and what belongs to no case here is cleared away;
//! how much and when is shown.

use std::{
    fs::{self, File},
    io,
};

use ipc::{Purged, SpaceState, SpaceView};

use crate::{
    Platform,
    failure::{Answer, Failed},
    session::Session,
    store::{AccessAction, AccessRow, Read, StoreError},
    vault::VaultFolder,
};

const MIB: u64 = 1024 * 1024;
/// With less than this free, it is said: a few days of pictures.
const LOW_BYTES: u64 = 512 * MIB;
/// The reserve is made again once this is free: making it must not fill the disk.
const AGAIN_BYTES: u64 = 4 * crate::platform::RESERVE_BYTES;

/// Marks: the quota in MiB; when something was last cleared away, how many pictures and lines, how many bytes.
const QUOTA: &str = "quota_mib";
const PURGED_AT: &str = "purged_ms";
const PURGED_ITEMS: &str = "purged_items";
const PURGED_BYTES: &str = "purged_bytes";

impl VaultFolder {
    /// Gives up the reserve. Returns whether there was one.
    pub(crate) fn give_up_reserve(&self) -> bool {
        fs::remove_file(self.reserve()).is_ok()
    }

    fn has_reserve(&self, platform: &Platform) -> bool {
        fs::metadata(self.reserve()).is_ok_and(|about| about.len() >= platform.disk.reserve_bytes())
    }

    /// Makes the reserve, where it is not there and the disk has room for it.
    fn keep_reserve(&self, platform: &Platform) {
        if self.has_reserve(platform) {
            return;
        }
        let made = || -> io::Result<()> {
            if platform.disk.free_bytes(&self.data_dir())? < AGAIN_BYTES {
                return Ok(());
            }
            let file = File::create(self.reserve())?;
            platform.disk.set_aside(&file, platform.disk.reserve_bytes())?;
            file.sync_all()
        };
        if made().is_err() {
            self.give_up_reserve();
        }
    }
}

/// Answers a call that writes; where the disk is full, once more in the place of the reserve.
pub(crate) fn with_room<T>(vault: &VaultFolder, mut call: impl FnMut() -> Answer<T>) -> Answer<T> {
    match call() {
        Err(Failed(ipc::FailureCode::DiskFull)) if vault.give_up_reserve() => call(),
        answered => answered,
    }
}

/// How much room there is. Makes the reserve where it is missing, and clears away what may go where room is short.
pub(crate) fn look(session: &Session) -> Answer<SpaceView> {
    let mut view = measured(session)?;
    if view.state != SpaceState::Enough && !session.is_read_only() && session.store.read(|read| read.count_idle())? > 0
    {
        // A disk that is quite full refuses this, too; then it stays as it is.
        if make_room(session).is_ok() {
            view = measured(session)?;
        }
    }
    Ok(view)
}

fn measured(session: &Session) -> Answer<SpaceView> {
    let platform = &session.platform;
    if !session.is_read_only() {
        session.vault.keep_reserve(platform);
    }
    let free_bytes = platform.disk.free_bytes(&session.vault.data_dir()).ok();
    let (used_bytes, quota_bytes, purged) = session
        .store
        .read(|read| Ok::<_, StoreError>((read.used_bytes()?, quota_bytes(read)?, purged(read)?)))?;
    let has_reserve = session.vault.has_reserve(platform);
    let state = if !has_reserve && free_bytes.is_some_and(|free| free < AGAIN_BYTES) {
        SpaceState::Full
    } else if free_bytes.is_some_and(|free| free < LOW_BYTES) {
        SpaceState::Low
    } else if used_bytes > quota_bytes {
        SpaceState::OverQuota
    } else {
        SpaceState::Enough
    };
    Ok(SpaceView {
        state,
        free_bytes,
        used_bytes,
        quota_bytes,
        has_reserve,
        purged,
    })
}

fn quota_bytes(read: &Read<'_>) -> Result<u64, StoreError> {
    let mib = read.number(QUOTA)?.and_then(|mib| u64::try_from(mib).ok());
    Ok(mib.unwrap_or(u64::from(ipc::QUOTA_MIB)).saturating_mul(MIB))
}

fn purged(read: &Read<'_>) -> Result<Option<Purged>, StoreError> {
    let number = |name| Ok::<_, StoreError>(read.number(name)?.and_then(|n| u64::try_from(n).ok()).unwrap_or(0));
    let Some(at_ms) = read.number(PURGED_AT)? else {
        return Ok(None);
    };
    Ok(Some(Purged {
        at_ms,
        items: number(PURGED_ITEMS)?,
        bytes: number(PURGED_BYTES)?,
    }))
}

/// Whether pictures of others may still be fetched. Words always may.
pub(crate) fn may_fetch(session: &Session) -> bool {
    measured(session).is_ok_and(|view| view.state == SpaceState::Enough)
}

/// Another quota.
pub(crate) fn set_quota(session: &Session, mib: u32) -> Answer<()> {
    if !(ipc::QUOTA_MIB_MIN..=ipc::QUOTA_MIB_MAX).contains(&mib) {
        return Err(ipc::FailureCode::BadCall.into());
    }
    session
        .store
        .write(|write| write.set_number(QUOTA, Some(i64::from(mib))))?;
    session.news.tell([ipc::Topic::Sync]);
    Ok(())
}

/// Clears away what the hub has and what belongs to no case here, and gives the room back to the disk.
pub(crate) fn make_room(session: &Session) -> Answer<()> {
    let before = session.store.read(|read| read.used_bytes())?;
    let items = session.store.write(|write| {
        let items = write.purge_idle()?;
        write.log_access(&AccessRow {
            at_ms: session.now_ms(),
            action: AccessAction::Purged,
            subject: None,
            detail: &format!("items {items}"),
        })?;
        Ok::<_, StoreError>(items)
    })?;
    session.store.give_back()?;
    let after = session.store.read(|read| read.used_bytes())?;
    let number = |n: u64| Some(i64::try_from(n).unwrap_or(i64::MAX));
    session.store.write(|write| {
        write.set_number(PURGED_AT, Some(session.now_ms()))?;
        write.set_number(PURGED_ITEMS, number(items))?;
        write.set_number(PURGED_BYTES, number(before.saturating_sub(after)))
    })?;
    session.news.tell([ipc::Topic::Sync]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::testing::{Bench, enrolled, session};

    #[test]
    fn the_reserve_is_made_while_there_is_room_given_up_once_and_made_again() {
        let bench = Bench::new();
        let (vault, key) = enrolled(&bench);
        bench.disk.free.store(LOW_BYTES, Ordering::SeqCst);
        let session = session(&bench, &vault, &key);
        let view = look(&session).unwrap();
        assert_eq!((view.state, view.has_reserve), (SpaceState::Enough, true));
        assert_eq!(
            fs::metadata(vault.reserve()).unwrap().len(),
            bench.platform.disk.reserve_bytes()
        );

        bench.disk.free.store(AGAIN_BYTES - 1, Ordering::SeqCst);
        assert_eq!(look(&session).unwrap().state, SpaceState::Low);
        let mut tries = 0;
        let saved = with_room(&vault, || {
            tries += 1;
            if tries == 1 {
                Err(ipc::FailureCode::DiskFull.into())
            } else {
                Ok(tries)
            }
        });
        assert_eq!(saved.unwrap(), 2, "the last save has its place");
        let view = look(&session).unwrap();
        assert_eq!((view.state, view.has_reserve), (SpaceState::Full, false));
        let again = with_room(&vault, || Err::<(), _>(ipc::FailureCode::DiskFull.into()));
        assert!(again.is_err(), "a second time there is nothing to give up");

        bench.disk.free.store(LOW_BYTES, Ordering::SeqCst);
        assert!(look(&session).unwrap().has_reserve);
    }

    #[test]
    fn over_the_quota_nothing_is_fetched_and_words_are_saved() {
        let bench = Bench::new();
        let (vault, key) = enrolled(&bench);
        let session = session(&bench, &vault, &key);
        assert!(may_fetch(&session));
        assert!(set_quota(&session, ipc::QUOTA_MIB_MIN - 1).is_err());
        set_quota(&session, ipc::QUOTA_MIB_MIN).unwrap();
        let picture = vec![7; 1024 * 1024];
        for n in 0..=u8::try_from(ipc::QUOTA_MIB_MIN).unwrap() {
            session
                .store
                .write(|write| write.add_media(&[n; 32], crate::store::MediaSize::Full, &[9; 16], &picture))
                .unwrap();
        }
        assert_eq!(measured(&session).unwrap().state, SpaceState::OverQuota);
        assert!(!may_fetch(&session));
        session.store.write(|write| write.set_text("word", "saved")).unwrap();
    }

    #[test]
    fn only_what_the_hub_has_and_no_case_needs_is_cleared_away_and_the_disk_gets_its_room_back() {
        let bench = Bench::new();
        let (vault, key) = enrolled(&bench);
        let session = session(&bench, &vault, &key);
        let here = casefile::DocumentKey::case(casework::CaseId::from_bytes([1; 16]), casework::Compartment::Identity);
        let picture = vec![7; 1024 * 1024];
        session
            .store
            .write(|write| {
                write.put_snapshot(&here.to_bytes(), &casefile::Document::new(here.kind).save())?;
                for (sha, subject) in [([1; 32], [1; 16]), ([2; 32], [2; 16]), ([3; 32], [3; 16])] {
                    write.add_media(&sha, crate::store::MediaSize::Field, &subject, &picture)?;
                }
                write.set_media_sent(&[1; 32])?;
                write.set_media_sent(&[2; 32])?;
                Ok::<_, StoreError>(())
            })
            .unwrap();
        session.store.give_back().unwrap();
        let before = fs::metadata(vault.database()).unwrap().len();
        make_room(&session).unwrap();
        let here = |sha| session.store.read(|read| read.media(&sha)).unwrap().is_some();
        assert!(here([1; 32]), "its case is here");
        assert!(!here([2; 32]), "the hub has it and its case has left");
        assert!(here([3; 32]), "the hub does not have it");
        let purged = look(&session).unwrap().purged.unwrap();
        assert_eq!(purged.items, 1);
        assert!(purged.bytes >= 1024 * 1024, "{purged:?}");
        assert!(fs::metadata(vault.database()).unwrap().len() + 900_000 < before);
    }
}
