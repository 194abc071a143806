//! The entry of the page of all components, for whoever works on them and for the pictures of the tests. It never ships.

/// Draws the page.
#[cfg(target_arch = "wasm32")]
fn main() {
    ui::showcase::mount();
}

/// The page exists in a browser only.
#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    eprintln!("The page of components is built for wasm32-unknown-unknown: `cargo xtask ui`.");
    std::process::ExitCode::FAILURE
}
