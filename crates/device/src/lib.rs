//! Everything a device does without a screen: vault, store, documents, sync, media.
//!
//! This crate must never know Tauri, a window or a web view, and shows no async runtime to its callers. SQL stands in
//! [`store`] only, cryptography in [`vault`] only.

mod media;
mod platform;
mod store;
pub mod vault;
#[cfg(test)]
mod testing;

pub use platform::{Clock, Entropy, Platform, SystemClock, SystemEntropy};
