//! What a picture looks like, in 64 bits, so that the same picture used twice is found, also where it was made smaller,
//! brighter or encoded anew. It says nothing of whose face is on it: two photos of one child are as different as of two.
//!
//! The difference hash: the picture in grey at nine by eight, and for each two neighbours whether the left is the brighter.

use image::imageops::FilterType;

use super::decode;

const WIDE: u32 = 9;
const HIGH: u32 = 8;
/// A picture with fewer steps of grey than this shows nothing to be known by.
const CONTRAST_MIN: u8 = 24;
/// Pictures whose looks differ in no more bits are the same.
const SAME_MAX: u32 = 5;

/// The look of a picture; `None` where it is none, or shows nothing.
pub(crate) fn look(file: &[u8]) -> Option<u64> {
    let grey = decode(file).ok()?.into_luma8();
    let small = image::imageops::resize(&grey, WIDE, HIGH, FilterType::Triangle);
    let (darkest, brightest) = small.pixels().fold((u8::MAX, 0), |(low, high), pixel| {
        (low.min(pixel.0[0]), high.max(pixel.0[0]))
    });
    if brightest.saturating_sub(darkest) < CONTRAST_MIN {
        return None;
    }
    let mut look = 0_u64;
    for y in 0..HIGH {
        for x in 1..WIDE {
            let brighter = small.get_pixel(x - 1, y).0[0] > small.get_pixel(x, y).0[0];
            look = look << 1 | u64::from(brighter);
        }
    }
    Some(look)
}

/// Whether two looks are of one picture.
pub(crate) const fn is_same(one: u64, other: u64) -> bool {
    (one ^ other).count_ones() <= SAME_MAX
}

#[cfg(test)]
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
                (share(draw()), share(draw()), 0.1 + share(draw()) * 0.25, share(draw()) * 255.0)
            })
            .collect();
        RgbImage::from_fn(side, side, |x, y| {
            let (x, y) = (x as f32 / side as f32, y as f32 / side as f32);
            let grey = blots.iter().fold(90.0, |grey, (bx, by, radius, shade)| {
                let off = ((x - bx).powi(2) + (y - by).powi(2)).sqrt() / radius;
                if off < 1.0 { grey * off + shade * (1.0 - off) } else { grey }
            });
            let grey = grey as u8;
            Rgb([grey, grey, grey])
        })
    }

    #[test]
    fn the_same_picture_is_known_smaller_brighter_and_worse_and_others_are_not() {
        let looks: Vec<u64> = (1..40)
            .map(|seed| look(&jpeg::encode(&picture(seed, 300), 90).unwrap()).unwrap())
            .collect();
        for (seed, known) in (1..40).zip(&looks) {
            let small = look(&jpeg::encode(&picture(seed, 90), 45).unwrap()).unwrap();
            assert!(is_same(*known, small), "seed {seed}");
            let mut bright = picture(seed, 200);
            bright.pixels_mut().for_each(|pixel| pixel.0 = pixel.0.map(|grey| grey / 2 + 60));
            assert!(is_same(*known, look(&jpeg::encode(&bright, 70).unwrap()).unwrap()), "seed {seed}");
        }
        for (at, one) in looks.iter().enumerate() {
            for other in &looks[at + 1..] {
                assert!(!is_same(*one, *other));
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
