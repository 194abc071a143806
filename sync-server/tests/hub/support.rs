//! A hub on a free port, and a device without a screen, a vault or a store.

mod device;

use std::sync::Arc;
use std::time::{Duration, Instant};

use casefile::{DocumentKey, Edit};
use casework::{Compartment, Value};
use protocol::enrol::EnrolReply;
use protocol::{DocumentId, EnrolLink, UserId};
use sync_server::clock::{Clock, SystemClock};
use sync_server::storage::User;
use sync_server::{Config, Hub, Server, admin};

pub(crate) use device::{Answer, TestDevice};

pub(crate) const DISTRICT: &str = "KA-BLR";
/// Longer than any step takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct TestHub {
    pub(crate) hub: Arc<Hub>,
    pub(crate) url: String,
    _dir: tempfile::TempDir,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl TestHub {
    pub(crate) fn start() -> Self {
        Self::start_with("")
    }

    /// With more lines in its configuration.
    pub(crate) fn start_with(more: &str) -> Self {
        Self::start_at(more, Box::new(SystemClock))
    }

    /// With another clock, too.
    pub(crate) fn start_at(more: &str, clock: Box<dyn Clock>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hub.toml");
        std::fs::write(&path, format!("listen = '127.0.0.1:0'\ndata_dir = 'data'\n{more}")).unwrap();
        let hub = Hub::open_with(Config::read(&path).unwrap(), clock).unwrap();
        hub.storage.add_district(DISTRICT, "Bengaluru Urban", 0).unwrap();
        let (address_sender, address) = std::sync::mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let serving = hub.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let server = Server::bind(serving).await.unwrap();
                address_sender.send(server.url().unwrap()).unwrap();
                server.run(async { drop(stopped.await) }).await;
            });
            runtime.shutdown_background();
        });
        let url = address.recv().unwrap();
        Self {
            hub,
            url,
            _dir: dir,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn user(&self, name: &str, role: &str) -> UserId {
        self.user_in(DISTRICT, name, role)
    }

    pub(crate) fn user_in(&self, district: &str, name: &str, role: &str) -> UserId {
        let id = UserId(*uuid::Uuid::new_v4().as_bytes());
        let user = User {
            id,
            district: district.into(),
            name: name.into(),
            role: role.into(),
        };
        admin::add_user(&self.hub, &user).unwrap();
        id
    }

    pub(crate) fn link(&self, user: UserId) -> EnrolLink {
        admin::enrol_link(&self.hub, user, Some(self.url.parse().unwrap())).unwrap()
    }

    pub(crate) fn device(&self, user: UserId) -> TestDevice {
        let device = TestDevice::unenrolled(&self.url);
        let reply = device.enrol(&self.link(user));
        assert!(matches!(reply, EnrolReply::Enrolled(_)), "{reply:?}");
        device
    }

    /// A new user with a device.
    pub(crate) fn officer(&self, role: &str) -> TestDevice {
        self.device(self.user(&format!("An officer ({role})"), role))
    }

    pub(crate) fn assign(&self, device: &TestDevice, case: [u8; 16]) {
        let user = self.user_of(device);
        sync_server::rights::assign(&self.hub, case, user, self.hub.clock.now_ms()).unwrap();
    }

    pub(crate) fn unassign(&self, device: &TestDevice, case: [u8; 16]) {
        let user = self.user_of(device);
        sync_server::rights::unassign(&self.hub, case, user, self.hub.clock.now_ms()).unwrap();
    }

    pub(crate) fn user_of(&self, device: &TestDevice) -> UserId {
        self.hub.storage.author(device.author).unwrap().unwrap().user.id
    }
}

impl Drop for TestHub {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

pub(crate) fn now_ms() -> i64 {
    SystemClock.now_ms()
}

pub(crate) fn new_case() -> [u8; 16] {
    *uuid::Uuid::now_v7().as_bytes()
}

pub(crate) fn document(case: [u8; 16], compartment: Compartment) -> DocumentId {
    DocumentId(
        DocumentKey {
            subject: case,
            kind: compartment.into(),
        }
        .to_bytes(),
    )
}

pub(crate) fn set(fact: &str, value: impl Into<Value>) -> Edit {
    Edit::SetFact {
        fact: fact.parse().unwrap(),
        value: value.into(),
    }
}

/// Tries until it succeeds or patience is at its end.
pub(crate) fn eventually<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "it never came true");
        std::thread::yield_now();
    }
}
