//! Scanned papers: a PDF is kept whole, byte for byte, after it was looked through; and a page that is nothing but a scan is
//! shown as the picture it is.
//!
//! This is no viewer. It reads as much of the format as tells a harmless paper from one that acts, counts pages, and
//! finds the picture of a scan; what it cannot read it says so of. No crate does this for a stranger's file: those that
//! there are unpack without a bound or call themselves as deep as the file says
//! (`docs/decisions/0018-recordings-papers-signatures.md`).

mod document;
mod object;
mod scan;

use protocol::media::kind::MediaKind;

use self::document::Document;
use super::{
    FileError, PictureError, Sizes,
    picture::{full_of, sizes_of},
};

/// A paper that was looked through.
#[derive(Debug)]
pub struct Paper {
    /// How many pages it has.
    pub pages: u32,
    /// Its first page as a picture; `None` where that page is no scan, or of a kind that is not read here.
    pub first: Option<Sizes>,
}

/// Looks a paper through.
pub fn paper(file: &[u8]) -> Result<Paper, FileError> {
    guarded(|| {
        let document = looked_through(file)?;
        let pages = document.pages()?;
        let first = pages.first().ok_or(FileError::Damaged)?;
        let first = scan::picture(&document, first).and_then(|picture| sizes_of(picture).map_err(not_shown));
        Ok(Paper {
            pages: u32::try_from(pages.len()).unwrap_or(u32::MAX),
            first: first.ok(),
        })
    })
}

/// A page of a paper as a JPEG file. The paper is looked through again: it may have come from another tablet.
pub fn page(file: &[u8], page: u32) -> Result<Vec<u8>, FileError> {
    guarded(|| {
        let document = looked_through(file)?;
        let pages = document.pages()?;
        let page = usize::try_from(page).ok().and_then(|page| pages.get(page));
        let picture = scan::picture(&document, page.ok_or(FileError::NotShown)?)?;
        full_of(picture).map_err(not_shown)
    })
}

const fn not_shown(_: PictureError) -> FileError {
    FileError::NotShown
}

fn looked_through(file: &[u8]) -> Result<Document<'_>, FileError> {
    if file.is_empty() {
        return Err(FileError::Empty);
    }
    match MediaKind::check(file)? {
        MediaKind::Paper => Document::read(file),
        _ => Err(FileError::Damaged),
    }
}

/// A reader that panics on a file has said that it is no paper.
fn guarded<T>(read: impl FnOnce() -> Result<T, FileError> + std::panic::UnwindSafe) -> Result<T, FileError> {
    std::panic::catch_unwind(read).unwrap_or(Err(FileError::Damaged))
}

#[cfg(test)]
mod tests;
