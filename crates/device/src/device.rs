//! A device: a data folder, the platform round it and, while somebody is signed in, a session with its sync.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ipc::{Failure, FailureCode, NetState, Reply, Request};
use protocol::EnrolLink;

use crate::{
    Platform, Transport,
    attention::Attention,
    calls,
    failure::{Answer, Failed},
    lease,
    news::News,
    session::Session,
    store::AccessAction,
    sync::{Engine, HttpTransport, round},
    vault::make_folder,
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
    attention: Attention,
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
        make_folder(data_dir)?;
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
            attention: Attention::default(),
        })
    }

    /// Answers a call of the screen. A fault inside is answered as one: nothing that was saved is lost by it.
    pub fn call(&self, request: Request) -> Result<Reply, Failure> {
        // Whatever else the screen asks it may ask by itself, as when news came: that keeps no vault open.
        if matches!(request, Request::Active) {
            self.attention.is_paid(self.platform.clock.now_ms());
        }
        let answered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let answered = calls::dispatch(self, request);
            if let Ok(session) = self.session_before_hub() {
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

    /// Locks the vault where nobody was at the tablet for as long as the officer allows, or the app was out of sight for
    /// a while, and shuts it where the time without the hub has passed. To be asked every few seconds and before each
    /// call: a tablet that slept is locked before it shows anything. Returns whether it was locked.
    pub fn watch_over(&self) -> bool {
        let Ok(session) = self.session_before_hub() else {
            return false;
        };
        let now_ms = self.platform.clock.now_ms();
        if self.attention.is_lost(session.idle_minutes(), now_ms) {
            return self.sign_out();
        }
        let was_shut = session.hub_first();
        // A full disk does not keep the time from passing.
        let _ = lease::look(&session);
        if session.hub_first() != was_shut {
            self.news.tell_session();
        }
        false
    }

    /// Says whether the app's window is in sight.
    pub fn in_sight(&self, in_sight: bool) {
        self.attention.in_sight(in_sight, self.platform.clock.now_ms());
    }

    /// Syncs on this thread until everything is said, and says how it went. `None`: nobody is signed in.
    pub fn sync(&self) -> Option<NetState> {
        let session = self.session_before_hub().ok()?;
        if session.is_read_only() {
            return Some(session.status.net());
        }
        Some(round(&session, self.options.transport.as_ref()))
    }

    /// Whether every row of the open vault's access log follows from the one before: the number of rows, or the first
    /// that does not. `None`: nobody is signed in, or the log cannot be read.
    pub fn check_access_log(&self) -> Option<Result<u64, i64>> {
        let session = self.session_before_hub().ok()?;
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

    /// The session of whoever is signed in, unless the hub must be reached first.
    pub(crate) fn session(&self) -> Answer<Arc<Session>> {
        let session = self.session_before_hub()?;
        if session.hub_first() {
            return Err(FailureCode::HubFirst.into());
        }
        Ok(session)
    }

    /// The session of whoever is signed in, for what may be done before the hub was reached: sync, and looking how that
    /// goes.
    pub(crate) fn session_before_hub(&self) -> Answer<Arc<Session>> {
        let session = self.signed_in().as_ref().map(|it| Arc::clone(&it.session));
        match session {
            // The sync ended it, because the hub has shut the user out.
            Some(session) if session.status.is_stopping() => {
                self.sign_out();
                Err(FailureCode::Locked.into())
            }
            Some(session) => Ok(session),
            None => Err(FailureCode::Locked.into()),
        }
    }

    /// Signs somebody in; whoever was before is signed out.
    pub(crate) fn sign_in(&self, session: Session) -> Answer<Arc<Session>> {
        self.sign_out();
        session.log(AccessAction::Unlocked, "")?;
        let session = Arc::new(session);
        self.attention.is_paid(self.platform.clock.now_ms());
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
        if !self.pause() {
            return false;
        }
        self.news.tell_session();
        true
    }

    /// The same without telling the screens, which wait for what comes of it.
    pub(crate) fn pause(&self) -> bool {
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
