//! The hub: log, grants, projections, feeds, administration.
//!
//! One binary, one configuration file, one folder. What a device says is believed only after every check in
//! [`sync`], and put into its document by another process first ([`trial`]); what a device is told comes out of
//! [`storage`], whose every reading of the log joins the reader's grants.
//!
//! The hub must never know the screens, hold a key of an author, or give a document to somebody without a grant. SQL
//! stands in `storage`, cryptography in `identity` and in the webhook signature of `channel`.

pub mod admin;
pub mod archive;
pub mod backup;
pub mod bells;
pub mod channel;
pub mod clock;
pub mod config;
mod crowd;
pub mod deeds;
pub mod duty;
pub mod health;
pub mod http;
pub mod hub;
pub mod identity;
pub mod inbound;
pub mod institutions;
pub mod keeping;
pub mod matching;
pub mod memory;
pub mod metrics;
pub mod packs;
pub mod project;
pub mod rights;
pub mod server;
pub mod storage;
pub mod sync;
pub mod tls;
pub mod trial;
pub mod wake;
pub mod worker;

pub use config::Config;
pub use hub::Hub;
pub use server::Server;
