//! JPEG in and out. A large picture is decoded at half, a quarter or an eighth of its size at once, which spares most
//! of the memory and half of the time: nobody keeps it larger than [`KEPT_SIDE`].

use image::{DynamicImage, GrayImage, RgbImage, metadata::Orientation};
use jpeg_decoder::PixelFormat;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::{
    PictureError,
    outline::{DECODED_BYTES_MAX, Outline},
};

/// The longest side that anything is kept at, in pixels.
pub(super) const KEPT_SIDE: u32 = 1600;

/// By how much a side can be divided while decoding, so that what remains is no smaller than what is kept.
pub(super) fn reduced(side: u32) -> u32 {
    [8, 4, 2].into_iter().find(|by| side / by >= KEPT_SIDE).unwrap_or(1)
}

/// Decodes, no smaller than [`KEPT_SIDE`], the right way up.
pub(super) fn decode(file: &[u8]) -> Result<DynamicImage, PictureError> {
    let (mut picture, turned) = read(file)?;
    picture.apply_orientation(turned);
    Ok(picture)
}

/// Decodes, no smaller than [`KEPT_SIDE`], whatever the file says of how it was held.
pub(super) fn decode_as_it_lies(file: &[u8]) -> Result<DynamicImage, PictureError> {
    Ok(read(file)?.0)
}

fn read(file: &[u8]) -> Result<(DynamicImage, Orientation), PictureError> {
    let outline = Outline::of_jpeg(file, reduced)?;
    let mut decoder = jpeg_decoder::Decoder::new(file);
    decoder.set_max_decoding_buffer_size(usize::try_from(DECODED_BYTES_MAX).unwrap_or(usize::MAX));
    let by = reduced(outline.width.max(outline.height));
    let side = |side: u32| u16::try_from(side.div_ceil(by)).map_err(|_| PictureError::TooLarge);
    decoder
        .scale(side(outline.width)?, side(outline.height)?)
        .map_err(|_| PictureError::NotAPicture)?;
    let pixels = decoder.decode().map_err(|_| PictureError::NotAPicture)?;
    let info = decoder.info().ok_or(PictureError::NotAPicture)?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let picture = match info.pixel_format {
        PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
        PixelFormat::L8 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        PixelFormat::CMYK32 => RgbImage::from_raw(width, height, from_inks(&pixels)).map(DynamicImage::from),
        PixelFormat::L16 => None,
    }
    .ok_or(PictureError::NotAPicture)?;
    let turned = decoder.exif_data().and_then(Orientation::from_exif_chunk);
    Ok((picture, turned.unwrap_or(Orientation::NoTransforms)))
}

/// Print shops' scanners write inks: how much of each lies on the paper.
fn from_inks(pixels: &[u8]) -> Vec<u8> {
    let mix = |ink: u8, black: u8| u8::try_from(u16::from(255 - ink) * u16::from(255 - black) / 255).unwrap_or(u8::MAX);
    pixels
        .chunks_exact(4)
        .flat_map(|inks| [mix(inks[0], inks[3]), mix(inks[1], inks[3]), mix(inks[2], inks[3])])
        .collect()
}

/// Encodes pixels and nothing but pixels.
pub(super) fn encode(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, PictureError> {
    let side = |side: u32| u16::try_from(side).map_err(|_| PictureError::TooLarge);
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_optimized_huffman_tables(true);
    encoder
        .encode(
            picture.as_raw(),
            side(picture.width())?,
            side(picture.height())?,
            ColorType::Rgb,
        )
        .map_err(|_| PictureError::NotAPicture)?;
    Ok(jpeg)
}
