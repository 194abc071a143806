//! Tablets on a bench: folders that go away, one clock moved by hand, calls without ceremony.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use casework::{CaseId, Compartment, Role, Value};
use device::{
    Clock, Device, FileChooser, NoFileChooser, NoKeystore, Options, Platform, SYSTEM_FONTS, Stretching, SystemDisk,
    SystemEntropy,
};
use ipc::{
    CaseCard, CaseFilter, CaseView, FailureCode, FieldEdit, NetState, NewCase, RegisterRef, Reply, Request, Saved,
    Session, Start, SyncView, VersionView,
};

use crate::hub::Hub;

pub(crate) const PASSPHRASE: &str = "six blue buckets";
/// 23 November 2026, 06:00 UTC.
pub(crate) const NOW_MS: i64 = 1_795_413_600_000;

pub(crate) struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) struct Bench {
    pub(crate) hub: Arc<Hub>,
    /// The platform's window for files, of tablets made from here on.
    pub(crate) files: Arc<dyn FileChooser>,
    clock: Arc<HandClock>,
}

pub(crate) struct Tablet {
    device: Option<Device>,
    folder: tempfile::TempDir,
    platform: Platform,
    options: Options,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self {
            hub: Arc::default(),
            files: Arc::new(NoFileChooser),
            clock: Arc::new(HandClock(AtomicI64::new(NOW_MS))),
        }
    }

    pub(crate) fn advance(&self, by_ms: i64) {
        self.clock.0.fetch_add(by_ms, Ordering::SeqCst);
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// A tablet nobody has enrolled on.
    pub(crate) fn empty_tablet(&self) -> Tablet {
        let platform = Platform {
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            entropy: Arc::new(SystemEntropy),
            disk: Arc::new(SystemDisk),
            keystore: Arc::new(NoKeystore),
            files: Arc::clone(&self.files),
            fonts: SYSTEM_FONTS.into(),
            stretching: Stretching::Least,
            app_version: "0.0.0-test".into(),
            device_name: "test tablet".into(),
        };
        let options = Options {
            transport: Arc::clone(&self.hub) as Arc<_>,
            background: false,
        };
        let mut tablet = Tablet {
            device: None,
            folder: tempfile::tempdir().unwrap(),
            platform,
            options,
        };
        tablet.start();
        tablet
    }

    /// A tablet of this officer that syncs by itself.
    pub(crate) fn lively_tablet_of(&self, name: &str, role: Role) -> Tablet {
        let code = self.hub.code_for(name, role);
        let mut tablet = self.empty_tablet();
        tablet.options.background = true;
        tablet.start();
        tablet.enrol(&code).unwrap();
        tablet
    }

    /// A tablet on which this officer is enrolled and signed in.
    pub(crate) fn tablet_of(&self, name: &str, role: Role) -> Tablet {
        let code = self.hub.code_for(name, role);
        let tablet = self.empty_tablet();
        tablet.enrol(&code).unwrap();
        tablet
    }
}

impl Tablet {
    pub(crate) fn device(&self) -> &Device {
        self.device.as_ref().unwrap()
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    fn start(&mut self) {
        // The old one goes first: it holds the same files.
        self.device = None;
        let device = Device::open_with(self.folder.path(), self.platform.clone(), self.options.clone());
        self.device = Some(device.unwrap());
    }

    /// The app is closed and opened again, and the officer signs in.
    pub(crate) fn restart(&mut self) {
        self.start();
        let Ok(Reply::Start(start)) = self.device().call(Request::Start) else {
            panic!("start always answers")
        };
        let user = start.users[0].id.clone();
        self.call(Request::Unlock {
            user,
            passphrase: PASSPHRASE.into(),
        })
        .unwrap();
    }

    pub(crate) fn call(&self, request: Request) -> Result<Reply, FailureCode> {
        self.device().call(request).map_err(|failure| failure.code)
    }

    pub(crate) fn enrol(&self, code: &str) -> Result<Reply, FailureCode> {
        let (hub, passphrase) = ("https://hub.example".into(), PASSPHRASE.into());
        self.call(Request::Enrol {
            hub,
            code: code.into(),
            passphrase,
        })
    }

    /// What the screen knows of the tablet before anybody is signed in.
    pub(crate) fn on_start(&self) -> Start {
        let Reply::Start(start) = self.call(Request::Start).unwrap() else {
            panic!("start always answers")
        };
        start
    }

    /// Tries a passphrase at the first user's vault.
    pub(crate) fn unlock(&self, passphrase: &str) -> Result<Session, FailureCode> {
        let user = self.on_start().users[0].id.clone();
        let passphrase = passphrase.into();
        match self.call(Request::Unlock { user, passphrase })? {
            Reply::Session(session) => Ok(session),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn sync(&self) -> NetState {
        self.device().sync().unwrap()
    }

    pub(crate) fn sync_well(&self) {
        assert_eq!(self.sync(), NetState::Reached);
    }

    pub(crate) fn open_case(&self, child: &str) -> CaseId {
        let new_case = NewCase {
            kind: casework::CaseKind::Cncp,
            urgency: casework::Urgency::Routine,
            note: "Found at the bus stand.".into(),
            child_name: Some(child.into()),
            age_years: Some(9),
            sex: Some("female".into()),
        };
        match self.call(Request::OpenCase(new_case)).unwrap() {
            Reply::CaseOpened { case } => case,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn edit(&self, case: CaseId, edit: FieldEdit) -> Result<Saved, FailureCode> {
        match self.call(Request::Edit {
            subject: case.into(),
            edits: vec![edit],
            form: None,
            reason: None,
        })? {
            Reply::Saved(saved) => Ok(saved),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn set(&self, case: CaseId, fact: &str, value: impl Into<Value>) -> Result<Saved, FailureCode> {
        self.edit(
            case,
            FieldEdit::SetFact {
                fact: fact.parse().unwrap(),
                value: value.into(),
            },
        )
    }

    pub(crate) fn note(&self, case: CaseId, text: &str) -> Result<Saved, FailureCode> {
        self.edit(
            case,
            FieldEdit::AddNote {
                compartment: Compartment::Core,
                text: text.into(),
            },
        )
    }

    pub(crate) fn case(&self, case: CaseId) -> Result<CaseView, FailureCode> {
        match self.call(Request::Case { case, reveal: true })? {
            Reply::Case(view) => Ok(*view),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn fact(&self, case: CaseId, fact: &str) -> Option<Value> {
        let view = self.case(case).unwrap();
        view.facts
            .into_iter()
            .find(|view| view.fact.as_str() == fact)
            .map(|view| view.value)
    }

    pub(crate) fn cases(&self, filter: CaseFilter) -> Vec<CaseCard> {
        match self
            .call(Request::Cases {
                filter,
                offset: 0,
                limit: 200,
            })
            .unwrap()
        {
            Reply::Cases(page) => {
                assert_eq!(page.total as usize, page.rows.len());
                page.rows
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn access_log(&self) -> ipc::AccessLogView {
        match self.call(Request::AccessLog).unwrap() {
            Reply::AccessLog(view) => *view,
            other => panic!("{other:?}"),
        }
    }

    /// Case numbers, first letters and how many, for a search.
    pub(crate) fn find(&self, text: &str) -> Vec<CaseId> {
        let filter = CaseFilter {
            text: text.into(),
            ..CaseFilter::default()
        };
        self.cases(filter).into_iter().map(|card| card.case).collect()
    }

    /// The versions of a fact, newest first, page by page to the first.
    pub(crate) fn history(&self, case: CaseId, fact: &str) -> Vec<VersionView> {
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let register = RegisterRef::Fact {
                fact: fact.parse().unwrap(),
            };
            let request = Request::History {
                subject: case.into(),
                register,
                older: before,
            };
            match self.call(request).unwrap() {
                Reply::History { versions, older } => {
                    all.extend(versions);
                    before = Some(older);
                }
                other => panic!("{other:?}"),
            }
            if before == Some(0) {
                return all;
            }
        }
    }

    pub(crate) fn status(&self) -> SyncView {
        match self.call(Request::SyncStatus).unwrap() {
            Reply::Sync(view) => *view,
            other => panic!("{other:?}"),
        }
    }
}
