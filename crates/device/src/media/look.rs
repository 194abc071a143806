//! What a picture looks like, in 64 bytes, so that the same picture used twice is found, also where it was made smaller,
//! brighter or encoded anew. It says nothing of whose face is on it: two photos of one child are as different as of two.
//!
//! The difference hash: the picture in grey, small, its darkest black and its brightest white; and of each two neighbours,
//! beside and above one another, whether the one is clearly the brighter. Where a picture is flat no neighbour is, so two
//! looks are compared by the places where either shows something.

use casework::matching::{LOOK_BYTES, Look};
use image::imageops::FilterType;

use super::decode;

/// Neighbours along a side.
const SIDE: u32 = 16;
/// A picture with fewer steps of grey than this shows nothing to be known by.
const CONTRAST_MIN: u8 = 24;
/// So much brighter, of 255, a neighbour clearly is.
const STEP: i32 = 12;
/// A picture with fewer bits shows nothing to be known by.
const ONES_MIN: u32 = 16;

/// The look of a picture; `None` where it is none, or shows nothing.
pub(crate) fn look(file: &[u8]) -> Option<Look> {
    let grey = decode(file).ok()?.into_luma8();
    let small = image::imageops::resize(&grey, SIDE + 1, SIDE + 1, FilterType::Triangle);
    let (darkest, brightest) = small.pixels().fold((u8::MAX, 0), |(low, high), pixel| {
        (low.min(pixel.0[0]), high.max(pixel.0[0]))
    });
    let contrast = brightest.saturating_sub(darkest);
    if contrast < CONTRAST_MIN {
        return None;
    }
    let shade = |x: u32, y: u32| {
        let above = i32::from(small.get_pixel(x, y).0[0] - darkest);
        above * 255 / i32::from(contrast)
    };
    let mut look = [0_u8; LOOK_BYTES];
    let places = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y)));
    for (at, (x, y)) in places.enumerate() {
        let here = shade(x, y);
        for (bit, there) in [(2 * at, shade(x + 1, y)), (2 * at + 1, shade(x, y + 1))] {
            if here - there > STEP {
                look[bit / 8] |= 1 << (bit % 8);
            }
        }
    }
    let look = Look(look);
    (look.ones() >= ONES_MIN).then_some(look)
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "drawn pictures have few pixels, and greys between 0 and 255"
)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;
    use crate::media::jpeg;

    /// Blots in places of their own.
    fn picture(seed: u32, side: u32) -> RgbImage {
        let mut state = seed.wrapping_mul(2_654_435_761) | 1;
        let mut draw = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        };
        let blots: Vec<(f32, f32, f32, f32)> = (0..9)
            .map(|_| {
                let share = |number: u32| (number % 1000) as f32 / 1000.0;
                (
                    share(draw()),
                    share(draw()),
                    0.1 + share(draw()) * 0.25,
                    share(draw()) * 255.0,
                )
            })
            .collect();
        RgbImage::from_fn(side, side, |x, y| {
            let (x, y) = (x as f32 / side as f32, y as f32 / side as f32);
            let grey = blots.iter().fold(90.0, |grey, (bx, by, radius, shade)| {
                let off = ((x - bx).powi(2) + (y - by).powi(2)).sqrt() / radius;
                if off < 1.0 {
                    grey * off + shade * (1.0 - off)
                } else {
                    grey
                }
            });
            let grey = grey as u8;
            Rgb([grey, grey, grey])
        })
    }

    #[test]
    fn the_same_picture_is_known_smaller_brighter_and_worse_and_others_are_not() {
        let looks: Vec<Look> = (1..40)
            .map(|seed| look(&jpeg::encode(&picture(seed, 300), 90).unwrap()).unwrap())
            .collect();
        for (seed, known) in (1..40).zip(&looks) {
            let small = look(&jpeg::encode(&picture(seed, 90), 45).unwrap()).unwrap();
            assert!(known.is_same(&small), "seed {seed}");
            let mut bright = picture(seed, 200);
            bright
                .pixels_mut()
                .for_each(|pixel| pixel.0 = pixel.0.map(|grey| grey / 2 + 60));
            assert!(
                known.is_same(&look(&jpeg::encode(&bright, 70).unwrap()).unwrap()),
                "seed {seed}"
            );
        }
        for (at, one) in looks.iter().enumerate() {
            for other in &looks[at + 1..] {
                assert!(!one.is_same(other));
            }
        }
    }

    #[test]
    fn what_shows_nothing_is_like_nothing() {
        let flat = RgbImage::from_pixel(64, 64, Rgb([40, 41, 40]));
        assert_eq!(look(&jpeg::encode(&flat, 80).unwrap()), None);
        assert_eq!(look(b"no picture"), None);
    }
}
