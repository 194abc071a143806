//! Everything a device does without a screen: vault, store, documents, sync, pictures.
//!
//! One [`Device`] for each data folder; [`Device::call`] is all a screen needs. This crate must never know Tauri, a
//! window or a web view, and shows no async runtime to its callers. SQL stands in `store/` only, cryptography in
//! `vault/` only (the signing of frames is `protocol`'s).

// A method of `Read<'_>` is not general enough where a closure over every lifetime is wanted.
#![allow(clippy::redundant_closure_for_method_calls)]

mod attention;
mod backup;
mod calls;
#[doc(hidden)]
pub mod decoders;
mod device;
mod documents;
mod failure;
mod farewell;
mod lease;
mod matching;
pub mod media;
mod news;
mod packs;
mod papers;
mod platform;
mod reports;
mod rotation;
mod session;
mod space;
mod store;
mod sync;
#[cfg(test)]
mod testing;
mod vault;
mod views;
#[doc(hidden)]
pub mod wipe;

pub use device::{Device, OpenError, Options};
pub use platform::{
    Clock, Disk, Entropy, FileChooser, NoFileChooser, Platform, SYSTEM_FONTS, SystemClock, SystemDisk, SystemEntropy,
};
pub use sync::{MediaCall, Transport, TransportError};
pub use vault::{Keystore, KeystoreError, NoKeystore, Stretching};
