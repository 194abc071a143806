//! How much work a guess at the passphrase costs: Argon2id, tuned to the machine, never below a minimum.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::VaultError;

/// 64 MiB and three passes: half a second on a cheap tablet.
#[cfg(not(feature = "quick-vaults"))]
const LEAST: Stretch = Stretch {
    memory_kib: 64 * 1024,
    passes: 3,
    lanes: 1,
};
/// Next to nothing: a campaign opens tens of thousands of vaults.
#[cfg(feature = "quick-vaults")]
const LEAST: Stretch = Stretch {
    memory_kib: 64,
    passes: 1,
    lanes: 1,
};
/// More memory than this the app does not ask of a tablet by itself.
const TUNED_MEMORY_KIB_MAX: u32 = 256 * 1024;
/// A key file that asks for more than this is an attack on memory, not a vault.
const MOST: Stretch = Stretch {
    memory_kib: 1024 * 1024,
    passes: 32,
    lanes: 4,
};
/// Unlocking should take about this: between half a second, for the guesser, and a second, for the officer.
const WANTED: Duration = Duration::from_millis(650);

/// How the work for a new vault is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretching {
    /// Measured on this machine, so that it takes between half a second and a second.
    Tuned,
    /// The minimum: for tests, which would otherwise depend on the machine.
    Least,
}

/// Argon2id's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stretch {
    /// Memory, KiB.
    pub(super) memory_kib: u32,
    /// Passes over it.
    pub(super) passes: u32,
    /// Lanes.
    pub(super) lanes: u32,
}

impl Stretch {
    /// What a new vault asks for.
    pub(super) fn choose(stretching: Stretching) -> Self {
        match stretching {
            Stretching::Least => LEAST,
            Stretching::Tuned => tune(|stretch| {
                let began = Instant::now();
                // A machine that cannot spare the memory is not asked for more of it.
                match stretch.run(b"how long does it take", &[0x5a; 16]) {
                    Ok(_) => began.elapsed(),
                    Err(_) => Duration::MAX,
                }
            }),
        }
    }

    /// Whether the numbers are what this app may have written. Weaker ones are a downgrade by somebody else.
    pub(super) fn check(self) -> Result<(), VaultError> {
        let weaker = self.memory_kib < LEAST.memory_kib || self.passes < LEAST.passes || self.lanes < LEAST.lanes;
        let wilder = self.memory_kib > MOST.memory_kib || self.passes > MOST.passes || self.lanes > MOST.lanes;
        if weaker {
            Err(VaultError::Weakened)
        } else if wilder {
            Err(VaultError::KeyFile("its parameters are out of range"))
        } else {
            Ok(())
        }
    }

    /// Does the work.
    pub(super) fn run(self, passphrase: &[u8], salt: &[u8]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .map_err(|_| VaultError::KeyFile("its parameters are not Argon2's"))?;
        let mut stretched = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase, salt, stretched.as_mut())
            .map_err(|_| VaultError::KeyFile("the passphrase could not be stretched"))?;
        Ok(stretched)
    }

    pub(super) fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&self.memory_kib.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.passes.to_le_bytes());
        bytes[8..].copy_from_slice(&self.lanes.to_le_bytes());
        bytes
    }
}

/// The most work that stays about within what is wanted: memory first, because that is what a guesser's machine is
/// short of, then passes. Work grows in proportion to both, so one measure at the minimum is enough.
fn tune(measure: impl Fn(Stretch) -> Duration) -> Stretch {
    // The second time is the true one: the first has to be given the memory.
    let once = measure(LEAST).min(measure(LEAST)).max(Duration::from_micros(1));
    let affordable = WANTED.as_micros() / once.as_micros();
    let mut stretch = LEAST;
    while u128::from(stretch.memory_kib / LEAST.memory_kib) * 2 <= affordable
        && stretch.memory_kib < TUNED_MEMORY_KIB_MAX
    {
        stretch.memory_kib *= 2;
    }
    let times = u128::from(stretch.memory_kib / LEAST.memory_kib);
    let passes = u128::from(LEAST.passes) * WANTED.as_micros() / (once.as_micros() * times);
    stretch.passes = u32::try_from(passes)
        .unwrap_or(MOST.passes)
        .clamp(LEAST.passes, MOST.passes);
    stretch
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine that needs so long for 64 MiB and three passes.
    fn machine(ms: u64) -> impl Fn(Stretch) -> Duration {
        move |stretch| {
            Duration::from_millis(ms) * (stretch.memory_kib / LEAST.memory_kib) * stretch.passes / LEAST.passes
        }
    }

    #[test]
    fn the_work_is_tuned_to_the_machine_and_never_below_the_minimum() {
        assert_eq!(tune(machine(3_000)), LEAST, "a slow machine waits");
        assert_eq!(tune(machine(600)), LEAST);
        for ms in [20, 40, 75, 90, 150, 200, 300, 400] {
            let tuned = tune(machine(ms));
            let takes = machine(ms)(tuned);
            assert!(
                (Duration::from_millis(500)..=Duration::from_secs(1)).contains(&takes),
                "{ms}: {tuned:?} takes {takes:?}"
            );
            assert!(tuned.check().is_ok());
        }
        assert_eq!(tune(machine(75)).memory_kib, TUNED_MEMORY_KIB_MAX);
        assert!(tune(|_| Duration::ZERO).check().is_ok());
    }

    #[test]
    fn weaker_is_a_downgrade_and_wilder_is_refused() {
        for weak in [
            Stretch {
                memory_kib: LEAST.memory_kib - 1,
                ..LEAST
            },
            Stretch { passes: 2, ..LEAST },
            Stretch { lanes: 0, ..LEAST },
        ] {
            assert!(matches!(weak.check(), Err(VaultError::Weakened)));
        }
        let wild = Stretch {
            memory_kib: u32::MAX,
            ..LEAST
        };
        assert!(matches!(wild.check(), Err(VaultError::KeyFile(_))));
    }
}
