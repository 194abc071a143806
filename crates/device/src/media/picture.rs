//! The three sizes of a picture.

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::{DynamicImage, RgbImage};
use ipc::OtherKind;

use super::{decode, jpeg};

/// Why a file became no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Nothing that is known as a picture, or damaged.
    #[error("the file is no picture")]
    NotAPicture,
    /// A file of a kind that is known, and not read here.
    #[error("the file is of another kind")]
    Other(OtherKind),
    /// More bytes or pixels than are allowed.
    #[error("the picture is too large")]
    TooLarge,
}

/// A picture in three sizes, each a JPEG file without metadata.
#[derive(Debug)]
pub struct Sizes {
    /// For lists.
    pub thumb: Vec<u8>,
    /// What an officer in the field needs.
    pub field: Vec<u8>,
    /// For print and for looking closely.
    pub full: Vec<u8>,
}

/// How one size is made: its longest side, its most bytes, the quality tried first. One that comes out under
/// `bytes_few` is tried once more at the best quality, since there is room.
pub(super) struct Recipe {
    side: u32,
    pub(super) bytes_max: usize,
    bytes_few: usize,
    quality: u8,
}

pub(super) const THUMB: Recipe = Recipe {
    side: 192,
    bytes_max: 8_000,
    bytes_few: 0,
    quality: 70,
};
pub(super) const FIELD: Recipe = Recipe {
    side: 640,
    bytes_max: 130_000,
    bytes_few: 0,
    quality: 78,
};
const FULL: Recipe = Recipe {
    side: jpeg::KEPT_SIDE,
    bytes_max: 300_000,
    bytes_few: 150_000,
    quality: 82,
};

/// Above this nobody sees a difference.
const QUALITY_BEST: u8 = 92;
/// Below this a face is mush; rather make the picture smaller.
const QUALITY_MIN: u8 = 40;
const QUALITY_STEP: u8 = 12;

/// Makes the three sizes of a file of unknown origin. Only pixels are carried over, so place, time and camera are not.
pub fn sizes(file: &[u8]) -> Result<Sizes, PictureError> {
    sizes_of(decode(file)?)
}

/// A decoded picture in full size alone.
pub(super) fn full_of(picture: DynamicImage) -> Result<Vec<u8>, PictureError> {
    encode(shrink(on_white(picture), FULL.side)?, &FULL)
}

/// The three sizes of a decoded picture.
pub(super) fn sizes_of(picture: DynamicImage) -> Result<Sizes, PictureError> {
    let full = shrink(on_white(picture), FULL.side)?;
    let field = shrink(full.clone(), FIELD.side)?;
    let thumb = shrink(field.clone(), THUMB.side)?;
    Ok(Sizes {
        thumb: encode(thumb, &THUMB)?,
        field: encode(field, &FIELD)?,
        full: encode(full, &FULL)?,
    })
}

/// JPEG knows no transparency: what is see-through becomes white paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let with_alpha = picture.into_rgba8();
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
fn shrink(picture: RgbImage, side: u32) -> Result<RgbImage, PictureError> {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= side {
        return Ok(picture);
    }
    let scaled = |length: u32| u32::try_from(u64::from(length) * u64::from(side) / u64::from(longest)).unwrap_or(side);
    let (new_width, new_height) = (scaled(width).max(1), scaled(height).max(1));
    let from =
        ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3).map_err(|_| PictureError::NotAPicture)?;
    let mut to = Image::new(new_width, new_height, PixelType::U8x3);
    let how = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new()
        .resize(&from, &mut to, &how)
        .map_err(|_| PictureError::NotAPicture)?;
    RgbImage::from_raw(new_width, new_height, to.into_vec()).ok_or(PictureError::NotAPicture)
}

/// Encodes under the recipe's bytes: first at lower quality, then smaller.
fn encode(mut picture: RgbImage, recipe: &Recipe) -> Result<Vec<u8>, PictureError> {
    let mut best = jpeg::encode(&picture, recipe.quality)?;
    if best.len() < recipe.bytes_few {
        let better = jpeg::encode(&picture, QUALITY_BEST)?;
        return Ok(if better.len() <= recipe.bytes_max { better } else { best });
    }
    let mut quality = recipe.quality;
    while best.len() > recipe.bytes_max {
        quality = quality.saturating_sub(QUALITY_STEP);
        if quality < QUALITY_MIN {
            let longest = picture.width().max(picture.height());
            picture = shrink(picture, (longest * 3 / 4).max(1))?;
            quality = recipe.quality;
        }
        best = jpeg::encode(&picture, quality)?;
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageFormat, Rgb, Rgba, RgbaImage};

    use super::*;
    use crate::testing::peak_bytes;

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
    fn an_ordinary_picture_has_150_to_300_kilobytes_in_full() {
        for (width, height) in [(4000, 3000), (1600, 1200)] {
            let made = sizes(&file(ordinary(width, height), ImageFormat::Jpeg)).unwrap();
            assert!(
                (150_000..=300_000).contains(&made.full.len()),
                "{} bytes",
                made.full.len()
            );
            let again = image::load_from_memory(&made.full).unwrap();
            assert_eq!((again.width(), again.height()), (1600, 1200));
        }
    }

    /// What a camera takes, nearly: shapes, and grain on them.
    fn ordinary(width: u32, height: u32) -> RgbImage {
        let mut seed = 7u32;
        let scale = width / 400;
        RgbImage::from_fn(width, height, |x, y| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = seed >> 28;
            let shape = (x / scale % 97 * (y / scale % 61) / 23 + y / scale / 3) % 160;
            Rgb([shape + grain + 20, shape / 2 + grain + 60, 200 - shape + grain].map(|value| value.min(255) as u8))
        })
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = file(noisy(50, 50), ImageFormat::Png);
        let jpeg = file(noisy(50, 50), ImageFormat::Jpeg);
        for bytes in [
            b"".as_slice(),
            b"MZ\x90\0",
            &png[..png.len() / 2],
            &jpeg[..30],
            &[0xFF, 0xD8, 0xFF, 0xE0],
        ] {
            assert_eq!(sizes(bytes).unwrap_err(), PictureError::NotAPicture);
        }
        assert_eq!(sizes(b"<svg/>").unwrap_err(), PictureError::Other(OtherKind::Svg));
        assert_eq!(
            sizes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").unwrap_err(),
            PictureError::Other(OtherKind::Heic)
        );
    }

    /// A hundred million pixels and more, in files of a few bytes.
    fn bombs() -> Vec<(&'static str, Vec<u8>)> {
        let jpeg = |marker: u8, side: u16, scans: usize| {
            let [high, low] = side.to_be_bytes();
            let mut bomb = vec![0xFF, 0xD8, 0xFF, marker, 0, 17, 8, high, low, high, low, 3];
            bomb.extend([1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
            for _ in 0..scans {
                bomb.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x55, 0xFF, 0, 0x55]);
            }
            bomb
        };
        let mut png = file(noisy(2, 2), ImageFormat::Png);
        png[16..24].copy_from_slice(&[0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]);
        let checksum = crc(&png[12..29]);
        png[29..33].copy_from_slice(&checksum.to_be_bytes());
        let moving = [&png[..33], b"\0\0\0\x08acTL\0\0\x27\x10\0\0\0\0", &png[33..]].concat();
        let webp = |canvas: u32, chunks: &[&[u8]]| {
            let side = (canvas - 1).to_le_bytes();
            let mut bomb = b"RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0\x02\0\0\0".to_vec();
            bomb.extend([&side[..3], &side[..3], &chunks.concat()].concat());
            bomb
        };
        let frame = b"VP8 \x0A\0\0\0\x30\0\0\x9D\x01\x2A\xFF\x3F\xFF\x3F";
        vec![
            ("a PNG", png),
            ("a moving PNG", moving),
            ("a JPEG", jpeg(0xC0, 10_000, 1)),
            ("a JPEG of the largest size there is", jpeg(0xC0, u16::MAX, 1)),
            ("a progressive JPEG", jpeg(0xC2, 10_000, 10)),
            ("a progressive JPEG of a thousand scans", jpeg(0xC2, 4_000, 1_000)),
            ("a WebP", [b"RIFF\0\0\0\0WEBP".as_slice(), frame].concat()),
            ("a moving WebP", webp(10_000, &[])),
            ("a moving WebP with one large picture", webp(10, &[frame])),
        ]
    }

    #[test]
    fn a_picture_that_would_fill_the_memory_is_refused_before_it_does() {
        for (name, bomb) in bombs() {
            let (refused, bytes) = peak_bytes(|| sizes(&bomb).unwrap_err());
            assert_eq!(refused, PictureError::TooLarge, "{name}");
            assert!(bytes < 64 * 1024, "{name}: {bytes} bytes");
            // The quickest of some: what else runs on the machine is not measured here.
            let quickest = (0..9).map(|_| {
                let began = std::time::Instant::now();
                sizes(&bomb).unwrap_err();
                began.elapsed()
            });
            let quickest = quickest.min().unwrap();
            assert!(quickest.as_millis() < 100, "{name}: {quickest:?}");
        }
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
