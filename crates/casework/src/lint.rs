//! Looks over a pack.
