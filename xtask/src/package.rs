//! Builds the installable package, and tries what is in it: of all tests this is the one that sees the screens as they
//! ship, made small by an optimizer whose output a web view may refuse.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::{
    check::tell_paths,
    demo,
    display::VirtualDisplay,
    fonts, install, npm, paths,
    process::{command, run, workshop},
    screens::{self, Bundle},
    steps::Steps,
};

/// `cargo xtask package`.
pub(crate) fn package() -> Result<()> {
    install::set_up_to_run()?;
    let mut steps = Steps::new(5);
    let tauri = steps.run("the bundler", || npm::BUNDLER.fetch())?;
    steps.run("the screens, small", || screens::build(Bundle::Small).map(drop))?;
    let package = steps.run("the package", || bundle(&tauri))?;
    steps.run("a hub to try it with", || {
        demo::build_some(&["sync-server", "workshop"])
    })?;
    steps.run("the packaged app, tried", || try_out(&package))?;
    println!(
        "for a hub's machine: {} holds the district officer's page; `console` in hub.toml names where it lies there",
        paths::shown(&paths::console())
    );
    println!("install it: sudo apt-get install ./{}", paths::shown(&package));
    Ok(())
}

fn bundle(tauri: &Path) -> Result<PathBuf> {
    let resources = fonts::as_resources()?;
    let mut bundle = command(&tauri.to_string_lossy(), &["build", "--ci", "--bundles", "deb"]);
    bundle.args(["--config", &resources]);
    run(bundle.current_dir(paths::root().join("src-tauri")))?;
    let folder = paths::target().join("release/bundle/deb");
    let made = std::fs::read_dir(&folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    let newest = made
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .max_by_key(|path| path.metadata().and_then(|metadata| metadata.modified()).ok())
        .context("the bundler made no package")?;
    // The bundler names it after the product, with a space that a shell trips over.
    let name = newest
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase()
        .replace(' ', "-");
    let package = paths::target().join(name);
    std::fs::copy(&newest, &package)?;
    Ok(package)
}

/// Drives the app in the package through the day of two officers. It is unpacked, not installed: a build changes
/// nothing outside this repository.
fn try_out(package: &Path) -> Result<()> {
    let unpacked = paths::target().join("package");
    if unpacked.exists() {
        std::fs::remove_dir_all(&unpacked)?;
    }
    run(command("dpkg-deb", &["--extract"]).arg(package).arg(&unpacked))?;
    let display = VirtualDisplay::start()?;
    let mut tour = workshop(&paths::programs(), "tour");
    tell_paths(tour.args(["--cases", "12"]));
    tour.env("VATSALYA_APP", unpacked.join("usr/bin/vatsalya-field"))
        .arg("--screenshots")
        .arg(unpacked.join("screenshots"));
    run(&mut display.on(&tour)).context("the packaged app does not do what the app of the tests does")
}
