//! How many requests of one author are served at once. A device makes one at a time; those beside it are left over from a link
//! that broke, and a hostile one could keep everybody else out with them. So the newest are served, and older ones are ended.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::AuthorId;
use tokio::sync::Notify;

/// So many of one author: the request of now, and one that the hub has not noticed the end of.
const AT_ONCE: usize = 2;

/// The requests that are served, by their authors.
#[derive(Debug, Default)]
pub(super) struct Turns {
    served: Mutex<HashMap<AuthorId, VecDeque<Arc<Notify>>>>,
}

impl Turns {
    fn served(&self) -> MutexGuard<'_, HashMap<AuthorId, VecDeque<Arc<Notify>>>> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turn of a request. Where the author has as many as they may, the oldest of them is over.
    pub(super) fn take(self: &Arc<Self>, author: AuthorId) -> Turn {
        let over = Arc::new(Notify::new());
        let mut served = self.served();
        let theirs = served.entry(author).or_default();
        if theirs.len() >= AT_ONCE
            && let Some(oldest) = theirs.pop_front()
        {
            oldest.notify_one();
        }
        theirs.push_back(over.clone());
        Turn {
            turns: self.clone(),
            author,
            over,
        }
    }
}

/// The turn of one request, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Arc<Turns>,
    author: AuthorId,
    over: Arc<Notify>,
}

impl Turn {
    /// Comes back when newer requests of the same author have taken its turn.
    pub(super) async fn is_over(&self) {
        self.over.notified().await;
        // Whoever asks again hears it again.
        self.over.notify_one();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut served = self.turns.served();
        if let Some(theirs) = served.get_mut(&self.author) {
            theirs.retain(|turn| !Arc::ptr_eq(turn, &self.over));
            if theirs.is_empty() {
                served.remove(&self.author);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn the_newest_requests_of_an_author_are_served_and_others_are_not_touched() {
        let turns = Arc::new(Turns::default());
        let (asha, binod) = (AuthorId([1; 16]), AuthorId([2; 16]));
        let others = turns.take(binod);
        let mine: Vec<Turn> = (0..4).map(|_| turns.take(asha)).collect();
        let over = |turn: &Turn| turn.is_over().now_or_never().is_some();
        assert_eq!(mine.iter().map(over).collect::<Vec<_>>(), [true, true, false, false]);
        assert!(over(&mine[0]), "it stays over");
        assert!(!over(&others));
        drop(mine);
        drop(others);
        assert!(turns.served().is_empty(), "nobody is remembered who asks nothing");
    }
}
