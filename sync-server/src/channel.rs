//! Channels: what the hub tells other systems, and how.
//!
//! A channel is one module that says which facts it may carry, has a JSON Schema and a golden example in `schemas/`, and
//! maps a case's row to its message. Delivery is the same for all.

mod delivery;
pub mod vatsalya;
mod webhook;

pub use delivery::{Deliverer, run};
pub use webhook::{SecretError, WebhookSecret};
