//! Two pictures of a screen, compared by patches: what a patch of some pixels looks like from afar hardly depends on how letters
//! are drawn, but does on where a button stands and which colour it has.

use std::io::Cursor;

use anyhow::ensure;
use image::{DynamicImage, ImageFormat, RgbImage, imageops};

use super::look::Size;

/// The side of a patch, in pixels of the screen.
const PATCH: u32 = 16;
/// By how much a patch may differ in red, green or blue, of 255, before it is another.
const TOLERANCE: u8 = 36;
/// A patch that differs by more than this counts, where many do.
const SLIGHT: u8 = 18;
/// So many of a thousand patches may differ slightly: a line of letters that are drawn otherwise, not a field.
const SLIGHT_PER_MILLE_MAX: usize = 15;
/// How well the kept pictures are drawn, of 100.
const QUALITY: u8 = 30;

/// How a screen differs from its picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// Patches that are others.
    pub others: usize,
    /// Patches that differ slightly.
    pub slightly: usize,
    /// All patches.
    pub of: usize,
    /// The patch that differs most: its place in pixels of the screen, and by how much.
    pub most: ((u32, u32), u8),
}

impl Difference {
    /// Whether it is another screen to somebody who looks at both.
    pub fn is_seen(&self) -> bool {
        self.others > 0 || self.slightly * 1_000 > self.of * SLIGHT_PER_MILLE_MAX
    }
}

/// How many pixels of the screen are one of the picture on each side.
const fn factor(size: Size) -> u32 {
    match size {
        Size::Phone => 1,
        Size::Tablet | Size::Landscape | Size::Laptop => 2,
    }
}

/// A screen as large as its picture is kept. It may have been drawn with several dots for a pixel.
pub fn shrunk(screen: &RgbImage, size: Size) -> RgbImage {
    let (width, height) = size.pixels();
    let by = factor(size);
    imageops::thumbnail(screen, width / by, height / by)
}

/// The bytes of a picture as they are kept.
pub fn kept(picture: &RgbImage) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    picture.write_with_encoder(encoder)?;
    Ok(bytes.into_inner())
}

/// How a screen differs from the bytes of its picture.
pub fn differences(screen: &RgbImage, bytes: &[u8], size: Size) -> anyhow::Result<Difference> {
    let kept = image::load_from_memory_with_format(bytes, ImageFormat::Jpeg)?;
    compare(
        &shrunk(screen, size),
        &DynamicImage::into_rgb8(kept),
        PATCH / factor(size),
    )
    .map(|mut found| {
        let ((across, down), by) = found.most;
        found.most = ((across * PATCH, down * PATCH), by);
        found
    })
}

fn compare(new: &RgbImage, old: &RgbImage, patch: u32) -> anyhow::Result<Difference> {
    ensure!(new.dimensions() == old.dimensions(), "the picture has another size");
    let (across, down) = (new.width().div_ceil(patch), new.height().div_ceil(patch));
    let (new, old) = (
        imageops::thumbnail(new, across, down),
        imageops::thumbnail(old, across, down),
    );
    let mut found = Difference {
        others: 0,
        slightly: 0,
        of: (across * down) as usize,
        most: ((0, 0), 0),
    };
    for ((place, one), other) in new
        .enumerate_pixels()
        .map(|(x, y, pixel)| ((x, y), pixel))
        .zip(old.pixels())
    {
        let by = one
            .0
            .iter()
            .zip(other.0)
            .map(|(one, other)| one.abs_diff(other))
            .max()
            .unwrap_or_default();
        found.others += usize::from(by > TOLERANCE);
        found.slightly += usize::from(by > SLIGHT);
        if by > found.most.1 {
            found.most = (place, by);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    const PAPER: Rgb<u8> = Rgb([245, 243, 238]);
    const ACTION: Rgb<u8> = Rgb([11, 74, 79]);

    /// A page with a button at this place.
    fn page(left: u32, colour: Rgb<u8>) -> RgbImage {
        let (width, height) = Size::Tablet.pixels();
        RgbImage::from_fn(width, height, |x, y| {
            let button = (left..left + 160).contains(&x) && (400..448).contains(&y);
            // Lines like those of letters.
            let letters = y % 26 < 12 && x % 7 < 2 && x < 500;
            if button {
                colour
            } else if letters {
                Rgb([63, 77, 75])
            } else {
                PAPER
            }
        })
    }

    fn found(screen: &RgbImage) -> Difference {
        let picture = kept(&shrunk(&page(560, ACTION), Size::Tablet)).unwrap();
        differences(screen, &picture, Size::Tablet).unwrap()
    }

    #[test]
    fn the_same_screen_is_the_same_however_its_letters_are_drawn() {
        assert!(!found(&page(560, ACTION)).is_seen());
        let mut fainter = page(560, ACTION);
        for pixel in fainter.pixels_mut().filter(|pixel| pixel.0 == [63, 77, 75]) {
            *pixel = Rgb([92, 102, 100]);
        }
        assert!(!found(&fainter).is_seen(), "{:?}", found(&fainter));
    }

    #[test]
    fn a_button_that_moved_or_changed_its_colour_is_seen() {
        for other in [page(568, ACTION), page(560, Rgb([11, 74, 140])), page(560, PAPER)] {
            assert!(found(&other).is_seen(), "{:?}", found(&other));
        }
    }
}
