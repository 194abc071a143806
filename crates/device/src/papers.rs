//! Papers: a form as it is shown, made into a sheet for the crate `paper`, and the file that comes of it.
//!
//! Whoever prints gets on paper what they may read on the screen, or less: a redacted copy is without whatever the
//! dictionary says tells who the child is, from the same layout.

mod file;
mod redact;
mod say;
mod sheet;

pub(crate) use file::NewFile;
pub(crate) use redact::Redaction;
pub(crate) use say::Say;
pub(crate) use sheet::{Printed, Printing, Signed, Stands, footer, moment, sheet_of};
