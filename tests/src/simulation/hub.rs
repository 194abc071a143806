//! The hub without its sockets: it is handed frames and gives frames, and can die between any two, or at any moment at which it
//! looks at its clock.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Context as _;
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{Request, Response},
};
use casework::{CaseId, PackBundle};
use protocol::{
    DownMessage, Frame, FrameReader, HubUrl, Refusal, UserId,
    enrol::{EnrolReply, EnrolRequest},
    message::down::Reject,
};
use sync_server::{
    Config, Hub, admin,
    clock::{Clock, StandingClock},
    http, identity, packs, project, rights,
    storage::User,
    sync::{Sink, SinkClosed, SyncSession},
};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use super::moments::Moments;

const DISTRICT: &str = "KA-BLR";
/// Where a device believes its hub to be. Nothing is there.
pub(super) const ADDRESS: &str = "http://127.0.0.1:9";

/// The largest answer to a call for media or packs.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A clock that several hubs, one after the other, look at. Each look is a moment at which one can die.
struct Shared(Arc<StandingClock>, Arc<Moments>);

impl Clock for Shared {
    fn now_ms(&self) -> i64 {
        self.1.pass();
        self.0.now_ms()
    }
}

pub(super) struct SimHub {
    folder: tempfile::TempDir,
    pub(super) clock: Arc<StandingClock>,
    moments: Arc<Moments>,
    running: Mutex<Option<Running>>,
    /// What calls with headers are answered on.
    runtime: Runtime,
}

#[derive(Clone)]
struct Running {
    hub: Arc<Hub>,
    /// The same with its routes, for everything but sync.
    routes: Router,
}

/// When a hub dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dies {
    /// When so many frames of the request have been taken.
    AfterFrames(usize),
    /// When it looks at its clock for this time, counted from the first frame.
    AtMoment(usize),
}

/// What becomes of a body at the hub.
pub(super) struct Served {
    /// The answer, where there is one: none where the hub died, or the body was cut.
    pub(super) answer: Option<Vec<u8>>,
}

impl SimHub {
    pub(super) fn new(now_ms: i64) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let config = folder.path().join("hub.toml");
        std::fs::write(config, "listen = '127.0.0.1:0'\ndata_dir = 'data'\n")?;
        let hub = Self {
            folder,
            clock: Arc::new(StandingClock::at(now_ms)),
            moments: Arc::default(),
            running: Mutex::default(),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
        };
        hub.restart()?;
        hub.hub().storage.add_district(DISTRICT, "Bengaluru Urban", now_ms)?;
        Ok(hub)
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hub(&self) -> Arc<Hub> {
        let running = self.running();
        running.as_ref().expect("a hub runs").hub.clone()
    }

    /// Dies and is started again: what was not committed is gone.
    pub(super) fn restart(&self) -> anyhow::Result<()> {
        let mut running = self.running();
        *running = None;
        *running = Some(self.open()?);
        Ok(())
    }

    fn open(&self) -> anyhow::Result<Running> {
        let config = Config::read(&self.folder.path().join("hub.toml"))?;
        let clock = Shared(self.clock.clone(), self.moments.clone());
        let hub = Hub::open_with(config, Box::new(clock))?;
        let routes = http::router(hub.clone())?;
        Ok(Running { hub, routes })
    }

    /// A call for anything but sync.
    pub(super) fn call(&self, request: Request<Body>) -> anyhow::Result<Response<Bytes>> {
        let routes = self.running().as_ref().context("a hub runs")?.routes.clone();
        self.runtime.block_on(async {
            let (head, body) = routes.oneshot(request).await?.into_parts();
            let body = to_bytes(body, ANSWER_BYTES_MAX).await?;
            Ok(Response::from_parts(head, body))
        })
    }

    /// Publishes rules of the district's state.
    pub(super) fn publish(&self, number: usize) -> anyhow::Result<()> {
        let hub = self.hub();
        let state = packs::state_of(DISTRICT);
        let (id, version) = (format!("states/{state}"), format!("2027.{number}"));
        let head = format!("id = '{id}'\nover = 'national'\nversion = '{version}'\nin_force_from = '2027-01-01'\n");
        let relabel =
            format!("[[relabel]]\nkind = 'form'\nid = '17'\nlabel = {{ en = 'Form {number}', hi = 'प्रपत्र' }}\n");
        let files = BTreeMap::from([("pack.toml".to_owned(), head), ("relabel.toml".to_owned(), relabel)]);
        packs::publish(&*hub.storage, &PackBundle { id, version, files }, self.clock.now_ms())?;
        Ok(())
    }

    /// Shuts the user's tablets out. What they hand in is judged like anybody's, or kept for a person to look at.
    pub(super) fn dismiss(&self, user: UserId, hand_in: bool) -> anyhow::Result<()> {
        let hub = self.hub();
        for author in hub
            .storage
            .authors(user)?
            .iter()
            .filter(|author| author.revoked_ms.is_none())
        {
            hub.storage.dismiss_author(author.id, hand_in, self.clock.now_ms())?;
        }
        Ok(())
    }

    /// Whether the hub has heard of a case.
    pub(super) fn knows(&self, case: CaseId) -> anyhow::Result<bool> {
        Ok(self.hub().storage.subject_district(case.to_bytes())?.is_some())
    }

    /// Whether the audit's chain holds.
    pub(super) fn audit_holds(&self) -> anyhow::Result<bool> {
        Ok(self.hub().storage.broken_audit_row()?.is_none())
    }

    /// A new user, with a code to enrol with.
    pub(super) fn user(&self, name: &str, role: &str) -> anyhow::Result<(UserId, String)> {
        let hub = self.hub();
        let user = User {
            id: UserId(*uuid::Uuid::new_v4().as_bytes()),
            district: DISTRICT.into(),
            name: name.into(),
            role: role.into(),
        };
        admin::add_user(&hub, &user)?;
        Ok((user.id, self.code(user.id)?))
    }

    /// A code for another tablet of a user.
    pub(super) fn code(&self, user: UserId) -> anyhow::Result<String> {
        let address: HubUrl = ADDRESS.parse().context("the address is one")?;
        let link = admin::enrol_link(&self.hub(), user, Some(address))?;
        Ok(link.code.to_string())
    }

    /// The worker folds what waits.
    pub(super) fn fold(&self) -> anyhow::Result<()> {
        project::fold_waiting(&self.hub())?;
        Ok(())
    }

    pub(super) fn enrol(&self, body: &[u8]) -> anyhow::Result<Vec<u8>> {
        let hub = self.hub();
        let reply: EnrolReply = identity::enrol(&hub, &EnrolRequest::from_cbor(body)?)?;
        Ok(reply.to_cbor())
    }

    /// Gives a case to a user, or takes it away.
    pub(super) fn assign(&self, case: CaseId, user: UserId, given: bool) -> anyhow::Result<()> {
        let (hub, now_ms) = (self.hub(), self.clock.now_ms());
        if given {
            rights::assign(&hub, case.to_bytes(), user, now_ms)?;
        } else {
            rights::unassign(&hub, case.to_bytes(), user, now_ms)?;
        }
        Ok(())
    }

    /// Takes a body as it arrives. Where the hub dies, it is started again.
    pub(super) fn serve(&self, body: &[u8], dies: Option<Dies>) -> anyhow::Result<Served> {
        if let Some(Dies::AtMoment(moment)) = dies {
            self.moments.die_after(moment, &self.folder.path().join("data"))?;
        }
        let served = self.serve_until(body, dies);
        if !self.moments.is_dead() {
            self.moments.bury()?;
            return served;
        }
        *self.running() = None;
        self.moments.bury()?;
        self.restart()?;
        // Whatever it said and did after it had died never was.
        Ok(Served { answer: None })
    }

    fn serve_until(&self, body: &[u8], dies: Option<Dies>) -> anyhow::Result<Served> {
        let hub = self.hub();
        let mut frames = FrameReader::new(body);
        let (mut session, mut taken) = (None, 0);
        loop {
            if dies == Some(Dies::AfterFrames(taken)) {
                drop(session);
                drop(hub);
                self.restart()?;
                return Ok(Served { answer: None });
            }
            // Where a body was cut no frame comes any more.
            let Ok(Some(frame)) = frames.next_frame() else { break };
            taken += 1;
            match &mut session {
                None => match SyncSession::open(&hub, &frame) {
                    Ok(opened) => session = Some(opened),
                    Err(code) => {
                        return Ok(Served {
                            answer: Some(refusal(code, self.clock.now_ms()).into_bytes()),
                        });
                    }
                },
                Some(session) => session.frame(&hub, &frame),
            }
        }
        let Some(session) = session else {
            return Ok(Served { answer: None });
        };
        let mut answer = Answer::default();
        session.answer(&hub, &mut answer);
        Ok(Served { answer: Some(answer.0) })
    }
}

/// A refusal of a whole request.
pub(super) fn refusal(code: Refusal, hub_time_ms: i64) -> Frame {
    let reject = DownMessage::from(Reject {
        code,
        hub_time_ms,
        dismissal: None,
    });
    reject.to_frame().expect("a refusal fits a frame")
}

#[derive(Default)]
struct Answer(Vec<u8>);

impl Sink for Answer {
    fn send(&mut self, bytes: Vec<u8>) -> Result<(), SinkClosed> {
        self.0.extend(bytes);
        Ok(())
    }
}
