//! The hub without its sockets: it is handed frames and gives frames, and can die between any two.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use casework::CaseId;
use protocol::{
    DownMessage, Frame, FrameReader, HubUrl, Refusal, UserId,
    enrol::{EnrolReply, EnrolRequest},
    message::down::Reject,
};
use sync_server::{
    Config, Hub, admin,
    clock::{Clock, StandingClock},
    identity, project, rights,
    storage::User,
    sync::{Sink, SinkClosed, SyncSession},
};

const DISTRICT: &str = "KA-BLR";
/// Where a device believes its hub to be. Nothing is there.
pub(super) const ADDRESS: &str = "http://127.0.0.1:9";

/// A clock that several hubs, one after the other, look at.
struct Shared(Arc<StandingClock>);

impl Clock for Shared {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }
}

pub(super) struct SimHub {
    folder: tempfile::TempDir,
    pub(super) clock: Arc<StandingClock>,
    running: Mutex<Arc<Hub>>,
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
        let clock = Arc::new(StandingClock::at(now_ms));
        let hub = open(&folder, &clock)?;
        hub.storage.add_district(DISTRICT, "Bengaluru Urban", now_ms)?;
        Ok(Self {
            folder,
            clock,
            running: Mutex::new(hub),
        })
    }

    fn running(&self) -> MutexGuard<'_, Arc<Hub>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hub(&self) -> Arc<Hub> {
        self.running().clone()
    }

    /// Dies and is started again: what was not committed is gone.
    pub(super) fn restart(&self) -> anyhow::Result<()> {
        let mut running = self.running();
        *running = open(&self.folder, &self.clock)?;
        Ok(())
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

    /// Takes a body as it arrives. After `dies_after` frames the hub dies and is started again.
    pub(super) fn serve(&self, body: &[u8], dies_after: Option<usize>) -> anyhow::Result<Served> {
        let hub = self.hub();
        let mut frames = FrameReader::new(body);
        let (mut session, mut taken) = (None, 0);
        loop {
            if dies_after == Some(taken) {
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

fn open(folder: &tempfile::TempDir, clock: &Arc<StandingClock>) -> anyhow::Result<Arc<Hub>> {
    let config = Config::read(&folder.path().join("hub.toml"))?;
    Ok(Hub::open_with(config, Box::new(Shared(clock.clone())))?)
}

fn refusal(code: Refusal, hub_time_ms: i64) -> Frame {
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
