use minicbor::{Decode, Encode};

use crate::ids::{AuthorId, DocumentId};
use crate::limits::RECEIVED_TIMES_MAX;

/// When the hub received what came folded in a grant: the changes of one author in one document, from a first one on. Sent
/// behind the grant, to devices that say in `Open` that they read it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Received {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// Whose changes.
    #[n(1)]
    pub author: AuthorId,
    /// The number of the first of them among the author's changes of the document, from one.
    #[n(2)]
    pub first: u64,
    /// By the hub's clock: when it received that one, then for each that follows how much later than the one before (in
    /// milliseconds, negative where its clock was put back). At most
    /// [`RECEIVED_TIMES_MAX`](crate::limits::RECEIVED_TIMES_MAX).
    #[n(3)]
    pub steps_ms: Vec<i64>,
}

impl Received {
    /// The frame's kind, for [`Open::reads`](crate::message::up::Open::reads).
    pub const KIND: u8 = 75;

    /// The times of an author's changes, the first of them numbered `first`, in as many messages as they need.
    pub fn of(document: DocumentId, author: AuthorId, first: u64, times_ms: &[i64]) -> Vec<Self> {
        let mut told = Vec::new();
        let mut first = first;
        for times in times_ms.chunks(RECEIVED_TIMES_MAX) {
            let mut before = 0_i64;
            let step = |time: &i64| time.wrapping_sub(std::mem::replace(&mut before, *time));
            told.push(Self {
                document,
                author,
                first,
                steps_ms: times.iter().map(step).collect(),
            });
            first = first.saturating_add(times.len() as u64);
        }
        told
    }

    /// The times, one for each change; `None` where there are more than may be.
    pub fn times_ms(&self) -> Option<Vec<i64>> {
        let mut time = 0_i64;
        let mut add = |step: &i64| {
            time = time.wrapping_add(*step);
            time
        };
        (self.steps_ms.len() <= RECEIVED_TIMES_MAX).then(|| self.steps_ms.iter().map(&mut add).collect())
    }
}
