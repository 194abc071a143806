//! Signatures: kept as the strokes they were written with, point by point with their times, and rendered here, so that
//! no picture of a stranger's making passes for one.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};
use ipc::{STROKE_POINTS_MAX, STROKE_SIDE_MAX, STROKES_MAX, Stroke};
use protocol::media::kind::{MediaKind, NotMedia};

use super::{
    FileError,
    picture::{FIELD, THUMB},
};

/// A signature as it is kept.
#[derive(Debug)]
pub struct Signature {
    /// For lists: a PNG.
    pub thumb: Vec<u8>,
    /// For looking at and for print: a PNG.
    pub field: Vec<u8>,
    /// The strokes: `{"strokes":[[[x,y,ms],…],…]}`.
    pub strokes: Vec<u8>,
}

/// The longest side of the rendered signature, in pixels, without its margin.
const FIELD_SIDE: f32 = 600.0;
const THUMB_SIDE: f32 = 180.0;
/// The pen's width against the longest side.
const PEN: f32 = 0.008;

/// Checks and renders a signature. A tap is no signature.
pub fn signature(strokes: &[Stroke]) -> Result<Signature, FileError> {
    let points: usize = strokes.iter().map(Vec::len).sum();
    if strokes.len() > STROKES_MAX || points > STROKE_POINTS_MAX {
        return Err(FileError::TooMuch);
    }
    if strokes.iter().flatten().any(|[x, y, _]| (*x).max(*y) > STROKE_SIDE_MAX) {
        return Err(FileError::Damaged);
    }
    let bounds = Bounds::of(strokes).ok_or(FileError::Empty)?;
    let kept = serde_json::to_string(strokes).map_err(|_| FileError::Damaged)?;
    let kept = format!("{{\"strokes\":{kept}}}").into_bytes();
    match MediaKind::check(&kept) {
        Ok(MediaKind::Strokes) => {}
        Err(NotMedia::TooLarge) => return Err(FileError::TooMuch),
        _ => return Err(FileError::Damaged),
    }
    Ok(Signature {
        thumb: render(strokes, bounds, THUMB_SIDE, THUMB.bytes_max)?,
        field: render(strokes, bounds, FIELD_SIDE, FIELD.bytes_max)?,
        strokes: kept,
    })
}

#[derive(Clone, Copy)]
struct Bounds {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
}

impl Bounds {
    /// `None` where nothing was written that can be told from a tap.
    fn of(strokes: &[Stroke]) -> Option<Self> {
        const TAP: f32 = 12.0;
        let mut points = strokes.iter().flatten().map(|point| at(*point));
        let (x, y) = points.next()?;
        let (left, top, right, bottom) = points.fold((x, y, x, y), |(left, top, right, bottom), (x, y)| {
            (left.min(x), top.min(y), right.max(x), bottom.max(y))
        });
        let (width, height) = (right - left, bottom - top);
        (width.max(height) >= TAP).then_some(Self {
            left,
            top,
            width,
            height,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "coordinates are small")]
fn at([x, y, _]: [u32; 3]) -> (f32, f32) {
    (x as f32, y as f32)
}

/// Black ink on white paper, the lines smooth. Smaller where it would have more bytes than it may.
fn render(strokes: &[Stroke], bounds: Bounds, side: f32, bytes_max: usize) -> Result<Vec<u8>, FileError> {
    let scale = side / bounds.width.max(bounds.height);
    let pen = (side * PEN).max(1.2);
    let margin = pen * 3.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a side of some hundred pixels"
    )]
    let length = |length: f32| (length * scale + margin * 2.0).ceil() as u32;
    let mut paper = GrayImage::from_pixel(length(bounds.width), length(bounds.height), Luma([255]));
    let place = |point: [u32; 3]| {
        let (x, y) = at(point);
        ((x - bounds.left) * scale + margin, (y - bounds.top) * scale + margin)
    };
    for stroke in strokes {
        for pair in stroke.windows(2) {
            line(&mut paper, place(pair[0]), place(pair[1]), pen);
        }
        if let [only] = stroke.as_slice() {
            line(&mut paper, place(*only), place(*only), pen);
        }
    }
    let mut png = Cursor::new(Vec::new());
    paper
        .write_to(&mut png, ImageFormat::Png)
        .map_err(|_| FileError::Damaged)?;
    let png = png.into_inner();
    if png.len() > bytes_max && side > 32.0 {
        return render(strokes, bounds, side * 0.75, bytes_max);
    }
    Ok(png)
}

/// Darkens each pixel by how far it lies within the line.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "pixels of a small picture, cut to its borders"
)]
fn line(paper: &mut GrayImage, from: (f32, f32), to: (f32, f32), pen: f32) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let squared = dx * dx + dy * dy;
    let reach = pen / 2.0 + 1.0;
    let span = |a: f32, b: f32, most: u32| {
        let low = (a.min(b) - reach).floor().max(0.0) as u32;
        let high = ((a.max(b) + reach).ceil().max(0.0) as u32).min(most.saturating_sub(1));
        low..=high
    };
    for y in span(from.1, to.1, paper.height()) {
        for x in span(from.0, to.0, paper.width()) {
            let (px, py) = (x as f32 + 0.5 - from.0, y as f32 + 0.5 - from.1);
            let along = if squared > 0.0 {
                ((px * dx + py * dy) / squared).clamp(0.0, 1.0)
            } else {
                0.0
            };
            let distance = (px - along * dx).hypot(py - along * dy);
            let ink = (pen / 2.0 + 0.5 - distance).clamp(0.0, 1.0);
            let pixel = paper.get_pixel_mut(x, y);
            pixel.0[0] = pixel.0[0].min((255.0 * (1.0 - ink)) as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_kept_as_strokes_and_rendered_within_its_limits() {
        let wave: Stroke = (0..400).map(|n| [n * 5, 300 + (n * 37 % 200), n * 8]).collect();
        let made = signature(&[wave.clone(), vec![[100, 100, 5000]]]).unwrap();
        assert!(made.thumb.len() <= 8_000 && made.field.len() <= 130_000);
        for png in [&made.thumb, &made.field] {
            assert_eq!(MediaKind::check(png), Ok(MediaKind::Png));
            let picture = image::load_from_memory(png).unwrap().into_luma8();
            let dark = picture.pixels().filter(|pixel| pixel.0[0] < 60).count();
            assert!(dark > 100, "{dark} dark pixels");
            assert_eq!(picture.get_pixel(0, 0).0[0], 255);
        }
        let text = String::from_utf8(made.strokes).unwrap();
        assert!(
            text.starts_with("{\"strokes\":[[[0,300,0],[5,337,8]"),
            "{}",
            &text[..40]
        );
        // The most that may be written takes no longer than an officer waits.
        let most: Vec<Stroke> = (0..STROKES_MAX)
            .map(|n| {
                let n = u32::try_from(n).unwrap();
                (0..STROKE_POINTS_MAX / STROKES_MAX)
                    .map(|i| [(n * 991) % 4000, u32::try_from(i).unwrap() % 4000, n])
                    .collect()
            })
            .collect();
        assert!(signature(&most).is_ok());
    }

    #[test]
    fn a_tap_and_too_much_are_no_signature() {
        assert_eq!(signature(&[]).unwrap_err(), FileError::Empty);
        assert_eq!(signature(&[vec![[5, 5, 0], [6, 6, 9]]]).unwrap_err(), FileError::Empty);
        assert_eq!(
            signature(&[vec![[5, STROKE_SIDE_MAX + 1, 0]]]).unwrap_err(),
            FileError::Damaged
        );
        let long = vec![[1, 1, 1]; STROKE_POINTS_MAX + 1];
        assert_eq!(signature(&[long]).unwrap_err(), FileError::TooMuch);
    }
}
