//! A child's life as data: who wrote what on which tablet, who met the hub when, and what must then be so.
//!
//! A story is a file of `tests/stories`. Its steps are played on real devices without windows that talk to a real hub,
//! with a clock that is moved by hand, so that two years take seconds. How a file is written is told at [`Story`].

mod check;
mod desk;
mod expect;
mod play;
mod read;
mod room;
mod sound;
mod values;
mod writing;

pub use desk::{Desk, HubClock, HubTime, StoryClock};
pub use expect::Expect;
pub use play::{Office, Played, Player, Setting};
pub use read::{Author, Child, Demo, Extend, Filing, House, LinkTo, NewRow, SetCell, Settle, Step, Story, all};
pub use room::Room;
pub use values::moment;
