//! The screens of Vatsalya Field.
//!
//! They know calls and replies ([`ipc`]) and the words of the work ([`casework`]), and nothing of storage, merging,
//! network or windows. No pack is compiled in: the device sends the form that is shown, with its labels.
//!
//! What can be tested without a browser is here for every target; the screens themselves (`pages`, `components`,
//! `backend`) exist for the browser only.
//!
//! The district officer's page ([`console`]) is a program of its own beside them. It is made of the same pieces, and what the
//! linker does not reach from it is not in it: no page of the tablet, no call of the device. So it is with the page that shows
//! every component in every state (`showcase`), which never ships.

pub mod asked;
pub mod chart;
pub mod console;
pub mod list_window;
pub mod route;
pub mod settings;
pub mod time;
pub mod value;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod backend;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
#[expect(
    clippy::needless_pass_by_value,
    unreachable_pub,
    reason = "a component owns what it is given, and is made public by its macro"
)]
mod components;
#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(target_arch = "wasm32")]
#[expect(
    clippy::needless_pass_by_value,
    unreachable_pub,
    reason = "a component owns what it is given, and is made public by its macro"
)]
mod pages;
#[cfg(target_arch = "wasm32")]
mod reader;
#[cfg(target_arch = "wasm32")]
#[expect(unreachable_pub, reason = "a component is made public by its macro")]
pub mod showcase;
#[cfg(target_arch = "wasm32")]
mod state;

/// Draws the screens into the page.
#[cfg(target_arch = "wasm32")]
pub fn mount() {
    console_error_panic_hook::set_once();
    // Made before the tree: what is made within it goes with the part of it that asked first.
    let _ = (reader::settings(), state::app());
    leptos::mount::mount_to_body(pages::Root);
}
