//! Registers and reports: counted of what is on this tablet, and given out as paper, workbook or values between commas.
//!
//! What is counted is defined in `casework::reports`; here are the cases of the tablet, and the files.

mod commas;
mod gather;
mod grid;
mod sheet;
mod workbook;

pub(crate) use commas::write as write_csv;
pub(crate) use gather::{Gathered, gather};
pub(crate) use grid::Grid;
pub(crate) use sheet::sheet_of;
pub(crate) use workbook::{WorkbookError, write as write_workbook};
