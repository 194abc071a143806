//! Slowing down whoever guesses at the screen, and stopping them.
//!
//! Five wrong tries are free; from then on each doubles the wait, from half a minute to an hour; after the tenth the
//! wrapped key is erased. A try is counted on the disk before it is made, so that cutting the power gives no free one.
//! The clock is the tablet's own: somebody who can set it forward skips a wait, but has no more than ten tries for it.
//! Somebody who can write in the folder can put the counter back, too; they have the wrapped key in their hands anyway.

use std::{fs, io, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{VaultError, write_whole};

const FREE_TRIES: u32 = 5;
/// Wrong tries after which the wrapped key is erased.
pub(super) const TRIES_MAX: u32 = 10;
const FIRST_WAIT_MS: i64 = 30_000;
const LONGEST_WAIT_MS: i64 = 3_600_000;

pub(super) struct Tries {
    path: PathBuf,
}

#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
struct Counted {
    wrong: u32,
    last_ms: i64,
}

/// Whether a try may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    /// It is counted.
    Counted,
    /// All tries are used up: the last was begun, and never came to an end.
    UsedUp,
}

impl Tries {
    pub(super) const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Counts this try as wrong beforehand, or refuses it.
    pub(super) fn begin(&self, now_ms: i64) -> Result<Begun, VaultError> {
        let counted = self.read()?;
        if counted.wrong >= TRIES_MAX {
            return Ok(Begun::UsedUp);
        }
        let wait_ms = wait(counted, now_ms);
        if wait_ms > 0 {
            if now_ms < counted.last_ms {
                // The clock was set back: the wait begins anew from here instead of lasting for years.
                self.write(Counted {
                    last_ms: now_ms,
                    ..counted
                })?;
            }
            return Err(VaultError::MustWait { wait_ms });
        }
        self.write(Counted {
            wrong: counted.wrong.saturating_add(1),
            last_ms: now_ms,
        })?;
        Ok(Begun::Counted)
    }

    pub(super) fn reset(&self) -> Result<(), VaultError> {
        self.write(Counted::default())
    }

    pub(super) fn wait_ms(&self, now_ms: i64) -> Result<i64, VaultError> {
        Ok(wait(self.read()?, now_ms))
    }

    /// Tries left before waiting begins.
    pub(super) fn free(&self) -> Result<u32, VaultError> {
        Ok(FREE_TRIES.saturating_sub(self.read()?.wrong))
    }

    /// Tries left before the wrapped key is erased.
    pub(super) fn left(&self) -> Result<u32, VaultError> {
        Ok(TRIES_MAX.saturating_sub(self.read()?.wrong))
    }

    fn read(&self) -> Result<Counted, VaultError> {
        match fs::read(&self.path) {
            // Damaged is not the same as never tried: start where the waits begin.
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or(Counted {
                wrong: FREE_TRIES,
                last_ms: 0,
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Counted::default()),
            Err(error) => Err(error.into()),
        }
    }

    fn write(&self, counted: Counted) -> Result<(), VaultError> {
        let bytes = serde_json::to_vec(&counted).expect("two numbers are plain data");
        Ok(write_whole(&self.path, &bytes)?)
    }
}

fn wait(counted: Counted, now_ms: i64) -> i64 {
    if counted.wrong < FREE_TRIES {
        return 0;
    }
    let doublings = (counted.wrong - FREE_TRIES).min(16);
    let whole = (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS);
    let since = now_ms.saturating_sub(counted.last_ms).max(0);
    (whole - since).max(0)
}
