//! A file under a passphrase of its own: a backup, which leaves the tablet and its keys behind.

use std::io::{self, Read, Write};

pub(crate) use sealing::UnlockError;

use super::{VaultError, check_strength};
use crate::{Platform, Stretching};

/// Whether a passphrase is strong enough to protect a file wherever it goes: no keystore stands behind it.
pub(crate) fn check_file_passphrase(passphrase: &str) -> Result<(), VaultError> {
    check_strength(passphrase, false)
}

/// Locks what is written from here on.
pub(crate) fn lock_file<W: Write>(passphrase: &str, platform: &Platform, to: W) -> io::Result<sealing::Locked<W>> {
    let work = match platform.stretching {
        Stretching::Least => sealing::WORK_LEAST,
        Stretching::Tuned => sealing::WORK,
    };
    sealing::lock(passphrase, work, to)
}

/// Opens what was locked.
pub(crate) fn unlock_file<R: Read>(passphrase: &str, from: R) -> Result<sealing::Unlocked<R>, UnlockError> {
    sealing::unlock(passphrase, from)
}
