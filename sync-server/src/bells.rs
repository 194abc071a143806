//! A bell for each user whose device waits to be told something at once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::UserId;
use tokio::sync::watch;

/// The bells of those who wait.
#[derive(Debug, Default)]
pub struct Bells {
    waiting: Mutex<HashMap<UserId, watch::Sender<u64>>>,
    stopped: AtomicBool,
}

impl Bells {
    fn waiting(&self) -> MutexGuard<'_, HashMap<UserId, watch::Sender<u64>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits with the user's devices: whatever rings from here on is heard.
    pub fn listen(self: &Arc<Self>, user: UserId) -> Listening {
        let mut waiting = self.waiting();
        let bell = waiting.entry(user).or_insert_with(|| watch::Sender::new(0));
        Listening {
            bells: self.clone(),
            user,
            rung: bell.subscribe(),
        }
    }

    /// Rings for a user, where anybody waits.
    pub fn ring(&self, user: UserId) {
        if let Some(bell) = self.waiting().get(&user) {
            bell.send_modify(|rung| *rung += 1);
        }
    }

    /// Lets everybody go, now and for ever.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.waiting()
            .values()
            .for_each(|bell| bell.send_modify(|rung| *rung += 1));
    }

    /// Whether nobody is to wait any more.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// How many users' devices wait.
    pub fn users(&self) -> usize {
        self.waiting().len()
    }
}

/// Somebody waits, until this is dropped.
#[derive(Debug)]
pub struct Listening {
    bells: Arc<Bells>,
    user: UserId,
    rung: watch::Receiver<u64>,
}

impl Listening {
    /// Comes back when the bell rings, or rang since this was asked last.
    pub async fn rings(&mut self) {
        // The bell stays as long as somebody listens.
        let _ = self.rung.changed().await;
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut waiting = self.bells.waiting();
        // This one is counted still.
        let is_last = waiting.get(&self.user).is_some_and(|bell| bell.receiver_count() <= 1);
        if is_last {
            waiting.remove(&self.user);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn rang(listening: &mut Listening) -> bool {
        listening.rings().now_or_never().is_some()
    }

    #[test]
    fn a_bell_is_heard_by_all_devices_of_its_user_and_by_nobody_else() {
        let bells = Arc::<Bells>::default();
        let (asha, binod) = (UserId([1; 16]), UserId([2; 16]));
        let (mut one, mut other, mut his) = (bells.listen(asha), bells.listen(asha), bells.listen(binod));
        assert!(!rang(&mut one));
        bells.ring(asha);
        assert!(rang(&mut one) && rang(&mut other) && !rang(&mut his));
        assert!(!rang(&mut one), "once for each ring");
        drop(one);
        bells.ring(asha);
        assert!(rang(&mut other), "who stays hears it");
        bells.stop();
        assert!(rang(&mut other) && rang(&mut his) && bells.is_stopped());
        drop((other, his));
        assert_eq!(bells.users(), 0, "nobody is remembered who does not wait");
    }
}
