//! Devices without a screen, and a hub in memory that fails as it is told.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

mod access_log;
mod attachments;
mod bad_input;
mod begun_anew;
mod bench;
mod by_itself;
mod choosing_files;
mod cuts;
mod enrolling;
mod filing;
mod filing_again;
mod hostile;
mod hub;
mod keys;
mod lease;
mod leaving;
mod links;
mod long_history;
mod merging;
mod newer;
mod packs;
mod pictures;
mod printing;
mod received;
mod refusals;
mod reports;
mod searching;
mod shut_out;
mod working_offline;
