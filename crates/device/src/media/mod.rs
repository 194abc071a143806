//! Pictures: read from files of any origin, oriented, stripped of everything but the picture, in three sizes.

mod picture;
mod qr;

pub(crate) use picture::{PictureError, sizes};
pub(crate) use qr::read_qr;

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

/// Longest side of a file that is opened, in pixels. A telephone's largest picture has about 16,000.
const SIDE_MAX: u32 = 20_000;
/// Most memory a decoder may take: about 60 million pixels.
const DECODED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Decodes a file of unknown origin, within limits, the right way up.
fn decode(file: &[u8]) -> Result<DynamicImage, PictureError> {
    if file.len() > ipc::PICTURE_BYTES_MAX {
        return Err(PictureError::TooLarge);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    let opened = std::panic::catch_unwind(move || {
        let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format()?;
        reader.limits(limits.clone());
        let mut decoder = reader.into_decoder()?;
        // Whether a decoder keeps to its limits is its own affair; what it announces is checked here.
        limits.check_dimensions(decoder.dimensions().0, decoder.dimensions().1)?;
        limits.check_support(&image::LimitSupport::default())?;
        limits.reserve(decoder.total_bytes())?;
        let orientation = decoder.orientation()?;
        let mut picture = DynamicImage::from_decoder(decoder)?;
        picture.apply_orientation(orientation);
        Ok::<_, image::ImageError>(picture)
    });
    match opened {
        Ok(Ok(picture)) if picture.width() > 0 && picture.height() > 0 => Ok(picture),
        Ok(Err(image::ImageError::Limits(_))) => Err(PictureError::TooLarge),
        // A decoder that panics on a file has said that it is no picture.
        Ok(Ok(_) | Err(_)) | Err(_) => Err(PictureError::NotAPicture),
    }
}
