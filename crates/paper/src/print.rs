//! From a sheet to the bytes of a PDF.

use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::{FontError, Fonts, Sheet, desk::Desk, letters};

/// The most that the texts of a sheet may have, in bytes: over a thousand pages.
pub const PAPER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The most pictures on a sheet.
const PICTURES_MAX: usize = 64;

/// For how many papers the results of a layout are kept: they hold a child's words.
const KEPT_PAPERS: usize = 0;

/// Why there is no paper.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// A font is missing, or a letter in all of them.
    #[error(transparent)]
    Font(#[from] FontError),
    /// More than [`PAPER_BYTES_MAX`], or too many pictures.
    #[error("there is too much for one paper")]
    TooMuch,
    /// The layout did not take the sheet. What it says of that may quote the sheet, and is not told.
    #[error("the layout does not take the sheet")]
    Layout,
}

/// A paper.
#[derive(Debug)]
pub struct Paper {
    /// The file.
    pub pdf: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
}

/// Sets a sheet. The same sheet and fonts make the same bytes.
pub fn print(fonts: &Fonts, mut sheet: Sheet) -> Result<Paper, PrintError> {
    let bytes: usize = sheet.texts().map(str::len).sum();
    if bytes > PAPER_BYTES_MAX || sheet.pictures.len() > PICTURES_MAX {
        return Err(PrintError::TooMuch);
    }
    sheet.texts_mut(|text| *text = letters::tidy(text));
    let chosen = fonts.for_texts(sheet.texts())?;
    let families = chosen.families.clone();
    let pictures = std::mem::take(&mut sheet.pictures);
    let data = serde_json::json!({ "sheet": sheet, "families": families });
    let data = serde_json::to_vec(&data).map_err(|_| PrintError::Layout)?;
    let desk = Desk::new(chosen, data, pictures);
    let made = set(&desk, &sheet);
    typst::comemo::evict(KEPT_PAPERS);
    made
}

fn set(desk: &Desk, sheet: &Sheet) -> Result<Paper, PrintError> {
    let document = typst::compile::<PagedDocument>(desk)
        .output
        .map_err(|_| PrintError::Layout)?;
    let at = sheet.printed;
    let timestamp = Datetime::from_ymd_hms(at.year, at.month, at.day, at.hour, at.minute, 0).map(Timestamp::new_utc);
    let standards = PdfStandards::new(&[PdfStandard::A_2b, PdfStandard::Ua_1]).map_err(|_| PrintError::Layout)?;
    let options = PdfOptions {
        ident: Smart::Auto,
        creator: Smart::Custom(None),
        timestamp,
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|_| PrintError::Layout)?;
    Ok(Paper {
        pdf,
        pages: document.pages().len(),
    })
}
