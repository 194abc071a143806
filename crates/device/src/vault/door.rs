//! Who knocked at a closed vault and was not let in. The access log lies inside, so a failed try waits in a small file
//! beside the vault, with its time and its reason and nothing else, until the vault is next opened.
//!
//! Whoever can delete the file can hide their tries from the log, and nothing on a tablet can hinder them; the tries
//! are counted elsewhere ([`super::tries`]).

use std::{fs, io, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{VaultError, VaultFolder, hex, write_whole};
use crate::Platform;

const FILE: &str = "knocks.json";
/// Tries that are kept one by one; the others are counted.
const KNOCKS_MAX: usize = 100;

/// What waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Knocks {
    /// A random name of this file, so that it is taken into the log once.
    pub(crate) id: String,
    tries: Vec<Knock>,
    #[serde(default)]
    more: u32,
}

/// A try that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Knock {
    at_ms: i64,
    why: String,
}

impl Knocks {
    /// When each was, and why it failed.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (i64, String)> {
        let last_ms = self.tries.last().map_or(0, |knock| knock.at_ms);
        let more = (self.more > 0).then(|| (last_ms, format!("and {} more", self.more)));
        let each = self.tries.iter().map(|knock| (knock.at_ms, knock.why.clone()));
        each.chain(more)
    }
}

impl VaultFolder {
    /// Notes a try that failed. What cannot be noted does not hinder the officer.
    pub(crate) fn note_knock(&self, error: &VaultError, platform: &Platform) {
        let why = match error {
            VaultError::WrongPassphrase { .. } => "wrong_passphrase",
            VaultError::MustWait { .. } => "must_wait",
            VaultError::Erased => "erased",
            VaultError::Weakened => "weakened",
            VaultError::NoPlatformSecret => "no_platform_secret",
            VaultError::KeyFile(_) => "key_file",
            _ => return,
        };
        let mut knocks = self.knocks().unwrap_or_else(|| Knocks {
            id: hex(&platform.random::<8>()),
            tries: Vec::new(),
            more: 0,
        });
        if knocks.tries.len() < KNOCKS_MAX {
            knocks.tries.push(Knock {
                at_ms: platform.clock.now_ms(),
                why: why.to_owned(),
            });
        } else {
            knocks.more = knocks.more.saturating_add(1);
        }
        if let Ok(bytes) = serde_json::to_vec(&knocks) {
            let _ = write_whole(&self.door(), &bytes);
        }
    }

    /// The tries that wait. A file that cannot be read says nothing more.
    pub(crate) fn knocks(&self) -> Option<Knocks> {
        serde_json::from_slice(&fs::read(self.door()).ok()?).ok()
    }

    /// They are in the log.
    pub(crate) fn forget_knocks(&self) -> io::Result<()> {
        fs::remove_file(self.door())
    }

    fn door(&self) -> PathBuf {
        self.path.join(FILE)
    }
}
