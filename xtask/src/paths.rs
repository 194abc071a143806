//! Where things are.

use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the repository")
}

/// Everything built, and nothing that is not rebuilt by the next command.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The programs of a debug build.
pub(crate) fn programs() -> PathBuf {
    target().join("debug")
}

/// Tools installed for this repository alone.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// The driver that hands WebDriver calls to the app's window.
pub(crate) fn tauri_driver() -> PathBuf {
    tools().join("bin/tauri-driver")
}

/// The server that speaks S3, for the tests.
pub(crate) fn s3_server() -> PathBuf {
    tools().join("moto/bin/moto_server")
}

/// The program that asks a hub what its description of itself allows.
pub(crate) fn schemathesis() -> PathBuf {
    tools().join("schemathesis/bin/schemathesis")
}

/// The reader of workbooks that ours is compared with.
pub(crate) fn pyxform() -> PathBuf {
    tools().join("pyxform/bin/xls2xform")
}

/// The checker of licences and bans.
pub(crate) fn cargo_deny() -> PathBuf {
    tools().join("bin/cargo-deny")
}

/// The screens as the window loads them.
pub(crate) fn dist() -> PathBuf {
    root().join("ui/dist")
}

/// The district officer's page as a hub serves it.
pub(crate) fn console() -> PathBuf {
    target().join("console")
}

/// The page of all components.
pub(crate) fn components() -> PathBuf {
    target().join("components")
}

/// The pictures of every screen, in the repository.
pub(crate) fn gallery() -> PathBuf {
    root().join("docs/gallery")
}

/// Where tests and the tour leave pictures.
pub(crate) fn screenshots() -> PathBuf {
    target().join("screenshots")
}

/// A path as a person reads it: from the repository's root where it lies within.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
