//! What changed, for screens that wait to be told.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ipc::{Changed, Progress, Topic};

/// With more cases than this changed, a screen reads the list again and the case it shows.
const CASES_MAX: usize = 256;

/// A revision that grows with everything that changes, and the last revision of each topic.
#[derive(Default)]
pub(crate) struct News {
    state: Mutex<State>,
    grown: Condvar,
}

#[derive(Default)]
struct State {
    revision: u64,
    topics: BTreeMap<Topic, u64>,
    closed: bool,
    opening: Option<Progress>,
}

impl News {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that these changed.
    pub(crate) fn tell(&self, topics: impl IntoIterator<Item = Topic>) {
        let mut state = self.state();
        state.revision += 1;
        let revision = state.revision;
        for topic in topics {
            state.topics.insert(topic, revision);
        }
        if state.topics.len() > CASES_MAX {
            // The session's topic makes a screen read everything it shows.
            state.topics.retain(|topic, _| !matches!(topic, Topic::Subject { .. }));
            state.topics.insert(Topic::Session, revision);
        }
        drop(state);
        self.grown.notify_all();
    }

    /// Forgets the topics of a session that ended.
    pub(crate) fn tell_session(&self) {
        self.state().topics.clear();
        self.tell([Topic::Session, Topic::Cases, Topic::Sync]);
    }

    /// Says how far the opening of a vault has come; `None`: nothing is being made anew.
    pub(crate) fn tell_opening(&self, progress: Option<Progress>) {
        self.state().opening = progress;
        self.tell([Topic::Opening]);
    }

    /// How far the opening of a vault has come.
    pub(crate) fn opening(&self) -> Option<Progress> {
        self.state().opening
    }

    /// Waits until something changed since `after`, at most as long as a screen may wait.
    pub(crate) fn watch(&self, after: u64) -> Changed {
        let until = Instant::now() + Duration::from_millis(ipc::WATCH_MS_MAX);
        let mut state = self.state();
        // A screen that has seen a later revision is older than this process: it reads everything.
        let after = if after > state.revision { 0 } else { after };
        while state.revision <= after && !state.closed {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self
                .grown
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let changed = state.topics.iter().filter(|(_, revision)| **revision > after);
        Changed {
            revision: state.revision,
            topics: changed.map(|(topic, _)| topic.clone()).collect(),
        }
    }

    /// Lets everybody who waits go: the app is ending.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.grown.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watcher_hears_what_changed_since_and_nothing_before() {
        let news = News::default();
        news.tell_session();
        let first = news.watch(0);
        assert_eq!(first.topics, [Topic::Session, Topic::Cases, Topic::Sync]);
        news.tell([Topic::Sync]);
        assert_eq!(news.watch(first.revision).topics, [Topic::Sync]);
        assert_eq!(
            news.watch(99).topics.len(),
            3,
            "a revision from before a restart hears everything"
        );
    }

    #[test]
    fn a_waiting_screen_is_woken() {
        let news = News::default();
        news.tell_session();
        let heard = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| news.watch(1));
            news.tell([Topic::Cases]);
            waiting.join().unwrap()
        });
        assert_eq!(heard.topics, [Topic::Cases]);
    }
}
