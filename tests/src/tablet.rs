//! A real device without a window: calls as the screen makes them, and waiting for news instead of sleeping.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use casework::{CaseId, FactId, InstitutionId, Subject, Value};
use device::{Device, Disk, Options, Platform, Stretching, SystemDisk, SystemEntropy, Transport};
use ipc::{
    CaseCard, CaseFilter, CaseView, Delivery, Failure, FieldEdit, FormView, InstitutionCard, InstitutionView, NetState,
    NewCase, PAGE_ROWS_MAX, RegisterRef, Reply, Request, Saved, Session, SyncView, TabletUser, VersionView,
};
use tempfile::TempDir;

use crate::ground::{self, ShiftedClock};

/// What every officer in the tests chooses.
pub const PASSPHRASE: &str = "four invented words here";

/// How long anything may take before a test gives up; many times what it takes on a slow machine.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A device with a folder of its own.
pub struct Tablet {
    device: Arc<Device>,
    /// The device's clock.
    pub clock: Arc<ShiftedClock>,
    folder: Folder,
}

enum Folder {
    Own(TempDir),
    Given(PathBuf),
}

impl Tablet {
    /// A new device.
    ///
    /// # Panics
    /// When the device cannot be opened.
    pub fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self::open(Folder::Own(folder), seed)
    }

    /// The app is closed and opened again; its randomness goes on from another seed.
    ///
    /// # Panics
    /// When the device cannot be opened.
    #[must_use]
    pub fn restarted(self, seed: u64) -> Self {
        let Self { device, folder, .. } = self;
        drop(device);
        Self::open(folder, seed)
    }

    /// A device on a folder that was used before, with the machine's own randomness.
    ///
    /// # Panics
    /// When the device cannot be opened.
    pub fn live(folder: &Path) -> Self {
        let clock = Arc::new(ShiftedClock::default());
        let platform = Platform {
            entropy: Arc::new(SystemEntropy),
            ..ground::platform(&clock, 0)
        };
        Self::on(Folder::Given(folder.to_path_buf()), clock, platform)
    }

    /// A new device that talks to the hub only when [`Tablet::sync`] is called.
    ///
    /// # Panics
    /// When the device cannot be opened.
    pub fn by_hand(seed: u64) -> Self {
        let folder = Folder::Own(tempfile::tempdir().expect("a temporary folder can be made"));
        let clock = Arc::new(ShiftedClock::default());
        let platform = ground::platform(&clock, seed);
        Self::without_thread(folder, clock, platform)
    }

    /// The same on a folder that was used before, with the machine's own randomness.
    ///
    /// # Panics
    /// When the device cannot be opened.
    pub fn live_by_hand(folder: &Path) -> Self {
        let clock = Arc::new(ShiftedClock::default());
        let platform = Platform {
            entropy: Arc::new(SystemEntropy),
            ..ground::platform(&clock, 0)
        };
        Self::without_thread(Folder::Given(folder.to_path_buf()), clock, platform)
    }

    /// The same as the app is: a passphrase that is chosen costs work that is tuned to this machine.
    ///
    /// # Panics
    /// When the device cannot be opened.
    pub fn tuned_by_hand(folder: &Path) -> Self {
        let clock = Arc::new(ShiftedClock::default());
        let platform = Platform {
            entropy: Arc::new(SystemEntropy),
            stretching: Stretching::Tuned,
            ..ground::platform(&clock, 0)
        };
        Self::without_thread(Folder::Given(folder.to_path_buf()), clock, platform)
    }

    /// A device on a folder that was used before, with the machine's own randomness, whose hub is behind this transport
    /// and is talked to only when [`Tablet::sync`] is called.
    ///
    /// # Panics
    /// When the device cannot be opened.
    pub fn before(folder: &Path, transport: Arc<dyn Transport>) -> Self {
        Self::before_on(folder, transport, Arc::new(SystemDisk))
    }

    /// The same on this disk.
    ///
    /// # Panics
    /// When the device cannot be opened.
    pub fn before_on(folder: &Path, transport: Arc<dyn Transport>, disk: Arc<dyn Disk>) -> Self {
        let clock = Arc::new(ShiftedClock::default());
        let platform = Platform {
            entropy: Arc::new(SystemEntropy),
            disk,
            ..ground::platform(&clock, 0)
        };
        let options = Options {
            background: false,
            transport,
        };
        let device = Device::open_with(folder, platform, options).expect("the folder can be used");
        Self {
            device: Arc::new(device),
            clock,
            folder: Folder::Given(folder.to_path_buf()),
        }
    }

    fn without_thread(folder: Folder, clock: Arc<ShiftedClock>, platform: Platform) -> Self {
        let options = Options {
            background: false,
            ..Options::default()
        };
        let device = Device::open_with(folder.path(), platform, options).expect("the folder can be used");
        Self {
            device: Arc::new(device),
            clock,
            folder,
        }
    }

    fn open(folder: Folder, seed: u64) -> Self {
        let clock = Arc::new(ShiftedClock::default());
        let platform = ground::platform(&clock, seed);
        Self::on(folder, clock, platform)
    }

    fn on(folder: Folder, clock: Arc<ShiftedClock>, platform: Platform) -> Self {
        let device = Device::open(folder.path(), platform).expect("the folder can be used");
        Self {
            device: Arc::new(device),
            clock,
            folder,
        }
    }

    /// The folder with the vaults.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The device itself.
    pub fn device(&self) -> &Arc<Device> {
        &self.device
    }

    /// A call as the screen makes it.
    pub fn call(&self, request: Request) -> Result<Reply, Failure> {
        self.device.call(request)
    }

    /// A call that must be answered.
    ///
    /// # Panics
    /// When it fails.
    pub fn ask(&self, request: Request) -> Reply {
        let asked = format!("{request:?}");
        self.call(request)
            .unwrap_or_else(|failure| panic!("{asked:.300}: {failure:?}"))
    }

    /// Enrols with a link's address and code.
    pub fn enrol(&self, hub: &str, code: &str) -> Result<Session, Failure> {
        let request = Request::Enrol {
            hub: hub.to_owned(),
            code: code.to_owned(),
            passphrase: PASSPHRASE.to_owned(),
        };
        self.call(request).map(session)
    }

    /// Opens the only vault of the tablet, or the first by name.
    pub fn unlock(&self, passphrase: &str) -> Result<Session, Failure> {
        let users = self.users();
        let user = users.first().expect("somebody has enrolled on this tablet");
        self.unlock_user(&user.id, passphrase)
    }

    /// Opens a vault of the tablet.
    pub fn unlock_user(&self, user: &str, passphrase: &str) -> Result<Session, Failure> {
        self.call(Request::Unlock {
            user: user.to_owned(),
            passphrase: passphrase.to_owned(),
        })
        .map(session)
    }

    /// Everybody with a vault on the tablet, by name.
    pub fn users(&self) -> Vec<TabletUser> {
        match self.ask(Request::Start) {
            Reply::Start(start) => start.users,
            other => panic!("start was answered by {other:?}"),
        }
    }

    /// Every case on the tablet.
    pub fn cases(&self) -> Vec<CaseCard> {
        let mut cases = Vec::new();
        loop {
            let offset = u32::try_from(cases.len()).expect("a tablet holds a few thousand cases");
            let request = Request::Cases {
                filter: CaseFilter::default(),
                offset,
                limit: PAGE_ROWS_MAX,
            };
            let Reply::Cases(page) = self.ask(request) else {
                panic!("cases are answered by cases")
            };
            let last = page.rows.is_empty();
            cases.extend(page.rows);
            if last || cases.len() >= page.total as usize {
                return cases;
            }
        }
    }

    /// One case, revealed.
    pub fn case(&self, case: CaseId) -> CaseView {
        let Reply::Case(view) = self.ask(Request::Case { case, reveal: true }) else {
            panic!("a case by a case")
        };
        *view
    }

    /// The value of a fact as the case's screen shows it.
    pub fn fact(&self, case: CaseId, fact: &str) -> Option<Value> {
        let fact: FactId = fact.parse().expect("a fact id");
        self.case(case)
            .facts
            .into_iter()
            .find(|view| view.fact == fact)
            .map(|view| view.value)
    }

    /// Every institution on the tablet.
    pub fn institutions(&self) -> Vec<InstitutionCard> {
        match self.ask(Request::Institutions) {
            Reply::Institutions(page) => page.rows,
            other => panic!("institutions were answered by {other:?}"),
        }
    }

    /// One institution.
    pub fn institution(&self, institution: InstitutionId) -> InstitutionView {
        match self.ask(Request::Institution { institution }) {
            Reply::Institution(view) => *view,
            other => panic!("an institution was answered by {other:?}"),
        }
    }

    /// A form as it stands now.
    pub fn form(&self, subject: impl Into<Subject>, form: &str) -> FormView {
        let (subject, form) = (subject.into(), form.to_owned());
        match self.ask(Request::Form { subject, form }) {
            Reply::Form(form) => *form,
            other => panic!("a form was answered by {other:?}"),
        }
    }

    /// Opens a case.
    pub fn open_case(&self, new: NewCase) -> CaseId {
        match self.ask(Request::OpenCase(new)) {
            Reply::CaseOpened { case } => case,
            other => panic!("opening a case was answered by {other:?}"),
        }
    }

    /// Edits of a case that must be saved.
    pub fn edit(&self, case: CaseId, edits: Vec<FieldEdit>) -> Saved {
        saved(self.ask(Request::Edit {
            subject: case.into(),
            edits,
            form: Some("17".into()),
            reason: None,
        }))
    }

    /// Writes one fact.
    pub fn write(&self, case: CaseId, fact: &str, value: impl Into<Value>) -> Saved {
        self.edit(
            case,
            vec![FieldEdit::SetFact {
                fact: fact.parse().expect("a fact id"),
                value: value.into(),
            }],
        )
    }

    /// Settles a clash.
    pub fn choose(&self, case: CaseId, register: RegisterRef, value: Value) -> Saved {
        saved(self.ask(Request::Resolve {
            subject: case.into(),
            register,
            value: Some(value),
        }))
    }

    /// The versions of a fact, newest first.
    pub fn history(&self, case: CaseId, fact: &str) -> Vec<VersionView> {
        let (mut all, mut before) = (Vec::new(), None);
        while before != Some(0) {
            let register = RegisterRef::Fact {
                fact: fact.parse().expect("a fact id"),
            };
            let Reply::History { versions, older } = self.ask(Request::History {
                subject: case.into(),
                register,
                older: before,
            }) else {
                panic!("history is answered by history")
            };
            all.extend(versions);
            before = Some(older);
        }
        all
    }

    /// How things stand with the hub.
    pub fn status(&self) -> SyncView {
        let Reply::Sync(view) = self.ask(Request::SyncStatus) else {
            panic!("the status by the status")
        };
        *view
    }

    /// Talks to the hub on this thread until everything is said, and says how it went.
    ///
    /// # Panics
    /// When nobody is signed in.
    pub fn sync(&self) -> NetState {
        self.device.sync().expect("somebody is signed in")
    }

    /// The same, and it must go well.
    ///
    /// # Panics
    /// When it does not.
    pub fn sync_well(&self) {
        assert_eq!(self.sync(), NetState::Reached);
    }

    /// Tries to reach the hub now.
    pub fn sync_now(&self) {
        self.ask(Request::SyncNow);
    }

    /// Waits until `look` finds what it looks for, looking again whenever the device says that something changed.
    ///
    /// # Panics
    /// After [`PATIENCE`], saying what was waited for.
    pub fn wait_for<T>(&self, what: &str, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let began = Instant::now();
        let mut revision = self.revision(0);
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            let status = self.call(Request::SyncStatus);
            assert!(
                began.elapsed() < PATIENCE,
                "the tablet waited {PATIENCE:?} for {what}; it stands at {status:?}"
            );
            revision = self.revision(revision);
        }
    }

    /// The device's revision once it is past `after`, or after the device's own longest wait.
    fn revision(&self, after: u64) -> u64 {
        match self.ask(Request::Watch { after }) {
            Reply::Changed(changed) => changed.revision,
            other => panic!("watching was answered by {other:?}"),
        }
    }

    /// Talks to the hub until everything is said and nothing waits.
    ///
    /// # Panics
    /// When the hub cannot be reached, or something still waits afterwards.
    pub fn sync_until_in_step(&self) {
        self.sync_well();
        let status = self.status();
        assert_eq!(
            (status.waiting, status.pictures_waiting, status.pictures_to_fetch),
            (0, 0, 0),
            "{status:?}"
        );
    }

    /// Talks to the hub, which must go wrong, and gives how.
    ///
    /// # Panics
    /// When it goes well.
    pub fn sync_into_trouble(&self) -> NetState {
        let net = self.sync();
        assert_ne!(net, NetState::Reached);
        net
    }

    /// Waits until the case's latest change is accepted by the portal, and gives the portal's number.
    pub fn wait_for_receipt(&self, case: CaseId) -> String {
        self.wait_for("the portal's number", |tablet| match tablet.case(case).delivery {
            Delivery::Accepted { reference, .. } => Some(reference),
            Delivery::Rejected { reason, .. } => panic!("the portal turned the case down: {reason}"),
            Delivery::Refused { code } => panic!("the hub refused the change: {code}"),
            Delivery::OnTablet | Delivery::OnServer => {
                tablet.sync_well();
                None
            }
        })
    }
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::Given(folder) => folder,
        }
    }
}

fn session(reply: Reply) -> Session {
    match reply {
        Reply::Session(session) => session,
        other => panic!("a session was expected, not {other:?}"),
    }
}

fn saved(reply: Reply) -> Saved {
    match reply {
        Reply::Saved(saved) => saved,
        other => panic!("an edit was answered by {other:?}"),
    }
}
