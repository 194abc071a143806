//! Where the built things are. `cargo xtask test` says so by environment variables; without them they are looked for
//! where cargo puts them.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// The root of the workspace.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package
        .parent()
        .expect("the package lies in the workspace")
        .to_path_buf()
}

/// A built program of the workspace.
///
/// # Panics
/// When it has not been built.
pub fn program(name: &str) -> PathBuf {
    let folder = place(
        "VATSALYA_BIN_DIR",
        if cfg!(debug_assertions) {
            "target/debug"
        } else {
            "target/release"
        },
    );
    built(folder.join(name), "VATSALYA_BIN_DIR")
}

/// A part of the workshop, to be started: what the house does beside testing.
///
/// # Panics
/// When it has not been built.
pub fn workshop(part: &str) -> Command {
    let mut command = Command::new(program("workshop"));
    command.arg(part);
    command
}

/// The app: the one that was just built, or another that is to be tried, such as an installed one.
pub fn app() -> PathBuf {
    match env::var_os("VATSALYA_APP") {
        Some(app) if !app.is_empty() => built(app.into(), "VATSALYA_APP"),
        _ => program("vatsalya-field"),
    }
}

/// The driver of app windows.
pub fn tauri_driver() -> PathBuf {
    built(
        place("VATSALYA_TAURI_DRIVER", "target/tools/bin/tauri-driver"),
        "VATSALYA_TAURI_DRIVER",
    )
}

/// The driver of the web view inside them.
pub fn webkit_driver() -> PathBuf {
    built(
        place("VATSALYA_WEBKIT_DRIVER", "/usr/bin/WebKitWebDriver"),
        "VATSALYA_WEBKIT_DRIVER",
    )
}

/// The built screens.
pub fn ui_dist() -> PathBuf {
    place("VATSALYA_UI_DIST", "ui/dist")
}

/// The built page for district officers.
///
/// # Panics
/// When it has not been built.
pub fn console() -> PathBuf {
    built(place("VATSALYA_CONSOLE", "target/console"), "VATSALYA_CONSOLE")
}

/// The built page of all components.
///
/// # Panics
/// When it has not been built.
pub fn components() -> PathBuf {
    built(place("VATSALYA_COMPONENTS", "target/components"), "VATSALYA_COMPONENTS")
}

/// The pictures of every screen that stand in the repository.
pub fn gallery() -> PathBuf {
    root().join("docs/gallery")
}

/// The driver of Chromium.
pub fn chromedriver() -> PathBuf {
    built(
        place("VATSALYA_CHROMEDRIVER", "/usr/bin/chromedriver"),
        "VATSALYA_CHROMEDRIVER",
    )
}

/// The script that finds hindrances in a page.
///
/// # Panics
/// When it was not fetched.
pub fn axe() -> PathBuf {
    let folder = place("VATSALYA_AXE", "target/tools/npm/axe-core");
    built(folder.join("node_modules/axe-core/axe.min.js"), "VATSALYA_AXE")
}

/// Where pictures of the screens are left.
pub fn screenshots() -> PathBuf {
    place("VATSALYA_SCREENSHOTS", "target/screenshots")
}

/// The published schema of what the hub delivers to the portal.
pub fn vatsalya_schema() -> PathBuf {
    root().join("sync-server/schemas/vatsalya-case-1.json")
}

fn place(variable: &str, usual: &str) -> PathBuf {
    match env::var_os(variable) {
        Some(place) if !place.is_empty() => place.into(),
        _ => root().join(usual),
    }
}

fn built(path: PathBuf, variable: &str) -> PathBuf {
    assert!(
        path.exists(),
        "{} is not there: `cargo xtask test` builds what the tests need and sets {variable}",
        path.display()
    );
    path
}
