//! Gives the window its one command and makes sure there is a page to embed.

use std::path::Path;

/// Stands in for the screens until `cargo xtask ui` has built them, so that the shell compiles in a fresh clone.
const NO_SCREENS: &str = "<!doctype html><html lang=\"en\"><title>Vatsalya Field</title>\
<h1>The screens are not built</h1><p>Run <code>cargo xtask ui</code>, then build the app again.</p></html>\n";

fn main() {
    let dist = Path::new("../ui/dist");
    if !dist.join("index.html").exists() {
        std::fs::create_dir_all(dist).expect("ui/dist can be made");
        std::fs::write(dist.join("index.html"), NO_SCREENS).expect("ui/dist can be written");
    }
    // The context macro embeds this folder, and a macro cannot tell cargo what it read.
    println!("cargo:rerun-if-changed=../ui/dist");

    // Naming the command here takes it away from every window that no capability gives it to.
    let manifest = tauri_build::AppManifest::new().commands(&["call"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .expect("tauri.conf.json, the capabilities and the icons are valid");
}
