//! The ear: one request that is kept at the hub until there is something to hear at once, a referral that somebody is to take
//! up. It says that there is, and the sync says what.
//!
//! It has a thread of its own, because it waits for most of its life, and knows nothing of the vault: neither a session nor a
//! key outlives a lock in it.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc::Sender},
    thread::JoinHandle,
};

use protocol::HubUrl;

use super::{Transport, TransportError, engine::Wake, transport::NO_WAITING};

/// By what the hub is waited at: good until the next round gives another.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub(super) hub: HubUrl,
    /// The cursor behind which everything is news.
    pub(super) cursor: Vec<u8>,
    /// The bearer token of the last exchange.
    pub(super) token: String,
}

#[derive(Default)]
struct State {
    /// What the next wait is for.
    post: Option<Post>,
    over: bool,
}

/// Where the rounds leave what the ear waits with.
#[derive(Default)]
pub(crate) struct Ear {
    state: Mutex<State>,
    changed: Condvar,
}

impl Ear {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A round has come to its end: from here on there may be news.
    pub(super) fn wait_with(&self, post: Post) {
        self.state().post = Some(post);
        self.changed.notify_all();
    }

    /// Nothing is waited for any more.
    pub(super) fn stop(&self) {
        self.state().over = true;
        self.changed.notify_all();
    }

    /// The next to wait with; `None` where it is over.
    fn next(&self) -> Option<Post> {
        let waits = |state: &mut State| !state.over && state.post.is_none();
        let mut state = self
            .changed
            .wait_while(self.state(), waits)
            .unwrap_or_else(PoisonError::into_inner);
        if state.over { None } else { state.post.take() }
    }

    /// What rounds have left is from before the news: the round that follows leaves something newer.
    fn forget(&self) {
        self.state().post = None;
    }

    /// Waits once more with the same, unless a round has left something newer.
    fn again(&self, post: Post) {
        self.state().post.get_or_insert(post);
    }
}

/// Starts the ear of a session.
pub(super) fn start(
    ear: &Arc<Ear>,
    transport: &Arc<dyn Transport>,
    wake: Sender<Wake>,
) -> std::io::Result<JoinHandle<()>> {
    let (ear, transport) = (Arc::clone(ear), Arc::clone(transport));
    std::thread::Builder::new()
        .name("ear".into())
        .spawn(move || listen(&ear, transport.as_ref(), &wake))
}

fn listen(ear: &Ear, transport: &dyn Transport, wake: &Sender<Wake>) {
    // Whether a connection that broke is followed by a round at once: not where one never held.
    let mut it_held = true;
    while let Some(post) = ear.next() {
        let waited = transport.wait(&post.hub, &post.cursor, &post.token);
        let wakes = waited == Ok(true) || (waited == Err(TransportError::Unreachable) && it_held);
        it_held = waited.is_ok();
        if wakes {
            ear.forget();
            if wake.send(Wake::Now).is_err() {
                return;
            }
        }
        match waited {
            Ok(false) => ear.again(post),
            // A hub from before it could be waited at: the rounds ask now and then, as they did.
            Err(TransportError::Status(NO_WAITING)) => return,
            // After news, with an old token, at a hub that is full or without a network: the next round that is good begins it
            // again.
            Ok(true) | Err(TransportError::Unreachable | TransportError::Garbled | TransportError::Status(_)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::VecDeque, io::Read, sync::mpsc::channel};

    use protocol::ids::Sha256;

    use super::*;
    use crate::sync::MediaCall;

    /// A hub that answers who waits by what was laid out, and says what it was asked.
    struct Waited {
        answers: Mutex<VecDeque<Result<bool, TransportError>>>,
        asked: Sender<String>,
        /// What happens while it is waited.
        meanwhile: Box<dyn Fn() + Send + Sync>,
    }

    impl Transport for Waited {
        fn wait(&self, _: &HubUrl, _: &[u8], token: &str) -> Result<bool, TransportError> {
            (self.meanwhile)();
            self.asked.send(token.to_owned()).unwrap();
            self.answers
                .lock()
                .unwrap()
                .pop_front()
                .unwrap_or(Err(TransportError::Status(NO_WAITING)))
        }

        fn enrol(&self, _: &HubUrl, _: Vec<u8>) -> Result<Vec<u8>, TransportError> {
            Err(TransportError::Unreachable)
        }

        fn sync(&self, _: &HubUrl, _: Vec<u8>) -> Result<Box<dyn Read>, TransportError> {
            Err(TransportError::Unreachable)
        }

        fn begin_upload(&self, _: &HubUrl, _: MediaCall<'_>, _: u64) -> Result<u64, TransportError> {
            Err(TransportError::Unreachable)
        }

        fn upload(&self, _: &HubUrl, _: MediaCall<'_>, _: u64, _: &[u8]) -> Result<u64, TransportError> {
            Err(TransportError::Unreachable)
        }

        fn download(&self, _: &HubUrl, _: MediaCall<'_>) -> Result<Vec<u8>, TransportError> {
            Err(TransportError::Unreachable)
        }

        fn pack(&self, _: &HubUrl, _: &Sha256, _: &str) -> Result<Vec<u8>, TransportError> {
            Err(TransportError::Unreachable)
        }
    }

    fn post(token: &str) -> Post {
        Post {
            hub: "http://127.0.0.1:1".parse().unwrap(),
            cursor: Vec::new(),
            token: token.to_owned(),
        }
    }

    #[test]
    fn it_waits_on_in_silence_wakes_the_sync_at_a_word_and_rests_where_there_is_no_hub() {
        let (asked, was_asked) = channel();
        let (wake, woken) = channel();
        let gone = Err(TransportError::Unreachable);
        // The last answer is that of a hub which knows no waiting.
        let answers = [Ok(false), Ok(true), gone, gone];
        let transport: Arc<dyn Transport> = Arc::new(Waited {
            answers: Mutex::new(answers.into()),
            asked,
            meanwhile: Box::new(|| {}),
        });
        let ear = Arc::<Ear>::default();
        let thread = start(&ear, &transport, wake).unwrap();
        ear.wait_with(post("first"));
        assert_eq!(was_asked.recv().unwrap(), "first");
        assert_eq!(was_asked.recv().unwrap(), "first", "in silence once more with the same");
        assert_eq!(woken.recv().unwrap(), Wake::Now);
        ear.wait_with(post("second"));
        assert_eq!(was_asked.recv().unwrap(), "second", "with what the round has left");
        assert_eq!(woken.recv().unwrap(), Wake::Now, "a connection that held and broke");
        ear.wait_with(post("third"));
        assert_eq!(was_asked.recv().unwrap(), "third");
        ear.wait_with(post("fourth"));
        assert_eq!(was_asked.recv().unwrap(), "fourth");
        thread.join().unwrap();
        assert!(woken.try_recv().is_err(), "one that never held is left to the rounds");
    }

    #[test]
    fn what_a_round_before_the_news_has_left_is_not_waited_with() {
        let (asked, was_asked) = channel();
        let (wake, woken) = channel();
        let ear = Arc::<Ear>::default();
        let overtaken = Arc::clone(&ear);
        let transport: Arc<dyn Transport> = Arc::new(Waited {
            answers: Mutex::new([Ok(true)].into()),
            asked,
            meanwhile: Box::new(move || overtaken.wait_with(post("stale"))),
        });
        let thread = start(&ear, &transport, wake).unwrap();
        ear.wait_with(post("first"));
        assert_eq!(woken.recv().unwrap(), Wake::Now);
        ear.wait_with(post("fresh"));
        thread.join().unwrap();
        assert_eq!(was_asked.try_iter().collect::<Vec<_>>(), ["first", "fresh"]);
    }

    #[test]
    fn it_ends_with_the_session() {
        let (asked, _was_asked) = channel();
        let (wake, _woken) = channel();
        let answers = Mutex::default();
        let transport: Arc<dyn Transport> = Arc::new(Waited {
            answers,
            asked,
            meanwhile: Box::new(|| {}),
        });
        let ear = Arc::<Ear>::default();
        let thread = start(&ear, &transport, wake).unwrap();
        ear.stop();
        thread.join().unwrap();
    }
}
