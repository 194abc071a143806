//! The hub over real sockets on a free port, against devices that behave and others that do not.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails; helpers beside the tests, too"
)]

mod access_log;
mod admin;
mod administration;
mod appeals;
mod archive;
mod attack;
mod backup;
mod bucket;
mod channel_matrix;
mod channels;
#[path = "../support/cluster.rs"]
#[allow(
    unreachable_pub,
    reason = "the whole-system tests include this file, too, in a library"
)]
mod cluster;
mod command;
mod compaction;
mod console;
mod crowd;
mod destroyed;
mod devices;
mod duty;
mod duty_left;
mod duty_words;
mod elsewhere;
mod enrol;
mod feed;
mod filings;
mod first_reading;
mod gaps;
mod going_back;
mod grants;
mod hubs;
mod inbound;
mod index;
mod installed;
mod institutions;
mod matching;
mod matrix;
mod media;
mod office;
mod openapi;
mod outage;
mod packs;
mod pulled;
mod quarantine;
mod receiver;
mod receivers;
mod staff;
mod storage;
mod support;
mod sync;
mod tls;
mod trial;
mod tus;
mod versions;
mod watch;
mod webhooks;
