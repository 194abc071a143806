//! The sync call without its sockets: frames in, frames out.

mod appeals;
mod batch;
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
mod serve;
mod session;
mod upload;

pub(crate) use fold::packed;
pub use fold::{FoldError, fold};
pub use serve::{Sink, SinkClosed};
pub use session::SyncSession;
pub(crate) use upload::LATE_MS;
