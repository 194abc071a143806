//! Sync: its own thread, one round trip at a time, made to be cut at any byte.
//!
//! [`exchange`] is the conversation: it makes a body, hands it to a [`Transport`] and works off the answer. It knows
//! no socket, so tests talk to it directly. [`engine`] decides when; [`pictures`] follows when all text is said.

mod commit;
mod ear;
mod engine;
mod enrolment;
mod exchange;
mod http;
mod inbound;
mod outbound;
mod packs;
mod parting;
mod pictures;
mod round;
mod status;
mod tls;
mod transport;

pub(crate) use engine::Engine;
pub(crate) use enrolment::enrol;
pub(crate) use http::HttpTransport;
pub(crate) use outbound::{CURSOR, INDEX, PROPOSALS};
pub(crate) use packs::UNUSABLE;
pub(crate) use round::round;
pub(crate) use status::{REACHED, SyncStatus};
pub use transport::{MediaCall, Transport, TransportError};
