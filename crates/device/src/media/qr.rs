//! Reading a QR code out of a picture: how an enrolment code comes from a sheet of paper onto the tablet.

use image::imageops::FilterType;

use super::{PictureError, decode};

/// Longest side that is searched: more pixels only cost time.
const SIDE_MAX: u32 = 1600;

/// The text of the first QR code in the picture that can be read; `None` where there is none.
pub(crate) fn read_qr(file: &[u8]) -> Result<Option<String>, PictureError> {
    let mut picture = decode(file)?;
    if picture.width().max(picture.height()) > SIDE_MAX {
        picture = picture.resize(SIDE_MAX, SIDE_MAX, FilterType::Triangle);
    }
    let grey = picture.into_luma8();
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let found = std::panic::catch_unwind(|| {
        let mut prepared =
            rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| grey.as_raw()[y * width + x]);
        prepared
            .detect_grids()
            .iter()
            .find_map(|grid| grid.decode().ok())
            .map(|(_, text)| text)
    });
    // The reader walks pixels of a stranger's picture; if it stumbles, there was no code.
    Ok(found.unwrap_or(None))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{GrayImage, ImageFormat, Luma};

    use super::*;

    fn png(picture: &GrayImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_code_is_read_from_a_picture_and_none_from_an_empty_one() {
        let text = "vatsalya:enrol?hub=https://hub.example&code=ABCD-EFGH-JKMN";
        let code = qrcode::QrCode::new(text).unwrap();
        let (modules, quiet, scale) = (code.width(), 4, 5);
        let colours = code.to_colors();
        let side = u32::try_from((modules + 2 * quiet) * scale).unwrap();
        let picture = GrayImage::from_fn(side, side, |x, y| {
            let at = |pixel: u32| {
                (pixel as usize / scale)
                    .checked_sub(quiet)
                    .filter(|module| *module < modules)
            };
            let dark = at(x)
                .zip(at(y))
                .is_some_and(|(x, y)| colours[y * modules + x] == qrcode::Color::Dark);
            Luma([if dark { 20 } else { 240 }])
        });
        assert_eq!(read_qr(&png(&picture)).unwrap().as_deref(), Some(text));
        assert_eq!(
            read_qr(&png(&GrayImage::from_pixel(300, 300, Luma([240])))).unwrap(),
            None
        );
        assert_eq!(read_qr(b"no picture"), Err(PictureError::NotAPicture));
    }
}
