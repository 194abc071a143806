//! What was measured, as it is kept in files.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::ground;

/// Something that was measured, with when.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct At<T> {
    /// As a person reads it.
    #[serde(rename = "at")]
    pub(super) when: String,
    /// Whether the programs were built to be quick.
    pub(super) release: bool,
    /// What was measured.
    pub(super) measured: T,
}

impl<T> At<T> {
    /// It was measured just now.
    pub(super) fn now(measured: T) -> Result<Self> {
        let now = jiff::Timestamp::from_millisecond(ground::now_ms())?;
        Ok(Self {
            when: now.strftime("%-d %b %Y, %H:%M UTC").to_string(),
            release: !cfg!(debug_assertions),
            measured,
        })
    }
}

/// One time over the link.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Sample {
    /// Bytes of IP both ways until the program had ended.
    pub(super) bytes: u64,
    /// The same until the link was quiet: with the end of the connection.
    pub(super) closed_bytes: u64,
    /// What the program says that it took, from its first packet to its last answer.
    pub(super) ms: u64,
}

/// The same thing again and again.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Cell {
    /// Those that came to their end.
    pub(super) samples: Vec<Sample>,
    /// How many were given up, and after how many seconds.
    pub(super) given_up: Option<(usize, u64)>,
}

/// A first look at the list, in the window of a signal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Windows {
    /// Seconds of a window.
    pub(super) seconds: u64,
    /// Cases in the list when it closed.
    pub(super) listed: Vec<u64>,
    /// Milliseconds until all were there, of those windows in which they were.
    pub(super) all_ms: Vec<u64>,
}

/// Memory of a server, kB resident.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Memory {
    /// Started again, with everybody in step.
    pub(super) in_step_kb: u64,
    /// As it was after it had taken everything in.
    pub(super) filled_kb: Option<u64>,
}

/// Everything measured of one way to sync.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Costs {
    /// Nothing to say.
    pub(super) in_step: Option<Cell>,
    /// Nothing to say but that the tablet was unlocked.
    pub(super) unlocked: Option<Cell>,
    /// Twenty edits.
    pub(super) push: Option<Cell>,
    /// A new device on a clear link.
    pub(super) new_device: Option<Cell>,
    /// The list in a window, on the bad link.
    pub(super) windows: Option<Windows>,
    /// The server.
    pub(super) memory: Option<Memory>,
    /// Mean bytes of a document, as automerge saves it.
    pub(super) saved_bytes: Option<u64>,
}

/// A tablet that was cut again and again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Cuts {
    /// Cuts of answers and of requests.
    pub(super) answers: u64,
    pub(super) requests: u64,
    /// First syncs that were cut to pieces.
    pub(super) first_syncs: u64,
    /// Bytes of answers delivered to them, all told.
    pub(super) delivered: u64,
    /// Bytes of answers that as many first syncs take which nobody cuts.
    pub(super) needed: u64,
    /// Edits written meanwhile.
    pub(super) edits: u64,
    /// Of these, not at the hub in the end.
    pub(super) lost: u64,
    /// Of these, there more than once.
    pub(super) doubled: u64,
}

/// Bytes of changes, the middle ones.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Small {
    /// As automerge has it.
    pub(super) raw: u64,
    /// By zstd with the dictionary alone.
    pub(super) dictionary: u64,
    /// In its short form, packed.
    pub(super) short: u64,
    /// What a frame that goes up is longer by for it, with its document's name.
    pub(super) in_a_frame: u64,
    /// What a frame is longer by for one more change of a document that is named in it already.
    pub(super) one_more: u64,
}

/// Bytes of an edit and of a note.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Frames {
    /// Of how many cases.
    pub(super) cases: u64,
    /// One field.
    pub(super) edit: Small,
    /// One note.
    pub(super) note: Small,
}

/// All files that there are.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) frames: Option<At<Frames>>,
    pub(super) cuts: Option<At<Cuts>>,
    pub(super) ours: Option<At<Costs>>,
    pub(super) ours_tls: Option<At<Costs>>,
    pub(super) ours_whole: Option<At<Cell>>,
    pub(super) anki: Option<At<Costs>>,
    pub(super) pouchdb: Option<At<Costs>>,
    pub(super) automerge: Option<At<Costs>>,
    pub(super) automerge_default: Option<At<Costs>>,
}

impl Figures {
    /// Reads them.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        Ok(Self {
            frames: read(folder, "frames")?,
            cuts: read(folder, "cuts")?,
            ours: read(folder, "ours")?,
            ours_tls: read(folder, "ours-tls")?,
            ours_whole: read(folder, "ours-whole")?,
            anki: read(folder, "anki")?,
            pouchdb: read(folder, "pouchdb")?,
            automerge: read(folder, "automerge")?,
            automerge_default: read(folder, "automerge-default")?,
        })
    }
}

fn read<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Option<At<T>>> {
    let file = folder.join(format!("{name}.json"));
    if !file.exists() {
        return Ok(None);
    }
    let read = serde_json::from_slice(&fs::read(&file)?);
    read.map(Some)
        .with_context(|| format!("{} is of another version of this program: remove it", file.display()))
}
