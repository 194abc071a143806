//! The scripted hour: what an officer does with a tablet, with a mark after everything that was acknowledged.
//!
//! It begins with the saved vault of an app of the first schema: ten cases that were never sent. The numbered edits are those of
//! [`crate::session`]: from the last number that was acknowledged follows everything that must be there.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use casework::{CaseId, RowId};
use device::{Disk, Transport};
use ipc::{Failure, Finding, NetState, Reply, Request};
use protocol::EnrolCode;
use serde::{Deserialize, Serialize};

use super::{calls::Marks, hub::PaperHub};
use crate::{
    demo::pictures,
    places, session,
    tablet::{PASSPHRASE, Tablet},
};

/// What was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The vault is open.
    Opened,
    /// This edit was reported as saved.
    Saved(u64),
    /// This picture was reported as saved.
    Photo(RowId),
    /// The vault is closed.
    Locked,
    /// The vault has another passphrase.
    NewPassphrase,
    /// Everything is encrypted under another key.
    NewKey,
    /// The damaged file is whole again.
    Mended,
    /// A second officer has a vault on the tablet.
    Enrolled,
    /// The hub's paper is so long.
    Paper {
        /// In bytes.
        bytes: u64,
    },
    /// A call was answered by a failure; the hour goes on with the next.
    Failed {
        /// Which call.
        step: String,
        /// The failure, as the screen gets it.
        failure: String,
    },
    /// The hour is over.
    Over,
}

/// What the officer goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// A working day in an hour.
    Hour,
    /// The file has a damaged page and is mended, in the middle of work that no hub has seen.
    Mending {
        /// Which, from 0.
        page: usize,
    },
}

/// What everything begins with: a tablet's folder, the paper of its hub, and the cases on it.
#[derive(Debug)]
pub struct Beginning {
    /// What comes after it.
    pub script: Script,
    place: PathBuf,
    /// Removes it when it is no longer needed; the process that made it does.
    _made: Option<tempfile::TempDir>,
    /// The cases, in the order of the edits.
    pub cases: Vec<CaseId>,
    /// A case of the colleague, which the officer is given and loses.
    pub other: CaseId,
    /// The last edit before the hour.
    pub last: u64,
}

/// The folder of the vault, as any would be named.
const VAULT: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
/// The first schema that was released: opening the vault brings it up to date, within the hour.
const SAVED: &str = "crates/device/tests/data/vault-1";
/// What the cipher seals as one, in bytes.
const PAGE_BYTES: usize = 4096;

impl Beginning {
    /// A tablet that still has the vault of an app of the first schema, whose edits no hub has seen.
    pub fn make(script: Script) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let begun = Self {
            script,
            place: folder.path().to_owned(),
            _made: Some(folder),
            cases: (0..)
                .take(session::CASES)
                .map(|n| CaseId::from_bytes([0xA0 + n; 16]))
                .collect(),
            other: CaseId::from_bytes([0xD0; 16]),
            last: 0,
        };
        let vault = begun.tablet_folder().join("users").join(VAULT);
        copy_folder(&places::root().join(SAVED), &vault)?;
        if let Script::Mending { page } = script {
            turn_a_bit(&vault.join("vault.db"), page)?;
        }
        File::create(begun.paper())?;
        Ok(begun)
    }

    /// One that another process has made.
    pub fn made(script: Script, place: &Path, cases: Vec<CaseId>, other: CaseId, last: u64) -> Self {
        Self {
            script,
            place: place.to_owned(),
            _made: None,
            cases,
            other,
            last,
        }
    }

    /// Where it lies.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// The hour on a copy of it.
    pub fn hour<'a>(&'a self, folder: &'a Path, marks: &'a Marks) -> Hour<'a> {
        Hour {
            script: self.script,
            folder,
            cases: &self.cases,
            other: self.other,
            last: self.last,
            marks,
            passphrase: PASSPHRASE,
        }
    }

    /// The tablet's folder.
    pub fn tablet_folder(&self) -> PathBuf {
        self.place.join("tablet")
    }

    /// The hub's paper.
    pub fn paper(&self) -> PathBuf {
        self.place.join("paper")
    }

    /// Copies tablet and paper to a place of their own.
    pub fn copy(&self, into: &Path) -> anyhow::Result<()> {
        copy_folder(&self.tablet_folder(), &into.join("tablet"))?;
        fs::copy(self.paper(), into.join("paper"))?;
        Ok(())
    }

    /// The cases as the session is told them.
    pub fn named(&self) -> String {
        let named: Vec<String> = self.cases.iter().map(ToString::to_string).collect();
        named.join(",")
    }
}

/// Damages a page in its middle.
pub fn turn_a_bit(file: &Path, page: usize) -> anyhow::Result<()> {
    let mut bytes = fs::read(file)?;
    let at = page * PAGE_BYTES + PAGE_BYTES / 2;
    let byte = bytes.get_mut(at);
    *byte.with_context(|| format!("the saved vault has no page {page}"))? ^= 1;
    Ok(fs::write(file, bytes)?)
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// What the passphrase is changed to.
pub const SECOND_PASSPHRASE: &str = "quite another few words";

/// The code by which the second officer enrols.
pub fn code() -> String {
    EnrolCode::from_random(4242).to_string()
}

/// Whether everything was said. The saved vault holds a change of a newer app that stays set aside, which is told, too.
pub fn is_in_step(net: &NetState) -> bool {
    match net {
        NetState::Reached => true,
        NetState::Trouble { code, .. } => code == "set_aside",
        _ => false,
    }
}

/// Looks for damage, and has the file mended where there is any.
pub fn mend(tablet: &Tablet) -> Result<(), Failure> {
    let damaged = |finding: &Finding| matches!(finding, Finding::DamagedFile { .. });
    match tablet.call(Request::Doctor)? {
        Reply::Doctor(view) if view.findings.iter().any(damaged) => tablet.call(Request::Mend).map(|_| ()),
        _ => Ok(()),
    }
}

/// Who goes through the hour.
pub struct Hour<'a> {
    script: Script,
    folder: &'a Path,
    cases: &'a [CaseId],
    other: CaseId,
    last: u64,
    marks: &'a Marks,
    passphrase: &'static str,
}

/// A disk that says it has room, and keeps little of it for the last save: what is kept is a file like any other, so that
/// the library sees it.
struct SmallDisk;

impl Disk for SmallDisk {
    fn free_bytes(&self, _folder: &Path) -> io::Result<u64> {
        Ok(1 << 30)
    }

    fn set_aside(&self, file: &File, bytes: u64) -> io::Result<()> {
        file.set_len(bytes)
    }

    fn reserve_bytes(&self) -> u64 {
        1 << 20
    }
}

impl Hour<'_> {
    /// Goes through the hour. A call that fails is marked, and the next is tried: a full disk ends no working day.
    pub fn run(mut self) -> anyhow::Result<()> {
        let marks = self.marks;
        let hub = Arc::new(PaperHub::open(&self.folder.join("paper"), marks.clone())?);
        let transport = Arc::clone(&hub) as Arc<dyn Transport>;
        let tablet = Tablet::before_on(&self.folder.join("tablet"), transport, Arc::new(SmallDisk));
        match self.script {
            Script::Hour => self.work(&tablet, &hub)?,
            Script::Mending { .. } => self.work_on_a_damaged_file(&tablet)?,
        }
        drop(tablet);
        marks.leave(&Mark::Over)
    }

    fn work(&mut self, tablet: &Tablet, hub: &PaperHub) -> anyhow::Result<()> {
        self.open(tablet)?;
        self.edit(tablet)?;
        self.edit(tablet)?;
        self.photo(tablet)?;
        hub.colleague_writes(self.cases[0], "Seen at the bus stand.");
        hub.colleague_writes(self.other, "A case of somebody else.");
        hub.assign(self.other, true);
        self.sync(tablet)?;
        self.edit(tablet)?;
        hub.assign(self.other, false);
        self.sync(tablet)?;
        self.sync(tablet)?;
        self.lock(tablet)?;
        self.open(tablet)?;
        self.edit(tablet)?;
        self.change_passphrase(tablet)?;
        self.edit(tablet)?;
        self.change_key(tablet)?;
        self.edit(tablet)?;
        self.enrol(tablet)?;
        self.lock(tablet)?;
        self.open(tablet)?;
        self.edit(tablet)?;
        self.lock(tablet)
    }

    fn work_on_a_damaged_file(&mut self, tablet: &Tablet) -> anyhow::Result<()> {
        self.open(tablet)?;
        self.mend(tablet)?;
        self.edit(tablet)?;
        self.edit(tablet)?;
        self.sync(tablet)?;
        self.edit(tablet)?;
        self.lock(tablet)
    }

    fn open(&self, tablet: &Tablet) -> anyhow::Result<()> {
        match tablet.unlock(self.passphrase) {
            Ok(_) => self.marks.leave(&Mark::Opened),
            Err(failure) => self.failed("unlock", &failure),
        }
    }

    fn edit(&mut self, tablet: &Tablet) -> anyhow::Result<()> {
        let number = self.last + 1;
        let (place, edits) = session::edits(number);
        let request = Request::Edit {
            subject: self.cases[place].into(),
            edits,
            form: None,
            reason: None,
        };
        match tablet.call(request) {
            Ok(_) => {
                self.last = number;
                self.marks.leave(&Mark::Saved(number))
            }
            Err(failure) => self.failed("edit", &failure),
        }
    }

    fn photo(&self, tablet: &Tablet) -> anyhow::Result<()> {
        let request = Request::AddPhoto {
            case: self.cases[1],
            caption: "Where she was found".into(),
            picture: STANDARD.encode(pictures::as_jpeg(&pictures::draw(5, 240, 180), 60)),
        };
        match tablet.call(request) {
            Ok(Reply::Saved(saved)) => self.marks.leave(&Mark::Photo(saved.rows[0])),
            Ok(other) => anyhow::bail!("a picture was answered by {other:?}"),
            Err(failure) => self.failed("photo", &failure),
        }
    }

    fn change_passphrase(&mut self, tablet: &Tablet) -> anyhow::Result<()> {
        let request = Request::ChangePassphrase {
            old: self.passphrase.into(),
            new: SECOND_PASSPHRASE.into(),
        };
        match tablet.call(request) {
            Ok(_) => {
                self.passphrase = SECOND_PASSPHRASE;
                self.marks.leave(&Mark::NewPassphrase)
            }
            Err(failure) => {
                // Refused after the renaming, it holds all the same; whichever it is, the next step needs it.
                self.failed("change the passphrase", &failure)?;
                tablet.call(Request::Lock).ok();
                if tablet.unlock(self.passphrase).is_err() {
                    self.passphrase = SECOND_PASSPHRASE;
                    self.open(tablet)?;
                }
                Ok(())
            }
        }
    }

    fn change_key(&self, tablet: &Tablet) -> anyhow::Result<()> {
        let passphrase = self.passphrase.to_owned();
        match tablet.call(Request::RotateKey { passphrase }) {
            Ok(_) => self.marks.leave(&Mark::NewKey),
            Err(failure) => {
                self.failed("change the key", &failure)?;
                // The session is closed meanwhile; where it could not be opened again, the officer does it.
                if tablet.call(Request::SyncStatus).is_err() {
                    self.open(tablet)?;
                }
                Ok(())
            }
        }
    }

    /// Has the file mended, unless that was done when it was opened.
    fn mend(&self, tablet: &Tablet) -> anyhow::Result<()> {
        match mend(tablet) {
            Ok(()) => self.marks.leave(&Mark::Mended),
            Err(failure) => {
                self.failed("mend", &failure)?;
                if tablet.call(Request::SyncStatus).is_err() {
                    self.open(tablet)?;
                }
                Ok(())
            }
        }
    }

    fn enrol(&self, tablet: &Tablet) -> anyhow::Result<()> {
        match tablet.enrol("http://127.0.0.1:9", &code()) {
            Ok(_) => self.marks.leave(&Mark::Enrolled),
            Err(failure) => self.failed("enrol", &failure),
        }
    }

    fn sync(&self, tablet: &Tablet) -> anyhow::Result<()> {
        match tablet.device().sync() {
            None => Ok(()),
            Some(net) if is_in_step(&net) => Ok(()),
            Some(net) => self.marks.leave(&Mark::Failed {
                step: "sync".into(),
                // Without the time, so that the same trouble is counted as the same.
                failure: match net {
                    NetState::Trouble { code, .. } => code,
                    other => format!("{other:?}"),
                },
            }),
        }
    }

    fn lock(&self, tablet: &Tablet) -> anyhow::Result<()> {
        match tablet.call(Request::Lock) {
            Ok(_) => self.marks.leave(&Mark::Locked),
            Err(failure) => self.failed("lock", &failure),
        }
    }

    fn failed(&self, step: &str, failure: &Failure) -> anyhow::Result<()> {
        self.marks.leave(&Mark::Failed {
            step: step.into(),
            failure: serde_json::to_string(failure)?,
        })
    }
}
