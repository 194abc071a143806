//! What must hold of matching, through its public face.

mod book;
mod lists;
mod properties;
