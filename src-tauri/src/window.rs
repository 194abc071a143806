//! The window, made in code because one of its settings is known only when the app runs.

use std::path::Path;

use anyhow::Context as _;
use tauri::WebviewWindowBuilder;

use crate::microphone;

/// Set by `tauri-driver` when a test drives the window.
const AUTOMATION_VARIABLE: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Opens the window that `tauri.conf.json` describes.
///
/// The web view writes nothing to disk: what it would cache is what the vault protects. A test cannot drive such a
/// private window, so under a driver its data stand beside the vaults instead.
pub(crate) fn open(app: &tauri::App, data_dir: &Path) -> anyhow::Result<()> {
    let settings = app
        .config()
        .app
        .windows
        .first()
        .context("tauri.conf.json describes a window")?;
    let driven = std::env::var_os(AUTOMATION_VARIABLE).is_some();
    let window = WebviewWindowBuilder::from_config(app, settings)?
        .incognito(!driven)
        .data_directory(data_dir.join("webview"))
        .build()?;
    microphone::offer(&window)?;
    Ok(())
}
