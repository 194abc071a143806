//! Builds the screens: Rust to WebAssembly, its bindings, and the files beside them, into `ui/dist`.
//!
//! `ui/index.html` and everything under `ui/assets` go over as they are. The page loads `start.js`, which loads the
//! rest; there is no inline script, so that the page's policy can forbid them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    npm, paths,
    process::{cargo, command, run},
    requirements::WASM,
    steps::Steps,
};

/// Loads the bindings and, through them, the screens.
const START: &str = "import init from \"./ui.js\";\nawait init({ module_or_path: \"./ui_bg.wasm\" });\n";

/// Which bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bundle {
    /// Built quickly, for tests and while writing.
    Quick,
    /// As small as it gets, for shipping.
    Small,
}

impl Bundle {
    /// The cargo profile it is built by.
    pub(crate) fn profile(self) -> &'static str {
        match self {
            Self::Quick => "wasm-dev",
            Self::Small => "wasm",
        }
    }
}

/// The target folder of the screens' own, so that they and the rest can be built side by side.
pub(crate) fn target() -> PathBuf {
    paths::target().join("wasm")
}

/// `cargo xtask ui`.
pub(crate) fn build_alone(release: bool) -> Result<()> {
    let bundle = if release { Bundle::Small } else { Bundle::Quick };
    Steps::new(1).run("the screens", || build(bundle))
}

/// Builds them.
pub(crate) fn build(bundle: Bundle) -> Result<()> {
    let profile = bundle.profile();
    let mut compile = cargo(&[
        "build",
        "--package",
        "ui",
        "--bin",
        "ui",
        "--target",
        WASM,
        "--profile",
        profile,
    ]);
    run(compile.arg("--target-dir").arg(target()))?;

    // One at a time: two builds that exchange the folder at once would leave neither.
    let turn = fs::File::create(target().join("exchanging"))?;
    turn.lock()?;
    // Made beside the old and then exchanged, so that nobody ever loads half of each.
    let dist = paths::dist();
    let fresh = dist.with_file_name("dist.new");
    clear(&fresh)?;
    bind(&target().join(WASM).join(profile).join("ui.wasm"), &fresh, bundle)?;
    if bundle == Bundle::Small {
        shrink(&fresh.join("ui_bg.wasm"))?;
    }
    let ui = paths::root().join("ui");
    fs::copy(ui.join("index.html"), fresh.join("index.html")).context("ui/index.html")?;
    fs::write(fresh.join("start.js"), START)?;
    copy_folder(&ui.join("assets"), &fresh.join("assets"))?;
    let old = dist.with_file_name("dist.old");
    clear(&old)?;
    if dist.exists() {
        fs::rename(&dist, old.join("dist"))?;
    }
    fs::rename(&fresh, &dist)?;
    fs::remove_dir_all(&old)?;
    let bytes = fs::metadata(dist.join("ui_bg.wasm"))?.len();
    eprintln!(
        "{} holds the screens; ui_bg.wasm has {} kB",
        paths::shown(&dist),
        bytes.div_ceil(1000)
    );
    Ok(())
}

fn bind(wasm: &Path, into: &Path, bundle: Bundle) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name("ui").typescript(false);
    bindgen
        .remove_name_section(bundle == Bundle::Small)
        .remove_producers_section(true);
    let web = bindgen.web(true).map_err(|error| anyhow!("{error:#}"))?;
    web.generate(into)
        .map_err(|error| anyhow!("the bindings of the screens: {error:#}"))
}

/// What the compiler and the bindings use, and every web view of the last years reads. Allowed more, the optimizer writes
/// encodings that no web view reads yet, and the window stays empty.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Shipping needs the tool; where it cannot be had, the bundle is larger and works the same.
fn shrink(wasm: &Path) -> Result<()> {
    let optimizer = match npm::BINARYEN.fetch() {
        Ok(optimizer) => optimizer,
        Err(error) => {
            eprintln!("wasm-opt cannot be had ({error:#}); the bundle stays larger than it need be");
            return Ok(());
        }
    };
    let mut optimize = command(&optimizer.to_string_lossy(), &["-Oz", "--strip-debug"]);
    run(optimize.args(WASM_FEATURES).arg(wasm).arg("--output").arg(wasm))
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::create_dir_all(folder)?)
}

fn copy_folder(from: &Path, into: &Path) -> Result<()> {
    if !from.exists() {
        return Ok(());
    }
    fs::create_dir_all(into)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = into.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
