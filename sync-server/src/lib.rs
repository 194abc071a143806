//! The hub: log, grants, projections, feeds, administration.

pub mod storage;
