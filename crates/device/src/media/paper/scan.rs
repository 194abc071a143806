//! The picture of a page that is a scan: one picture, over which nothing is painted.
//!
//! A page is shown only where that picture is all that a viewer would show: what a scanner's software read out of it as
//! text stands there unseen. Everything else, drawn pages and pictures of other kinds, is not shown rather than shown in
//! part.

use image::{DynamicImage, GrayImage, RgbImage};

use super::{
    document::{Document, Page, unpacked},
    object::{Dict, Reader, Value},
};
use crate::media::{
    FileError, jpeg,
    outline::{DECODED_BYTES_MAX, PIXELS_MAX},
};

/// Most bytes of what a page says of itself; a scan needs some hundred, and some thousands where its text was read.
const CONTENT_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most words of it.
const WORDS_MAX: usize = 400_000;
/// Most values before an operator.
const OPERANDS_MAX: usize = 64;
/// Most states that are put aside.
const STATES_MAX: usize = 32;
/// What part of a page a picture must cover at least so that what was painted before is not seen.
const COVERED: f64 = 0.98;
/// Text that is there to be searched and not to be seen.
const UNSEEN: f64 = 3.0;

/// Where a picture is put: how the square of its sides is turned, stretched and moved.
type Matrix = [f64; 6];

pub(super) fn picture(document: &Document<'_>, page: &Page<'_>) -> Result<DynamicImage, FileError> {
    let content = content(document, page)?;
    let resources = page
        .resources
        .and_then(|value| document.of(value))
        .and_then(Value::as_dict);
    let known = resources
        .and_then(|resources| document.get(resources, b"XObject"))
        .and_then(Value::as_dict);
    let known = known.ok_or(FileError::NotShown)?;
    let paper = sheet(document, page).ok_or(FileError::NotShown)?;
    let (name, matrix) = last_picture(&content, |name| is_picture(document, known.get(name)?), paper)?;
    let (dict, bytes) = known
        .get(&name)
        .and_then(|value| document.stream_of(value))
        .ok_or(FileError::NotShown)?;
    let picture = decode(document, dict, bytes)?;
    let picture = match matrix {
        [a, 0.0, 0.0, d, ..] if a > 0.0 && d > 0.0 => picture,
        [a, 0.0, 0.0, d, ..] if a < 0.0 && d < 0.0 => picture.rotate180(),
        [0.0, b, c, 0.0, ..] if b > 0.0 && c < 0.0 => picture.rotate270(),
        [0.0, b, c, 0.0, ..] if b < 0.0 && c > 0.0 => picture.rotate90(),
        // In a mirror, or askew.
        _ => return Err(FileError::NotShown),
    };
    let turn = page
        .turn
        .and_then(|value| document.of(value))
        .and_then(Value::as_number);
    match turn.unwrap_or(0.0).rem_euclid(360.0) {
        0.0 => Ok(picture),
        90.0 => Ok(picture.rotate90()),
        180.0 => Ok(picture.rotate180()),
        270.0 => Ok(picture.rotate270()),
        _ => Err(FileError::NotShown),
    }
}

/// What is painted on the page, in one piece.
fn content(document: &Document<'_>, page: &Page<'_>) -> Result<Vec<u8>, FileError> {
    let of = page.dict.get(b"Contents".as_slice()).ok_or(FileError::NotShown)?;
    let parts = match document.of(of) {
        Some(Value::List(parts)) => parts.as_slice(),
        _ => std::slice::from_ref(of),
    };
    let mut content = Vec::new();
    for part in parts {
        let (dict, bytes) = document.stream_of(part).ok_or(FileError::NotShown)?;
        let room = CONTENT_BYTES_MAX - content.len();
        content.extend(unpacked(dict, bytes, room).map_err(|_| FileError::NotShown)?);
        if content.len() < CONTENT_BYTES_MAX {
            content.push(b'\n');
        }
    }
    Ok(content)
}

/// The sheet: left, bottom, right, top.
fn sheet(document: &Document<'_>, page: &Page<'_>) -> Option<[f64; 4]> {
    let Value::List(corners) = document.of(page.paper?)? else {
        return None;
    };
    let corners: Vec<f64> = corners
        .iter()
        .filter_map(|value| document.of(value)?.as_number())
        .collect();
    let [x0, y0, x1, y1] = corners.try_into().ok()?;
    let sheet = [f64::min(x0, x1), f64::min(y0, y1), f64::max(x0, x1), f64::max(y0, y1)];
    (sheet[2] > sheet[0] && sheet[3] > sheet[1]).then_some(sheet)
}

/// Whether an object that is painted is a picture through which nothing is seen.
fn is_picture(document: &Document<'_>, value: &Value) -> Option<bool> {
    let (dict, _) = document.stream_of(value)?;
    let kind = document.get(dict, b"Subtype")?.as_name()?;
    let is_clear = [b"SMask".as_slice(), b"Mask", b"ImageMask"];
    Some(kind == b"Image" && !is_clear.iter().any(|key| dict.contains_key(*key)))
}

/// Goes through what is painted, in its order; the picture that is seen in the end, if it is all that is seen.
fn last_picture(
    content: &[u8],
    is_picture: impl Fn(&[u8]) -> Option<bool>,
    sheet: [f64; 4],
) -> Result<(Vec<u8>, Matrix), FileError> {
    let mut reader = Reader::new(content, 0, WORDS_MAX);
    let mut operands: Vec<Value> = Vec::new();
    let (mut matrix, mut mode) = ([1.0, 0.0, 0.0, 1.0, 0.0, 0.0], 0.0);
    let mut states: Vec<(Matrix, f64)> = Vec::new();
    let (mut painted, mut seen) = (false, None);
    loop {
        reader.skip();
        if reader.rest().is_empty() {
            break;
        }
        let operator = match reader.value().ok_or(FileError::NotShown)? {
            Value::Word(operator) => operator,
            _ if operands.len() == OPERANDS_MAX => return Err(FileError::NotShown),
            value => {
                operands.push(value);
                continue;
            }
        };
        match operator.as_slice() {
            b"q" if states.len() == STATES_MAX => return Err(FileError::NotShown),
            b"q" => states.push((matrix, mode)),
            b"Q" => (matrix, mode) = states.pop().ok_or(FileError::NotShown)?,
            b"cm" => matrix = product(numbers(&operands).ok_or(FileError::NotShown)?, matrix),
            b"Tr" => mode = operands.last().and_then(Value::as_number).ok_or(FileError::NotShown)?,
            b"Do" => {
                let name = operands.last().and_then(Value::as_name).ok_or(FileError::NotShown)?;
                let alone = !painted && seen.is_none();
                let whole = is_picture(name) == Some(true) && (alone || covered(matrix, sheet) >= COVERED);
                painted = true;
                seen = whole.then(|| (name.to_vec(), matrix));
            }
            b"S" | b"s" | b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"sh" => (painted, seen) = (true, None),
            b"Tj" | b"TJ" | b"'" | b"\"" if (mode - UNSEEN).abs() > f64::EPSILON => (painted, seen) = (true, None),
            // A picture among the operators: its bytes are no words.
            b"BI" => return Err(FileError::NotShown),
            _ => {}
        }
        operands.clear();
    }
    seen.ok_or(FileError::NotShown)
}

fn numbers(operands: &[Value]) -> Option<Matrix> {
    let numbers: Vec<f64> = operands.iter().filter_map(Value::as_number).collect();
    numbers.try_into().ok()
}

/// First the one, then the other.
#[expect(clippy::many_single_char_names, reason = "as the format names them")]
fn product([a, b, c, d, e, f]: Matrix, [a2, b2, c2, d2, e2, f2]: Matrix) -> Matrix {
    [
        a * a2 + b * c2,
        a * b2 + b * d2,
        c * a2 + d * c2,
        c * b2 + d * d2,
        e * a2 + f * c2 + e2,
        e * b2 + f * d2 + f2,
    ]
}

/// What part of the sheet a picture covers.
#[expect(clippy::many_single_char_names, reason = "as the format names them")]
fn covered([a, b, c, d, e, f]: Matrix, [left, bottom, right, top]: [f64; 4]) -> f64 {
    let (x, y) = ([e, e + a + c], [f, f + b + d]);
    let overlap = |from: [f64; 2], low: f64, high: f64| {
        (f64::max(from[0], from[1]).min(high) - f64::min(from[0], from[1]).max(low)).max(0.0)
    };
    overlap(x, left, right) * overlap(y, bottom, top) / ((right - left) * (top - bottom))
}

/// The pixels of a picture that is JPEG, or plain pixels packed or not.
fn decode(document: &Document<'_>, dict: &Dict, bytes: &[u8]) -> Result<DynamicImage, FileError> {
    if dict.contains_key(b"Decode".as_slice()) {
        return Err(FileError::NotShown);
    }
    let channels = channels(document, dict);
    let filter = match document.get(dict, b"Filter") {
        Some(Value::List(filters)) if filters.len() == 1 => filters.first(),
        filter => filter,
    };
    if filter.and_then(Value::as_name) == Some(b"DCTDecode") {
        channels.ok_or(FileError::NotShown)?;
        // What its own metadata say of turning a viewer of papers does not heed.
        return jpeg::decode_as_it_lies(bytes).map_err(|_| FileError::NotShown);
    }
    let count = |name: &[u8]| document.get(dict, name).and_then(Value::as_count);
    let (Some(width), Some(height), Some(bits)) = (count(b"Width"), count(b"Height"), count(b"BitsPerComponent"))
    else {
        return Err(FileError::NotShown);
    };
    let pixels = u64::from(width) * u64::from(height);
    let ((Some(channels @ (1 | 3)), 8) | (Some(channels @ 1), 1)) = (channels, bits) else {
        return Err(FileError::NotShown);
    };
    if pixels == 0 || pixels > PIXELS_MAX || pixels * u64::from(channels) * 2 > DECODED_BYTES_MAX {
        return Err(FileError::NotShown);
    }
    let row = u64::from(width) * u64::from(channels) * u64::from(bits);
    let row = usize::try_from(row.div_ceil(8)).map_err(|_| FileError::NotShown)?;
    let rows = usize::try_from(height).map_err(|_| FileError::NotShown)?;
    let filtered = is_filtered(document, dict, (width, channels, bits))?;
    let wanted = (row + usize::from(filtered)) * rows;
    let mut bytes = unpacked(dict, bytes, wanted).map_err(|_| FileError::NotShown)?;
    if bytes.len() != wanted {
        return Err(FileError::NotShown);
    }
    if filtered {
        bytes = unfiltered(&bytes, row, usize::from(channels)).ok_or(FileError::NotShown)?;
    }
    if bits == 1 {
        bytes = grey_of_bits(&bytes, row, width);
    }
    let picture = match channels {
        1 => GrayImage::from_raw(width, height, bytes).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, bytes).map(DynamicImage::from),
    };
    picture.ok_or(FileError::NotShown)
}

/// How many colours a pixel has; `None` where they are others than grey, red, green, blue, or the inks of print.
fn channels(document: &Document<'_>, dict: &Dict) -> Option<u8> {
    match document.get(dict, b"ColorSpace")? {
        Value::Name(name) => match name.as_slice() {
            b"DeviceGray" | b"G" => Some(1),
            b"DeviceRGB" | b"RGB" => Some(3),
            b"DeviceCMYK" => Some(4),
            _ => None,
        },
        Value::List(parts) => match (parts.first()?.as_name()?, parts.get(1)) {
            (b"CalGray", _) => Some(1),
            (b"CalRGB", _) => Some(3),
            (b"ICCBased", Some(profile)) => {
                let (profile, _) = document.stream_of(profile)?;
                u8::try_from(document.get(profile, b"N")?.as_count()?).ok()
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether the rows were filtered before they were packed, each as it packs best, as those of a PNG are.
fn is_filtered(
    document: &Document<'_>,
    dict: &Dict,
    (width, channels, bits): (u32, u8, u32),
) -> Result<bool, FileError> {
    let how = match document.get(dict, b"DecodeParms") {
        Some(Value::List(parts)) => parts.first().and_then(|part| document.of(part)),
        how => how,
    };
    let Some(how) = how.and_then(Value::as_dict) else {
        return Ok(false);
    };
    let number = |name: &[u8], usual: u32| document.get(how, name).map_or(Some(usual), Value::as_count);
    match number(b"Predictor", 1) {
        Some(1) => Ok(false),
        Some(10..=15)
            if number(b"Columns", 1) == Some(width)
                && number(b"Colors", 1) == Some(channels.into())
                && number(b"BitsPerComponent", 8) == Some(bits) =>
        {
            Ok(true)
        }
        _ => Err(FileError::NotShown),
    }
}

/// Undoes the filters of rows (PNG, section 9).
fn unfiltered(bytes: &[u8], row: usize, step: usize) -> Option<Vec<u8>> {
    let mut whole: Vec<u8> = Vec::with_capacity(bytes.len());
    for filtered in bytes.chunks_exact(row + 1) {
        let (how, filtered) = filtered.split_first()?;
        let begin = whole.len();
        for (x, byte) in filtered.iter().enumerate() {
            let left = x.checked_sub(step).map_or(0, |x| whole[begin + x]);
            let above = begin.checked_sub(row).map_or(0, |above| whole[above + x]);
            let corner = match (begin.checked_sub(row), x.checked_sub(step)) {
                (Some(above), Some(x)) => whole[above + x],
                _ => 0,
            };
            let guess = match how {
                0 => 0,
                1 => left,
                2 => above,
                3 => left.midpoint(above),
                4 => nearest(left, above, corner),
                _ => return None,
            };
            whole.push(byte.wrapping_add(guess));
        }
    }
    Some(whole)
}

/// Which of three neighbours is nearest to what the slope between them foretells.
fn nearest(left: u8, above: u8, corner: u8) -> u8 {
    let foretold = i16::from(left) + i16::from(above) - i16::from(corner);
    let far = |neighbour: u8| (foretold - i16::from(neighbour)).abs();
    if far(left) <= far(above) && far(left) <= far(corner) {
        left
    } else if far(above) <= far(corner) {
        above
    } else {
        corner
    }
}

fn grey_of_bits(bytes: &[u8], row: usize, width: u32) -> Vec<u8> {
    let of_row = |bits: &[u8]| {
        let pixel = |x: usize| {
            if bits[x / 8] >> (7 - x % 8) & 1 == 1 {
                u8::MAX
            } else {
                0
            }
        };
        (0..width as usize).map(pixel).collect::<Vec<u8>>()
    };
    bytes.chunks_exact(row).flat_map(of_row).collect()
}
