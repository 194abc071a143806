//! A photo of the hub's printed QR picture: its drawing, dot by dot, as a PNG.

use std::io::Cursor;

use anyhow::{Context as _, ensure};
use image::{GrayImage, ImageFormat, Luma, imageops};

/// Ink and paper as a camera sees them.
const INK: Luma<u8> = Luma([35]);
const PAPER: Luma<u8> = Luma([225]);

/// The PNG of a QR picture that `sync-server admin enrol-code --qr` wrote: a sheet of paper with rectangles of ink, each
/// drawn as `M{left} {top}h{width}v{height}H{left}V{top}`.
pub fn photo_of(svg: &str) -> anyhow::Result<Vec<u8>> {
    let side = |name: &str| -> anyhow::Result<u32> { Ok(attribute(svg, name)?.parse()?) };
    let mut picture = GrayImage::from_pixel(side("width")?, side("height")?, PAPER);
    let mut blots = 0;
    for blot in attribute(svg, "d")?.split('M').filter(|blot| !blot.is_empty()) {
        let numbers: Vec<u32> = blot
            .split(|c: char| !c.is_ascii_digit())
            .filter(|number| !number.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        let [left, top, width, height, ..] = numbers[..] else {
            anyhow::bail!("{blot:?} is no rectangle")
        };
        let ink = GrayImage::from_pixel(width, height, INK);
        imageops::replace(&mut picture, &ink, left.into(), top.into());
        blots += 1;
    }
    ensure!(blots > 0, "the picture is empty");
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png)?;
    Ok(png.into_inner())
}

fn attribute<'a>(svg: &'a str, name: &str) -> anyhow::Result<&'a str> {
    let (_, after) = svg
        .split_once(&format!(" {name}=\""))
        .with_context(|| format!("the picture has no {name}"))?;
    Ok(after.split('"').next().unwrap_or_default())
}
