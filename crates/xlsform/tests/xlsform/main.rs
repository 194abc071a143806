//! Workbooks as people make them, and what becomes of them.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

mod hostile;
mod imports;
mod peer;
mod support;
mod workbooks;
