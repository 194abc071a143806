//! Sealing to a public key and under a passphrase, in the age format (`age-encryption.org/v1`).
//!
//! The format and the cryptography are those of the crate `age`; what is sealed here the tools `age` and `rage` open, and
//! the other way round (`golden/` was written by one of them). Here stand the limits, the errors, and what of age is in
//! use at all: X25519 recipients for a few kilobytes in memory, and passphrases for streams.
//!
//! This crate knows no case, no vault, no file and no network. Randomness is the operating system's, as `age` takes it.

mod key;
mod passphrase;

pub use key::{Identity, Recipient, SEALED_BYTES_MAX, SealingError, seal};
pub use passphrase::{Locked, UnlockError, Unlocked, WORK, WORK_LEAST, WORK_MAX, lock, unlock};
