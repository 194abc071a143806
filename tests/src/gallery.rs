//! Pictures of every screen: an invented district at a moment that stands, shown in Chromium in the sizes, colours and languages
//! that officers have, and compared with the pictures that stand in the repository.
//!
//! The pictures are small and are compared by the colour of patches, so that letters may be drawn a little differently on another
//! machine, and a button that moved or changed its colour is found all the same.

mod hindrances;
mod look;
mod page;
mod patches;
mod scene;
mod walk;

pub use hindrances::hindrances;
pub use look::{ALL_SIZES, Look, Size};
pub use page::{NAME, write};
pub use patches::{Difference, differences, kept, shrunk};
pub use scene::Scene;
pub use walk::{SCREENS, Seat, Seen, Walk};
