//! A device: a data folder, the platform round it and, while somebody is signed in, a session with its sync.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ipc::{Failure, FailureCode, NetState, Reply, Request};
use protocol::EnrolLink;

use crate::{
    Platform, Transport, calls,
    failure::{Answer, Failed},
    news::News,
    session::Session,
    store::AccessAction,
    sync::{Engine, HttpTransport, round},
};

/// Why a device could not begin.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder cannot be made or written.
    #[error("the data folder cannot be used")]
    Folder(#[from] io::Error),
}

/// What may be different from the app's own way.
#[derive(Clone)]
pub struct Options {
    /// How the hub is reached.
    pub transport: Arc<dyn Transport>,
    /// Whether a thread syncs by itself. Without it, [`Device::sync`] is the only sync there is.
    pub background: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            transport: Arc::new(HttpTransport::default()),
            background: true,
        }
    }
}

/// Everything on a tablet but its screen. Thread-safe; calls may wait for disk and network.
pub struct Device {
    pub(crate) data_dir: PathBuf,
    pub(crate) platform: Platform,
    pub(crate) options: Options,
    pub(crate) news: Arc<News>,
    signed_in: Mutex<Option<SignedIn>>,
    link: Mutex<Option<EnrolLink>>,
    /// Passphrases are tried one at a time: side by side they would be counted as one try.
    at_the_door: Mutex<()>,
}

/// The session and the thread that syncs it.
struct SignedIn {
    session: Arc<Session>,
    engine: Option<Engine>,
}

impl Device {
    /// The device that lives in this folder, which is made if need be. Nobody is signed in.
    pub fn open(data_dir: &Path, platform: Platform) -> Result<Self, OpenError> {
        Self::open_with(data_dir, platform, Options::default())
    }

    /// The same with another network, or without a thread of its own: for tests and for tools.
    pub fn open_with(data_dir: &Path, platform: Platform, options: Options) -> Result<Self, OpenError> {
        fs::create_dir_all(data_dir)?;
        let news = Arc::new(News::default());
        news.tell_session();
        Ok(Self {
            data_dir: data_dir.to_owned(),
            platform,
            options,
            news,
            signed_in: Mutex::new(None),
            link: Mutex::new(None),
            at_the_door: Mutex::new(()),
        })
    }

    /// Answers a call of the screen. A fault inside is answered as one: nothing that was saved is lost by it.
    pub fn call(&self, request: Request) -> Result<Reply, Failure> {
        let answered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let answered = calls::dispatch(self, request);
            if let Ok(session) = self.session() {
                session.note_damage();
            }
            answered
        }));
        answered
            .unwrap_or_else(|_| Err(FailureCode::Fault.into()))
            .map_err(Failure::from)
    }

    /// An enrolment link the app was started with; what is none is ignored.
    pub fn offer_link(&self, link: &str) {
        if let Ok(link) = link.parse() {
            *self.link() = Some(link);
            self.news.tell([ipc::Topic::Session]);
        }
    }

    /// Syncs on this thread until everything is said, and says how it went. `None`: nobody is signed in.
    pub fn sync(&self) -> Option<NetState> {
        let session = self.session().ok()?;
        if session.is_read_only() {
            return Some(session.status.net());
        }
        Some(round(&session, self.options.transport.as_ref()))
    }

    /// Whether every row of the open vault's access log follows from the one before: the number of rows, or the first
    /// that does not. `None`: nobody is signed in, or the log cannot be read.
    pub fn check_access_log(&self) -> Option<Result<u64, i64>> {
        let session = self.session().ok()?;
        let check = session.store.read(|read| read.check_access_log()).ok()?;
        Some(check.broken_at.map_or(Ok(check.rows), Err))
    }

    pub(crate) fn link(&self) -> MutexGuard<'_, Option<EnrolLink>> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody else is trying a passphrase.
    pub(crate) fn step_to_the_door(&self) -> MutexGuard<'_, ()> {
        self.at_the_door.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session of whoever is signed in.
    pub(crate) fn session(&self) -> Answer<Arc<Session>> {
        let signed_in = self.signed_in();
        signed_in
            .as_ref()
            .map(|it| Arc::clone(&it.session))
            .ok_or_else(|| FailureCode::Locked.into())
    }

    /// Signs somebody in; whoever was before is signed out.
    pub(crate) fn sign_in(&self, session: Session) -> Answer<Arc<Session>> {
        self.sign_out();
        session.log(AccessAction::Unlocked, "")?;
        let session = Arc::new(session);
        let engine = if self.options.background && !session.is_read_only() {
            let started = Engine::start(&session, &self.options.transport);
            Some(started.map_err(|_| Failed(FailureCode::Fault))?)
        } else {
            None
        };
        *self.signed_in() = Some(SignedIn {
            session: Arc::clone(&session),
            engine,
        });
        self.news.tell_session();
        Ok(session)
    }

    /// Ends the session: the store is closed and its key forgotten, even where a call or the sync still waits for the
    /// network. Returns whether there was one.
    pub(crate) fn sign_out(&self) -> bool {
        let Some(SignedIn { session, engine }) = self.signed_in().take() else {
            return false;
        };
        session.end();
        // A full disk must not keep a vault open.
        let _ = session.log(AccessAction::Locked, "");
        session.close();
        if let Some(engine) = engine {
            engine.stop();
        }
        self.news.tell_session();
        true
    }

    /// Tells the sync that something was written.
    pub(crate) fn written(&self) {
        if let Some(engine) = self.signed_in().as_ref().and_then(|it| it.engine.as_ref()) {
            engine.written();
        }
    }

    /// Tells the sync to try now.
    pub(crate) fn sync_now(&self) {
        if let Some(engine) = self.signed_in().as_ref().and_then(|it| it.engine.as_ref()) {
            engine.now();
        }
    }

    fn signed_in(&self) -> MutexGuard<'_, Option<SignedIn>> {
        self.signed_in.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.sign_out();
        self.news.close();
    }
}
