//! The district officer's page, which the hub serves at `/console/`: how the tablets, the time limits, the institutions, the
//! referrals and the channels of a district are, and what waits for a person.
//!
//! It asks `/v1/admin/…` and shows what it is told. It knows no child: what it shows are counts, officers, institutions and
//! codes. What the hub says is text on the page and never markup. Nothing is kept in the browser but language and colours, and
//! nothing but the name of a part of the page stands in its address.

pub mod answers;
pub mod figures;
pub mod place;

#[cfg(target_arch = "wasm32")]
mod hub;
#[cfg(target_arch = "wasm32")]
mod office;
#[cfg(target_arch = "wasm32")]
#[expect(unreachable_pub, reason = "a component is made public by its macro")]
mod page;

/// Draws the page into the browser's.
#[cfg(target_arch = "wasm32")]
pub fn mount() {
    console_error_panic_hook::set_once();
    // Made before the tree: what is made within it goes with the part of it that asked first.
    let _ = (crate::reader::settings(), office::office());
    leptos::mount::mount_to_body(page::Root);
}
