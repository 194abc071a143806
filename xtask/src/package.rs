//! Builds the installable package.

use anyhow::{Context as _, Result};

use crate::{
    npm, paths,
    process::{command, run},
    screens::{self, Bundle},
    steps::Steps,
};

/// `cargo xtask package`.
pub(crate) fn package() -> Result<()> {
    let mut steps = Steps::new(3);
    let tauri = steps.run("the bundler", || npm::BUNDLER.fetch())?;
    steps.run("the screens, small", || screens::build(Bundle::Small))?;
    steps.run("the package", || {
        let mut bundle = command(&tauri.to_string_lossy(), &["build", "--ci", "--bundles", "deb"]);
        run(bundle.current_dir(paths::root().join("src-tauri")))
    })?;
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
    println!("install it: sudo apt-get install ./{}", paths::shown(&package));
    Ok(())
}
