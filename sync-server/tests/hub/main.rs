//! The hub over real sockets on a free port, against devices that behave and others that do not.

mod admin;
mod attack;
mod enrol;
mod feed;
mod grants;
mod media;
mod support;
mod sync;
