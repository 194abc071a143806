//! Renders the icon. The results are committed, so that building needs no renderer.

use anyhow::Result;

use crate::{
    npm, paths,
    process::{command, run},
};

/// What `tauri.conf.json` and the documents use, of all that the renderer makes.
const KEPT: &[&str] = &[
    "32x32.png",
    "64x64.png",
    "128x128.png",
    "128x128@2x.png",
    "icon.png",
    "icon.ico",
    "icon.icns",
];

/// Renders `icons/vatsalya.svg`.
pub(crate) fn render() -> Result<()> {
    let tauri = npm::BUNDLER.fetch()?;
    let rendered = paths::target().join("icons");
    let icons = paths::root().join("icons");
    run(command(&tauri.to_string_lossy(), &["icon", "icons/vatsalya.svg", "--output"]).arg(&rendered))?;
    for name in KEPT {
        std::fs::copy(rendered.join(name), icons.join(name))?;
    }
    eprintln!("icons/ is up to date");
    Ok(())
}
