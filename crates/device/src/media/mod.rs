//! Pictures, recordings, papers and signatures: read from files of any origin, stripped of everything but what is seen
//! or heard.
//!
//! Pictures are oriented and kept in three sizes, recordings made anew of their sound, papers kept whole and looked
//! through, signatures rendered from their strokes. Nothing is decoded before its head was read and found within limits ([`outline`]); whatever a decoder then makes of
//! a stranger's bytes, a panic included, is an error like any other.

mod file;
mod jpeg;
mod kind;
pub(crate) mod look;
mod outline;
mod paper;
mod picture;
mod qr;
mod recording;
mod signature;

pub use file::FileError;
pub(crate) use file::media_type;
pub use paper::{Paper, page, paper};
pub use picture::{PictureError, Sizes, sizes};
pub(crate) use qr::read_qr;
pub use recording::{Recording, recording};
pub use signature::{Signature, signature};

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, ImageResult, Limits};

use kind::FileKind;
use outline::{DECODED_BYTES_MAX, Outline};

/// Decodes a file of unknown origin, within limits, the right way up. A large one may come back smaller, but no
/// smaller than [`jpeg::KEPT_SIDE`].
fn decode(file: &[u8]) -> Result<DynamicImage, PictureError> {
    if file.len() > ipc::PICTURE_BYTES_MAX {
        return Err(PictureError::TooLarge);
    }
    let kind = FileKind::of(file).ok_or(PictureError::NotAPicture)?;
    // A decoder that panics on a file has said that it is no picture.
    std::panic::catch_unwind(|| match kind {
        FileKind::Jpeg => jpeg::decode(file),
        FileKind::Png => Outline::of_png(file).and_then(|_| by_image(file, ImageFormat::Png)),
        FileKind::WebP => Outline::of_webp(file).and_then(|_| by_image(file, ImageFormat::WebP)),
        FileKind::Other(kind) => Err(PictureError::Other(kind)),
    })
    .unwrap_or(Err(PictureError::NotAPicture))
}

/// The formats that are decoded whole.
fn by_image(file: &[u8], format: ImageFormat) -> Result<DynamicImage, PictureError> {
    match decode_whole(file, format) {
        Ok(picture) if picture.width() > 0 && picture.height() > 0 => Ok(picture),
        Err(ImageError::Limits(_)) => Err(PictureError::TooLarge),
        Ok(_) | Err(_) => Err(PictureError::NotAPicture),
    }
}

fn decode_whole(file: &[u8], format: ImageFormat) -> ImageResult<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    // Whether a decoder keeps to its limits is its own affair; what it announces is checked here.
    limits.reserve(decoder.total_bytes())?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}
