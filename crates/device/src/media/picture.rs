//! The three sizes of a picture.

use image::{DynamicImage, RgbImage, codecs::jpeg::JpegEncoder, imageops::FilterType};

use super::decode;

/// Why a file became no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PictureError {
    /// Not a JPEG, PNG or WebP that can be read.
    #[error("the file is no picture")]
    NotAPicture,
    /// More bytes or pixels than are allowed.
    #[error("the picture is too large")]
    TooLarge,
}

/// A picture in three sizes, each a JPEG file without metadata.
#[derive(Debug)]
pub(crate) struct Sizes {
    /// For lists.
    pub(crate) thumb: Vec<u8>,
    /// What an officer in the field needs.
    pub(crate) field: Vec<u8>,
    /// For print and for looking closely.
    pub(crate) full: Vec<u8>,
}

/// How one size is made: its longest side, its most bytes, the best quality tried.
struct Recipe {
    side: u32,
    bytes_max: usize,
    quality: u8,
}

const THUMB: Recipe = Recipe {
    side: 192,
    bytes_max: 8 * 1024,
    quality: 70,
};
const FIELD: Recipe = Recipe {
    side: 640,
    bytes_max: 130 * 1024,
    quality: 80,
};
const FULL: Recipe = Recipe {
    side: 1600,
    bytes_max: 1536 * 1024,
    quality: 85,
};

/// Below this a face is mush; rather make the picture smaller.
const QUALITY_MIN: u8 = 35;
const QUALITY_STEP: u8 = 15;

/// Makes the three sizes of a file of unknown origin. Only pixels are carried over, so place, time and camera are not.
pub(crate) fn sizes(file: &[u8]) -> Result<Sizes, PictureError> {
    let picture = on_white(&decode(file)?);
    let full = shrink(&picture, FULL.side);
    let field = shrink(&full, FIELD.side);
    let thumb = shrink(&field, THUMB.side);
    Ok(Sizes {
        thumb: encode(thumb, &THUMB)?,
        field: encode(field, &FIELD)?,
        full: encode(full, &FULL)?,
    })
}

/// JPEG knows no transparency: what is see-through becomes white paper.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let with_alpha = picture.to_rgba8();
    RgbImage::from_fn(with_alpha.width(), with_alpha.height(), |x, y| {
        let [red, green, blue, alpha] = with_alpha.get_pixel(x, y).0;
        let over = |channel: u8| {
            let mixed = (u16::from(channel) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        image::Rgb([over(red), over(green), over(blue)])
    })
}

/// The picture with its longest side at most `side`; never enlarged.
fn shrink(picture: &RgbImage, side: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= side {
        return picture.clone();
    }
    let scaled = |length: u32| u32::try_from(u64::from(length) * u64::from(side) / u64::from(longest)).unwrap_or(side);
    image::imageops::resize(
        picture,
        scaled(width).max(1),
        scaled(height).max(1),
        FilterType::CatmullRom,
    )
}

/// Encodes under the recipe's bytes: first at lower quality, then smaller.
fn encode(mut picture: RgbImage, recipe: &Recipe) -> Result<Vec<u8>, PictureError> {
    loop {
        let mut quality = recipe.quality;
        while quality >= QUALITY_MIN {
            let mut jpeg = Vec::new();
            JpegEncoder::new_with_quality(&mut jpeg, quality)
                .encode_image(&picture)
                .map_err(|_| PictureError::NotAPicture)?;
            if jpeg.len() <= recipe.bytes_max {
                return Ok(jpeg);
            }
            quality = quality.saturating_sub(QUALITY_STEP);
        }
        let longest = picture.width().max(picture.height());
        picture = shrink(&picture, (longest * 3 / 4).max(1));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageFormat, Rgb, Rgba, RgbaImage};

    use super::*;

    /// A picture that compresses badly.
    fn noisy(width: u32, height: u32) -> RgbImage {
        let mut seed = 1u32;
        RgbImage::from_fn(width, height, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Rgb(seed.to_be_bytes()[..3].try_into().unwrap())
        })
    }

    fn file(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.into().write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn the_sizes_keep_to_their_sides_and_bytes_even_for_noise() {
        let made = sizes(&file(noisy(2000, 1200), ImageFormat::Png)).unwrap();
        for (jpeg, recipe) in [(&made.thumb, THUMB), (&made.field, FIELD), (&made.full, FULL)] {
            assert!(jpeg.len() <= recipe.bytes_max, "{} bytes", jpeg.len());
            let again = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap();
            assert!(again.width() <= recipe.side && again.width() > again.height());
        }
    }

    #[test]
    fn a_small_picture_is_not_enlarged_and_what_is_see_through_becomes_white() {
        let clear = RgbaImage::from_pixel(30, 20, Rgba([200, 0, 0, 0]));
        let made = sizes(&file(clear, ImageFormat::Png)).unwrap();
        let again = image::load_from_memory(&made.full).unwrap().to_rgb8();
        assert_eq!(again.dimensions(), (30, 20));
        assert!(again.get_pixel(5, 5).0.iter().all(|channel| *channel > 250));
    }

    /// A JPEG with an EXIF block that says the picture lies on its side and where it was taken.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x01\0".to_vec();
        tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
        tiff.extend(b"12.9716N 77.5946E");
        let body = [b"Exif\0\0".as_slice(), &tiff].concat();
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xFF, 0xE1], &length, &body, &jpeg[2..]].concat()
    }

    #[test]
    fn a_picture_is_turned_upright_and_loses_its_metadata() {
        let lying = with_exif(&file(noisy(80, 40), ImageFormat::Jpeg));
        let made = sizes(&lying).unwrap();
        for jpeg in [&made.thumb, &made.field, &made.full] {
            let again = image::load_from_memory(jpeg).unwrap();
            assert_eq!((again.width(), again.height()), (40, 80));
            assert!(!jpeg.windows(4).any(|window| window == b"Exif" || window == b"12.9"));
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = file(noisy(50, 50), ImageFormat::Png);
        for bytes in [
            b"".as_slice(),
            b"MZ\x90\0",
            b"<svg/>",
            &png[..png.len() / 2],
            &[0xFF, 0xD8, 0xFF, 0xE0],
        ] {
            assert_eq!(sizes(bytes).unwrap_err(), PictureError::NotAPicture);
        }
    }

    #[test]
    fn a_picture_that_would_fill_the_memory_is_refused_before_it_does() {
        // A PNG head that claims 60,000 × 60,000 pixels.
        let mut png = file(noisy(2, 2), ImageFormat::Png);
        png[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        let checksum = crc(&png[12..29]);
        png[29..33].copy_from_slice(&checksum.to_be_bytes());
        assert_eq!(sizes(&png).unwrap_err(), PictureError::TooLarge);
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |mut crc, byte| {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 {
                    (crc >> 1) ^ 0xEDB8_8320
                } else {
                    crc >> 1
                };
            }
            crc
        })
    }
}
