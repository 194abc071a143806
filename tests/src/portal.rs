//! A stand-in for the Vatsalya portal: takes what the hub delivers, the way a portal's own gateway would.
//!
//! It verifies the signature with the code of the Standard Webhooks authors (not with ours), holds the payload against
//! the published JSON Schema, answers the same delivery twice with the same number, and shows what arrived on a page.

mod book;
mod page;
mod server;

pub use book::{Answer, Arrival, Book, Refused};
pub use server::{PortalReceiver, PortalSettings};
