//! What holds of packs, those that ship and those made by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod broken;
mod bundle;
mod newer;
mod overlay;
mod repeats;
mod rights;
mod shipped;
mod support;
mod truth;
