//! Word from one process to the others at a database that a log has grown.

use std::sync::Arc;

/// Told which district's log has grown; `None` where it may be any.
pub type Ear = Arc<dyn Fn(Option<&str>) + Send + Sync>;

/// Hearing of what other processes write.
pub trait Notices {
    /// Calls `ear` when another process has made a log grow: for each district once in a while, however much it grew.
    /// It may be called for growth of one's own, and for none. Word can be lost with a connection, so who waits looks by
    /// themselves from time to time; where processes cannot tell each other, that is all there is.
    fn on_growth(&self, ear: Ear);
}
