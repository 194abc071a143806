//! `admin enrol-code`: the link by which a tablet becomes somebody's, as text, as a picture, and on the terminal.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use protocol::{HubUrl, UserId};
use uuid::Uuid;

use crate::deeds::enrol::{enrol_link, qr_picture, qr_pixels, qr_terminal};
use crate::hub::Hub;

/// For whom, and in which forms.
#[derive(Debug, Args)]
pub struct EnrolCodeCommand {
    /// The user's id.
    user: Uuid,
    /// Where devices reach the hub, if not at the configured address.
    #[arg(long)]
    hub: Option<HubUrl>,
    #[command(flatten)]
    show: Show,
}

/// How what a camera reads is shown.
#[derive(Debug, Args)]
pub struct Show {
    /// Also writes the link as a QR picture: FILE.svg or FILE.png.
    #[arg(long, value_name = "FILE")]
    qr: Option<PathBuf>,
    /// Also shows it on the terminal, to point a camera at.
    #[arg(long)]
    terminal: bool,
}

pub(super) fn run(hub: &Hub, command: &EnrolCodeCommand, out: &mut dyn Write) -> Result<()> {
    // Before the code is made: one that cannot be shown is one too many.
    command.show.check()?;
    let link = enrol_link(hub, UserId(*command.user.as_bytes()), command.hub.clone())?.to_string();
    command.show.write(&link)?;
    writeln!(out, "{link}")?;
    command.show.draw(&link, out)
}

impl Show {
    /// Whether it can be shown so.
    pub(super) fn check(&self) -> Result<()> {
        self.qr.as_deref().map(form_of).transpose()?;
        Ok(())
    }

    /// Writes the picture, where one is asked for.
    pub(super) fn write(&self, text: &str) -> Result<()> {
        let Some(path) = &self.qr else {
            return Ok(());
        };
        let picture = match form_of(path)? {
            Form::Svg => qr_picture(text)?.into_bytes(),
            Form::Png => qr_pixels(text)?,
        };
        std::fs::write(path, picture).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Draws it on the terminal, where that is asked for.
    pub(super) fn draw(&self, text: &str, out: &mut dyn Write) -> Result<()> {
        if self.terminal {
            writeln!(out, "{}", qr_terminal(text)?)?;
        }
        Ok(())
    }
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
