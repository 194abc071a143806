//! When to sync: at once when somebody asks or writes, now and then otherwise, ever more rarely while nobody answers.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::Duration,
};

use ipc::NetState;

use super::{Transport, ear, round};
use crate::session::Session;

/// How often the hub is asked for news while all is well.
const REST: Duration = Duration::from_mins(1);
/// The first wait after a try that failed; each further one doubles it, up to the longest.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// Fields are left one after another: what is written within this time goes up together.
const GATHER: Duration = Duration::from_millis(400);

/// Why the sync thread is woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    Now,
    Written,
    Stop,
}

/// The sync thread of a session.
pub(crate) struct Engine {
    wake: Sender<Wake>,
    session: Arc<Session>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts the thread; it begins with a round.
    pub(crate) fn start(session: &Arc<Session>, transport: &Arc<dyn Transport>) -> std::io::Result<Self> {
        let (wake, woken) = channel();
        ear::start(&session.status.ear, transport, wake.clone())?;
        let (running, transport) = (Arc::clone(session), Arc::clone(transport));
        let thread = std::thread::Builder::new()
            .name("sync".into())
            .spawn(move || run(&running, transport.as_ref(), &woken))?;
        Ok(Self {
            wake,
            session: Arc::clone(session),
            thread: Some(thread),
        })
    }

    /// Sync as soon as may be.
    pub(crate) fn now(&self) {
        let _ = self.wake.send(Wake::Now);
    }

    /// Something was written.
    pub(crate) fn written(&self) {
        let _ = self.wake.send(Wake::Written);
    }

    /// Ends the thread. A thread that waits for the network is not waited for: it touches nothing any more and ends
    /// with its connection.
    pub(crate) fn stop(mut self) {
        self.session.status.stop();
        // A request that waits at the hub ends with its connection; it has nothing of the vault.
        self.session.status.ear.stop();
        let _ = self.wake.send(Wake::Stop);
        if let Some(thread) = self.thread.take().filter(JoinHandle::is_finished) {
            let _ = thread.join();
        }
    }
}

fn run(session: &Session, transport: &dyn Transport, woken: &Receiver<Wake>) {
    let mut failures = 0;
    while !session.status.is_stopping() {
        failures = match round(session, transport) {
            NetState::Offline { .. } | NetState::Trouble { .. } => failures + 1,
            NetState::NotTried | NetState::Syncing | NetState::Reached => 0,
        };
        if rest(woken, wait(failures)) == Wake::Stop {
            return;
        }
    }
}

/// How long to rest after so many failures in a row.
fn wait(failures: u32) -> Duration {
    match failures {
        0 => REST,
        failures => FIRST_WAIT.saturating_mul(1 << (failures - 1).min(10)).min(LONGEST_WAIT),
    }
}

/// Rests until woken or until the time is up.
fn rest(woken: &Receiver<Wake>, at_most: Duration) -> Wake {
    let mut heard = match woken.recv_timeout(at_most) {
        Ok(wake) => wake,
        Err(RecvTimeoutError::Timeout) => return Wake::Now,
        Err(RecvTimeoutError::Disconnected) => return Wake::Stop,
    };
    // Gathers what else was written; somebody who asks for a sync does not wait for that.
    while heard == Wake::Written {
        match woken.recv_timeout(GATHER) {
            Ok(wake) => heard = wake,
            Err(RecvTimeoutError::Timeout) => return Wake::Written,
            Err(RecvTimeoutError::Disconnected) => return Wake::Stop,
        }
    }
    if woken.try_iter().any(|wake| wake == Wake::Stop) {
        Wake::Stop
    } else {
        heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stop_growing() {
        let waits: Vec<u64> = (0..9).map(|failures| wait(failures).as_secs()).collect();
        assert_eq!(waits, [60, 5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(wait(u32::MAX), LONGEST_WAIT);
    }
}
