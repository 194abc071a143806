//! Stops the build for a shipped pack with a mistake, so that an officer never meets it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for error in casework::lint::shipped_errors() {
        println!("cargo::error=crates/casework/packs/{error}");
    }
}
