//! The window and the platform around a device.
//!
//! The page gets one command, [`ipc::Request`] in and [`ipc::Reply`] or [`ipc::Failure`] out, and nothing of Tauri's
//! own. This crate has no rules: whatever it would decide about a case belongs to `device` or below.

mod dumps;
mod files;
mod gateway;
mod keystore;
mod microphone;
mod panics;
mod watch;
mod window;

use std::{path::PathBuf, sync::Arc};

use anyhow::Context as _;
use device::{Device, Platform, SYSTEM_FONTS};
use tauri::{Manager as _, RunEvent};

/// Environment variable that names another data folder than the platform's own.
const DATA_DIR_VARIABLE: &str = "VATSALYA_DATA_DIR";

/// Where the package has its fonts, among its resources.
const FONTS_FOLDER: &str = "fonts";

/// Opens the window and stays until it is closed.
///
/// # Panics
/// When the platform has no window to give or the data folder cannot be used: there is no app without them.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    panics::keep_words_out_of_the_log();
    dumps::forbid();
    let app = tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![gateway::call])
        .setup(|app| Ok(set_up(app)?))
        .build(context())
        .expect("the platform has a web view, and the data folder can be used");
    app.run(|app, event| match event {
        RunEvent::Exit => lock(app),
        RunEvent::WindowEvent { event, .. } => watch::window_event(app, &event),
        _ => {}
    });
}

/// What `tauri.conf.json` says, with the screens inside.
///
/// The macro packs the screens into a folder that a build of the tests of this file shares, and takes for whole what another
/// compiler has only begun to write there: a window that stays empty. So the tests, which open none, leave it out.
fn context() -> tauri::Context {
    #[cfg(not(test))]
    {
        tauri::generate_context!()
    }
    #[cfg(test)]
    panic!("a test opens no window")
}

fn set_up(app: &mut tauri::App) -> anyhow::Result<()> {
    let data_dir = data_dir(app)?;
    let platform = Platform {
        keystore: Arc::new(keystore::SessionKeystore::default()),
        files: Arc::new(files::PlatformFiles(app.handle().clone())),
        fonts: fonts(app),
        ..Platform::system(app.package_info().version.to_string(), machine_name())
    };
    let device = Device::open(&data_dir, platform).context("the data folder cannot be used")?;
    if let Some(link) = std::env::args().nth(1) {
        device.offer_link(&link);
    }
    let device = Arc::new(device);
    watch::start(&device).context("the platform gives no thread")?;
    app.manage(device);
    window::open(app, &data_dir)
}

fn data_dir(app: &tauri::App) -> anyhow::Result<PathBuf> {
    match std::env::var_os(DATA_DIR_VARIABLE) {
        Some(folder) if !folder.is_empty() => Ok(folder.into()),
        _ => app
            .path()
            .app_data_dir()
            .context("the platform names no folder for the app's data"),
    }
}

/// The folder of the fonts that papers are set in: the package's own; where the app runs as it was built, the system's.
fn fonts(app: &tauri::App) -> PathBuf {
    let own = app.path().resource_dir().map(|folder| folder.join(FONTS_FOLDER));
    own.ok()
        .filter(|folder| folder.is_dir())
        .unwrap_or_else(|| SYSTEM_FONTS.into())
}

/// How the hub's list of devices calls this machine. The host's name is left out: people name machines after
/// themselves.
fn machine_name() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

/// The keys leave memory with the window.
fn lock(app: &tauri::AppHandle) {
    if let Some(device) = app.try_state::<Arc<Device>>() {
        // A vault that is not open answers `Locked`, which is what is wanted.
        let _ = device.call(ipc::Request::Lock);
    }
}
