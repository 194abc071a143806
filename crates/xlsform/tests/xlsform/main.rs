//! Workbooks as people make them, and what becomes of them.

mod hostile;
mod imports;
mod peer;
mod support;
mod workbooks;
