//! An invented district, and how it comes into a hub: through the hub's own interfaces and nothing else.

mod case;
mod lives;
mod names;
pub mod pictures;
mod plan;
mod records;
mod stories;
mod write;

pub use plan::{District, FIRST_CHILD, Institution, Officer, Record, Step, TOUR_OFFICERS};
pub use write::{Settled, Written, changes, send, settle};
