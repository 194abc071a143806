//! Drawn pictures: a hut, a hill, a tree, a sun. No photograph of anybody stands in an invented file.

use std::io::Cursor;

use image::{DynamicImage, ImageEncoder as _, Rgb, RgbImage, codecs::jpeg::JpegEncoder, imageops::FilterType};
use protocol::media::MediaSize;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

/// The widest side of each size, in pixels, with a quality that keeps it under its limit of bytes.
const SIZES: [(MediaSize, u32, u8); 3] = [
    (MediaSize::Thumb, 160, 55),
    (MediaSize::Field, 640, 75),
    (MediaSize::Full, 1600, 80),
];

const SKIES: [[u8; 3]; 4] = [[158, 201, 226], [247, 205, 150], [196, 214, 196], [210, 190, 220]];
const FIELDS: [[u8; 3]; 4] = [[112, 142, 70], [176, 151, 83], [90, 122, 88], [140, 120, 70]];
const WALLS: [[u8; 3]; 4] = [[191, 120, 79], [214, 190, 150], [150, 110, 90], [226, 214, 190]];

/// Draws a picture in colours and places that the seed decides.
pub fn draw(seed: u64, width: u32, height: u32) -> RgbImage {
    let mut random = StdRng::seed_from_u64(seed);
    let mut pick = |from: &[[u8; 3]; 4]| Rgb(from[random.random_range(0..from.len())]);
    let (sky, field, wall) = (pick(&SKIES), pick(&FIELDS), pick(&WALLS));
    let (w, h) = (i64::from(width), i64::from(height));
    let horizon = h * random.random_range(50..65) / 100;
    let (hut_x, hut_w) = (
        w * random.random_range(15..45) / 100,
        w * random.random_range(22..32) / 100,
    );
    let (sun_x, sun_y, sun_r) = (w * random.random_range(60..90) / 100, h * 18 / 100, w / 14);
    let (tree_x, tree_r) = (w * random.random_range(65..85) / 100, w / 11);
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (i64::from(x), i64::from(y));
        let within = |cx: i64, cy: i64, r: i64| (x - cx).pow(2) + (y - cy).pow(2) < r.pow(2);
        let (wall_top, wall_foot) = (horizon - h / 12, horizon + h / 6);
        let roof = y < wall_top
            && y > wall_top - h / 8
            && (x - hut_x - hut_w / 2).abs() * h / 8 < (y - wall_top + h / 8) * hut_w * 2 / 3;
        if roof {
            Rgb([120, 84, 60])
        } else if (hut_x..hut_x + hut_w).contains(&x) && (wall_top..wall_foot).contains(&y) {
            let door = (x - hut_x - hut_w / 2).abs() < hut_w / 9 && y > wall_top + h / 12;
            if door { Rgb([74, 52, 44]) } else { wall }
        } else if within(tree_x, horizon - h / 10, tree_r) {
            Rgb([62, 105, 66])
        } else if (tree_x - w / 90..tree_x + w / 90).contains(&x) && (horizon - h / 10..horizon + h / 8).contains(&y) {
            Rgb([92, 68, 50])
        } else if y > horizon {
            field
        } else if within(sun_x, sun_y, sun_r) {
            Rgb([250, 226, 150])
        } else {
            sky
        }
    })
}

/// A picture as a file that somebody might choose.
pub fn as_jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .write_image(
            picture.as_raw(),
            picture.width(),
            picture.height(),
            image::ExtendedColorType::Rgb8,
        )
        .expect("memory takes every byte");
    bytes.into_inner()
}

/// The three sizes of a drawn picture, as a device would store them.
pub(super) fn sizes(seed: u64) -> [(MediaSize, Vec<u8>); 3] {
    // Drawn small and made larger: nothing in it is fine, and drawing costs by the pixel.
    let small = DynamicImage::ImageRgb8(draw(seed, 400, 300));
    SIZES.map(|(size, width, quality)| {
        let scaled = small.resize_exact(width, width * 3 / 4, FilterType::Triangle);
        (size, as_jpeg(&scaled.into_rgb8(), quality))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_keeps_its_limit() {
        for seed in 0..5 {
            let [thumb, field, full] = sizes(seed).map(|(_, bytes)| bytes.len());
            assert!(
                thumb <= 8_000 && field <= 130_000 && full <= 1_000_000,
                "{thumb} {field} {full}"
            );
        }
    }
}
