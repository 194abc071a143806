//! The sync call without its sockets: frames in, frames out.

mod appeals;
mod batch;
mod catch_up;
mod claims;
mod cursor;
mod detail;
mod first;
mod fold;
mod gather;
mod index;
mod pieces;
mod proposals;
mod reading;
mod release;
mod serve;
mod session;
mod upload;
mod urgent;

pub(crate) use cursor::reads_after;
pub use fold::{FoldError, fold};
pub(crate) use fold::{due_snapshot, snapshot};
pub use release::{Rejudged, release};
pub use serve::{Sink, SinkClosed};
pub use session::SyncSession;
pub(crate) use upload::LATE_MS;
pub use urgent::is_asked;
