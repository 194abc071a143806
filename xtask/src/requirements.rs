//! What this repository needs of a machine: one list, for `setup` to install and for `doctor` to explain.

use std::{collections::BTreeSet, path::Path};

use crate::{
    paths,
    process::{self, command, read},
};

/// The target the screens are built for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// The version of `tauri-driver` the window tests are written against.
pub(crate) const TAURI_DRIVER: &str = "2.1.0";

/// The version of `cargo-deny` that reads `deny.toml`.
pub(crate) const CARGO_DENY: &str = "0.20.2";

/// The version of moto, whose server speaks S3, for the tests of media in a bucket.
pub(crate) const MOTO: &str = "5.2.5";

/// The version of Schemathesis, which asks a hub everything that its description of itself allows, and more.
pub(crate) const SCHEMATHESIS: &str = "4.32.5";

/// The version of pyxform, which reads XLSForm workbooks for most servers of forms.
pub(crate) const PYXFORM: &str = "4.5.0";

/// Debian packages, each with what it is for.
pub(crate) const PACKAGES: &[(&str, &str)] = &[
    ("build-essential", "the C compiler and linker"),
    ("pkg-config", "finds the libraries below"),
    ("perl", "builds OpenSSL for SQLCipher"),
    ("libwebkit2gtk-4.1-dev", "the web view of the window"),
    ("librsvg2-dev", "draws the window's icon"),
    ("libayatana-appindicator3-dev", "what Tauri links on Linux"),
    ("libxdo-dev", "what Tauri links on Linux"),
    ("xvfb", "the virtual display for window tests"),
    ("dbus-x11", "a D-Bus session for the window tests"),
    ("gnome-keyring", "a keystore for the tests"),
    ("gstreamer1.0-plugins-bad", "what the web view records with"),
    ("pulseaudio", "a microphone for the tests"),
    ("pulseaudio-utils", "speaks into that microphone"),
    ("webkit2gtk-driver", "drives the window in tests"),
    ("chromium", "runs the screens as Android's web view would"),
    ("chromium-driver", "drives Chromium in tests"),
    (
        "libvips-tools",
        "makes pictures smaller beside the app, for the benchmarks",
    ),
    ("postgresql-15", "the database of several hubs, for the tests"),
    ("python3-venv", "holds the S3 server of the tests"),
    (
        "fonts-noto-core",
        "letters of all Indian scripts, for papers and for the pictures",
    ),
    ("poppler-utils", "reads and draws papers in the tests"),
    ("qpdf", "checks in the tests how papers are built"),
];

/// Something a machine has or lacks.
pub(crate) struct Requirement {
    /// Its name.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) purpose: &'static str,
    /// Whether the machine has it.
    pub(crate) met: bool,
    /// How to get it by hand.
    pub(crate) remedy: String,
}

/// Everything, with whether this machine has it.
pub(crate) fn all() -> Vec<Requirement> {
    let missing = missing_packages(PACKAGES);
    let packages = PACKAGES.iter().map(|&(name, purpose)| Requirement {
        name: name.into(),
        purpose,
        met: !missing.contains(name),
        remedy: format!("apt-get install {name}"),
    });
    packages.chain(toolchain()).collect()
}

fn toolchain() -> Vec<Requirement> {
    let version = read(&mut command("rustc", &["--version"])).unwrap_or_default();
    let needed = env!("CARGO_PKG_RUST_VERSION");
    let component = |name: &str, purpose| Requirement {
        name: name.into(),
        purpose,
        met: process::is_there(name),
        remedy: format!("rustup component add {}", name.trim_start_matches("cargo-")),
    };
    vec![
        Requirement {
            name: format!("Rust {needed} or newer"),
            purpose: "the compiler",
            met: is_at_least(&version, needed),
            remedy: format!("rustup toolchain install {needed} && rustup default {needed}"),
        },
        component("cargo-clippy", "the linter"),
        component("rustfmt", "the formatter"),
        Requirement {
            name: format!("Rust for {WASM}"),
            purpose: "the screens",
            met: has_wasm_target(),
            remedy: format!("rustup target add {WASM}"),
        },
        Requirement {
            name: format!("tauri-driver {TAURI_DRIVER}"),
            purpose: "drives the window in tests",
            met: paths::tauri_driver().exists(),
            remedy: "cargo xtask setup".into(),
        },
        Requirement {
            name: format!("moto {MOTO}"),
            purpose: "speaks S3 in the tests",
            met: paths::s3_server().exists(),
            remedy: "cargo xtask setup".into(),
        },
        Requirement {
            name: format!("Schemathesis {SCHEMATHESIS}"),
            purpose: "asks a hub whatever its OpenAPI description allows",
            met: paths::schemathesis().exists(),
            remedy: "cargo xtask setup".into(),
        },
        Requirement {
            name: format!("pyxform {PYXFORM}"),
            purpose: "reads the workbooks of forms that we read",
            met: paths::pyxform().exists(),
            remedy: "cargo xtask setup".into(),
        },
        Requirement {
            name: format!("cargo-deny {CARGO_DENY}"),
            purpose: "holds deny.toml",
            met: paths::cargo_deny().exists(),
            remedy: "cargo xtask setup".into(),
        },
    ]
}

/// Whether the standard library for the browser is installed.
pub(crate) fn has_wasm_target() -> bool {
    let printed = read(&mut command("rustc", &["--print", "target-libdir", "--target", WASM]));
    printed.is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

/// Those of `packages` that are not installed. On a system without Debian's package list, all of them.
pub(crate) fn missing_packages(packages: &[(&'static str, &str)]) -> BTreeSet<&'static str> {
    let names = packages.iter().map(|&(name, _)| name);
    let mut query = command(
        "dpkg-query",
        &["--show", "--showformat=${Package} ${db:Status-Status}\n"],
    );
    // A package it has never heard of makes it fail, yet it lists the others.
    let listed = query
        .args(names.clone())
        .output()
        .map(|output| output.stdout)
        .unwrap_or_default();
    let listed = String::from_utf8_lossy(&listed);
    let installed: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| line.strip_suffix(" installed"))
        .collect();
    names.filter(|name| !installed.contains(name)).collect()
}

/// Compares `rustc 1.95.0 (…)` with `1.95`.
fn is_at_least(rustc: &str, needed: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> { text.split('.').map_while(|part| part.parse().ok()).collect() };
    rustc
        .split_whitespace()
        .nth(1)
        .is_some_and(|version| numbers(version) >= numbers(needed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(is_at_least("rustc 1.95.0 (59807616e 2026-04-14)", "1.95"));
        assert!(is_at_least("rustc 1.100.0 (0 2027-01-01)", "1.95"));
        assert!(!is_at_least("rustc 1.94.1 (0 2026-03-01)", "1.95"));
        assert!(!is_at_least("", "1.95"));
    }
}
