//! `admin enrol-code`: the link by which a tablet becomes somebody's, as text, as a picture, and on the terminal.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use protocol::{EnrolLink, HubUrl, UserId};
use qrcode::render::{svg, unicode};
use qrcode::{Color, QrCode};
use uuid::Uuid;

use crate::config::known_by;
use crate::hub::Hub;
use crate::identity;

/// Pixels of a side of a picture, at least.
const SIDE_PIXELS_MIN: u32 = 320;
/// Light modules around the code, without which it is not read.
const QUIET_MODULES: usize = 4;

/// For whom, and in which forms.
#[derive(Debug, Args)]
pub struct EnrolCodeCommand {
    /// The user's id.
    user: Uuid,
    /// Where devices reach the hub, if not at the configured address.
    #[arg(long)]
    hub: Option<HubUrl>,
    /// Also writes the link as a QR picture: FILE.svg or FILE.png.
    #[arg(long, value_name = "FILE")]
    qr: Option<PathBuf>,
    /// Also shows it on the terminal, to point a tablet at.
    #[arg(long)]
    terminal: bool,
}

pub(super) fn run(hub: &Hub, command: &EnrolCodeCommand, out: &mut dyn Write) -> Result<()> {
    // Before the code is made: one that cannot be shown is one too many.
    let form = command.qr.as_deref().map(form_of).transpose()?;
    let link = enrol_link(hub, UserId(*command.user.as_bytes()), command.hub.clone())?;
    if let (Some(path), Some(form)) = (&command.qr, form) {
        let picture = match form {
            Form::Svg => qr_picture(&link)?.into_bytes(),
            Form::Png => qr_pixels(&link)?,
        };
        std::fs::write(path, picture).with_context(|| format!("cannot write {}", path.display()))?;
    }
    writeln!(out, "{link}")?;
    if command.terminal {
        let shown = code(&link)?.render::<unicode::Dense1x2>().build();
        writeln!(out, "{shown}")?;
    }
    Ok(())
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Svg,
    Png,
}

fn form_of(path: &Path) -> Result<Form> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("svg") => Ok(Form::Svg),
        Some("png") => Ok(Form::Png),
        _ => bail!("a QR picture is FILE.svg or FILE.png, not {}", path.display()),
    }
}

/// A new enrolment link for a user.
pub fn enrol_link(hub: &Hub, user: UserId, url: Option<HubUrl>) -> Result<EnrolLink> {
    let at = match (url, hub.config.pin()?) {
        (Some(url), Some(pin)) => known_by(&url, pin),
        (Some(url), None) => url,
        (None, _) => hub.config.hub_url()?,
    };
    let code = identity::make_enrol_code(&*hub.storage, user, hub.clock.now_ms())?;
    Ok(EnrolLink { hub: at, code })
}

/// The link as a picture to point a tablet at.
pub fn qr_picture(link: &EnrolLink) -> Result<String> {
    Ok(code(link)?
        .render::<svg::Color<'_>>()
        .min_dimensions(SIDE_PIXELS_MIN, SIDE_PIXELS_MIN)
        .build())
}

fn code(link: &EnrolLink) -> Result<QrCode> {
    QrCode::new(link.to_string()).context("the link does not fit a QR picture")
}

/// The same as a PNG of grey, for whoever puts it into a document.
fn qr_pixels(link: &EnrolLink) -> Result<Vec<u8>> {
    let code = code(link)?;
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
    let side = u32::try_from(side).context("a side of a picture")?;
    let mut encoder = png::Encoder::new(&mut written, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(written)
}
