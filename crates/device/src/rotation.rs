//! Changing the key of a vault: everything is encrypted anew, and whatever moment it is cut at, the vault opens with
//! every word in it.
//!
//! | step | what stands on the disk when it is done |
//! |---|---|
//! | announced | the new key is wrapped beside the old one |
//! | sealed | the district can open either |
//! | copied | a whole copy under the new key beside the store, on the disk for good |
//! | switched | the copy is the store: one renaming, which happens or does not |
//! | settled | the new key alone is in the key file |
//! | resealed | the district can open the new one alone |
//!
//! At the next unlocking both keys are at hand; whichever opens the store is the one that stays, and a copy that was not
//! switched is removed.

use crate::{
    Platform,
    failure::{Answer, Failed},
    store::rotate::{self, OnProgress},
    vault::{MasterKey, Unlocked, VaultFolder},
};

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Announced,
    Sealed,
    Copied,
    Switched,
    Settled,
    Resealed,
}

/// Encrypts a vault that nobody has open anew. `after` hears each step; an error of its stops there, as if the power had
/// gone.
pub(crate) fn rotate(
    vault: &VaultFolder,
    unlocked: &Unlocked,
    platform: &Platform,
    progress: OnProgress,
    mut after: impl FnMut(Step) -> Answer<()>,
) -> Answer<()> {
    let failed = |error| Failed::of_vault(&error, platform.clock.now_ms());
    let next = MasterKey::random(platform);
    vault.announce(unlocked, &next, platform).map_err(failed)?;
    after(Step::Announced)?;
    seal(vault, &[&unlocked.master, &next])?;
    after(Step::Sealed)?;
    let (store, copy) = (vault.database(), vault.database_copy());
    let (old_key, new_key) = (unlocked.master.database_key(), next.database_key());
    rotate::copy_under((&store, &old_key), (&copy, &new_key), progress)?;
    after(Step::Copied)?;
    rotate::switch(&store, &copy)?;
    after(Step::Switched)?;
    vault.settle(unlocked, &next, platform).map_err(failed)?;
    after(Step::Settled)?;
    seal(vault, &[&next])?;
    after(Step::Resealed)
}

/// The key that opens the store, after a change of keys that may have been cut short.
pub(crate) fn settled(vault: &VaultFolder, unlocked: &Unlocked, platform: &Platform) -> Answer<MasterKey> {
    let Some(next) = &unlocked.next else {
        return Ok(unlocked.master.clone());
    };
    let stays = if rotate::opens(&vault.database(), &next.database_key())? {
        next
    } else {
        &unlocked.master
    };
    rotate::remove(&vault.database_copy())?;
    // A disk that is full, or a keystore away: both keys stay where they are, and it is tried again next time.
    if vault.settle(unlocked, stays, platform).is_ok() {
        // What is sealed still holds both; the next change of keys or terms renews it.
        let _ = seal(vault, &[stays]);
    }
    Ok(stays.clone())
}

/// Of the district's answer, the key that opens the store.
pub(crate) fn opening(vault: &VaultFolder, keys: Vec<MasterKey>) -> Answer<Option<MasterKey>> {
    for key in keys {
        if rotate::opens(&vault.database(), &key.database_key())? {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

/// Seals anew to whom it was sealed before; where it was not, there is nothing to renew.
fn seal(vault: &VaultFolder, keys: &[&MasterKey]) -> Answer<()> {
    if let (Some(holder), Some(recipient)) = (vault.sealed_holder(), vault.sealed_to()) {
        vault
            .seal(keys, &holder, &recipient)
            .map_err(|error| Failed::of_vault(&error, 0))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use ipc::FailureCode;

    use super::*;
    use crate::{
        store::{Store, StoreError},
        testing::Bench,
        vault::Holder,
    };

    const RIGHT: &str = "right enough";
    const STEPS: [Step; 6] = [
        Step::Announced,
        Step::Sealed,
        Step::Copied,
        Step::Switched,
        Step::Settled,
        Step::Resealed,
    ];
    const DISTRICT: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

    fn filled(bench: &Bench) -> VaultFolder {
        let (vault, key) = VaultFolder::create(bench.dir(), RIGHT, "Asha", &bench.platform).unwrap();
        let holder = Holder {
            author: [1; 16],
            user: [2; 16],
            name: "Asha".into(),
            hub: "https://hub.example".into(),
        };
        vault.seal(&[&key], &holder, DISTRICT).unwrap();
        let store = Store::open(&vault.database(), key.database_key()).unwrap();
        for n in 0..400 {
            let word = format!("word {n} ").repeat(50);
            store
                .write(|write| write.set_text(&format!("mark {n}"), &word))
                .unwrap();
        }
        vault
    }

    fn words(vault: &VaultFolder, key: &MasterKey) -> usize {
        let store = Store::open(&vault.database(), key.database_key()).unwrap();
        let found = |n| store.read(|read| read.text(&format!("mark {n}"))).unwrap();
        (0..400)
            .filter(|n| found(*n).is_some_and(|text| text == format!("word {n} ").repeat(50)))
            .count()
    }

    #[test]
    fn the_key_changes_every_word_stays_and_the_old_key_opens_nothing() {
        let bench = Bench::new();
        let vault = filled(&bench);
        let unlocked = vault.unlock(RIGHT, &bench.platform).unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&heard);
        let progress: OnProgress = Box::new(move |percent| told.lock().unwrap().push(percent));
        rotate(&vault, &unlocked, &bench.platform, progress, |_| Ok(())).unwrap();
        let again = vault.unlock(RIGHT, &bench.platform).unwrap();
        assert!(again.master != unlocked.master && again.next.is_none());
        assert_eq!(words(&vault, &again.master), 400);
        assert!(!rotate::opens(&vault.database(), &unlocked.master.database_key()).unwrap());
        assert!(!vault.database_copy().exists());
        let heard = heard.lock().unwrap();
        assert!(heard.is_sorted(), "{heard:?}");
    }

    #[test]
    fn cut_after_any_step_the_vault_opens_with_every_word_and_can_be_changed_again() {
        for stop in STEPS {
            let bench = Bench::new();
            let vault = filled(&bench);
            let unlocked = vault.unlock(RIGHT, &bench.platform).unwrap();
            let stopped = rotate(&vault, &unlocked, &bench.platform, Box::new(|_| {}), |step| {
                if step == stop {
                    Err(FailureCode::Fault.into())
                } else {
                    Ok(())
                }
            });
            assert!(stopped.is_err());
            let again = vault.unlock(RIGHT, &bench.platform).unwrap();
            let key = settled(&vault, &again, &bench.platform).unwrap();
            assert_eq!(words(&vault, &key), 400, "{stop:?}");
            let is_new = matches!(stop, Step::Switched | Step::Settled | Step::Resealed);
            assert_eq!(key != unlocked.master, is_new, "{stop:?}");
            assert!(!vault.database_copy().exists(), "{stop:?}");
            let quiet = vault.unlock(RIGHT, &bench.platform).unwrap();
            assert!(quiet.next.is_none() && quiet.master == key, "{stop:?}");
            rotate(&vault, &quiet, &bench.platform, Box::new(|_| {}), |_| Ok(())).unwrap();
            let last = vault.unlock(RIGHT, &bench.platform).unwrap();
            assert_eq!(words(&vault, &last.master), 400, "{stop:?}");
        }
    }

    #[test]
    fn a_copy_cut_in_the_middle_is_thrown_away() {
        let bench = Bench::new();
        let vault = filled(&bench);
        let unlocked = vault.unlock(RIGHT, &bench.platform).unwrap();
        let next = MasterKey::random(&bench.platform);
        vault.announce(&unlocked, &next, &bench.platform).unwrap();
        std::fs::write(vault.database_copy(), vec![7; 10_000]).unwrap();
        std::fs::write(vault.database().with_file_name("vault.db.next-journal"), b"half").unwrap();
        let again = vault.unlock(RIGHT, &bench.platform).unwrap();
        let key = settled(&vault, &again, &bench.platform).unwrap();
        assert!(key == unlocked.master);
        assert_eq!(words(&vault, &key), 400);
        assert!(!vault.database_copy().exists());
    }

    #[test]
    fn what_was_written_after_the_copy_is_never_put_aside() {
        let bench = Bench::new();
        let vault = filled(&bench);
        let unlocked = vault.unlock(RIGHT, &bench.platform).unwrap();
        let mut late = None;
        let rotated = rotate(&vault, &unlocked, &bench.platform, Box::new(|_| {}), |step| {
            if step == Step::Copied {
                let store = Store::open(&vault.database(), unlocked.master.database_key())?;
                store.write(|write| write.set_text("late", "word"))?;
                late = Some(store);
            }
            Ok(())
        });
        assert!(rotated.is_err());
        drop(late);
        let again = vault.unlock(RIGHT, &bench.platform).unwrap();
        let key = settled(&vault, &again, &bench.platform).unwrap();
        let store = Store::open(&vault.database(), key.database_key()).unwrap();
        let word: Result<_, StoreError> = store.read(|read| read.text("late"));
        assert_eq!(word.unwrap().as_deref(), Some("word"));
    }
}
