//! How things stand with the hub, in memory; the moments stand in the store.

use std::collections::BTreeSet;
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
};

use ipc::NetState;

use super::ear::Ear;

/// Name of the mark that says when the hub last answered to the end.
pub(crate) const REACHED: &str = "reached_ms";
/// Name of the mark that says since when it has not been reached.
pub(crate) const OFFLINE_SINCE: &str = "offline_since_ms";

/// Changes that go up in one request, as they are stored: what is not acknowledged before a cut is sent again. It grows
/// while requests come to their end and shrinks when they do not.
const PORTION_FIRST_BYTES: usize = 32 * 1024;
const PORTION_LEAST_BYTES: usize = 4 * 1024;
const PORTION_MOST_BYTES: usize = 512 * 1024;

/// The state of sync in this session.
pub(crate) struct SyncStatus {
    net: Mutex<NetState>,
    /// How far this tablet's clock is behind the hub's, where the hub has complained.
    clock_offset_ms: AtomicI64,
    stopping: AtomicBool,
    /// Files that the hub did not take as what they are: sent once in a session, not at every round.
    not_taken: Mutex<BTreeSet<[u8; 32]>>,
    /// Bytes of changes that go up in the next request.
    portion: AtomicUsize,
    /// The hub did not know what short forms stand on: the rest of this round sends whole chunks.
    whole: AtomicBool,
    round: Mutex<()>,
    /// Where rounds leave what the hub is waited at with.
    pub(super) ear: Arc<Ear>,
}

impl SyncStatus {
    pub(crate) fn new() -> Self {
        Self {
            net: Mutex::new(NetState::NotTried),
            clock_offset_ms: AtomicI64::new(0),
            stopping: AtomicBool::new(false),
            not_taken: Mutex::new(BTreeSet::new()),
            portion: AtomicUsize::new(PORTION_FIRST_BYTES),
            whole: AtomicBool::new(false),
            round: Mutex::new(()),
            ear: Arc::default(),
        }
    }

    /// Waits until no other round is under way.
    pub(super) fn begin_round(&self) -> MutexGuard<'_, ()> {
        self.round.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn net(&self) -> NetState {
        self.net.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_net(&self, net: NetState) {
        *self.net.lock().unwrap_or_else(PoisonError::into_inner) = net;
    }

    pub(crate) fn clock_offset_ms(&self) -> i64 {
        self.clock_offset_ms.load(Ordering::Relaxed)
    }

    pub(crate) fn set_clock_offset_ms(&self, offset_ms: i64) {
        self.clock_offset_ms.store(offset_ms, Ordering::Relaxed);
    }

    /// How many bytes of changes go up in the next request.
    pub(super) fn portion_bytes(&self) -> usize {
        self.portion.load(Ordering::Relaxed)
    }

    /// A request that was full came to its end.
    pub(super) fn portion_arrived(&self) {
        let grown = self.portion_bytes().saturating_mul(2).min(PORTION_MOST_BYTES);
        self.portion.store(grown, Ordering::Relaxed);
    }

    /// A request was cut.
    pub(super) fn portion_was_cut(&self) {
        let shrunk = (self.portion_bytes() / 2).max(PORTION_LEAST_BYTES);
        self.portion.store(shrunk, Ordering::Relaxed);
    }

    /// Whether changes are sent as whole chunks.
    pub(super) fn sends_whole(&self) -> bool {
        self.whole.load(Ordering::Relaxed)
    }

    pub(super) fn set_sends_whole(&self, whole: bool) {
        self.whole.store(whole, Ordering::Relaxed);
    }

    /// The hub takes no file of this kind. A newer one may: the next session asks again.
    pub(super) fn set_not_taken(&self, sha: [u8; 32]) {
        self.not_taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(sha);
    }

    /// Whether the hub did not take a file in this session.
    pub(crate) fn is_not_taken(&self, sha: &[u8; 32]) -> bool {
        self.not_taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(sha)
    }

    /// Files that the hub did not take in this session.
    pub(super) fn not_taken(&self) -> Vec<[u8; 32]> {
        self.not_taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .copied()
            .collect()
    }

    /// The session ends: nothing more is begun.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}
