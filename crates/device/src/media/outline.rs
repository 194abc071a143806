//! What the head of a picture file announces, read before anything is decoded: a file of a few kilobytes may claim
//! pixels by the hundred million, or go over them a thousand times.
//!
//! These readers follow lengths inside the file and allocate nothing. They do not check that the picture is sound;
//! its decoder does.

use super::PictureError;

/// Most pixels of a file that is opened: the largest picture that telephones take by default has 50 million.
pub(crate) const PIXELS_MAX: u64 = 52_000_000;
/// Most bytes a decoder may be led to take for one picture.
pub(crate) const DECODED_BYTES_MAX: u64 = 160 * 1024 * 1024;
/// Most bytes that decoding a JPEG may take at its worst, when the thread that makes pixels falls behind all the while and
/// everything that was read waits for it. Room for a camera's 52 million pixels with colours at half the resolution.
pub(crate) const JPEG_BYTES_MAX: u64 = 224 * 1024 * 1024;
/// Most passes of a JPEG file over its pixels. Ten or so are usual; each costs as much as the whole picture.
const SCANS_MAX: usize = 40;
/// A WebP takes its planes or its pixels, and the picture made of them.
const WEBP_BYTES_PER_PIXEL: u64 = 8;

/// What a file announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Memory that decoding will take at most.
    bytes: u64,
}

impl Outline {
    /// Refuses what is announced beyond the limits.
    fn within(self, bytes_max: u64) -> Result<Self, PictureError> {
        if self.width == 0 || self.height == 0 {
            return Err(PictureError::NotAPicture);
        }
        if u64::from(self.width) * u64::from(self.height) > PIXELS_MAX || self.bytes > bytes_max {
            return Err(PictureError::TooLarge);
        }
        Ok(self)
    }

    /// Of a PNG: the first chunk says all. Further pictures of an animation are not read.
    pub(crate) fn of_png(file: &[u8]) -> Result<Self, PictureError> {
        let Some([0, 0, 0, 13, b'I', b'H', b'D', b'R', head @ ..]) = file.get(8..26) else {
            return Err(PictureError::NotAPicture);
        };
        let (width, height) = (u32_be(head), u32_be(&head[4..]));
        let channels = match head[9] {
            0 => 1,
            4 => 2,
            2 => 3,
            // A palette may be see-through.
            3 | 6 => 4,
            _ => return Err(PictureError::NotAPicture),
        };
        let bytes = u64::from(width)
            .saturating_mul(height.into())
            .saturating_mul(channels * if head[8] == 16 { 2 } else { 1 });
        Self { width, height, bytes }.within(DECODED_BYTES_MAX)
    }

    /// Of a WebP: its canvas, and every picture in it, which may claim another size.
    pub(crate) fn of_webp(file: &[u8]) -> Result<Self, PictureError> {
        let (mut width, mut height) = (0, 0);
        let mut take = |size: Option<(u32, u32)>| {
            if let Some(size) = size {
                (width, height) = (width.max(size.0), height.max(size.1));
            }
        };
        let mut rest = file.get(12..).unwrap_or_default();
        while let Some((name, body, behind)) = chunk(rest) {
            match &name {
                b"VP8X" => take(body.get(4..10).map(|size| (u24_le(size) + 1, u24_le(&size[3..]) + 1))),
                b"ANMF" => {
                    take(body.get(6..12).map(|size| (u24_le(size) + 1, u24_le(&size[3..]) + 1)));
                    let mut inside = body.get(16..).unwrap_or_default();
                    while let Some((name, body, behind)) = chunk(inside) {
                        take(webp_picture(name, body));
                        inside = behind;
                    }
                }
                _ => take(webp_picture(name, body)),
            }
            rest = behind;
        }
        let bytes = (u64::from(width) * u64::from(height)).saturating_mul(WEBP_BYTES_PER_PIXEL);
        Self { width, height, bytes }.within(DECODED_BYTES_MAX)
    }

    /// Of a JPEG. `reduced` says for a side by how much the decoder can divide it while it decodes.
    pub(crate) fn of_jpeg(file: &[u8], reduced: impl Fn(u32) -> u32) -> Result<Self, PictureError> {
        let mut frame = None;
        let mut scans = 0;
        let mut rest = file.get(2..).unwrap_or_default();
        while let Some((marker, behind)) = next_marker(rest) {
            rest = behind;
            if matches!(marker, 0x01 | 0xD8) {
                continue;
            }
            if marker == 0xD9 {
                break;
            }
            let Some(body) = rest.first_chunk().and_then(|length| {
                let length = usize::from(u16::from_be_bytes(*length));
                rest.get(2..length)
            }) else {
                break;
            };
            rest = &rest[2 + body.len()..];
            match marker {
                // Baseline and extended, progressive. The others, lossless and arithmetic, are not read.
                0xC0..=0xC2 if frame.is_none() => frame = Some(Frame::read(body, marker == 0xC2)?),
                0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => return Err(PictureError::NotAPicture),
                0xDA => scans += 1,
                _ => {}
            }
            if scans > SCANS_MAX {
                return Err(PictureError::TooLarge);
            }
        }
        let frame = frame.ok_or(PictureError::NotAPicture)?;
        let divided = u64::from(reduced(frame.width.max(frame.height))).max(1);
        let pixels = u64::from(frame.width).div_ceil(divided) * u64::from(frame.height).div_ceil(divided);
        // What was read, what waits to be made into planes, the planes, the pixels.
        let planes = frame.samples / (divided * divided);
        let bytes = frame.samples * frame.bytes_per_sample + planes + pixels * frame.components;
        let (width, height) = (frame.width, frame.height);
        Self { width, height, bytes }.within(JPEG_BYTES_MAX)
    }
}

struct Frame {
    width: u32,
    height: u32,
    components: u64,
    /// Samples of all components in whole blocks.
    samples: u64,
    /// Two for those that wait for the thread that makes pixels of them, all of them where it is far behind; two more
    /// where the picture is progressive and keeps them all until its last scan.
    bytes_per_sample: u64,
}

impl Frame {
    fn read(body: &[u8], progressive: bool) -> Result<Self, PictureError> {
        /// Samples on the side of a block.
        const BLOCK: u64 = 8;
        let [8, h1, h0, w1, w0, count @ (1 | 3 | 4), components @ ..] = body else {
            return Err(PictureError::NotAPicture);
        };
        let (width, height) = (
            u32::from(u16::from_be_bytes([*w1, *w0])),
            u32::from(u16::from_be_bytes([*h1, *h0])),
        );
        let factors: Vec<(u64, u64)> = components
            .chunks_exact(3)
            .take(usize::from(*count))
            .map(|component| (u64::from(component[1] >> 4), u64::from(component[1] & 15)))
            .collect();
        let (across, down) = factors
            .iter()
            .fold((1, 1), |(x, y), factor| (x.max(factor.0), y.max(factor.1)));
        let units = u64::from(width).div_ceil(BLOCK * across) * u64::from(height).div_ceil(BLOCK * down);
        let samples = factors.iter().map(|(x, y)| units * x * y * BLOCK * BLOCK).sum();
        Ok(Self {
            width,
            height,
            components: u64::from(*count),
            samples,
            bytes_per_sample: if progressive { 4 } else { 2 },
        })
    }
}

/// The next marker of a JPEG, over the pixels of a scan where one lies before it, and what stands behind it.
fn next_marker(mut bytes: &[u8]) -> Option<(u8, &[u8])> {
    loop {
        let at = bytes.iter().position(|byte| *byte == 0xFF)?;
        bytes = &bytes[at + 1..];
        match bytes.first()? {
            // A stuffed byte of pixels, a restart between them, a filling.
            0x00 | 0xD0..=0xD7 | 0xFF => {}
            marker => return Some((*marker, &bytes[1..])),
        }
    }
}

/// The first chunk of a RIFF list: its name, its body, what follows.
fn chunk(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let (name, rest) = bytes.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    let body = &rest[..length.min(rest.len())];
    // Chunks of an odd length are padded.
    let behind = rest.get(length.saturating_add(length % 2)..).unwrap_or_default();
    Some((*name, body, behind))
}

fn webp_picture(name: [u8; 4], body: &[u8]) -> Option<(u32, u32)> {
    match (&name, body) {
        (b"VP8 ", [_, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..]) => {
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
            Some((side(*w0, *w1), side(*h0, *h1)))
        }
        (b"VP8L", [0x2F, bits @ ..]) => {
            let bits = u32::from_le_bytes(*bits.first_chunk()?);
            Some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        }
        _ => None,
    }
}

fn u32_be(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

fn u24_le(bytes: &[u8]) -> u32 {
    match bytes {
        [a, b, c, ..] => u32::from_le_bytes([*a, *b, *c, 0]),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    use super::*;
    use crate::testing::peak_bytes;

    /// What is allocated here and given back by another thread counts as never given back: the worst that can be.
    #[test]
    fn a_jpeg_takes_no_more_than_its_head_says_however_slow_its_second_thread_is() {
        for (width, height) in [(1900, 1400), (3500, 900), (700, 3), (3, 700), (641, 479)] {
            let picture = RgbImage::from_fn(width, height, |x, y| {
                image::Rgb([x, y, x * y].map(|value| u8::try_from(value % 256).unwrap()))
            });
            for (sampling, progressive) in [
                (SamplingFactor::F_2_2, false),
                (SamplingFactor::F_1_1, false),
                (SamplingFactor::F_2_1, true),
                (SamplingFactor::F_1_1, true),
            ] {
                let mut file = Vec::new();
                let mut encoder = Encoder::new(&mut file, 85);
                encoder.set_sampling_factor(sampling);
                encoder.set_progressive(progressive);
                let sides = (u16::try_from(width).unwrap(), u16::try_from(height).unwrap());
                encoder
                    .encode(picture.as_raw(), sides.0, sides.1, ColorType::Rgb)
                    .unwrap();
                let said = Outline::of_jpeg(&file, super::super::jpeg::reduced).unwrap().bytes;
                let (decoded, took) = peak_bytes(|| super::super::jpeg::decode(&file));
                decoded.unwrap();
                // A row of blocks, tables, and the file's own small parts come on top.
                let besides = 256 * 1024;
                assert!(
                    took <= said + besides,
                    "{width}x{height} {sampling:?}: {took} of {said}"
                );
            }
        }
    }
}
