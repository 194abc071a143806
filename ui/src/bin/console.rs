//! The entry of the district officer's page. `ui/README.md` lists the `data-test` hooks by which tests drive it.

/// Draws the page.
#[cfg(target_arch = "wasm32")]
fn main() {
    ui::console::mount();
}

/// The page exists in a browser only.
#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    eprintln!("The district officer's page is built for wasm32-unknown-unknown: `cargo xtask ui`.");
    std::process::ExitCode::FAILURE
}
