//! Sheets of paper: what a form says, set as a PDF that an archive takes (PDF/A-2b) and a screen reader reads (PDF/UA-1).
//!
//! A [`Sheet`] is data, and the layout reads it as data: no text of it is ever markup, a path or a program. The layout
//! comes with this crate; it opens no file and no package but the sheet and its pictures. Letters come from a folder of
//! fonts ([`Fonts`]), and a character that none of them can show stops the print, so that no paper lies with an empty
//! square where a word stood.
//!
//! This crate knows no case, no pack, no vault and no clock. Which facts a paper may show is decided before.

mod desk;
mod fonts;
mod letters;
mod print;
mod sheet;

pub use fonts::{FontError, Fonts};
pub use print::{PAPER_BYTES_MAX, Paper, PrintError, print};
pub use sheet::{
    Answer, Choice, Footer, Grid, Item, Line, Moment, Picture, Section, Sheet, SheetItem, SignaturePlace, Words,
};
