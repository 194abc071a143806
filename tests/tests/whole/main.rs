//! The whole system, one behaviour a file: real hub process, real devices, real window.
//!
//! `cargo xtask test` builds everything these need and says by environment variables where it is.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod absences;
mod arrows;
mod attachments;
mod backup;
mod bad_input;
mod bad_input_in_the_window;
mod console;
mod converge;
mod cut_off;
mod damaged_file;
mod demo_data;
mod destroyed;
mod dismissed;
mod first_sync;
mod forensics;
mod gallery;
mod hub_killed;
mod institutions;
mod kill;
mod late_pictures;
mod lost_passphrase;
mod malice;
mod matching;
mod matching_in_the_window;
mod matching_of_reports;
mod not_assigned;
mod path;
mod poor_links;
mod printing;
mod published_pack;
#[path = "../../../sync-server/tests/hub/receiver.rs"]
#[allow(dead_code, reason = "the hub's own tests have it do more")]
mod receiver;
mod recording_in_the_window;
mod referral;
mod refused;
mod restored;
mod rolled_back;
mod same_words;
mod screens;
mod simulation;
mod stories;
mod support;
mod tls;
mod window;
mod without_the_hub;
mod workbook_form;
