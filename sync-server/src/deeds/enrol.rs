//! The link by which a tablet becomes somebody's, and other texts that a camera reads.

use protocol::{EnrolLink, HubUrl, UserId};
use qrcode::render::{svg, unicode};
use qrcode::{Color, QrCode};

use crate::config::{ConfigError, known_by};
use crate::hub::Hub;
use crate::identity;
use crate::storage::StorageError;

/// Pixels of a side of a picture, at least.
const SIDE_PIXELS_MIN: u32 = 320;
/// Light modules around the code, without which it is not read.
const QUIET_MODULES: usize = 4;

/// Why there is no link, or no picture of it.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The hub does not know where it is reached.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The text is too long for a picture.
    #[error("the link does not fit a QR picture")]
    TooLong(#[from] qrcode::types::QrError),
    /// The picture could not be written.
    #[error("the QR picture could not be made")]
    Png(#[from] png::EncodingError),
}

/// A new enrolment link for a user.
pub fn enrol_link(hub: &Hub, user: UserId, url: Option<HubUrl>) -> Result<EnrolLink, EnrolError> {
    let at = match (url, hub.config.pin()?) {
        (Some(url), Some(pin)) => known_by(&url, pin),
        (Some(url), None) => url,
        (None, _) => hub.config.hub_url()?,
    };
    let code = identity::make_enrol_code(&*hub.storage, user, hub.clock.now_ms())?;
    Ok(EnrolLink { hub: at, code })
}

/// A text as a picture to point a camera at, in SVG.
pub fn qr_picture(text: &str) -> Result<String, EnrolError> {
    Ok(QrCode::new(text)?
        .render::<svg::Color<'_>>()
        .min_dimensions(SIDE_PIXELS_MIN, SIDE_PIXELS_MIN)
        .build())
}

/// The same for a terminal.
pub fn qr_terminal(text: &str) -> Result<String, EnrolError> {
    Ok(QrCode::new(text)?.render::<unicode::Dense1x2>().build())
}

/// The same as a PNG of grey, for whoever puts it into a document or shows it on a page.
pub fn qr_pixels(text: &str) -> Result<Vec<u8>, EnrolError> {
    let code = QrCode::new(text)?;
    let modules = code.width() + 2 * QUIET_MODULES;
    let scale = (SIDE_PIXELS_MIN as usize).div_ceil(modules);
    let side = modules * scale;
    let is_dark = |x: usize, y: usize| {
        let within = |at: usize| (at / scale).checked_sub(QUIET_MODULES).filter(|at| *at < code.width());
        matches!((within(x), within(y)), (Some(x), Some(y)) if code[(x, y)] == Color::Dark)
    };
    let pixels: Vec<u8> = (0..side)
        .flat_map(|y| (0..side).map(move |x| (x, y)))
        .map(|(x, y)| if is_dark(x, y) { 0 } else { 255 })
        .collect();
    let mut written = Vec::new();
    let side = u32::try_from(side).expect("a side of a picture is a few hundred pixels");
    let mut encoder = png::Encoder::new(&mut written, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(written)
}
