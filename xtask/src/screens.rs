//! Builds the screens, the district officer's page and, for tests, the page of all components: Rust to WebAssembly, its bindings,
//! and the files beside them.
//!
//! Each is a program of its own out of `ui`, and has a folder of its own: what only the one reaches is not in the other. A page
//! loads `start.js`, which loads the rest; there is no inline script, so that a page's policy can forbid them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    lint::{self, Built, linting},
    npm, paths,
    process::{cargo, command, run},
    requirements::WASM,
    steps::Steps,
};

/// A page, by the program of `ui` that draws it.
struct Page {
    /// The program.
    program: &'static str,
    /// What it is called where a person reads it.
    name: &'static str,
    /// Its HTML, in `ui`.
    html: &'static str,
    /// Where style sheets and pictures lie in its folder.
    assets: &'static str,
}

/// What the window of the app loads.
const SCREENS: Page = Page {
    program: "ui",
    name: "the screens",
    html: "index.html",
    assets: "assets/",
};

/// What the hub serves at `/console/`: all of it in one folder, because the hub serves no folder in a folder.
const CONSOLE: Page = Page {
    program: "console",
    name: "the district officer's page",
    html: "console.html",
    assets: "",
};

/// Every component in every state, for whoever works on them and for the tests. It never ships.
const COMPONENTS: Page = Page {
    program: "components",
    name: "the page of components",
    html: "components.html",
    assets: "assets/",
};

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
    // Whoever writes screens reads the warnings; the check fails on them.
    let built = Steps::new(1).run("the screens and the district officer's page", || build(bundle));
    built.map(drop)
}

/// Builds the two that ship, and in the quick bundle the page of components.
pub(crate) fn build(bundle: Bundle) -> Result<Built> {
    let profile = bundle.profile();
    let mut pages = vec![(&SCREENS, paths::dist()), (&CONSOLE, paths::console())];
    if bundle == Bundle::Quick {
        pages.push((&COMPONENTS, paths::components()));
    }
    let compile = ["build", "--package", "ui", "--target", WASM, "--profile", profile];
    let mut compile = match bundle {
        Bundle::Quick => linting(&compile),
        // Clippy optimizes nothing that it may want to show as it was written.
        Bundle::Small => cargo(&compile),
    };
    for (page, _) in &pages {
        compile.args(["--bin", page.program]);
    }
    let built = lint::run(compile.arg("--target-dir").arg(target()))?;

    // One at a time: two builds that exchange the folder at once would leave neither.
    let turn = fs::File::create(target().join("exchanging"))?;
    turn.lock()?;
    pages
        .iter()
        .try_for_each(|(page, folder)| lay_out(page, folder, bundle))?;
    Ok(built)
}

/// Makes the folder of a page.
fn lay_out(page: &Page, dist: &Path, bundle: Bundle) -> Result<()> {
    // Made beside the old and then exchanged, so that nobody ever loads half of each.
    let fresh = dist.with_extension("new");
    clear(&fresh)?;
    let wasm = target()
        .join(WASM)
        .join(bundle.profile())
        .join(page.program)
        .with_extension("wasm");
    bind(page, &wasm, &fresh, bundle)?;
    let bound = format!("{}_bg.wasm", page.program);
    if bundle == Bundle::Small {
        shrink(&fresh.join(&bound))?;
    }
    fs::write(fresh.join("start.js"), start(page.program))?;
    copy_named(page, &fresh)?;
    let old = dist.with_extension("old");
    clear(&old)?;
    if dist.exists() {
        fs::rename(dist, old.join("dist"))?;
    }
    fs::rename(&fresh, dist)?;
    fs::remove_dir_all(&old)?;
    let bytes = fs::metadata(dist.join(&bound))?.len();
    eprintln!(
        "{} holds {}; {bound} has {} kB",
        paths::shown(dist),
        page.name,
        bytes.div_ceil(1000)
    );
    Ok(())
}

/// Loads the bindings and, through them, the program.
fn start(program: &str) -> String {
    format!("import init from \"./{program}.js\";\nawait init({{ module_or_path: \"./{program}_bg.wasm\" }});\n")
}

/// The page's HTML, and what it names of `ui/assets`: nothing else goes over.
fn copy_named(page: &Page, into: &Path) -> Result<()> {
    let ui = paths::root().join("ui");
    let html = fs::read_to_string(ui.join(page.html)).with_context(|| format!("ui/{}", page.html))?;
    fs::create_dir_all(into.join(page.assets))?;
    for name in named(&html, page.assets) {
        fs::copy(ui.join("assets").join(name), into.join(page.assets).join(name))
            .with_context(|| format!("ui/{} names {name}, and it is not in ui/assets", page.html))?;
    }
    Ok(fs::write(into.join("index.html"), html)?)
}

/// What a page's links name.
fn named<'a>(html: &'a str, assets: &str) -> Vec<&'a str> {
    let links = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter_map(|link| link.strip_prefix(assets)).collect()
}

fn bind(page: &Page, wasm: &Path, into: &Path, bundle: Bundle) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name(page.program).typescript(false);
    bindgen
        .remove_name_section(bundle == Bundle::Small)
        .remove_producers_section(true);
    let web = bindgen.web(true).map_err(|error| anyhow!("{error:#}"))?;
    web.generate(into)
        .map_err(|error| anyhow!("the bindings of {}: {error:#}", page.name))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_what_its_links_name() {
        let html = "<link rel=\"icon\" href=\"assets/mark.svg\" /><link href=\"assets/base.css\" />";
        assert_eq!(named(html, "assets/"), ["mark.svg", "base.css"]);
        assert_eq!(named("<link href=\"base.css\" />", ""), ["base.css"]);
    }
}
