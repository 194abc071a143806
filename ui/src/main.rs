//! The entry of the wasm bundle. `ui/README.md` lists the `data-test` hooks by which tests drive the screens.

/// Draws the screens.
#[cfg(target_arch = "wasm32")]
fn main() {
    ui::mount();
}

/// The screens exist in a browser only.
#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    eprintln!("The screens are built for wasm32-unknown-unknown: `cargo xtask ui`.");
    std::process::ExitCode::FAILURE
}
