//! Real devices and a real hub without sockets, without threads and without waiting: a seed decides who writes, who syncs, what is
//! lost, cut, doubled or late on the way, who dies at which moment, whose clock jumps, who is given which case, who
//! is shut out, and when rules are published or a hub of the version before stands there. Afterwards
//! everything heals, and what must hold is looked at.
//!
//! Everything that a seed decides is the same when it is played again. What hub and devices draw by themselves (ids of cases,
//! tokens) is not, and decides nothing.

mod arrivals;
mod hub;
mod look;
mod many;
mod media;
mod moments;
mod play;
mod wire;

pub use many::{Played, play_here, play_many};
pub use play::{Ended, Happens, play};
