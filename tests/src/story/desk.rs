//! A device without a window whose clock stands until it is moved.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use anyhow::{bail, ensure};
use casework::{CaseId, InstitutionId};
use device::{Clock, Device, NoFileChooser, NoKeystore, Options, Platform, SYSTEM_FONTS, Stretching, SystemDisk};
use ipc::{CaseView, Failure, FailureCode, InstitutionView, NetState, Reply, Request, SyncView};
use tempfile::TempDir;

use crate::{
    ground::{self, SeededEntropy},
    tablet::PASSPHRASE,
};

/// The time of a story. Shared by its tablets, and by its hub where that is one of its own.
#[derive(Debug, Default)]
pub struct StoryClock(AtomicI64);

impl StoryClock {
    /// Moves the clock. It stands there until it is moved again.
    pub fn set(&self, now_ms: i64) {
        self.0.store(now_ms, Ordering::SeqCst);
    }
}

impl Clock for StoryClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The hub takes a clock of its own.
#[derive(Debug)]
pub struct HubClock(pub Arc<StoryClock>);

impl sync_server::clock::Clock for HubClock {
    fn now_ms(&self) -> i64 {
        Clock::now_ms(&*self.0)
    }
}

/// Whose time a hub has that stories are played at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HubTime {
    /// That of the story, which is moved from step to step.
    OfTheStory,
    /// That of the machine.
    OfTheMachine,
    /// It stands at this moment, in milliseconds since 1970, whatever is told.
    Standing(i64),
}

/// Somebody's tablet.
pub struct Desk {
    device: Arc<Device>,
    clock: Arc<StoryClock>,
    hub_time: HubTime,
    _folder: TempDir,
}

impl Desk {
    /// A new tablet, enrolled.
    pub fn enrolled(
        clock: &Arc<StoryClock>,
        seed: u64,
        hub: &str,
        code: &str,
        hub_time: HubTime,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let platform = Platform {
            clock: Arc::clone(clock) as Arc<dyn Clock>,
            entropy: Arc::new(SeededEntropy::new(seed)),
            disk: Arc::new(SystemDisk),
            keystore: Arc::new(NoKeystore),
            files: Arc::new(NoFileChooser),
            fonts: SYSTEM_FONTS.into(),
            stretching: Stretching::Least,
            app_version: "0.1.0".into(),
            device_name: format!("tablet {seed}"),
        };
        let options = Options {
            background: false,
            ..Options::default()
        };
        let desk = Self {
            device: Arc::new(Device::open_with(folder.path(), platform, options)?),
            clock: Arc::clone(clock),
            hub_time,
            _folder: folder,
        };
        let enrol = Request::Enrol {
            hub: hub.to_owned(),
            code: code.to_owned(),
            passphrase: PASSPHRASE.to_owned(),
        };
        match desk.at_the_hub(|desk| desk.call(enrol)) {
            Ok(Reply::Session(_)) => Ok(desk),
            other => bail!("enrolling was answered by {other:?}"),
        }
    }

    /// The device itself.
    pub fn device(&self) -> &Arc<Device> {
        &self.device
    }

    /// A call as the screen makes it.
    pub fn call(&self, request: Request) -> Result<Reply, Failure> {
        self.device.call(request)
    }

    /// The case, revealed; `None` where it is not on this tablet.
    pub fn case(&self, case: CaseId) -> anyhow::Result<Option<CaseView>> {
        match self.call(Request::Case { case, reveal: true }) {
            Ok(Reply::Case(view)) => Ok(Some(*view)),
            Err(failure) if failure.code == FailureCode::NoSuchCase => Ok(None),
            other => bail!("asking for a case was answered by {other:?}"),
        }
    }

    /// The institution; `None` where it is not on this tablet.
    pub fn institution(&self, institution: InstitutionId) -> anyhow::Result<Option<InstitutionView>> {
        match self.call(Request::Institution { institution }) {
            Ok(Reply::Institution(view)) => Ok(Some(*view)),
            Err(failure) if failure.code == FailureCode::NoSuchInstitution => Ok(None),
            other => bail!("asking for an institution was answered by {other:?}"),
        }
    }

    /// Meets the hub until everything is said.
    pub fn sync(&self) -> anyhow::Result<SyncView> {
        let net = self.at_the_hub(|desk| desk.device.sync());
        ensure!(net == Some(NetState::Reached), "meeting the hub ended with {net:?}");
        match self.call(Request::SyncStatus) {
            Ok(Reply::Sync(view)) => Ok(*view),
            other => bail!("the status was answered by {other:?}"),
        }
    }

    /// A hub refuses whoever has another time than it has.
    fn at_the_hub<T>(&self, talk: impl FnOnce(&Self) -> T) -> T {
        let told = self.clock.now_ms();
        match self.hub_time {
            HubTime::OfTheStory => {}
            HubTime::OfTheMachine => self.clock.set(ground::now_ms()),
            HubTime::Standing(now_ms) => self.clock.set(now_ms),
        }
        let said = talk(self);
        self.clock.set(told);
        said
    }
}
