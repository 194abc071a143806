//! The sync call without its sockets: frames in, frames out.

mod batch;
mod claims;
mod cursor;
mod detail;
mod fold;
mod gather;
mod index;
mod proposals;
mod serve;
mod session;
mod upload;

pub(crate) use fold::packed;
pub use fold::{FoldError, fold};
pub use serve::{Sink, SinkClosed};
pub use session::SyncSession;
pub(crate) use upload::LATE_MS;
