//! Real devices and a real hub without sockets, without threads and without waiting: a seed decides who writes, who syncs, what is
//! lost, cut, doubled or late on the way, who dies in the middle, whose clock jumps, and who is given which case. Afterwards
//! everything heals, and what must hold is looked at.
//!
//! Everything that a seed decides is the same when it is played again. What hub and devices draw by themselves (ids of cases,
//! tokens) is not, and decides nothing.

mod hub;
mod play;
mod wire;

pub use play::{Ended, play};
